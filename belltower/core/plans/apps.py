# SPDX-License-Identifier: Apache-2.0
from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "belltower.core.plans"
    label = "plans"
