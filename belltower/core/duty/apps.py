# SPDX-License-Identifier: Apache-2.0
from django.apps import AppConfig


class DutyConfig(AppConfig):
    name = "belltower.core.duty"
    label = "duty"
