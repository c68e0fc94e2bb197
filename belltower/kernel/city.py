# SPDX-License-Identifier: Apache-2.0
"""The profile of a city, as data: everything in which one installation's city differs from another's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from belltower.kernel.calendar import DayException
from belltower.kernel.codes import BadCode, check_district_code
from belltower.kernel.plane import BadPlane, MetricPlane
from belltower.kernel.reading import Misread, Reader
from belltower.kernel.texts import LANGUAGES, Text

LEVELS = ("city", "district", "street", "community", "grid")
COUNTRIES = ("CN", "US")


class BadProfile(Misread):
    """A city profile that cannot be used."""

    code = "bad_profile"
    sentence = Text(
        zh="城市档案 {source} 的“{key}”有误：{reason}。{hint}",
        en="The city profile {source} is wrong at '{key}': {reason}. {hint}",
    )


@dataclass(frozen=True, slots=True)
class LevelName:
    """What a level of areas is called in this city, and how many characters its codes have."""

    level: str
    name: Text
    code_length: int


CHINESE_LEVELS = (
    LevelName("city", Text(zh="市", en="City"), 6),
    LevelName("district", Text(zh="区县", en="District"), 6),
    LevelName("street", Text(zh="街道", en="Street"), 9),
    LevelName("community", Text(zh="社区", en="Community"), 12),
    LevelName("grid", Text(zh="单元网格", en="Unit grid"), 15),
)


@dataclass(frozen=True, slots=True)
class District:
    """A district of the city with its official code."""

    code: str
    name: Text


@dataclass(frozen=True, slots=True)
class Hours:
    """A span of working time within one day, half-open, in the city's civil time."""

    begin: time
    end: time

    def __str__(self) -> str:
        return f"{self.begin:%H:%M}-{self.end:%H:%M}"


@dataclass(frozen=True, slots=True)
class CityProfile:
    """One city. ``plane`` is an EPSG number or PROJ definition in metres, ``centre`` WGS 84 (longitude, latitude).

    ``country`` and ``subdivision`` (ISO 3166) choose the calendar of public holidays; ``calendar_exceptions`` win
    over it.
    """

    name: Text
    code: str
    country: str
    zone: str
    plane: str
    centre: tuple[float, float]
    subdivision: str | None = None
    languages: tuple[str, ...] = LANGUAGES
    levels: tuple[LevelName, ...] = CHINESE_LEVELS
    districts: tuple[District, ...] = ()
    working_hours: tuple[Hours, ...] = ()
    calendar_exceptions: tuple[DayException, ...] = ()

    @property
    def tz(self) -> ZoneInfo:
        """The city's time zone."""
        return ZoneInfo(self.zone)

    def level(self, level: str) -> LevelName:
        """What the city calls that level (``city`` ... ``grid``). Raises KeyError for another word."""
        return {one.level: one for one in self.levels}[level]

    def level_of(self, code: str) -> str:
        """The level an area code of this city is of, by its length; the city's own code is the city's.

        Raises BadCode for a length that no level has.
        """
        lower = (one.level for one in self.levels if one.level != "city" and one.code_length == len(code))
        if level := "city" if code == self.code else next(lower, None):
            return level
        lengths = ", ".join(str(one.code_length) for one in self.levels)
        reason = Text(zh=f"长度应为 {lengths} 之一", en=f"it has none of the lengths {lengths}")
        raise BadCode(given=code, what=Text(zh="区域代码", en="area code"), reason=reason)

    def as_json(self) -> dict[str, Any]:
        """The profile as stored; ``read`` gives the same profile back."""
        return {
            "name": self.name.as_json(),
            "code": self.code,
            "country": self.country,
            "subdivision": self.subdivision,
            "zone": self.zone,
            "plane": self.plane,
            "centre": list(self.centre),
            "languages": list(self.languages),
            "levels": [
                {"level": one.level, "name": one.name.as_json(), "code_length": one.code_length} for one in self.levels
            ],
            "districts": [{"code": one.code, "name": one.name.as_json()} for one in self.districts],
            "working_hours": [str(one) for one in self.working_hours],
            "calendar_exceptions": [
                {"day": one.day.isoformat(), "is_working": one.is_working, "because": one.because.as_json()}
                for one in self.calendar_exceptions
            ],
        }


def read(mapping: Mapping[str, Any], *, source: str = "(data)") -> CityProfile:
    """The profile that YAML or JSON holds. Raises BadProfile, which names ``source``, the key and what is wrong."""
    reader = Reader(mapping, source, BadProfile)
    reader.only(one.name for one in fields(CityProfile))
    country = reader.one_of("country", COUNTRIES)
    return CityProfile(
        name=reader.text("name"),
        code=_code(reader, country),
        country=country,
        subdivision=reader.string("subdivision") if reader.has("subdivision") else None,
        zone=reader.one_of("zone", sorted(available_timezones())),
        plane=_plane(reader, "plane"),
        centre=_centre(reader, "centre"),
        languages=tuple(one.one_of(key, LANGUAGES) for one, key in reader.items("languages")) or LANGUAGES,
        levels=_levels(reader),
        districts=tuple(District(_code(one, country), one.text("name")) for one in reader.each("districts")),
        working_hours=tuple(_hours(one, key) for one, key in reader.items("working_hours")),
        calendar_exceptions=tuple(
            DayException(one.day("day"), one.yes_or_no("is_working"), one.text("because"))
            for one in reader.each("calendar_exceptions")
        ),
    )


def _levels(reader: Reader) -> tuple[LevelName, ...]:
    found = tuple(
        LevelName(one.one_of("level", LEVELS), one.text("name"), one.whole("code_length"))
        for one in reader.each("levels")
    )
    if found and tuple(one.level for one in found) != LEVELS:
        reason = Text(zh="应依次写出全部五级", en="all five levels must stand there, in order")
        raise reader.fail("levels", reason, ", ".join(LEVELS))
    return found or CHINESE_LEVELS


def _hours(reader: Reader, key: str) -> Hours:
    def make(value: str) -> Hours:
        begin, end = (time.fromisoformat(part) for part in re.split(r"\s*-\s*", value))
        if begin >= end:
            raise ValueError
        return Hours(begin, end)

    wants = Text(zh="一天之内的时段", en="a span of time within a day")
    return reader.take(key, make, wants=wants, example='"08:30-12:00"')


def _centre(reader: Reader, key: str) -> tuple[float, float]:
    def make(value: Any) -> tuple[float, float]:
        lon, lat = (float(part) for part in value)
        if not (abs(lon) <= 180 and abs(lat) <= 90):
            raise ValueError
        return lon, lat

    wants = Text(zh="先经度后纬度的两个数", en="a longitude and a latitude, in that order")
    return reader.take(key, make, wants=wants, example="[112.57, 26.89]")


def _plane(reader: Reader, key: str) -> str:
    value = reader.string(key)
    try:
        MetricPlane(value)
    except BadPlane as refusal:
        raise reader.fail(key, Text(zh=refusal.say("zh"), en=refusal.say("en"))) from None
    return value


def _code(reader: Reader, country: str) -> str:
    """A city's or district's code; in China it must be one of GB/T 2260's make."""
    value = reader.string("code")
    if country == "CN" and (wrong := check_district_code(value)):
        raise reader.fail("code", Text(zh=wrong.say("zh"), en=wrong.say("en")))
    return value
