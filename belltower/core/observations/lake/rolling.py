# SPDX-License-Identifier: Apache-2.0
"""Making the roll-ups of a civil day: from the files of its closed UTC days into one verified file of each width.

Where readings of a kind are gone already, what the last file held of them is carried over. Killed at any step, the
manifest names the old file or the new one, and both are whole.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, tzinfo
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from django.db import connection, transaction

from belltower.core.ledger.entries import action
from belltower.core.observations.lake import files, manifest, retention, rolled
from belltower.core.observations.lake.closing import alone, patiently
from belltower.core.observations.lake.errors import DigestsDiffer
from belltower.core.observations.lake.retention import READINGS, Rolling
from belltower.core.observations.lake.rolled import Rolled
from belltower.core.observations.lake.rows import Tally, micros
from belltower.core.observations.models import LakeDay, LakeRemoval, LakeRollUp
from belltower.core.observations.rollups import Every, duckdb_sql, of_table, offsets_between
from belltower.kernel.actors import Actor

Step = Callable[[str], None]
# Streams rolled up at a time: some hundred megabytes of roll-ups of a day.
_AT_ONCE: dict[Every, int] = {"minute": 1_000, "hour": 50_000, "day": 200_000}


def roll(one: Rolling, zone: tzinfo, *, by: Actor, now: datetime, at_step: Step = lambda step: None) -> LakeRollUp:
    """Make the roll-ups of one width of a civil day, anew where there are some.

    ``at_step`` is told each step before it is taken (tests). Raises LakeBusy, DayStillMoves, DigestsDiffer.
    """
    with alone():
        before = LakeRollUp.objects.filter(every=one.every, day=one.day).first()
        days = list(LakeDay.objects.filter(day__in=retention.utc_days_of(one.day, zone)))
        name = rolled.name_of(one.every, one.day, files.number_of(before.file) + 1 if before else 0)
        at_step("write")
        tally = written(name, _rows(one, before, days, zone, now), at_step)
        digests = {day.day: bytes(day.digest) for day in days}
        made = {
            "zone": retention.zone_name(zone), "file": name, "rows": tally.rows, "digest": tally.digest, "made_at": now,
            "made_of": retention.made_of(one.every, one.day, zone, digests),
        }  # fmt: skip
        at_step("enter")
        patiently(partial(_enter, one, made, at_step, by=by), one.day)
        at_step("tidy")
        tidy(name)
        return LakeRollUp.objects.get(every=one.every, day=one.day)


def written(name: str, parts: Iterator[Rolled], at_step: Step) -> Tally:
    """Write a file of roll-ups, read it back from the disk and give it its name. Raises DigestsDiffer."""
    path = files.path_of(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".writing")
    expected = rolled.write(parts, temporary)
    at_step("verify")
    found = rolled.tally_of(temporary)
    if (found.rows, found.digest) != (expected.rows, expected.digest):
        temporary.unlink()
        raise DigestsDiffer(day=path.parent.name, expected=expected.rows, found=found.rows)
    at_step("name")
    files.put(temporary, path)
    return expected


def hold_all() -> None:
    """In this transaction nobody reads the lake: what is replaced now may go when it has committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT observations_lake_still()")


def tidy(name: str) -> list[Path]:
    """Take away what lies beside a file that the manifest names. Only by who is alone."""
    path = files.path_of(name)
    gone = [one for one in path.parent.glob("part-*") if one != path]
    for one in gone:
        one.unlink()
    return gone


def _enter(one: Rolling, made: dict[str, object], at_step: Step, *, by: Actor) -> None:
    with transaction.atomic():
        hold_all()
        _name(one, made, by=by)
        at_step("commit")


@action("observations.roll_up_day")
def _name(one: Rolling, made: dict[str, object], *, by: Actor) -> None:
    """The manifest's row, and with it an entry of the ledger that commits to the file's digest."""
    LakeRollUp.objects.update_or_create(every=one.every, day=one.day, defaults=made)


def _rows(
    one: Rolling, before: LakeRollUp | None, days: Sequence[LakeDay], zone: tzinfo, now: datetime
) -> Iterator[Rolled]:
    """The roll-ups in order, some streams at a time."""
    begin, end = retention.span_of(one.day, zone)
    gone = set(LakeRemoval.objects.filter(what=READINGS, day__in=retention.utc_days_of(one.day, zone))
               .values_list("kind", flat=True))  # fmt: skip
    kinds = retention.kinds_wanting(one.every, end, now)
    fresh, carried = (
        np.array(sorted(itertools.chain.from_iterable(map(retention.streams_of, some))), np.int64)
        for some in ([kind for kind in kinds if kind not in gone], [kind for kind in kinds if kind in gone])
    )
    for streams in _cut(np.union1d(fresh, carried), _AT_ONCE[one.every]):
        made = _made(one.every, days, np.intersect1d(streams, fresh), begin, end, zone)
        yield rolled.ordered(np.concatenate([made, _carried(before, np.intersect1d(streams, carried))]))


def _cut(streams: rolled.Streams, size: int) -> Iterator[rolled.Streams]:
    return (streams[first : first + size] for first in range(0, len(streams), size))


def _made(
    every: Every, days: Sequence[LakeDay], streams: rolled.Streams, begin: datetime, end: datetime, zone: tzinfo
) -> Rolled:
    """Roll-ups of these streams from the days' files."""
    from belltower.core.observations.lake.engine import engine, offer

    with engine() as connection:
        wanted = [day for day in days if day.rows] if len(streams) else []
        offer(connection, manifest.paths(wanted), streams.tolist(), micros(begin), micros(end))
        by_id = any(day.has_equal_instants for day in days)
        sql = duckdb_sql(every, offsets_between(zone, begin, end), by_id=by_id)
        return rolled.rows_of(of_table(connection.sql(sql).to_arrow_table(), every, zone))


def _carried(before: LakeRollUp | None, streams: rolled.Streams) -> Rolled:
    """What the last file says of streams whose readings are gone."""
    if before is None or not len(streams):
        return rolled.EMPTY
    near = [("stream", ">=", int(streams[0])), ("stream", "<=", int(streams[-1]))]
    rows = rolled.of_arrow(pq.read_table(files.path_of(before.file), filters=near, partitioning=None))
    return rows[np.isin(rows["stream"], streams)]
