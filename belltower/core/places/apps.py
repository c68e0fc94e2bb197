# SPDX-License-Identifier: Apache-2.0
from django.apps import AppConfig


class PlacesConfig(AppConfig):
    name = "belltower.core.places"
    label = "places"
