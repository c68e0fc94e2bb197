# SPDX-License-Identifier: Apache-2.0
from django.apps import AppConfig


class PublicConfig(AppConfig):
    name = "belltower.screens.public"
    label = "public"
