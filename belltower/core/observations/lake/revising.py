# SPDX-License-Identifier: Apache-2.0
"""Revisions laid over what lies in the lake: a changed reading is shown as it is now, a deleted one not at all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import numpy as np
from django.db import connection

from belltower.core.observations.lake.rows import EMPTY, ROW, Rows, canonical, micros

# Of each reading that a revision newer than its day's file speaks of: the last word, and the day whose file holds it.
# A reading may have been moved to another day since; its first such revision still names the one it lies in.
_PENDING = """
    SELECT DISTINCT ON (v.reading) v.reading, l.day,
           (SELECT w.row::text FROM observations_revision w WHERE w.reading = v.reading ORDER BY w.id DESC LIMIT 1)
    FROM observations_lake_day l JOIN observations_revision v ON v.id > l.revised_to
      AND l.day = (v.at AT TIME ZONE 'UTC')::date
    WHERE (%(streams)s::bigint[] IS NULL OR v.stream = ANY (%(streams)s)
           OR (v.row ->> 'stream')::bigint = ANY (%(streams)s))
      AND (%(day)s::date IS NULL OR l.day = %(day)s)
    ORDER BY v.reading, v.id
"""


@dataclass(frozen=True, slots=True)
class Overlay:
    """What is laid over files: per reading its present row, or None where it was deleted."""

    rows: Mapping[int, Mapping[str, Any] | None] = field(default_factory=dict)
    days: frozenset[date] = frozenset()

    @property
    def ids(self) -> list[int]:
        return sorted(self.rows)

    def applied(self, held: Rows) -> Rows:
        """Those readings of ``held`` that still are, as they are now; ``held`` are rows of files with these ids."""
        now = [self.rows[id] for id in held["id"].tolist()]
        return rows_of_json(row for row in now if row is not None)


def pending(streams: Sequence[int] | None = None, *, day: date | None = None) -> Overlay:
    """Revisions that files do not hold yet, of those streams (None: all), or of one day's file.

    Call it inside the transaction that reads the manifest.
    """
    with connection.cursor() as cursor:
        cursor.execute(_PENDING, {"streams": None if streams is None else list(streams), "day": day})
        found = cursor.fetchall()
    rows = {reading: None if row is None else json.loads(row) for reading, _, row in found}
    return Overlay(rows, frozenset(one for _, one, _ in found))


def rows_of_json(found: Iterable[Mapping[str, Any]]) -> Rows:
    """Rows of what the database writes of a reading as JSON."""
    listed = [
        (
            row["stream"],
            micros(datetime.fromisoformat(row["at"])),
            row["id"],
            micros(datetime.fromisoformat(row.get("result_at") or row["at"])),
            np.nan if row.get("value") is None else row["value"],
            row.get("quality") or 0,
            row.get("flags") or 0,
        )
        for row in found
    ]
    return canonical(np.array(listed, ROW)) if listed else EMPTY
