# SPDX-License-Identifier: Apache-2.0
"""The proof of a clock: from its spans alone, that nothing is left out or counted twice, and that the limit is used up when it says.

It knows nothing of calendars and tables: what is counted of a day stands in the clock, with the calendar's verdict.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise

from belltower.core.cases.clocks import Clock, Segment, Why, amount_of
from belltower.core.cases.limits import Unit
from belltower.kernel.instants import day_bounds
from belltower.kernel.texts import Text

_GAP = Text(zh="{at} 处前后不相接", en="it does not join up at {at}")
_NOT_WORKED = Text(
    zh="{at} 起的一段不应计入：当日不是工作日", en="what begins at {at} is counted on a day that is not worked"
)
_PART_OF_DAY = Text(zh="{day} 未整日计入，却按一日计算", en="{day} is counted as a day and not covered as a whole")
_FIRST = Text(zh="起始当日 {day} 被计入", en="the day on which it began, {day}, is counted")
_USED = Text(zh="已用 {said}，各段合计 {found}", en="it says that {said} are used; the spans come to {found}")
_SUM = Text(
    zh="至 {at} 各段合计 {found}，时限为 {limit}", en="until {at} the spans come to {found}; the limit is {limit}"
)
_LATE = Text(zh="{at} 之前已满时限", en="the limit was used up before {at}")


def check(clock: Clock) -> list[Text]:
    """What does not hold of the clock; nothing where it is proved.

    Its spans join up from its beginning; only working days and never suspended time are counted; what was counted until the
    limit is used up (or would be, if it were resumed now) comes to the limit exactly, and ends there.
    """
    return [*_joined(clock), *_days(clock), *_sums(clock)]


def _joined(clock: Clock) -> Iterator[Text]:
    ends = [clock.began_at, *(instant for one in clock.spans for instant in (one.begin, one.end)), clock.seen_at]
    for before, after in zip(ends[::2], ends[1::2], strict=True):
        if before != after:
            yield _GAP.format(at=after)
    for one, following in pairwise(clock.ahead):
        if one.end != following.begin:
            yield _GAP.format(at=following.begin)
    if any(one.begin >= one.end for one in (*clock.spans, *clock.ahead)):
        yield _GAP.format(at=clock.began_at)


def _days(clock: Clock) -> Iterator[Text]:
    if clock.unit is Unit.NATURAL:
        return
    counted = _counted((*clock.spans, *clock.ahead))
    yield from (_NOT_WORKED.format(at=one.begin) for one in counted if not (one.verdict and one.verdict.is_working))
    if clock.unit is Unit.WORKING_DAYS:
        first = clock.began_at.astimezone(clock.zone).date()
        yield from (_FIRST.format(day=first) for one in counted if one.day == first)
        for day in dict.fromkeys(one.day for one in counted if one.day):
            if not _is_whole([one for one in counted if one.day == day], day, clock):
                yield _PART_OF_DAY.format(day=day)


def _is_whole(spans: Sequence[Segment], day: date, clock: Clock) -> bool:
    begin, end = day_bounds(day, clock.zone)
    return (spans[0].begin, spans[-1].end) == (begin, end) and all(one.end == two.begin for one, two in pairwise(spans))


def _sums(clock: Clock) -> Iterator[Text]:
    if (used := amount_of(clock.spans, clock.unit)) != clock.used:
        yield _USED.format(said=clock.used, found=used)
    at = clock.used_up_at or clock.due_if_resumed_now
    if clock.limit is None or at is None:
        return
    before = [one for one in _counted((*clock.spans, *clock.ahead)) if one.begin < at]
    found = _until(before, at, clock.unit)
    if found != clock.limit.amount:
        yield _SUM.format(at=at, found=found, limit=clock.limit.amount)
    if before and before[-1].end < at:
        yield _LATE.format(at=at)


def _until(before: Sequence[Segment], at: datetime, unit: Unit) -> timedelta:
    past = max(before[-1].end - at, timedelta(0)) if before and unit is not Unit.WORKING_DAYS else timedelta(0)
    return amount_of(before, unit) - past


def _counted(spans: Sequence[Segment]) -> list[Segment]:
    return [one for one in spans if one.why is Why.COUNTED]
