# SPDX-License-Identifier: Apache-2.0
"""Opening hours as people write them, and whether something is open at a moment of the city's clock. Pure.

"06:00-22:00", "24h", "全天", "20:00-02:00" (over midnight), "Mo-Fr 08:00-12:00,14:00-18:00; Sa-Su 09:00-17:00; PH closed".
The last part that names a day holds for it; a part without days is for all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text

DAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")
HOLIDAY = "ph"
_CHINESE = {f"周{name}": day for name, day in zip("一二三四五六日", DAYS, strict=True)} | {
    "周天": "su", "节假日": HOLIDAY, "休息": "closed", "不开放": "closed", "全天": "00:00-24:00", "至": "-", "：": ":", "；": ";",
    "，": ",", "—": "-", "–": "-", "～": "-", "~": "-", "工作日": "mo-fr ", "周末": "sa-su ",
}  # fmt: skip
_SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_PART = re.compile(r"^((?:(?:mo|tu|we|th|fr|sa|su|ph)(?:-(?:mo|tu|we|th|fr|sa|su))?,?)*)(.*)$")
_DAY = 24 * 60


class BadHours(Refusal):
    """A text that says no opening hours."""

    code = "bad_hours"
    sentence = Text(
        zh="“{given}”不是开放时间。请写成 06:00-22:00，或 Mo-Fr 08:00-18:00; Sa-Su 09:00-17:00。",
        en="'{given}' says no opening hours. Write 06:00-22:00, or Mo-Fr 08:00-18:00; Sa-Su 09:00-17:00.",
    )


@dataclass(frozen=True, slots=True)
class Hours:
    """By day of the week and for holidays (None: as the weekday) the spans in minutes; one may end after midnight."""

    week: tuple[tuple[tuple[int, int], ...], ...]
    holiday: tuple[tuple[int, int], ...] | None = None

    def spans_on(self, day: date, *, is_holiday: bool) -> tuple[tuple[int, int], ...]:
        """What begins on a day."""
        return self.holiday if is_holiday and self.holiday is not None else self.week[day.weekday()]

    def is_open(self, at: datetime, is_holiday: Callable[[date], bool] = lambda day: False) -> bool:
        """Whether it is open at a moment of the city's own clock; a span that began yesterday may last. The end is not in it."""
        day, minute = at.date(), at.hour * 60 + at.minute
        before = day - timedelta(days=1)
        today = self.spans_on(day, is_holiday=is_holiday(day))
        last = self.spans_on(before, is_holiday=is_holiday(before))
        return any(begin <= minute < end for begin, end in today) or any(
            begin <= minute + _DAY < end for begin, end in last
        )


def read_hours(given: str) -> Hours:
    """Raises BadHours."""
    text = given.strip().lower()
    for word, meant in _CHINESE.items():
        text = text.replace(word, meant)
    text = text.replace("24h", "00:00-24:00").replace("24/7", "00:00-24:00")
    week: list[tuple[tuple[int, int], ...]] = [()] * 7
    holiday: tuple[tuple[int, int], ...] | None = None
    parts = [re.sub(r"\s+", "", one) for one in text.split(";") if one.strip()]
    if not parts:
        raise BadHours(given=given[:80])
    for part in parts:
        found = _PART.match(part)
        assert found
        spans, days = _spans(found[2], given), [one for one in found[1].split(",") if one]
        if HOLIDAY in days:
            holiday = spans
        for day in _days(days, given) if days else range(7):
            week[day] = spans
    return Hours(tuple(week), holiday)


def _days(names: list[str], given: str) -> Iterator[int]:
    for name in names:
        if name == HOLIDAY:
            continue
        first, _, last = name.partition("-")
        begin, end = DAYS.index(first), DAYS.index(last or first)
        if end < begin:
            end += 7
        yield from (number % 7 for number in range(begin, end + 1))


def _spans(said: str, given: str) -> tuple[tuple[int, int], ...]:
    if said in ("closed", "off"):
        return ()
    found = []
    for one in said.split(","):
        match = _SPAN.fullmatch(one)
        if match is None:
            raise BadHours(given=given[:80])
        begin, end = int(match[1]) * 60 + int(match[2]), int(match[3]) * 60 + int(match[4])
        if int(match[2]) > 59 or int(match[4]) > 59 or begin >= _DAY or end > _DAY:
            raise BadHours(given=given[:80])
        found.append((begin, end if end > begin else end + _DAY))
    return tuple(found)
