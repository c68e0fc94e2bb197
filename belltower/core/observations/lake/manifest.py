# SPDX-License-Identifier: Apache-2.0
"""What is read of the lake: the days that were closed, read so that hot store and lake together hold each row once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from django.db import connection

from belltower.core.observations.lake.files import path_of
from belltower.core.observations.models import LakeDay

HOLD_STILL = "LOCK TABLE observations_reading IN ACCESS SHARE MODE"


def hold_still() -> None:
    """Until the end of this transaction no day moves from the hot store into the lake: a closing needs this lock alone.

    Writers and other readers are not held up.
    """
    with connection.cursor() as cursor:
        cursor.execute(HOLD_STILL)


def days_between(first: date, last: date) -> list[LakeDay]:
    """The closed days from ``first`` to ``last``, both included."""
    return list(LakeDay.objects.filter(day__gte=first, day__lte=last))


def paths(days: Sequence[LakeDay]) -> list[Path]:
    """Where the files of those days lie; a day that came to be empty has none."""
    return [path_of(day.file) for day in days if day.file]


def hot_days() -> list[date]:
    """The days that have a partition in the hot store."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT observations_hot_days()")
        return [day for (day,) in cursor.fetchall()]
