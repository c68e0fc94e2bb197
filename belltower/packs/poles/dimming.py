# SPDX-License-Identifier: Apache-2.0
"""How brightly a street is lit through a night, and the energy of it: by the sun, the class of the road and the season.

Pure functions. No level and no hour stands here: a bureau's own schedule says them, and where they come from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import pairwise

from belltower.kernel.sun import sun_times


@dataclass(frozen=True, slots=True)
class Step:
    """From this time of the night on, lamps burn at ``level`` of their power (0 to 1).

    ``at``: a time of the city's clock; or None for the begin of the night.
    """

    at: time | None
    level: float

    def __post_init__(self) -> None:
        if not 0 <= self.level <= 1:
            raise ValueError(f"a level is from 0 to 1, not {self.level}")


@dataclass(frozen=True, slots=True)
class Season:
    """Steps for each class of road from a day of the year (month, day) until the next season begins."""

    begins: tuple[int, int]
    steps: Mapping[str, tuple[Step, ...]]


@dataclass(frozen=True, slots=True)
class Schedule:
    """A year of seasons. Lamps go on when the sun sinks below ``on_below_deg`` and out when it rises above it."""

    seasons: tuple[Season, ...]
    on_below_deg: float

    def __post_init__(self) -> None:
        begins = [season.begins for season in self.seasons]
        if not begins or sorted(set(begins)) != begins:
            raise ValueError("a schedule has seasons, in the order of the year, each with a day of its own")

    def season(self, day: date) -> Season:
        """The season of an evening; before the first of the year it is the last of the year before."""
        begun = [season for season in self.seasons if season.begins <= (day.month, day.day)]
        return begun[-1] if begun else self.seasons[-1]


@dataclass(frozen=True, slots=True)
class Burning:
    """A part of a night at one level."""

    begins: datetime
    ends: datetime
    level: float


def night(schedule: Schedule, evening: date, *, road: str, lon: float, lat: float, zone: tzinfo) -> list[Burning]:
    """What lamps of a class of road do from the evening of a day to the morning after, in order, without holes.

    Empty where the sun does not sink; a whole day long where it does not rise. KeyError for a class that the season does not know.
    """
    steps = schedule.season(evening).steps[road]
    begins, ends = _dark(schedule, evening, lon=lon, lat=lat, zone=zone)
    if begins >= ends:
        return []
    starts = [(begins, next((step.level for step in steps if step.at is None), 1.0))]
    starts += sorted((_instant(evening, step.at, zone), step.level) for step in steps if step.at is not None)
    before = [one for one in starts if one[0] <= begins]
    inside = [one for one in starts if begins < one[0] < ends]
    marks = [(begins, before[-1][1]), *inside, (ends, 0.0)]
    return [Burning(here, there, level) for (here, level), (there, _) in pairwise(marks)]


def _dark(schedule: Schedule, evening: date, *, lon: float, lat: float, zone: tzinfo) -> tuple[datetime, datetime]:
    today = sun_times(evening, lon=lon, lat=lat, above_deg=schedule.on_below_deg)
    after = sun_times(evening + timedelta(days=1), lon=lon, lat=lat, above_deg=schedule.on_below_deg)
    noon = datetime.combine(evening, time(12), tzinfo=zone)
    next_noon = datetime.combine(evening + timedelta(days=1), time(12), tzinfo=zone)
    begins = today.sets or (next_noon if today.is_up else noon)
    ends = after.rises or (begins if after.is_up else next_noon)
    return begins, ends


def _instant(evening: date, at: time, zone: tzinfo) -> datetime:
    """A time before noon is of the morning after."""
    return datetime.combine(evening + timedelta(days=at.hour < 12), at, tzinfo=zone)


def energy_kwh(parts: Iterable[Burning], *, watts: float, standing_watts: float = 0.0) -> float:
    """Energy of lamps of ``watts`` together; ``standing_watts`` is what their drivers take beside, whatever the level."""
    return sum(
        (part.level * watts + standing_watts) * ((part.ends - part.begins) / timedelta(hours=1)) / 1000
        for part in parts
    )


def energy_of_year(
    schedule: Schedule, year: int, *, watts_of: Mapping[str, float], lon: float, lat: float, zone: tzinfo
) -> dict[str, float]:
    """Kilowatt hours of all evenings of a year for each class of road; ``watts_of``: the power of its lamps together."""
    return {road: _year(schedule, year, road, watts, (lon, lat), zone) for road, watts in watts_of.items()}


def _year(schedule: Schedule, year: int, road: str, watts: float, where: Sequence[float], zone: tzinfo) -> float:
    first, days = date(year, 1, 1), (date(year + 1, 1, 1) - date(year, 1, 1)).days
    evenings = (first + timedelta(days=number) for number in range(days))
    return sum(
        energy_kwh(night(schedule, evening, road=road, lon=where[0], lat=where[1], zone=zone), watts=watts)
        for evening in evenings
    )
