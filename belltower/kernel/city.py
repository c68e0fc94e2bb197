# SPDX-License-Identifier: Apache-2.0
"""The profile of a city, as data: everything in which one installation's city differs from another's."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from belltower.kernel.calendar import DayException
from belltower.kernel.errors import Refusal
from belltower.kernel.plane import BadPlane, MetricPlane
from belltower.kernel.texts import LANGUAGES, Text

LEVELS = ("city", "district", "street", "community", "grid")
COUNTRIES = ("CN", "US")


class BadProfile(Refusal):
    """A city profile that cannot be used: which file, which key, what is wrong, what was probably meant."""

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
    levels: tuple[LevelName, ...] = ()
    districts: tuple[District, ...] = ()
    working_hours: tuple[Hours, ...] = ()
    calendar_exceptions: tuple[DayException, ...] = ()

    @property
    def tz(self) -> ZoneInfo:
        """The city's time zone."""
        return ZoneInfo(self.zone)

    def level(self, level: str) -> LevelName:
        """What the city calls that level (``city`` ... ``grid``). Raises KeyError for another word."""
        return next((one for one in self.levels if one.level == level), None) or _fallback_level(level)

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
    reader = _Reader(mapping, source, "")
    reader.only(known=tuple(one.name for one in fields(CityProfile)))
    return CityProfile(
        name=reader.text("name"),
        code=reader.string("code"),
        country=reader.one_of("country", COUNTRIES),
        subdivision=reader.string("subdivision") if mapping.get("subdivision") else None,
        zone=reader.one_of("zone", sorted(available_timezones())),
        plane=reader.plane("plane"),
        centre=reader.centre("centre"),
        languages=tuple(reader.one_of(f"languages/{i}", LANGUAGES) for i in reader.each("languages", LANGUAGES)),
        levels=tuple(_level(one) for one in reader.parts("levels")) or tuple(map(_fallback_level, LEVELS)),
        districts=tuple(District(one.string("code"), one.text("name")) for one in reader.parts("districts")),
        working_hours=tuple(reader.hours(f"working_hours/{i}") for i in reader.each("working_hours", ())),
        calendar_exceptions=tuple(_exception(one) for one in reader.parts("calendar_exceptions")),
    )


def _level(reader: _Reader) -> LevelName:
    return LevelName(reader.one_of("level", LEVELS), reader.text("name"), reader.whole("code_length"))


def _exception(reader: _Reader) -> DayException:
    return DayException(reader.day("day"), reader.yes_or_no("is_working"), reader.text("because"))


def _fallback_level(level: str) -> LevelName:
    return _FALLBACK_LEVELS[level]


_FALLBACK_LEVELS = {
    one.level: one
    for one in (
        LevelName("city", Text(zh="市", en="City"), 6),
        LevelName("district", Text(zh="区县", en="District"), 6),
        LevelName("street", Text(zh="街道", en="Street"), 9),
        LevelName("community", Text(zh="社区", en="Community"), 12),
        LevelName("grid", Text(zh="单元网格", en="Unit grid"), 15),
    )
}


@dataclass(frozen=True, slots=True)
class _Reader:
    """Takes values out of a mapping, one kind a method, and says where a value does not fit."""

    values: Mapping[str, Any]
    source: str
    within: str

    def fail(self, key: str, reason: str, hint: str = "") -> BadProfile:
        return BadProfile(source=self.source, key=f"{self.within}{key}", reason=reason, hint=hint)

    def only(self, *, known: tuple[str, ...]) -> None:
        for key in self.values:
            if key not in known:
                raise self.fail(str(key), "there is no such key", _meant(str(key), known))

    def get(self, key: str) -> Any:
        """The value at ``key``, or at ``key/index`` of a list."""
        name, _, index = key.partition("/")
        if name not in self.values or self.values[name] in (None, ""):
            raise self.fail(name, "it is missing", _meant(name, tuple(map(str, self.values))))
        return self.values[name][int(index)] if index else self.values[name]

    def each(self, key: str, fallback: tuple[str, ...]) -> range:
        """The indices of the list at ``key``; of ``fallback`` where the key is absent."""
        value = self.values.get(key)
        if value is None and fallback:
            raise self.fail(key, "it is missing", f"For example: {list(fallback)}")
        if not isinstance(value or [], list | tuple):
            raise self.fail(key, "it is not a list")
        return range(len(value or []))

    def parts(self, key: str) -> Iterable[_Reader]:
        for index in self.each(key, ()):
            part = self.values[key][index]
            if not isinstance(part, Mapping):
                raise self.fail(f"{key}/{index}", "it is not a mapping")
            yield _Reader(part, self.source, f"{self.within}{key}/{index}/")

    def string(self, key: str) -> str:
        value = self.get(key)
        if not isinstance(value, str):
            raise self.fail(key, f"it is {value!r}, not a text", "Put it in quotes.")
        return value

    def text(self, key: str) -> Text:
        try:
            return Text.read(self.get(key))
        except (ValueError, AttributeError):
            raise self.fail(
                key, "it is no text in Chinese or English", "For example: {zh: 衡阳市, en: Hengyang}"
            ) from None

    def one_of(self, key: str, allowed: Iterable[str]) -> str:
        value, choices = self.string(key), tuple(allowed)
        if value not in choices:
            raise self.fail(key, f"'{value}' is not known here", _meant(value, choices))
        return value

    def whole(self, key: str) -> int:
        value = self.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise self.fail(key, f"it is {value!r}, not a positive whole number")
        return value

    def yes_or_no(self, key: str) -> bool:
        value = self.get(key)
        if not isinstance(value, bool):
            raise self.fail(key, f"it is {value!r}, not true or false")
        return value

    def day(self, key: str) -> date:
        value = self.get(key)
        try:
            # YAML has made a date of it already; JSON has not.
            return value if type(value) is date else date.fromisoformat(value)
        except (TypeError, ValueError):
            raise self.fail(key, f"it is {value!r}, not a day", "For example: 2026-02-14") from None

    def hours(self, key: str) -> Hours:
        value = self.string(key)
        try:
            begin, end = (time.fromisoformat(part) for part in re.split(r"\s*-\s*", value))
        except ValueError:
            raise self.fail(key, f"'{value}' is no span of a day", "For example: '08:30-12:00'") from None
        if begin >= end:
            raise self.fail(key, f"'{value}' ends before it begins")
        return Hours(begin, end)

    def centre(self, key: str) -> tuple[float, float]:
        value = self.get(key)
        try:
            lon, lat = (float(part) for part in value)
        except (TypeError, ValueError):
            raise self.fail(key, f"it is {value!r}, not two numbers", "Longitude first: [112.57, 26.89]") from None
        if abs(lon) > 180 or abs(lat) > 90:
            raise self.fail(key, f"{lon}, {lat} is not on Earth", "Longitude comes first, then latitude.")
        return lon, lat

    def plane(self, key: str) -> str:
        value = self.string(key)
        try:
            MetricPlane(value)
        except BadPlane as refusal:
            raise self.fail(key, f"'{value}' is no plane in metres ({refusal.facts['reason']})") from None
        return value


def _meant(given: str, known: Iterable[str]) -> str:
    """A hint at the known word nearest to ``given``; all of them where few, nothing where none is near."""
    choices = tuple(known)
    if near := difflib.get_close_matches(given, choices, n=1, cutoff=0.6):
        return f"Did you mean '{near[0]}'?"
    return f"There are: {', '.join(choices)}." if 0 < len(choices) <= 15 else ""
