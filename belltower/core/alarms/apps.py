# SPDX-License-Identifier: Apache-2.0
from django.apps import AppConfig


class AlarmsConfig(AppConfig):
    name = "belltower.core.alarms"
    label = "alarms"
