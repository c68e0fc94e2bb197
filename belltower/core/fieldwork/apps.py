# SPDX-License-Identifier: Apache-2.0
from django.apps import AppConfig


class FieldworkConfig(AppConfig):
    name = "belltower.core.fieldwork"
    label = "fieldwork"
