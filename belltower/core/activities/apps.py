# SPDX-License-Identifier: Apache-2.0
from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    name = "belltower.core.activities"
    label = "activities"
