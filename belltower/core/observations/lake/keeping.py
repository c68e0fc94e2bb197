# SPDX-License-Identifier: Apache-2.0
"""Which days are due to be closed or merged anew, and whether what the manifest names is all there and as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import connection

from belltower.core.observations.lake import files, manifest, rolled
from belltower.core.observations.lake.rows import start_of
from belltower.core.observations.models import LakeDay, LakeRollUp, Reading, StoredBatch

# A day's file is written anew at most so often for what came late or was revised: a trickle must not rewrite it all day.
MERGE_EVERY = timedelta(hours=20)
# Nor is an old day closed while its readings are still coming, and may be changed by who sends them.
STILL_ARRIVING = timedelta(hours=20)
_REVISED = """
    SELECT DISTINCT l.day FROM observations_lake_day l JOIN observations_revision v ON v.id > l.revised_to
      AND l.day = (v.at AT TIME ZONE 'UTC')::date
    ORDER BY 1
"""


def is_old(day: date, *, now: datetime, hot_days: int) -> bool:
    """Whether a UTC day ended so many days ago, or longer."""
    return start_of(day) + timedelta(days=1 + hot_days) <= now


def due(now: datetime) -> list[date]:
    """The days to close: old ones with a partition, and those whose file lacks revisions; oldest first.

    An old day that readings are still being sent for, as when a history is loaded, is left until that is over.
    """
    from belltower.core.observations.lake import retention

    hot_days = retention.hot_days(settings.BELLTOWER_HOT_DAYS)
    old = [day for day in manifest.hot_days() if is_old(day, now=now, hot_days=hot_days)]
    arrived = first_since(now - STILL_ARRIVING) if old else None
    if arrived is not None:
        old = [day for day in old if not _has_readings_from(day, arrived)]
    closed = dict(LakeDay.objects.filter(closed_at__gt=now - MERGE_EVERY).values_list("day", "closed_at"))
    return sorted({*old, *revised()} - closed.keys())


def first_since(received: datetime) -> int | None:
    """The id of the first reading that was stored after ``received``; None where none was. By halving: batches have a
    place in the order in which they came."""
    batches = StoredBatch.objects.order_by("id")
    low, high = (batches.values_list("id", flat=True).first() or 1), (batches.values_list("id", flat=True).last() or 0)
    while low < high:
        middle = (low + high) // 2
        found = batches.filter(id__gte=middle)[0]
        low, high = (low, middle) if found.received_at > received else (found.id + 1, high)
    first = batches.filter(id__gte=low, received_at__gt=received).first()
    return first.first_id if first else None


def _has_readings_from(day: date, id: int) -> bool:
    since = start_of(day)
    return Reading.objects.filter(at__gte=since, at__lt=since + timedelta(days=1), id__gte=id).exists()


def revised() -> list[date]:
    """Closed days with revisions that their file does not hold."""
    with connection.cursor() as cursor:
        cursor.execute(_REVISED)
        return [day for (day,) in cursor.fetchall()]


def merging() -> list[date]:
    """Closed days with something beside their file: rows that came late, or revisions."""
    closed = set(LakeDay.objects.values_list("day", flat=True))
    return sorted({day for day in manifest.hot_days() if day in closed} | set(revised()))


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a day's file."""

    day: date
    file: str
    reason: str


def verify(told: Callable[[LakeDay | LakeRollUp], None] = lambda day: None) -> Iterator[Fault]:
    """Read every file from end to end and compare count and digest with the manifest's; what differs."""
    rows: list[LakeDay | LakeRollUp] = [*LakeDay.objects.all(), *LakeRollUp.objects.all()]
    for row in rows:
        told(row)
        reason = _fault_of(row)
        if reason:
            yield Fault(row.day, row.file, reason)


def _fault_of(row: LakeDay | LakeRollUp) -> str:
    path = files.path_of(row.file)
    if not path.is_file():
        return "it is missing"
    try:
        found = files.tally_of(path) if isinstance(row, LakeDay) else rolled.tally_of(path)
    except (OSError, ValueError) as error:  # Arrow's own errors are ValueErrors
        return f"it cannot be read: {str(error).splitlines()[0]}"
    if found.rows != row.rows:
        return f"{found.rows} rows instead of {row.rows}"
    return "" if found.digest == bytes(row.digest) else "it holds other rows than were verified"
