# SPDX-License-Identifier: Apache-2.0
from django.apps import AppConfig


class ObservationsConfig(AppConfig):
    name = "belltower.core.observations"
    label = "observations"
