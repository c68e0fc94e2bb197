# SPDX-License-Identifier: Apache-2.0
"""What countries have published about their working days, as two libraries know it; loaded when first asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from belltower.kernel.calendar import DayException, DayVerdict, Published, WorkingCalendar
from belltower.kernel.texts import Text

# The earliest December day that the next year's notice has changed so far is the 29th; a few days more for safety.
_NEW_YEAR_REACHES_BACK_TO = 25
# A statute fixes the holidays of the United States for years ahead; beyond this horizon nobody should rely on it.
_STATUTE_FROM, _STATUTE_UNTIL = 2000, 2041


def calendar(country: str, subdivision: str | None = None, exceptions: Sequence[DayException] = ()) -> WorkingCalendar:
    """The working calendar of a country (ISO 3166: CN or US) or its subdivision, with a city's own exceptions."""
    return WorkingCalendar(published(country, subdivision), tuple(exceptions))


@lru_cache(maxsize=8)
def published(country: str, subdivision: str | None = None) -> Published:
    """What is published for that country. Raises ValueError for one that no library here covers."""
    if country == "CN":
        return _china()
    if country == "US":
        return _united_states(subdivision)
    raise ValueError(f"No calendar of public holidays for {country!r}.")


def _china() -> Published:
    """The State Council's yearly notices, with make-up days, as ``chinesecalendar`` carries them.

    The notice for a year also settles the last days of the December before it (in 2018 the 29th became a working
    Saturday, and Monday the 31st a holiday, by the notice for 2019): they stay provisional until it appears.
    """
    from chinese_calendar.constants import Holiday, holidays, workdays

    def named(name: str, *, is_working: bool) -> DayVerdict:
        zh, en = Holiday(name).chinese, Holiday(name).value
        because = Text(zh=f"{zh}调休上班", en=f"Make-up day for {en}") if is_working else Text(zh=zh, en=en)
        return DayVerdict(is_working, False, because)

    days = {day: named(name, is_working=False) for day, name in holidays.items()}
    days |= {day: named(name, is_working=True) for day, name in workdays.items()}
    return Published(date(min(days).year, 1, 1), date(max(days).year, 12, _NEW_YEAR_REACHES_BACK_TO), days)


def _united_states(subdivision: str | None) -> Published:
    """Federal and local public holidays by statute, with the days they are observed on, as ``holidays`` has them."""
    import holidays

    found = holidays.country_holidays("US", subdiv=subdivision, years=range(_STATUTE_FROM, _STATUTE_UNTIL))
    days = {
        day: DayVerdict(False, False, Text(zh=f"公共假日（{name}）", en=name))
        for day, name in sorted(found.items())
        if _STATUTE_FROM <= day.year < _STATUTE_UNTIL
    }
    return Published(date(_STATUTE_FROM, 1, 1), date(_STATUTE_UNTIL, 1, 1), days)
