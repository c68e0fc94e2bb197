# SPDX-License-Identifier: Apache-2.0
"""The rows checked against their entries: each is as its last entry left it, and each entry found it so.

A row's salt is its own and stays, so the commitment that one entry leaves is the one that the next must find.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg

from belltower.core.ledger import merkle
from belltower.core.ledger.ahead import ahead
from belltower.core.ledger.findings import Finding, found

AT_ONCE = 20_000
_Known = dict[int, tuple[int, bytes]]


class RowCheck:
    """Hears of every entry in the order of the log, then looks at the tables."""

    def __init__(self, raw: psycopg.Connection[Any]) -> None:
        self._raw = raw
        self.checked = 0
        self._tables: dict[int, str] = {}
        self._known: dict[str, _Known] = {}
        with psycopg.Cursor(raw) as cursor:
            for form, table in cursor.execute('SELECT id, "table" FROM ledger_form').fetchall():
                self._tables[form] = table
                self._known.setdefault(table, {})

    def note(self, entries: Sequence[tuple[Any, ...]]) -> Iterator[Finding]:
        """Follow these entries: (id, form, operation, rows, row, before, after) each."""
        batches = self._batches([facts[0] for facts in entries if facts[1] is not None and facts[4] is None])
        for entry, form, operation, rows, row, before, after in entries:
            if form is None:
                continue
            table = self._tables.get(form)
            if table is None:
                yield found("form_unknown", f"entry {entry}")
            elif row is not None:
                yield from self._follow(table, form, entry, row, before, after)
            else:
                yield from self._follow_many(table, form, entry, operation, rows, after, batches.get(entry))

    def _follow(
        self, table: str, form: int, entry: int, row: int, before: bytes | None, after: bytes | None
    ) -> Iterator[Finding]:
        known = self._known[table]
        was = known.get(row)
        # After a change of form the same row is committed to in another way, which cannot be compared.
        if (was[1] if was else None) != before and not (was and before and was[0] != form):
            yield found("row_changed_between", f"entry {entry}, {table} {row}")
        if after is None:
            known.pop(row, None)
        else:
            known[row] = (form, after)

    def _follow_many(
        self, table: str, form: int, entry: int, operation: str, rows: int, after: bytes | None, batch: Any
    ) -> Iterator[Finding]:
        if batch is None:
            yield found("batch_changed", f"entry {entry}")
            return
        first, last, ids, befores, afters = batch
        found_before, left_after = _split(befores), _split(afters)
        if not _is_as_entered(operation, rows, after, first, last, ids, found_before, left_after):
            yield found("batch_changed", f"entry {entry}")
            return
        if operation == "insert":
            known = self._known[table]
            if known.keys().isdisjoint(ids):
                known.update(zip(ids, ((form, each) for each in left_after), strict=True))
                return
        nothing = [None] * len(ids)
        for row, was, becomes in zip(ids, found_before or nothing, left_after or nothing, strict=True):
            yield from self._follow(table, form, entry, row, was, becomes)

    def _batches(self, entries: Sequence[int]) -> dict[int, tuple[Any, ...]]:
        if not entries:
            return {}
        with psycopg.Cursor(self._raw) as cursor:
            cursor.execute(_BATCHES, [list(entries)], binary=True)
            return {row[0]: row[1:] for row in cursor.fetchall()}

    def run(self) -> Iterator[Finding]:
        """Compare every row of every table under the ledger with what its last entry left."""
        for table, known in self._known.items():
            forms = [form for form, name in self._tables.items() if name == table]
            by_form = {form: {row: left for row, (of, left) in known.items() if of == form} for form in forms}
            yield from self._compare(table, by_form)

    def _compare(self, table: str, by_form: dict[int, dict[int, bytes]]) -> Iterator[Finding]:
        unseen = set(self._known[table])
        latest = max(by_form)
        for form, left in by_form.items():
            if not left and form != latest:
                continue
            for rows in ahead(self._present(form)):
                for row, commitment in rows:
                    was = left.get(row)
                    if was is not None:
                        unseen.discard(row)
                        self.checked += 1
                        if was != commitment:
                            yield found("row_changed", f"{table} {row}")
                    elif form == latest and row not in self._known[table]:
                        yield found("row_unknown", f"{table} {row}")
        yield from (found("row_missing", f"{table} {row}") for row in sorted(unseen))

    def _present(self, form: int) -> Iterator[list[tuple[int, bytes]]]:
        """(id, commitment) of each row that is there now, by its id, part by part."""
        with psycopg.ServerCursor(self._raw, f"ledger_rows_{form}") as cursor:
            cursor.execute(_PRESENT, [form], binary=True)
            while rows := cursor.fetchmany(AT_ONCE):
                yield rows


def _is_as_entered(
    operation: str,
    rows: int,
    after: bytes | None,
    first: int,
    last: int,
    ids: Sequence[int],
    befores: Sequence[bytes],
    afters: Sequence[bytes],
) -> bool:
    """Whether a batch is the one that its entry names by the root of its tree."""
    counts = {len(side) for side in (befores, afters) if side}
    if counts != {rows} or len(ids) != rows or (ids[0], ids[-1]) != (first, last):
        return False
    leaves = [merkle.leaf_hash(b + a) for b, a in zip(befores, afters, strict=True)] if befores and afters else None
    return merkle.root_of(leaves or befores or afters) == after


def _split(hashes: bytes | None) -> list[bytes]:
    return [hashes[at : at + 32] for at in range(0, len(hashes), 32)] if hashes else []


_BATCHES = "SELECT entry_id, first, last, ids, befores, afters FROM ledger_batch WHERE entry_id = ANY(%s)"
_PRESENT = "SELECT id, commitment FROM ledger_commitments(%s::smallint, '-9223372036854775808', NULL)"
