# SPDX-License-Identifier: Apache-2.0
"""From what owners list to a problem: things at the same place are one pole, sides of streets are kerbs.

What a row says goes before what its kind says; what cannot be meant goes aside with its reason, and is told.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from scipy.spatial import cKDTree

from belltower.kernel.texts import Text
from belltower.planners.consolidation.problem import Device, Kerb, Pole, PoleProblem, Sight
from belltower.planners.consolidation.rulebook import Rulebook

_LENGTH = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*(m|ft|米|W|w|N\s*m)?\s*")
_FOOT_M = 0.3048
_TRUE, _FALSE = ("true", "yes", "1", "是"), ("false", "no", "0", "否")


@dataclass(frozen=True, slots=True)
class Thing:
    """One row of an inventory: its kind and number, where it stands in metres of the plane, and what its columns say.

    ``seen_from``: the point that it must be seen from, or must see.
    """

    kind: str
    number: str
    owner: str
    x: float
    y: float
    says: Mapping[str, str] = field(default_factory=dict)
    seen_from: tuple[float, float] | None = None
    row: int = 0
    file: str = ""


@dataclass(frozen=True, slots=True)
class Aside:
    """A row that is not planned with, and why."""

    file: str
    row: int
    reason: Text


class _Unfit(Exception):
    def __init__(self, zh: str, en: str) -> None:
        self.reason = Text(zh=zh, en=en)


def problem_of(
    rulebook: Rulebook, things: Sequence[Thing], streets: Sequence[object] = ()
) -> tuple[PoleProblem, list[Aside]]:
    """The problem of these things, and the rows that went aside. ``streets``: Shapely lines in metres of the plane."""
    made, aside = _known(rulebook, things)
    kerbs = _Kerbs(rulebook, streets)
    poles: list[Pole] = []
    devices: list[Device] = []
    for place in _places([thing for thing, _ in made], rulebook.same_pole_m):
        pole = _pole(rulebook, [made[one] for one in place], kerbs)
        poles.append(pole)
        devices += [_device(rulebook, *made[one], pole) for one in place]
    problem = PoleProblem(
        poles=tuple(poles),
        devices=tuple(devices),
        layers_mm=tuple((_mm(low), _mm(high)) for low, high in rulebook.layers_m),
        wind_pa=rulebook.wind_pa,
        kerbs=kerbs.found(poles),
        conflicts=rulebook.conflicts,
        refusals=rulebook.refusals,
    )
    return problem, aside


def _known(rulebook: Rulebook, things: Sequence[Thing]) -> tuple[list[tuple[Thing, _Facts]], list[Aside]]:
    made: dict[str, tuple[Thing, _Facts]] = {}
    aside = []
    for thing in things:
        try:
            if _name(thing) in made:
                raise _Unfit(f"编号 {thing.number} 重复", f"the number {thing.number} was there before")
            made[_name(thing)] = (thing, _Facts(rulebook, thing))
        except _Unfit as unfit:
            aside.append(Aside(thing.file, thing.row, unfit.reason))
    return list(made.values()), aside


class _Facts:
    """What is known of one thing and of the pole it brings: its row, then its kind, then the rule for all poles."""

    def __init__(self, rulebook: Rulebook, thing: Thing) -> None:
        kind = rulebook.kinds[thing.kind]
        if not (math.isfinite(thing.x) and math.isfinite(thing.y)):
            raise _Unfit("没有坐标，或坐标不是数", "it has no coordinates, or they are no numbers")
        if not thing.number:
            raise _Unfit("没有编号", "it has no number")
        if not thing.owner:
            raise _Unfit("没有权属单位", "it has no owner")
        says = thing.says
        self.pole_height = _number(says, "pole_height_m", rulebook.pole["height_m"])
        self.moment = _number(says, "moment_nm", rulebook.pole["moment_nm"])
        self.pole_power = _number(says, "pole_power_w", rulebook.pole["power_w"])
        self.carries = _truth(says, "carries", kind.switches.get("pole_carries", True))
        self.height = min(_number(says, "height_m", kind.facts["height_m"]), self.pole_height)
        self.area, self.power, self.reach = (
            _number(says, key, kind.facts[key]) for key in ("area_m2", "power_w", "reach_m")
        )
        self.stays, self.lights, self.may_go = (
            _truth(says, key, kind.switches.get(key, False)) for key in ("stays", "lights", "may_go")
        )
        self.along = _number(says, "along_m", 0.0)
        self.layer = _layer(rulebook, self.height)
        self.sight = _sight(kind.sight, thing.seen_from)
        # What must be seen from a place that nobody noted is not moved.
        self.stays |= kind.sight is not None and self.sight is None


def _sight(range_m: tuple[float, float] | None, point: tuple[float, float] | None) -> Sight | None:
    if range_m is None or point is None:
        return None
    return Sight(_mm(point[0]), _mm(point[1]), _mm(range_m[0]), _mm(range_m[1]))


def _layer(rulebook: Rulebook, height_m: float) -> int:
    for layer, (low, high) in enumerate(rulebook.layers_m):
        if low <= height_m <= high:
            return layer
    raise _Unfit(f"挂高 {height_m:g} 米不在任何一层", f"it hangs at {height_m:g} m, in no layer")


def _number(says: Mapping[str, str], key: str, otherwise: float) -> float:
    """A number that is not below 0; with m or ft, in metres. What is empty or N/A is not known, and so as the rules say."""
    raw = says.get(key, "").strip()
    if raw in ("", "N/A", "n/a", "None", "-"):
        return otherwise
    found = _LENGTH.fullmatch(raw)
    if found is None or (number := float(found[1]) * (_FOOT_M if found[2] == "ft" else 1.0)) < 0:
        raise _Unfit(f"“{key}”的值“{raw}”不是可用的数", f"'{raw}' is no number for {key}")
    return number


def _truth(says: Mapping[str, str], key: str, otherwise: bool) -> bool:
    raw = says.get(key, "").strip().lower()
    if raw not in (*_TRUE, *_FALSE, ""):
        raise _Unfit(f"“{key}”的值“{raw}”不是是或否", f"'{raw}' is neither yes nor no for {key}")
    return raw in _TRUE if raw else otherwise


def _mm(metres: float) -> int:
    return round(metres * 1000)


def _places(things: Sequence[Thing], within_m: float) -> list[list[int]]:
    """Which things stand on the same pole: those within ``within_m`` of its first."""
    if not things:
        return []
    where = np.array([(thing.x, thing.y) for thing in things])
    near = cKDTree(where).query_ball_point(where, within_m, return_sorted=True)
    taken: set[int] = set()
    places = []
    for first in range(len(things)):
        if first not in taken:
            place = [int(one) for one in near[first] if int(one) not in taken]
            taken.update(place)
            places.append(place)
    return places


def _pole(rulebook: Rulebook, on: list[tuple[Thing, _Facts]], kerbs: _Kerbs) -> Pole:
    """The pole of the first thing that stands there, as tall and as strong as the best that is known of it."""
    first = on[0][0]
    height = max(facts.pole_height for _, facts in on)
    kerb, at_mm = kerbs.at(*on[0])
    return Pole(
        id=_name(first),
        owner=first.owner,
        x=_mm(first.x),
        y=_mm(first.y),
        mounts=tuple(m if low < height else 0 for m, (low, _) in zip(rulebook.mounts, rulebook.layers_m, strict=True)),
        moment_nm=round(max(facts.moment for _, facts in on)),
        power_w=round(max(facts.pole_power for _, facts in on)),
        carries=any(facts.carries for _, facts in on),
        kerb=kerb,
        at_mm=at_mm,
    )


def _device(rulebook: Rulebook, thing: Thing, facts: _Facts, pole: Pole) -> Device:
    return Device(
        id=_name(thing),
        kind=thing.kind,
        owner=thing.owner,
        pole=pole.id,
        layer=facts.layer,
        height_mm=_mm(facts.height),
        area_cm2=round(facts.area * 10_000),
        power_w=round(facts.power),
        reach_mm=_mm(facts.reach),
        stays=facts.stays,
        sight=facts.sight,
        lights=facts.lights,
        may_go=facts.may_go and facts.lights and not facts.stays and pole.kerb is not None,
    )


def _name(thing: Thing) -> str:
    return f"{thing.kind}:{thing.number}"


class _Kerbs:
    """Finds the side of which street a pole stands at, and how far along; or takes what its row says."""

    def __init__(self, rulebook: Rulebook, streets: Sequence[object]) -> None:
        self._spacing_mm = _mm(rulebook.spacing_m) if rulebook.spacing_m is not None else None
        self._within_m = rulebook.streets.within_m if rulebook.streets else 0.0
        self._lines = np.array(list(streets), dtype=object)
        self._tree = shapely.STRtree(self._lines) if len(self._lines) else None

    def at(self, thing: Thing, facts: _Facts) -> tuple[str | None, int]:
        if self._spacing_mm is None:
            return None, 0
        if said := thing.says.get("kerb", "").strip():
            return said, _mm(facts.along)
        if self._tree is None:
            return None, 0
        point = shapely.Point(thing.x, thing.y)
        number = int(self._tree.nearest(point))
        line = self._lines[number]
        if line.distance(point) > self._within_m:
            return None, 0
        along = line.project(point)
        return f"street-{number}-{_side(line, along, point)}", _mm(along)

    def found(self, poles: Sequence[Pole]) -> tuple[Kerb, ...]:
        names = sorted({pole.kerb for pole in poles if pole.kerb is not None})
        return tuple(Kerb(name, self._spacing_mm) for name in names if self._spacing_mm is not None)


def _side(line: shapely.LineString, along: float, point: shapely.Point) -> str:
    """Left or right of the line, looking along it where the point is nearest."""
    step = min(1.0, line.length / 2)
    behind, ahead = line.interpolate(max(0.0, along - step)), line.interpolate(min(line.length, along + step))
    turn = (ahead.x - behind.x) * (point.y - behind.y) - (ahead.y - behind.y) * (point.x - behind.x)
    return "left" if turn > 0 else "right"
