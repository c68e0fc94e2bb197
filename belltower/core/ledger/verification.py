# SPDX-License-Identifier: Apache-2.0
"""The whole ledger checked against itself, against the rows it commits to, and against heads held outside.

Everything is read in one snapshot of the database, so that a city at work raises no false alarm.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.db import connection, transaction

from belltower.core.ledger import keys
from belltower.core.ledger.findings import Finding, found
from belltower.core.ledger.heads import TreeHead
from belltower.core.ledger.log_check import LogCheck
from belltower.core.ledger.row_check import RowCheck
from belltower.core.ledger.rules_check import check_rules

Progress = Callable[[int, int], None]
MOST = 1_000
"""Findings told at most; one is enough to know."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification looked at, and what it found wrong."""

    size: int
    checked: int
    rows: int
    heads: int
    seconds: float
    findings: tuple[Finding, ...] = field(default=())

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def verify(
    *, against: Sequence[TreeHead] = (), since: TreeHead | None = None, progress: Progress | None = None
) -> Report:
    """Check the rules, every entry, its place, the tree, the signed heads, and that every row is as its last entry left it.

    ``against`` are heads held outside: without one, somebody who rewrote the whole log and signed it anew goes unseen.
    ``since`` is a head of which the entries were verified before: their texts are not hashed again, but the log up to
    it must still be the one that was signed. ``progress`` hears entries checked and their number.
    """
    with _snapshot() as raw:
        return verify_on(raw, against=against, since=since, progress=progress)


def verify_on(
    raw: psycopg.Connection[Any],
    *,
    against: Sequence[TreeHead] = (),
    since: TreeHead | None = None,
    progress: Progress | None = None,
) -> Report:
    """As verify, on a connection of psycopg's that sees one instant."""
    began = time.perf_counter()
    outside = [*against, *([since] if since else [])]
    log, rows = LogCheck(raw, outside, since=since.size if since else 0), RowCheck(raw)
    findings = [*check_rules(raw), *_signatures(raw, outside)]
    findings += _some(log.run(rows.note, progress))
    findings += _some(rows.run())
    seconds = time.perf_counter() - began
    return Report(log.size, log.checked, rows.checked, log.heads, seconds, tuple(findings[:MOST]))


@contextmanager
def _snapshot() -> Iterator[psycopg.Connection[Any]]:
    """A second connection, seeing one instant of the database; inside a test's transaction, that transaction's own."""
    if connection.in_atomic_block:
        yield connection.connection
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield connection.connection


def _some(findings: Iterator[Finding]) -> Iterator[Finding]:
    for count, finding in enumerate(findings):
        if count >= MOST:
            return
        yield finding


def _signatures(raw: psycopg.Connection[Any], outside: Sequence[TreeHead]) -> Iterator[Finding]:
    """Heads that were not signed with this installation's key."""
    key = keys.signing_key()
    with psycopg.Cursor(raw) as cursor:
        cursor.execute("SELECT size, root, at, algorithm, key, signature FROM ledger_head ORDER BY size", binary=True)
        kept = [TreeHead(*row) for row in cursor.fetchall()]
    for head in [*kept, *outside]:
        if head.key == key.name and not keys.is_signed(key.public, head.text, head.signature):
            yield found("bad_signature", f"head {head.size}")
        elif head.key != key.name and head in kept:
            yield found("other_key", f"head {head.size}")
