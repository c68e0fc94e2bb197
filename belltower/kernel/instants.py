# SPDX-License-Identifier: Apache-2.0
"""Instants, always in UTC, and the civil days of a city, which may have 23, 24 or 25 hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text


class BadInstant(Refusal):
    """A text or value that is not one instant."""

    code = "bad_instant"
    sentence = Text(
        zh="“{given}”不是明确的时刻：{reason}。请写成带时区的形式，例如 2026-11-23T08:00:00+08:00。",
        en="'{given}' is not one instant: {reason}. Write it with its offset, such as 2026-11-23T08:00:00+08:00.",
    )


class UnknownZone(Refusal):
    """A name that is no time zone of the IANA database."""

    code = "unknown_zone"
    sentence = Text(
        zh="不认识时区“{given}”。请使用 IANA 名称，例如 Asia/Shanghai。",
        en="There is no time zone '{given}'. Use an IANA name, such as Asia/Shanghai.",
    )


def now() -> datetime:
    """This instant. Only the outermost layer asks; everything inside is given ``now``."""
    return datetime.now(UTC)


def parse_instant(given: str | datetime) -> datetime:
    """The instant in UTC of an ISO 8601 text or a datetime. Raises BadInstant for one without an offset."""
    try:
        read = given if isinstance(given, datetime) else datetime.fromisoformat(given.strip())
    except ValueError:
        raise BadInstant(given=given, reason=Text(zh="无法读取", en="it cannot be read")) from None
    if read.tzinfo is None:
        raise BadInstant(given=given, reason=Text(zh="没有时区", en="it has no offset"))
    return _as_utc(read)


def civil_instant(local: datetime, zone: str | ZoneInfo) -> datetime:
    """The instant in UTC at which clocks in ``zone`` show ``local`` (a naive datetime).

    Of an hour that comes twice the first is meant. Raises BadInstant for an hour that the clocks skip.
    """
    if local.tzinfo is not None:
        raise ValueError("A local time has no offset of its own; use parse_instant.")
    at = local.replace(tzinfo=zone_of(zone)).astimezone(UTC)
    if at.astimezone(zone_of(zone)).replace(tzinfo=None, fold=0) != local.replace(fold=0):
        reason = Text(zh="当地时钟跳过了这一时间", en="the clocks there skip it")
        raise BadInstant(given=local.isoformat(sep=" "), reason=reason)
    return at


def civil_day(instant: datetime, zone: str | ZoneInfo) -> date:
    """The day that calendars in ``zone`` show at ``instant``. Raises BadInstant for a naive one."""
    return parse_instant(instant).astimezone(zone_of(zone)).date()


def day_bounds(day: date, zone: str | ZoneInfo) -> tuple[datetime, datetime]:
    """The half-open span in UTC of a civil day: its first instant and the first of the next day.

    The days of a zone follow each other without gap or overlap, through every change of its clocks.
    """
    midnight = datetime.combine(day, time())
    return first_instant(midnight, zone), first_instant(midnight + timedelta(days=1), zone)


def first_instant(local: datetime, zone: str | ZoneInfo) -> datetime:
    """The first instant in UTC at which clocks in ``zone`` show ``local`` (a naive datetime), or have skipped it."""
    if local.tzinfo is not None:
        raise ValueError("A local time has no offset of its own; use parse_instant.")
    there = local.replace(tzinfo=zone_of(zone), fold=0)
    at = _as_utc(there)
    return at if at.astimezone(there.tzinfo).replace(tzinfo=None, fold=0) == local else _end_of_gap(at, zone_of(zone))


@lru_cache(maxsize=64)
def zone_of(zone: str | ZoneInfo) -> ZoneInfo:
    """The IANA time zone of that name. Raises UnknownZone."""
    try:
        return zone if isinstance(zone, ZoneInfo) else ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownZone(given=zone) from None


def _end_of_gap(after: datetime, zone: ZoneInfo) -> datetime:
    """The instant of the clock change that skipped it, by bisection to the second (changes fall on seconds)."""
    early, late = int((after - timedelta(days=1)).timestamp()), int((after + timedelta(days=1)).timestamp())
    begun = _offset(early, zone)
    while late - early > 1:
        middle = (early + late) // 2
        early, late = (middle, late) if _offset(middle, zone) == begun else (early, middle)
    return datetime.fromtimestamp(late, UTC)


def _offset(second: int, zone: ZoneInfo) -> timedelta | None:
    return datetime.fromtimestamp(second, zone).utcoffset()


def _as_utc(aware: datetime) -> datetime:
    try:
        return aware.astimezone(UTC)
    except OverflowError:
        reason = Text(zh="超出可表示的年份", en="it is beyond the years that can be counted")
        raise BadInstant(given=aware.isoformat(), reason=reason) from None
