# SPDX-License-Identifier: Apache-2.0
"""Roll-ups: count, mean, least, greatest, first and last of a stream's readings by minute, hour or civil day.

One Ibis expression says it for every engine; on one machine DuckDB runs it. Only numbers count that are good or
uncertain: a bad reading, and one that is no number, are in the readings and not in their roll-ups.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from belltower.core.observations.lake.rows import instant, micros

if TYPE_CHECKING:
    import ibis
    import pyarrow as pa

Every = Literal["minute", "hour", "day"]
Engine = Literal["duckdb", "pyspark"]
Offsets = tuple[tuple[int, int], ...]

WIDTHS: dict[Every, int] = {"minute": 60_000_000, "hour": 3_600_000_000, "day": 86_400_000_000}
BAD = 2
READINGS = "readings"
KEPT = "kept"
# The one word that engines do not share: an instant as microseconds since 1970.
_MICROS: dict[Engine, str] = {"duckdb": "epoch_us", "pyspark": "unix_micros"}


@dataclass(frozen=True, slots=True)
class RollUps:
    """One row for a stream and span that has readings, ordered by stream and ``at``, the instant the span begins (µs)."""

    stream: NDArray[np.int64]
    at: NDArray[np.int64]
    count: NDArray[np.int64]
    mean: NDArray[np.float64]
    min: NDArray[np.float64]
    max: NDArray[np.float64]
    first: NDArray[np.float64]
    last: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.stream)


def offsets_between(zone: tzinfo, since: datetime, until: datetime) -> Offsets:
    """From when on (µs) a zone's civil time is how far (µs) ahead of UTC; the first holds from ``since`` or before."""
    at, found = since.astimezone(UTC), [(micros(since), _offset(zone, since))]
    while at < until:
        following = min(at + timedelta(days=1), until.astimezone(UTC))
        if _offset(zone, following) != found[-1][1]:
            changed = _change_between(zone, at, following)
            found.append((micros(changed), _offset(zone, changed)))
        at = following
    return tuple(found)


def _offset(zone: tzinfo, at: datetime) -> int:
    offset = at.astimezone(zone).utcoffset()
    return 0 if offset is None else offset // timedelta(microseconds=1)


def _change_between(zone: tzinfo, early: datetime, late: datetime) -> datetime:
    """The second from which on civil time is what it is at ``late``."""
    low, high = int(early.timestamp()), int(late.timestamp()) + 1
    while high - low > 1:
        middle = (low + high) // 2
        is_new = _offset(zone, datetime.fromtimestamp(middle, UTC)) == _offset(zone, late)
        low, high = (low, middle) if is_new else (middle, high)
    return datetime.fromtimestamp(high, UTC)


def expression(every: Every, offsets: Offsets, *, engine: Engine, by_id: bool) -> ibis.Table:
    """The roll-up of a table READINGS (id, stream, at, value, quality) by stream and ``bucket``.

    ``bucket`` is when the span begins, in microseconds since 1970: of minutes and hours in UTC, of days as civil time
    (see begins). ``by_id``: among readings of one instant the first is that with the least id, the last that with the
    greatest; it costs time, and is needed only where a stream has two at one instant.
    """
    import ibis
    from ibis import _

    words = _words(engine)
    readings = ibis.table(_schema(), name=READINGS).filter(_.value.notnull(), _.quality < BAD)
    us = words["micros"](_["at"])
    ahead = _ahead(us, offsets)
    local = us + ahead
    floor = local - local % WIDTHS[every]
    order = ibis.struct({"at": _["at"], "id": _.id}) if by_id else _["at"]
    return readings.group_by(stream=_.stream, bucket=floor if every == "day" else floor - ahead).aggregate(
        count=_.count(),
        mean=_.value.mean(),
        min=_.value.min(),
        max=_.value.max(),
        first=words["min_by"](_.value, order),
        last=words["max_by"](_.value, order),
    )


def again(every: Every, offsets: Offsets, *, engine: Engine) -> ibis.Table:
    """The roll-up of a table KEPT of finer roll-ups (stream, ``at`` in µs, count, mean, min, max, first, last).

    It says what the readings themselves would: each finer span lies within one of ``every``.
    """
    import ibis
    from ibis import _

    words = _words(engine)
    kept = ibis.table(KEPT_COLUMNS, name=KEPT)
    ahead = _ahead(_["at"], offsets)
    local = _["at"] + ahead
    floor = local - local % WIDTHS[every]
    return kept.group_by(stream=_.stream, bucket=floor if every == "day" else floor - ahead).aggregate(
        count=_["count"].sum(),
        mean=(_["mean"] * _["count"]).sum() / _["count"].sum(),
        min=_["min"].min(),
        max=_["max"].max(),
        first=words["min_by"](_["first"], _["at"]),
        last=words["max_by"](_["last"], _["at"]),
    )


KEPT_COLUMNS = dict.fromkeys(("stream", "at", "count"), "int64") | dict.fromkeys(
    ("mean", "min", "max", "first", "last"), "float64"
)
"""Of a table KEPT, and their types."""


def _schema() -> dict[str, str]:
    return {"id": "int64", "stream": "int64", "at": "timestamp('UTC')", "value": "float64", "quality": "int16"}


def _ahead(us: Any, offsets: Offsets) -> Any:
    """How far civil time is ahead of UTC at an instant: a number, where it never changes in the span."""
    import ibis

    if len(offsets) == 1:
        return offsets[0][1]
    cases = [(us < following[0], before[1]) for before, following in itertools.pairwise(offsets)]
    return ibis.cases(*cases, else_=offsets[-1][1])


@lru_cache(maxsize=4)
def _words(engine: Engine) -> dict[str, Any]:
    """Functions that the engines have and Ibis has no word for. Ibis' own argmin sorts every group."""
    import ibis

    # Signatures are told to Ibis by annotation; these have their types given, since the module's are strings.
    def micros_of(at): ...  # type: ignore[no-untyped-def]
    def min_by(value, order): ...  # type: ignore[no-untyped-def]
    def max_by(value, order): ...  # type: ignore[no-untyped-def]

    micros_of.__annotations__ = {"return": int}
    for each in (min_by, max_by):
        each.__annotations__ = {"value": float, "return": float}
    return {
        "micros": ibis.udf.scalar.builtin(micros_of, name=_MICROS[engine]),
        "min_by": ibis.udf.agg.builtin(min_by, name="min_by"),
        "max_by": ibis.udf.agg.builtin(max_by, name="max_by"),
    }


@lru_cache(maxsize=256)
def duckdb_sql(every: Every, offsets: Offsets, *, by_id: bool = True) -> str:
    """The expression as DuckDB's SQL, over a table or view READINGS."""
    import ibis

    return str(ibis.to_sql(expression(every, offsets, engine="duckdb", by_id=by_id), dialect="duckdb"))


@lru_cache(maxsize=64)
def duckdb_again(every: Every, offsets: Offsets) -> str:
    """Roll-ups of roll-ups as DuckDB's SQL, over a table or view KEPT."""
    import ibis

    return str(ibis.to_sql(again(every, offsets, engine="duckdb"), dialect="duckdb"))


def begins(bucket: NDArray[np.int64], every: Every, zone: tzinfo) -> NDArray[np.int64]:
    """The instants (µs) at which buckets begin: a civil day's midnight in ``zone``, whatever its length."""
    if every != "day":
        return bucket
    days, where = np.unique(bucket, return_inverse=True)
    starts = [micros(instant(day).replace(tzinfo=zone)) for day in days.tolist()]
    return np.array(starts, np.int64)[where]


def of_table(table: pa.Table, every: Every, zone: tzinfo) -> RollUps:
    """Roll-ups of what the expression gave, put in order."""
    columns = {name: table.column(name).to_numpy() for name in table.column_names}
    at = begins(columns["bucket"].astype(np.int64), every, zone)
    order = np.lexsort((at, columns["stream"]))
    numbers = {name: columns[name][order] for name in ("count", "mean", "min", "max", "first", "last")}
    return RollUps(stream=columns["stream"][order], at=at[order], **numbers)
