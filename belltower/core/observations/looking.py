# SPDX-License-Identifier: Apache-2.0
"""Looking into closed days for a part of them, in an order, some rows at a time: for who pages through readings.

reading.py gives a whole span at once; here as little is read as the answer needs, and memory holds one part.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from django.db import connection

from belltower.core.observations.lake import manifest
from belltower.core.observations.lake.revising import pending
from belltower.core.observations.lake.rows import EMPTY, Rows, day_of, micros, start_of
from belltower.core.observations.models import LakeDay
from belltower.core.observations.reading import revised, whole
from belltower.core.observations.rollups import READINGS

if TYPE_CHECKING:
    import duckdb

ALWAYS = (micros(datetime.min.replace(tzinfo=UTC)), micros(datetime.max.replace(tzinfo=UTC)))
HAS_DETAIL = "flags & 2 <> 0"
MOST = 1_000_000
"""Rows that a walk reads of one group of days; who asks stops before."""
_AT_ONCE = 50_000
_NAMES = 'id, stream, "at", result_at, value, quality, flags'
_KEYS = {"at": '"at"', "id": "id", "value": "value", "result_at": "CASE WHEN flags & 4 = 0 THEN result_at END"}


_SPAN = f"{manifest.HOLD_STILL}; SELECT min(day), max(day) FROM observations_lake_day WHERE rows > 0"


_OFFERED = ("beside", "without", "wanted_streams")


class _Kept(threading.local):
    """What a thread keeps; gone with it."""

    def __init__(self) -> None:
        self.open = ExitStack()


_kept = _Kept()


@dataclass(frozen=True, slots=True)
class Key:
    """By what readings are ordered (one of _KEYS), as PostgreSQL orders them; equal ones by id."""

    name: str = "at"
    descending: bool = False

    @property
    def sql(self) -> str:
        nulls = "FIRST" if self.descending and self.name == "result_at" else "LAST"
        return f"{_KEYS[self.name]} {'DESC' if self.descending else 'ASC'} NULLS {nulls}, id"


@dataclass(frozen=True, slots=True)
class Part:
    """Readings of ``streams`` in [since, until) µs that meet ``conditions``: DuckDB's words over a file's columns.

    The caller sees to it that these streams may be seen, and that no condition holds a text from outside.
    """

    streams: Sequence[int]
    since: int = ALWAYS[0]
    until: int = ALWAYS[1]
    conditions: tuple[str, ...] = ()

    def where(self, *also: str) -> str:
        return " AND ".join(f"({each})" for each in (*self.conditions, *also)) or "true"


def span() -> tuple[int, int] | None:
    """From when to when closed days reach, in µs; None where there are none, nor will be before the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_SPAN)  # in one go: it is asked for every page, whether or not a day was ever closed
        cursor.nextset()
        ((first, last),) = cursor.fetchall()
    return None if first is None else (micros(start_of(first)), micros(start_of(last) + timedelta(days=1)))


class Look:
    """Closed days at one moment, for one part of them; in the transaction in which span() was asked."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.days = [day for day in manifest.days_between(day_of(part.since), day_of(part.until - 1)) if day.rows]
        overlay = pending()
        self._without = overlay.ids
        self.revised = revised(overlay, list(part.streams), part.since, part.until)
        """Rows of files as revisions made them, whatever the conditions say; no other method gives them."""

    def walk(self, key: Key, first: int, *also: str) -> Iterator[Rows]:
        """The rows in the order of ``key``: ``first`` of them, then many at a time, about MOST at most.

        Raises LakeDamaged.
        """
        for days in self._groups(key):
            with self._lying(days) as lying:
                sql = f"SELECT {_NAMES} FROM {READINGS} WHERE {self.part.where(*also)} ORDER BY {key.sql}"
                begin = _rows(lying, f"{sql} LIMIT {first}")
                yield begin
                if len(begin) == first:
                    rest = _rows(lying, f"{sql} LIMIT {MOST} OFFSET {first}")
                    yield from (rest[at : at + _AT_ONCE] for at in range(0, len(rest), _AT_ONCE))

    def firsts(self, most: int, *, descending: bool) -> Rows:
        """The first ``most`` of each stream by instant, or the last. Raises LakeDamaged."""
        key, found = Key("at", descending), EMPTY
        for days in self._groups(key):
            with self._lying(days) as lying:
                ranked = f"row_number() OVER (PARTITION BY stream ORDER BY {key.sql}) <= {most:d}"
                sql = f"SELECT {_NAMES} FROM {READINGS} WHERE {self.part.where()} QUALIFY {ranked}"
                found = np.concatenate([found, _rows(lying, sql)])
            streams, counts = np.unique(found["stream"], return_counts=True)
            if len(streams) == len(self.part.streams) and counts.min() >= most:
                break
        return found

    def count(self, *also: str) -> int:
        """How many rows there are. Raises LakeDamaged."""
        return sum(self.counts("1", *also).values())

    def counts_by_day(self) -> dict[date, int]:
        """How many rows there are of each UTC day. Raises LakeDamaged."""
        return self.counts('CAST("at" AS DATE)')

    def counts_by_stream(self, *also: str) -> dict[int, int]:
        """How many rows there are of each stream. Raises LakeDamaged."""
        return self.counts("stream", *also)

    def counts(self, by: str, *also: str) -> dict[Any, int]:
        """Counts by an expression of DuckDB's."""
        if not self.days:
            return {}
        with self._lying(self.days) as lying:
            sql = f"SELECT {by}, count(*) FROM {READINGS} WHERE {self.part.where(*also)} GROUP BY 1"
            return dict(lying.sql(sql).fetchall())

    def _groups(self, key: Key) -> Iterator[list[LakeDay]]:
        """Ever more days at a time where the order is that of days, so that the first ones may be enough."""
        days = self.days[::-1] if key.descending else self.days
        size = 1 if key.name == "at" else len(days)
        while days:
            yield days[:size]
            days, size = days[size:], size * 2

    @contextmanager
    def _lying(self, days: Sequence[LakeDay]) -> Iterator[duckdb.DuckDBPyConnection]:
        from belltower.core.observations.lake.engine import offer

        part, duck = self.part, _engine()
        with whole(days):
            try:
                paths = manifest.paths(days)
                offer(duck, paths, part.streams, part.since, part.until, without=self._without)
                yield duck
            finally:
                duck.execute(f"DROP VIEW IF EXISTS {READINGS}")
                for name in _OFFERED:
                    duck.unregister(name)


def _engine() -> duckdb.DuckDBPyConnection:
    """This thread's engine: to open one takes longer than what most pages ask of it."""
    from belltower.core.observations.lake.engine import engine

    if not hasattr(_kept, "engine"):
        _kept.engine = _kept.open.enter_context(engine())
    return cast("duckdb.DuckDBPyConnection", _kept.engine)


def _rows(lying: duckdb.DuckDBPyConnection, sql: str) -> Rows:
    from belltower.core.observations.lake.files import rows_of

    return rows_of(lying.sql(sql).to_arrow_table())
