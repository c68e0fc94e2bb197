# SPDX-License-Identifier: Apache-2.0
from django.apps import AppConfig


class FieldConfig(AppConfig):
    name = "belltower.screens.field"
    label = "field"
