# SPDX-License-Identifier: Apache-2.0
from django.apps import AppConfig


class StandardsConfig(AppConfig):
    name = "belltower.core.standards"
    label = "standards"

    def ready(self) -> None:
        """Let each kind of check be judged."""
        from belltower.core.standards import coverage, indicator, signal, spatial  # noqa: F401
