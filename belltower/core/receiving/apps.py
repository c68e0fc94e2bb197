# SPDX-License-Identifier: Apache-2.0
from django.apps import AppConfig


class ReceivingConfig(AppConfig):
    name = "belltower.core.receiving"
    label = "receiving"
