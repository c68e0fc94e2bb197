# SPDX-License-Identifier: Apache-2.0
from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "belltower.core.ledger"
    label = "ledger"
