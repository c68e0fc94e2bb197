# SPDX-License-Identifier: Apache-2.0
from django.apps import AppConfig


class SourcesConfig(AppConfig):
    name = "belltower.edges.sources"
    label = "sources"
