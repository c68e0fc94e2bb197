# SPDX-License-Identifier: Apache-2.0
"""The dummy's Django app, for the table it has of its own."""

from django.apps import AppConfig


class DummyConfig(AppConfig):
    name = "belltower_dummy"
    label = "dummy"
    default_auto_field = "django.db.models.BigAutoField"
