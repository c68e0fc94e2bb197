# SPDX-License-Identifier: Apache-2.0
"""Lengths of civil time (ISO 8601 with years, months, weeks and days), and the date that lies one away from another."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

_WRITTEN = re.compile(r"P(?=\d)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?")


@dataclass(frozen=True, slots=True)
class CivilDuration:
    """Whole months and days. P2Y is 24 months."""

    months: int
    days: int

    @classmethod
    def read(cls, written: str) -> CivilDuration:
        """From ISO 8601 such as P24M, P2Y6M, P3W or P90D. Raises ValueError."""
        found = _WRITTEN.fullmatch(written)
        if not found:
            raise ValueError(f"{written!r} is no duration of whole days such as P24M or P90D")
        years, months, weeks, days = (int(part or 0) for part in found.groups())
        return cls(years * 12 + months, weeks * 7 + days)

    def after(self, day: date, times: int = 1) -> date:
        """The date so long after ``day`` (before it with ``times=-1``); a day that its month lacks is its last.

        Months first, then days, as a person counts. Raises OverflowError outside the years 1 to 9999.
        """
        year, month = divmod(day.year * 12 + day.month - 1 + times * self.months, 12)
        if not 1 <= year <= 9999:
            raise OverflowError(f"year {year}")
        last = calendar.monthrange(year, month + 1)[1]
        return date(year, month + 1, min(day.day, last)) + timedelta(days=times * self.days)
