# SPDX-License-Identifier: Apache-2.0
"""Reading kept roll-ups where the readings themselves are gone; whoever asks for roll-ups of a span need not know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, tzinfo

import numpy as np
import pyarrow as pa
from django.db.models import Max

from belltower.core.observations.lake import files, retention
from belltower.core.observations.lake.retention import READINGS, WIDTHS
from belltower.core.observations.lake.rows import instant, micros
from belltower.core.observations.models import LakeRemoval, LakeRollUp
from belltower.core.observations.rollups import (
    KEPT,
    KEPT_COLUMNS,
    Every,
    RollUps,
    duckdb_again,
    of_table,
    offsets_between,
)


@dataclass(frozen=True, slots=True)
class Gone:
    """Streams of a kind, and the midnight (µs) until which readings of them were removed."""

    kind: str
    streams: list[int]
    until: int


def is_any_gone() -> bool:
    """Whether retention ever removed readings: of most installations it never did."""
    return LakeRemoval.objects.filter(what=READINGS).exists()


def gone(streams: Sequence[int], since: datetime, until: datetime, zone: tzinfo) -> list[Gone]:
    """Of which of these streams readings of the span were removed. Inside the transaction that reads the manifest."""
    if since >= until:
        return []
    removed = LakeRemoval.objects.filter(what=READINGS).values_list("kind").annotate(last=Max("day"))
    found = []
    for kind, last in removed.filter(day__gte=min(retention.utc_days_of(since.astimezone(zone).date(), zone))):
        end = retention.span_of(retention.civil_days_of(last, zone)[-1], zone)[1]
        some = sorted(set(streams) & set(retention.streams_of(kind)))
        if some and end > since:
            found.append(Gone(kind, some, micros(end)))
    return found


def inner(every: Every, zone: tzinfo, kept_in: tzinfo) -> Every:
    """The widest roll-ups of which those of ``every`` are made: kept days are those of the city, not of another zone."""
    is_same = retention.zone_name(zone) == retention.zone_name(kept_in)
    return every if is_same or every != "day" else "hour"


def read(one: Gone, since: datetime, until: datetime, widest: Every, zone: tzinfo) -> RollUps:
    """The kept roll-ups that begin in the span, by ``widest`` where they stand, else finer ones.

    A day that the span cuts is read by the finest there are. What was kept by wider spans only is not there: a day says
    nothing of its hours.
    """
    paths = [files.path_of(row.file) for row in _chosen(one.kind, since, until, widest, zone)]
    return _rows(paths, one.streams, since, until)


def finest(kind: str) -> Every | None:
    """The finest roll-ups that are kept of a kind; None where none are."""
    keeps = retention.keepings().get(kind, retention.keepings()[retention.UNDECLARED])
    return next((every for every in WIDTHS if retention.days_kept(keeps, every) != 0), None)


def together(parts: Sequence[RollUps], every: Every, zone: tzinfo) -> RollUps:
    """Roll-ups of disjoint readings as roll-ups by ``every`` in ``zone``: exact, but for the last bits of a mean."""
    from belltower.core.observations.lake.engine import engine

    whole = _joined(parts)
    if not len(whole):
        return whole
    offsets = offsets_between(zone, instant(int(whole.at.min())), instant(int(whole.at.max()) + 1))
    with engine() as connection:
        connection.register(KEPT, pa.table({name: getattr(whole, name) for name in KEPT_COLUMNS}))
        return of_table(connection.sql(duckdb_again(every, offsets)).to_arrow_table(), every, zone)


def _joined(parts: Sequence[RollUps]) -> RollUps:
    names = [field.name for field in fields(RollUps)]
    return RollUps(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def _chosen(kind: str, since: datetime, until: datetime, widest: Every, zone: tzinfo) -> list[LakeRollUp]:
    """One row of the manifest for each civil day of the span of which something is kept."""
    first, last = since.astimezone(zone).date(), until.astimezone(zone).date()
    fit = WIDTHS[: WIDTHS.index(widest) + 1]
    rows = LakeRollUp.objects.filter(every__in=fit, day__gte=first, day__lte=last, rows__gt=0)
    removed = LakeRemoval.objects.filter(what__in=fit, kind=kind, day__gte=first, day__lte=last)
    without = set(removed.values_list("what", "day"))
    by_day: dict[date, list[LakeRollUp]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.day, WIDTHS.index(row.every))):
        if (row.every, row.day) not in without:
            by_day[row.day].append(row)
    return [listed[0 if _is_cut(day, since, until, zone) else -1] for day, listed in by_day.items()]


def _is_cut(day: date, since: datetime, until: datetime, zone: tzinfo) -> bool:
    begin, end = retention.span_of(day, zone)
    return begin < since or until < end


def _rows(paths: Sequence[object], streams: Sequence[int], since: datetime, until: datetime) -> RollUps:
    from belltower.core.observations.lake.engine import rolled_in

    table = rolled_in([str(path) for path in paths], streams, micros(since), micros(until))
    return RollUps(**{field.name: table.column(field.name).to_numpy() for field in fields(RollUps)})
