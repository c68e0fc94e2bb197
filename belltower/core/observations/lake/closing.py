# SPDX-License-Identifier: Apache-2.0
"""Closing a day: its readings go into one verified file, and only then out of the hot store.

The same way merges what came late and what was revised since: the day's file, its hot rows and its revisions become the
next file. Killed at any step, a day lies in its partition, or in the file that the manifest names, or in both.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import psycopg
from django.db import OperationalError, connection, transaction

from belltower.core.ledger.entries import action
from belltower.core.observations.lake import files, manifest
from belltower.core.observations.lake.errors import DayNotOver, DayStillMoves, DigestsDiffer, LakeBusy
from belltower.core.observations.lake.lock import LOCK
from belltower.core.observations.lake.revising import Overlay, pending
from belltower.core.observations.lake.rows import (
    COLUMNS,
    EMPTY,
    Rows,
    Tally,
    copied,
    instant,
    merged,
    micros,
    ordered,
    start_of,
)
from belltower.core.observations.models import LakeDay, Revision
from belltower.kernel.actors import Actor

TRIES = 20
_BETWEEN_TRIES_S = 0.2
ANEW = 3  # how often a day is read out again when something was written to it meanwhile

Step = Callable[[str], None]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Made:
    """A file that was written and verified, and what it was made of."""

    file: str
    tally: Tally
    revised_to: int
    revisions: int
    moved: Rows


def close_day(day: date, *, by: Actor, now: datetime, at_step: Step = lambda step: None) -> LakeDay | None:
    """Put a day that is over into its file; None where it had no readings, and its partition was dropped.

    ``at_step`` is told each step before it is taken (tests). Raises DayNotOver, LakeBusy, DayStillMoves, DigestsDiffer.
    """
    if start_of(day) + timedelta(days=1) > now:
        raise DayNotOver(day=day)
    with alone():
        for _ in range(ANEW):
            patiently(lambda: _watch(day), day)
            at_step("read")
            before = LakeDay.objects.filter(day=day).first()
            made = _make(day, before, at_step)
            at_step("drop")
            if patiently(partial(_settle, day, before, made, now, at_step, by=by), day):
                at_step("tidy")
                tidy_day(day)
                return LakeDay.objects.filter(day=day).first()
    raise DayStillMoves(day=day)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """The only one that closes days, and no backup under way. Raises LakeBusy.

    Not inside a transaction: what a closing takes away must follow a commit, not a promise of one.
    """
    if connection.in_atomic_block:
        raise RuntimeError("a day is closed by transactions of its own")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise LakeBusy()
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _watch(day: date) -> bool:
    """From here on, whoever writes to the day leaves a mark; whoever was writing has committed."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT observations_lake_watch(%s)", [day])
        return bool(cursor.fetchone()[0])


def _make(day: date, before: LakeDay | None, at_step: Step) -> _Made:
    """Write the day's next file and read it back. Raises DigestsDiffer; then nothing has changed."""
    with transaction.atomic():
        revisions = _revisions(day)
        overlay = pending(day=day) if before else Overlay()
        staying, moved = _changed(day, before, overlay)
        sources = [_lying(before, overlay), iter([staying]), _hot(day)]
        number = files.number_of(before.file) + 1 if before and before.file else 0
        path = files.path_of(files.name_of(day, number))
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".writing")
        at_step("write")
        expected = files.write(merged(sources), temporary)
    at_step("verify")
    found = files.tally_of(temporary)
    if (found.rows, found.digest) != (expected.rows, expected.digest):
        temporary.unlink()
        raise DigestsDiffer(day=day, expected=expected.rows, found=found.rows)
    at_step("name")
    files.put(temporary, path)
    return _Made(files.name_of(day, number), expected, *revisions, moved)


def _revisions(day: date) -> tuple[int, int]:
    """The newest revision that speaks of this day, and how many do."""
    since = start_of(day)
    ids = (
        Revision.objects.filter(at__gte=since, at__lt=since + timedelta(days=1))
        .order_by("-id")
        .values_list("id", flat=True)
    )
    return ids.first() or 0, ids.count()


def _hot(day: date) -> Iterator[Rows]:
    """The day's rows in the hot store, in order."""
    query = f"SELECT {COLUMNS} FROM observations_reading WHERE at >= %s AND at < %s ORDER BY stream, at, id"
    return copied(query, [start_of(day), start_of(day) + timedelta(days=1)])


def _lying(before: LakeDay | None, overlay: Overlay) -> Iterator[Rows]:
    """The rows of the day's file that no revision speaks of."""
    if before and before.file:
        spoken_of = np.array(overlay.ids, np.int64)
        for rows in files.read(files.path_of(before.file)):
            yield rows[~np.isin(rows["id"], spoken_of)]


def _changed(day: date, before: LakeDay | None, overlay: Overlay) -> tuple[Rows, Rows]:
    """The revised rows of the day's file as they are now: those of this day, and those that were moved to another."""
    from belltower.core.observations.lake.engine import rows_with

    if not before or not overlay.ids:
        return EMPTY, EMPTY
    now = overlay.applied(rows_with(manifest.paths([before]), overlay.ids))
    since = micros(start_of(day))
    stays = (now["at"] >= since) & (now["at"] < since + 86_400_000_000)
    return ordered(now[stays]), now[~stays]


def _settle(
    day: date, before: LakeDay | None, made: _Made, now: datetime, at_step: Step = lambda step: None, *, by: Actor
) -> bool:
    """Drop the day's partition and name its file, in one transaction; False where the day moved meanwhile.

    Nothing is written where the day turned out to have no readings and no file.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT observations_lake_drop(%s)", [day])
        if not cursor.fetchone()[0] or _revisions(day) != (made.revised_to, made.revisions):
            transaction.set_rollback(True)
            return False
        _put_elsewhere(made.moved)
        if before or made.tally.rows:
            _enter(day, before, made, now, by=by)
        at_step("commit")
    return True


@action("observations.close_day")
def _enter(day: date, before: LakeDay | None, made: _Made, now: datetime, *, by: Actor) -> None:
    """The manifest's row, and with it an entry of the ledger that commits to the file's digest."""
    LakeDay.objects.update_or_create(
        day=day,
        defaults={
            "file": made.file,
            "rows": made.tally.rows,
            "digest": made.tally.digest,
            "has_equal_instants": made.tally.has_equal_instants,
            "revised_to": made.revised_to,
            "closed_at": now,
        },
    )


def _put_elsewhere(moved: Rows) -> None:
    """Readings that a revision moved to another day go there, into the hot store, under the ids they have."""
    with connection.cursor() as cursor:
        for row in moved:
            at = instant(row["at"])
            cursor.execute("SELECT observations_make_day(%s)", [at.date()])
            cursor.execute(
                "INSERT INTO observations_reading (id, stream, at, result_at, value, quality, flags)"
                " VALUES (%s, %s, %s, %s, nullif(%s::float8, 'NaN'), %s, %s)",
                [int(row["id"]), int(row["stream"]), at, instant(row["result_at"]), float(row["value"]),
                 int(row["quality"]), int(row["flags"])],
            )  # fmt: skip


def patiently(step: Callable[[], T], day: date) -> T:
    """Do a step that gives way to writers and readers at once, again and again for some seconds. Raises DayStillMoves."""
    for _ in range(TRIES):
        try:
            return step()
        except OperationalError as error:
            if not isinstance(error.__cause__, psycopg.errors.LockNotAvailable | psycopg.errors.DeadlockDetected):
                raise
        time.sleep(_BETWEEN_TRIES_S)
    raise DayStillMoves(day=day)


def tidy_day(day: date) -> list[Path]:
    """Take away a day's files that the manifest does not name: older ones, and what killed closings left.

    Only by who is alone (above): no backup reads them, and readers hold the lock that a closing waits for.
    """
    named = LakeDay.objects.filter(day=day).values_list("file", flat=True).first()
    kept = files.path_of(named) if named else None
    folder = files.path_of(files.name_of(day, 0)).parent
    gone = [path for path in folder.glob("part-*") if path != kept] if folder.is_dir() else []
    for path in gone:
        path.unlink()
    return gone
