# SPDX-License-Identifier: Apache-2.0
"""Readings of any span, wherever they lie: the hot store, the lake, and revisions laid over it. The caller sees one.

Only streams that the viewer sees are read, whoever's ids are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, overload

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from belltower.core.observations.lake import files, kept, manifest
from belltower.core.observations.lake.errors import LakeDamaged
from belltower.core.observations.lake.revising import Overlay, pending
from belltower.core.observations.lake.rows import (
    COLUMNS,
    EMPTY,
    Rows,
    copied,
    day_of,
    has_equal_instants,
    instant,
    micros,
    ordered,
)
from belltower.core.observations.models import Datastream, LakeDay, Revision, StoredBatch
from belltower.core.observations.rollups import Every, RollUps, duckdb_sql, of_table, offsets_between
from belltower.core.places import city

if TYPE_CHECKING:
    import duckdb

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Readings:
    """Columns of equal length, ordered by stream, instant and id. Instants are µs since 1970; NaN is no number."""

    id: NDArray[np.int64]
    stream: NDArray[np.int64]
    at: NDArray[np.int64]
    result_at: NDArray[np.int64]
    value: NDArray[np.float64]
    quality: NDArray[np.int16]
    flags: NDArray[np.int16]

    def __len__(self) -> int:
        return len(self.id)

    @classmethod
    def of(cls, rows: Rows) -> Readings:
        return cls(**{name: np.ascontiguousarray(rows[name]) for name in cls.__slots__})


@overload
def history(
    streams: Sequence[int] | None, since: datetime, until: datetime, *, every: None = None, zone: tzinfo | None = None
) -> Readings: ...
@overload
def history(
    streams: Sequence[int] | None, since: datetime, until: datetime, *, every: Every, zone: tzinfo | None = None
) -> RollUps: ...
def history(
    streams: Sequence[int] | None,
    since: datetime,
    until: datetime,
    *,
    every: Every | None = None,
    zone: tzinfo | None = None,
) -> Readings | RollUps:
    """The readings of ``streams`` (None: all that the viewer sees) in [since, until), or their roll-ups.

    Roll-ups are by minute, hour or day of civil time in ``zone`` (the city's), of the readings within the span: a day
    that the span cuts counts what lies inside. Where readings are past their time and gone, the roll-ups that were kept
    of them are given, as far as they are as fine as ``every`` (lake/kept.py). Raises LakeDamaged.
    """
    with transaction.atomic():
        if every is None:
            return Readings.of(ordered(_gather(streams, since, until).rows()))
        return _rolled_up(streams, since, until, every, zone or city_zone())


def parts(streams: Sequence[int] | None, since: datetime, until: datetime) -> Iterator[Readings]:
    """The same readings a UTC day at a time, for what is sent while it is read; days without readings are left out."""
    with transaction.atomic():
        for day in _days_with_readings(since, until):
            begins = max(since, day)
            found = history(streams, begins, min(until, day + _DAY))
            if len(found):
                yield found


def by_id(ids: Sequence[int]) -> Readings:
    """The readings of those ids that there are and the viewer sees, wherever they lie. Raises LakeDamaged."""
    with transaction.atomic():
        manifest.hold_still()
        hot = _together(copied(f"SELECT {COLUMNS} FROM observations_reading WHERE id = ANY (%s)", [list(ids)]))
        missing = sorted(set(map(int, ids)) - set(hot["id"].tolist()))
        overlay = pending()
        lying = _rows_with(_days_of(missing), missing)
        untouched = lying[~np.isin(lying["id"], overlay.ids)]
        touched = overlay.applied(lying[np.isin(lying["id"], overlay.ids)])
        rows = np.concatenate([hot, untouched, touched])
        seen = visible(sorted(set(rows["stream"].tolist())))
        return Readings.of(ordered(rows[np.isin(rows["stream"], seen)]))


def visible(streams: Sequence[int] | None) -> list[int]:
    """Those of the streams (None: of all) that the viewer sees: the database's policies say which."""
    found = Datastream.objects.order_by("id")
    if streams is not None:
        found = found.filter(id__in=[int(one) for one in streams])
    return list(found.values_list("id", flat=True))


def city_zone() -> tzinfo:
    """The zone of the city's civil time; UTC before a city is chosen."""
    try:
        return city.current().tz
    except city.NoCityChosen:
        return UTC


@dataclass(frozen=True, slots=True)
class _Found:
    """What a span is made of: rows in memory (hot, revised), and files with what is left out of them."""

    streams: list[int]
    since: int
    until: int
    days: list[LakeDay]
    without: list[int]
    beside: Rows

    def rows(self) -> Rows:
        """All of it, in no order."""
        if not self.days:
            return self.beside
        from belltower.core.observations.lake.engine import rows_in

        with _engine(self) as connection:
            return rows_in(connection)

    def rolled_up(self, every: Every, zone: tzinfo) -> RollUps:
        with _engine(self) as connection:
            offsets = offsets_between(zone, instant(self.since), instant(self.until))
            sql = duckdb_sql(every, offsets, by_id=self._by_id())
            return of_table(connection.sql(sql).to_arrow_table(), every, zone)

    def _by_id(self) -> bool:
        """Whether first and last need ids: some stream may have two readings at one instant."""
        is_mixed = bool(self.days) and bool(len(self.beside))
        return is_mixed or has_equal_instants(ordered(self.beside)) or any(day.has_equal_instants for day in self.days)


def _rolled_up(streams: Sequence[int] | None, since: datetime, until: datetime, every: Every, zone: tzinfo) -> RollUps:
    """Roll-ups of what there is, and kept ones of the streams and times of which readings are gone."""
    manifest.hold_still()
    gone = kept.gone(visible(streams), since, until, city_zone()) if kept.is_any_gone() else []
    if not gone:
        return _gather(streams, since, until).rolled_up(every, zone)
    inner = kept.inner(every, zone, city_zone())
    rest = sorted(set(visible(streams)) - {stream for one in gone for stream in one.streams})
    parts = [_gather(rest, since, until).rolled_up(inner, zone)]
    for one in gone:
        border = min(until, instant(one.until))
        with whole([]):
            parts.append(kept.read(one, since, border, inner, city_zone()))
        parts.append(_gather(one.streams, max(since, border), until).rolled_up(inner, zone))
    return kept.together(parts, every, zone)


def _gather(streams: Sequence[int] | None, since: datetime, until: datetime) -> _Found:
    """What there is of the span, at one moment: nothing moves into the lake before the transaction ends."""
    manifest.hold_still()
    seen = visible(streams)
    begin, end = micros(since), micros(until)
    if not seen or begin >= end:
        return _Found(seen, begin, max(begin, end), [], [], EMPTY)
    days = [day for day in manifest.days_between(day_of(begin), day_of(end - 1)) if day.rows]
    overlay = pending(None if streams is None else seen)
    beside = np.concatenate([_hot(None if streams is None else seen, since, until), revised(overlay, seen, begin, end)])
    return _Found(seen, begin, end, days, overlay.ids, beside)


def _hot(streams: list[int] | None, since: datetime, until: datetime) -> Rows:
    where = "at >= %s AND at < %s" + ("" if streams is None else " AND stream = ANY (%s)")
    params = [since, until, *([] if streams is None else [streams])]
    return _together(copied(f"SELECT {COLUMNS} FROM observations_reading WHERE {where}", params))


def revised(overlay: Overlay, seen: list[int], begin: int, end: int) -> Rows:
    """Rows of files as revisions made them, those of ``seen`` that now lie in the span."""
    if not overlay.ids:
        return EMPTY
    days = list(LakeDay.objects.filter(day__in=overlay.days))
    now = overlay.applied(_rows_with(days, overlay.ids))
    return now[np.isin(now["stream"], seen) & (now["at"] >= begin) & (now["at"] < end)]


def _together(found: Iterator[Rows]) -> Rows:
    listed = list(found)
    return np.concatenate(listed) if listed else EMPTY


def _days_of(ids: Sequence[int]) -> list[LakeDay]:
    """The closed days in which readings of those ids may lie, by the batches they came with and where they were moved."""
    days: set[LakeDay] = set()
    for id in ids:
        batch = StoredBatch.objects.filter(first_id__lte=id).order_by("-first_id").first()
        if batch and id < batch.first_id + batch.rows:
            days |= set(LakeDay.objects.filter(day__gte=batch.since.date(), day__lte=batch.until.date(), rows__gt=0))
    for moved in Revision.objects.filter(reading__in=ids).exclude(row=None).values_list("row__at", flat=True):
        days |= set(LakeDay.objects.filter(day=datetime.fromisoformat(moved).astimezone(UTC).date(), rows__gt=0))
    return sorted(days, key=lambda day: day.day)


def _days_with_readings(since: datetime, until: datetime) -> list[datetime]:
    manifest.hold_still()
    first, last = day_of(micros(since)), day_of(max(micros(since), micros(until) - 1))
    closed = {one.day for one in manifest.days_between(first, last)}
    days = sorted(closed | {day for day in manifest.hot_days() if first <= day <= last})
    return [datetime(day.year, day.month, day.day, tzinfo=UTC) for day in days]


@contextmanager
def _engine(found: _Found) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB with the view of what was found."""
    from belltower.core.observations.lake.engine import engine, offer

    with whole(found.days), engine() as connection:
        paths = manifest.paths(found.days)
        offer(connection, paths, found.streams, found.since, found.until, without=found.without, beside=found.beside)
        yield connection


def _rows_with(days: Sequence[LakeDay], ids: Sequence[int]) -> Rows:
    from belltower.core.observations.lake.engine import rows_with

    with whole(days):
        return rows_with(manifest.paths([day for day in days if day.rows]), ids)


@contextmanager
def whole(days: Sequence[LakeDay]) -> Iterator[None]:
    """Says of a file that cannot be read that the lake is damaged, never that there are no readings."""
    import duckdb

    try:
        yield
    except (duckdb.IOException, duckdb.InvalidInputException) as error:
        names = ", ".join(day.file for day in days if not files.path_of(day.file).is_file())
        raise LakeDamaged(file=names or "?", reason=str(error).splitlines()[0]) from error
