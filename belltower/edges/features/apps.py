# SPDX-License-Identifier: Apache-2.0
from django.apps import AppConfig


class FeaturesConfig(AppConfig):
    name = "belltower.edges.features"
    label = "features"
