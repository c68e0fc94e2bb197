# SPDX-License-Identifier: Apache-2.0
from django.apps import AppConfig


class SelfcheckConfig(AppConfig):
    name = "belltower.core.selfcheck"
    label = "selfcheck"
