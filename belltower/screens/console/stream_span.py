# SPDX-License-Identifier: Apache-2.0
"""Which span of a stream a page shows, as its address states it, how finely, and the spans beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from belltower.core.observations.rollups import Every

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SPANS = {"1h": HOUR, "6h": 6 * HOUR, "24h": DAY, "7d": 7 * DAY, "30d": 30 * DAY, "1y": 365 * DAY}
USUAL = "24h"
SHORTEST, LONGEST = timedelta(minutes=1), 40 * 365 * DAY
# A trend is some 700 points wide: finer roll-ups than these show no more.
FINEST: tuple[tuple[timedelta, Every | None], ...] = ((6 * HOUR, None), (36 * HOUR, "minute"), (62 * DAY, "hour"))


@dataclass(frozen=True, slots=True)
class Span:
    """[since, until), both aware; ``name`` is the word of SPANS it was asked by, "" where it was given by its ends."""

    since: datetime
    until: datetime
    name: str = ""

    @property
    def length(self) -> timedelta:
        return self.until - self.since

    @property
    def every(self) -> Every | None:
        """The roll-up that this span is shown by; None for the readings themselves."""
        return next((every for length, every in FINEST if self.length <= length), "day")

    def beside(self, zone: tzinfo) -> dict[str, dict[str, str]]:
        """Spans one step away, as words of an address: earlier, later, closer (half of it), wider (twice)."""
        half, quarter = self.length / 2, self.length / 4
        spans = {
            "earlier": (self.since - half, self.until - half),
            "later": (self.since + half, self.until + half),
            "closer": (self.since + quarter, self.until - quarter),
            "wider": (self.since - half, self.until + half),
        }
        return {
            name: {"since": local(since, zone), "until": local(until, zone)}
            for name, (since, until) in spans.items()
            if SHORTEST <= until - since <= LONGEST and since.year > 1970
        }


def read(asked: Mapping[str, str], *, now: datetime, zone: tzinfo) -> Span:
    """The span of a query string: ``span`` up to now, or ``since`` and ``until`` in civil time; else the usual one."""
    since, until = _instant(asked.get("since", ""), zone), _instant(asked.get("until", ""), zone)
    if since and until and SHORTEST <= until - since <= LONGEST:
        return Span(since, until)
    name = asked.get("span", "") if asked.get("span") in SPANS else USUAL
    return Span(now - SPANS[name], now, name)


def local(at: datetime, zone: tzinfo) -> str:
    """An instant as an input of civil time takes it: 2026-11-23T14:05:00."""
    return at.astimezone(zone).replace(tzinfo=None).isoformat(timespec="seconds")


def _instant(given: str, zone: tzinfo) -> datetime | None:
    try:
        found = datetime.fromisoformat(given)
    except ValueError:
        return None
    if not 1971 <= found.year <= 2200:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
