# SPDX-License-Identifier: Apache-2.0
from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "belltower.core.intake"
    label = "intake"
