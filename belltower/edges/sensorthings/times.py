# SPDX-License-Identifier: Apache-2.0
"""Times as SensorThings writes them: instants, intervals ``start/end`` and durations, read and written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from belltower.edges.sensorthings.errors import BadQuery, text

_DURATION = re.compile(
    r"^(?P<sign>-)?P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+(?:\.\d+)?)D)?"
    r"(?:T(?:(?P<hours>\d+(?:\.\d+)?)H)?(?:(?P<minutes>\d+(?:\.\d+)?)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?$"
)


@dataclass(frozen=True, slots=True)
class Period:
    """From ``start`` to ``end``; an instant when ``end`` is None."""

    start: datetime
    end: datetime | None = None


def instant(given: str) -> datetime:
    """The instant in UTC of an ISO 8601 text. Raises BadQuery for one without an offset, or that is none."""
    try:
        at = datetime.fromisoformat(given.strip())
    except (ValueError, AttributeError, TypeError):
        raise BadQuery(given=given, reason=text("不是时刻", "it is no instant")) from None
    if at.tzinfo is None:
        raise BadQuery(given=given, reason=text("缺少时区", "it has no offset"))
    return at.astimezone(UTC)


def period(given: str) -> Period:
    """An instant or an interval. Raises BadQuery, also for one that ends before it starts."""
    if not isinstance(given, str):
        raise BadQuery(given=given, reason=text("不是时刻", "it is no instant"))
    start, slash, end = given.partition("/")
    read = Period(instant(start), instant(end) if slash else None)
    if read.end is not None and read.end < read.start:
        raise BadQuery(given=given, reason=text("结束早于开始", "it ends before it starts"))
    return read


def duration(given: str) -> timedelta:
    """An ISO 8601 duration of weeks, days, hours, minutes and seconds. Raises BadQuery."""
    found = _DURATION.match(given)
    if not found or given in ("P", "-P"):
        raise BadQuery(given=given, reason=text("不是时长", "it is no duration"))
    parts = {name: float(value) for name, value in found.groupdict().items() if name != "sign" and value}
    length = timedelta(**parts)
    return -length if found["sign"] else length


def written(at: datetime | None, end: datetime | None = None) -> str | None:
    """``2015-03-01T00:00:00Z`` or ``start/end``, with as many decimals of a second as there are; None for nothing."""
    if at is None:
        return None
    return _one(at) if end is None else f"{_one(at)}/{_one(end)}"


def _one(at: datetime) -> str:
    at = at.astimezone(UTC)
    whole = at.strftime("%Y-%m-%dT%H:%M:%S") if at.year >= 1000 else at.replace(tzinfo=None, microsecond=0).isoformat()
    if not at.microsecond:
        return whole + "Z"
    digits = f"{at.microsecond:06d}"
    return f"{whole}.{digits[:3] if digits.endswith('000') else digits}Z"
