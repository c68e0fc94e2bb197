# SPDX-License-Identifier: Apache-2.0
from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "belltower.screens.console"
    label = "console"
