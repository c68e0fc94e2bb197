# SPDX-License-Identifier: Apache-2.0
from django.apps import AppConfig


class LearningConfig(AppConfig):
    name = "belltower.core.learning"
    label = "learning"
