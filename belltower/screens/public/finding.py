# SPDX-License-Identifier: Apache-2.0
"""Which stations and toilets are near, open at a time, and have what is wished for. What nobody knows is said to be unknown."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from belltower.core.cases.deadlines import calendar_of
from belltower.core.places import city
from belltower.core.places.kinds import register
from belltower.core.places.models import Asset, Life
from belltower.core.places.near import nearest
from belltower.core.receiving.showing import SEEN
from belltower.kernel.amenities import Amenity, amenities, has_all
from belltower.kernel.hours import BadHours, read_hours
from belltower.kernel.packs import Secrecy
from belltower.kernel.texts import Text

ROUND, METRES_A_MINUTE = 4 / 3, 75.0
LOOKED_AT, SHOWN, LISTED = 300, 12, 1000


@dataclass(frozen=True, slots=True)
class Place:
    """One that may be shown. ``is_open`` None: nobody wrote its hours down, or not so that they can be read."""

    uid: str
    kind: Text
    title: Text
    hours: str
    is_open: bool | None
    has: frozenset[Amenity]
    lon: float
    lat: float
    metres: int | None = None

    @property
    def minutes(self) -> int | None:
        """On foot."""
        return None if self.metres is None else max(1, round(self.metres * ROUND / METRES_A_MINUTE))

    @property
    def offers(self) -> list[Text]:
        """What it is known to have, in a fixed order."""
        return [one.text for one in Amenity if one in self.has]


def kinds() -> list[str]:
    """The kinds that residents look for: those whose places are planned, and what such a place may come from."""
    known = register()
    found = dict.fromkeys(name for one in known.sitings.values() for name in (one.kind, *one.candidates))
    return [name for name in found if known.kind(name).secrecy == Secrecy.PUBLIC]


def near(lon: float, lat: float, at: datetime, wishes: Collection[Amenity]) -> list[Place]:
    """The nearest that are open at a moment of the city's clock and have it all; after them those whose hours nobody knows."""
    rows = nearest(lon, lat, count=LOOKED_AT, kinds=kinds(), scope=SEEN)
    metres = {str(one.uid): one.distance_m for one in rows if one.life == Life.IN_SERVICE}
    assets = Asset.objects.filter(uid__in=metres).defer("geometry", "words")
    found = [one for one in _places(assets, at, metres) if one.is_open is not False and has_all(one.has, wishes)]
    found.sort(key=lambda one: (one.is_open is None, one.metres or 0, one.uid))
    return found[:SHOWN]


def everywhere(at: datetime, path: str) -> list[Place]:
    """All that are in service below an area, by name: for a list that is printed."""
    assets = Asset.objects.filter(
        kind__in=kinds(), life=Life.IN_SERVICE, lon__isnull=False, area__path__startswith=path
    )
    return sorted(
        _places(assets.defer("geometry", "words")[:LISTED], at, {}), key=lambda one: (one.title.say("zh"), one.uid)
    )


def _places(assets: Iterable[Asset], at: datetime, metres: dict[str, float]) -> Iterable[Place]:
    known, calendar, days = register(), calendar_of(city.current()), dict[date, bool]()

    def is_holiday(day: date) -> bool:
        if day not in days:
            days[day] = day.weekday() < 5 and not calendar.verdict(day).is_working
        return days[day]

    for one in assets:
        kind, away = known.kind(one.kind), metres.get(str(one.uid))
        hours = str(one.fields.get("opening_hours") or "")
        yield Place(
            str(one.uid), kind.title, one.title or Text(one.key), hours, _is_open(hours, at, is_holiday),
            amenities(one.fields, gb_code=kind.gb_code), float(one.lon or 0), float(one.lat or 0), None if away is None else round(away),
        )  # fmt: skip


def _is_open(hours: str, at: datetime, is_holiday: Any) -> bool | None:
    try:
        return read_hours(hours).is_open(at, is_holiday) if hours else None
    except BadHours:
        return None
