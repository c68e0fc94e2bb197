# SPDX-License-Identifier: Apache-2.0
from django.apps import AppConfig


class ReferringConfig(AppConfig):
    name = "belltower.core.referring"
    label = "referring"
