# SPDX-License-Identifier: Apache-2.0
"""How a room puts a table under the ledger: an operation for its migrations."""

from __future__ import annotations

from django.db.migrations.operations import RunSQL

from belltower.core.ledger.database import forget_writes, note_writes


class WriteEntries(RunSQL):
    """From here on every row written to ``table`` makes an entry that commits to ``columns``, whoever writes it.

    Leave out what is derived from other columns, and counters that move without anybody deciding. When the columns
    change, a later migration says so with the next ``version``; entries of the old one stay as they are.
    """

    def __init__(self, table: str, columns: tuple[str, ...], version: int = 1) -> None:
        self.table, self.columns, self.version = table, columns, version
        super().__init__(note_writes(table, columns, version), forget_writes(table))

    def deconstruct(self) -> tuple[str, list[object], dict[str, object]]:
        return type(self).__name__, [self.table, self.columns, self.version], {}

    def describe(self) -> str:
        return f"Write entries about {self.table}"
