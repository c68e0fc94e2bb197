# SPDX-License-Identifier: Apache-2.0
from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "belltower.core.evidence"
    label = "evidence"
