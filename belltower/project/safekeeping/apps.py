# SPDX-License-Identifier: Apache-2.0
from django.apps import AppConfig


class SafekeepingConfig(AppConfig):
    name = "belltower.project.safekeeping"
    label = "safekeeping"
