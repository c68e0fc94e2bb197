# SPDX-License-Identifier: Apache-2.0
from django.apps import AppConfig


class HazardsConfig(AppConfig):
    name = "belltower.core.hazards"
    label = "hazards"
