# SPDX-License-Identifier: Apache-2.0
from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "belltower.core.cases"
    label = "cases"
