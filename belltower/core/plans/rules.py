# SPDX-License-Identifier: Apache-2.0
"""Judgements on adopted plans: whether a site is as it was promised, in what order to build, how two plans differ. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from belltower.kernel.texts import Text

CLOSED = frozenset({"out_of_service", "retired"})
_LATE = Text(zh="“{site}”应于 {promised} 建成，实际 {reached} 才建成，晚 {days} 天", en="'{site}' was to stand by {promised} and was built on {reached}, {days} days late")  # fmt: skip
_MISSING = Text(zh="“{site}”应于 {promised} 建成，至今未建成", en="'{site}' was to stand by {promised} and does not")
_CLOSED = Text(zh="“{site}”已停用", en="'{site}' is closed")
_GONE = Text(zh="“{site}”已撤销，不会再建", en="'{site}' was given up and will not be built")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a site of an adopted plan stands: its number in the file, its name, its life; ``promised_on`` None: it stood before."""

    number: int
    name: Text
    life: str
    promised_on: date | None = None
    reached_on: date | None = None


@dataclass(frozen=True, slots=True)
class Broken:
    """A site that is not as the plan has it, and why."""

    number: int
    why: Text


def broken(sites: Iterable[Standing], today: date) -> list[Broken]:
    """The sites on which the plan cannot count as it does. A day that is only announced to slip is not yet broken."""
    return [Broken(one.number, why) for one in sites if (why := _why(one, today)) is not None]


def _why(one: Standing, today: date) -> Text | None:
    if one.life in CLOSED:
        return (_CLOSED if one.promised_on is None or one.reached_on else _GONE).format(site=one.name)
    if one.promised_on is None:
        return None
    if one.reached_on is None:
        return _MISSING.format(site=one.name, promised=one.promised_on) if today > one.promised_on else None
    if one.reached_on > one.promised_on:
        days = (one.reached_on - one.promised_on).days
        return _LATE.format(site=one.name, promised=one.promised_on, reached=one.reached_on, days=days)
    return None


def in_order(new: Sequence[int], ways: Iterable[Sequence[int]], people: Sequence[int]) -> list[int]:
    """The new sites, first those that are nearest to the most people."""
    near = dict.fromkeys(new, 0)
    for demand, site, *_ in ways:
        if site in near:
            near[site] += people[demand]
    return sorted(new, key=lambda one: (-near[one], one))


def days_of(count: int, first: date, every_days: int) -> list[date]:
    """By when each is to stand, one after the other."""
    return [first + timedelta(days=every_days * (n + 1)) for n in range(count)]


@dataclass(frozen=True, slots=True)
class Compared:
    """Two plans side by side: sites of both, of one only, and street committees by how many people more the other reaches."""

    both: list[str]
    first_only: list[str]
    other_only: list[str]
    areas: list[tuple[str, int, int, int]]
    is_same_problem: bool


def compared(first: Mapping[str, Any], other: Mapping[str, Any], *, is_same_problem: bool) -> Compared:
    """What pages say of two plans. Areas: name, people, reached by the first, by the other; the greatest difference first."""
    one, two = ({site["name"] for site in plan["sites"] if site["is_new"]} for plan in (first, other))
    by_name = {area["name"]: area for area in other["areas"]}
    areas = [
        (area["name"], area["people"], area["reached"], by_name.get(area["name"], {}).get("reached", 0))
        for area in first["areas"]
    ]
    areas.sort(key=lambda row: (-abs(row[3] - row[2]), row[0]))
    return Compared(sorted(one & two), sorted(one - two), sorted(two - one), areas, is_same_problem)
