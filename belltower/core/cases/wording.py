# SPDX-License-Identifier: Apache-2.0
"""How clocks are said on pages and in print, in both languages: units, lengths of time, why something was not counted."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from belltower.core.cases.clocks import Why
from belltower.core.cases.limits import Limit, Unit
from belltower.core.standards.clauses import Verified
from belltower.kernel.texts import Text

WHY = {
    Why.SUSPENDED: Text(zh="挂账暂停", en="suspended"),
    Why.OUTSIDE_HOURS: Text(zh="非工作时间", en="outside working hours"),
    Why.DAY_OFF: Text(zh="非工作日", en="no working day"),
    Why.FIRST_DAY: Text(zh="起算当日不计", en="the day it began is not counted"),
    Why.BROKEN_DAY: Text(zh="当日有暂停，不计", en="it stood still for some of this day"),
    Why.UNDER_WAY: Text(zh="当日未结束，尚未计入", en="the day is not over yet"),
}
VERIFIED = {
    Verified.PRIMARY: Text(zh="已核对原文", en="verified in the text"),
    Verified.TRANSCRIPTION: Text(zh="据转录，待核对", en="after a transcription"),
    Verified.SECONDARY: Text(zh="据二手资料，待核对", en="after a secondary page, to be verified"),
    Verified.UNVERIFIED: Text(zh="本系统假定，未核实", en="assumed, not verified"),
}
_UNITS = {
    Unit.WORKING_HOURS: Text(zh="{n} 工作时", en="{n} working hours"),
    Unit.WORKING_DAYS: Text(zh="{n} 工作日", en="{n} working days"),
    Unit.NATURAL: Text(zh="{n} 小时（自然时）", en="{n} hours of natural time"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS, _HOURS = (
    Text(zh="{d} 天 {h} 小时 {m} 分", en="{d} d {h} h {m} min"),
    Text(zh="{h} 小时 {m} 分", en="{h} h {m} min"),
)


def limit_said(limit: Limit) -> Text:
    """A limit as people say it: "4 working hours"."""
    return amount_said(limit.amount, limit.unit)


def amount_said(amount: timedelta, unit: Unit) -> Text:
    """So much of a unit, to the hundredth."""
    one = timedelta(days=1) if unit is Unit.WORKING_DAYS else timedelta(hours=1)
    return _UNITS[unit].format(n=f"{round(amount / one, 2):g}")


def length_said(length: timedelta) -> Text:
    """A length of time to the minute: "2 h 5 min"."""
    minutes = int(length.total_seconds()) // 60
    days, hours = divmod(minutes // 60, 24)
    return (_DAYS if days else _HOURS).format(d=days, h=hours, m=minutes % 60)


def instant_said(at: datetime, zone: tzinfo) -> Text:
    """An instant in the city's civil time: "2026年11月23日 10:05"."""
    day, at = day_said(at, zone), at.astimezone(zone)
    return Text(zh=f"{day.zh} {at:%H:%M}", en=f"{day.en}, {at:%H:%M}")


def day_said(at: datetime, zone: tzinfo) -> Text:
    """The city's civil day of an instant: "2026年11月23日"."""
    at = at.astimezone(zone)
    return Text(zh=f"{at.year}年{at.month}月{at.day}日", en=f"{at.day} {_MONTHS[at.month - 1]} {at.year}")
