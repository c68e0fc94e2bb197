# SPDX-License-Identifier: Apache-2.0
"""What somebody asks, and the planner's problem that the city makes of it: people, streets, candidates. Read only."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from belltower.core.places import city
from belltower.core.places.kinds import register
from belltower.core.places.models import Area, Asset, Life
from belltower.core.plans import errors
from belltower.core.plans.errors import BadQuestion
from belltower.core.standards.streets import streets
from belltower.kernel.siting import Siting
from belltower.kernel.texts import Text
from belltower.planners.coverage.access import attached, nowhere, streets_of
from belltower.planners.coverage.problem import Limits, Over, Places, Problem, State, Streets, Task

Floats = NDArray[np.float64]
CELL_M = 100.0
"""People are told by squares of this size: a plan does not depend on who lives in which house."""
MOST_LEG_M = 300.0
AROUND_M = 2_000.0
"""Streets so far around the area are read too: a way may leave it."""
MOST_NEW, MOST_SECONDS, MOST_STAGES = 500, 600, 8
_STATES = {
    Life.PLANNED: State.FREE, Life.BUILDING: State.FIXED, Life.IN_SERVICE: State.FIXED,
    Life.OUT_OF_SERVICE: State.FORBIDDEN,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """The sliders: reach in metres, how many new ones after each stage, whether along the streets, and money (price: of each)."""

    reach_m: int
    new: tuple[int, ...]
    over: Over = Over.STREETS
    price: int = 1
    budget: int | None = None

    def as_json(self) -> dict[str, Any]:
        """As a question keeps it."""
        return {"reach_m": self.reach_m, "new": list(self.new), "over": str(self.over), "price": self.price,
                "budget": self.budget}  # fmt: skip

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Asked:
        """What as_json wrote."""
        return cls(said["reach_m"], tuple(said["new"]), Over(said["over"]), said["price"], said["budget"])


def asked_of(form: Mapping[str, str]) -> Asked:
    """What a form says. Raises BadQuestion."""
    parts = [one for one in form.get("new", "").replace("，", ",").split(",") if one.strip()]
    new = tuple(_number(one, "new", 1, MOST_NEW) for one in parts)
    if not new or len(new) > MOST_STAGES:
        raise BadQuestion(reason=errors.NO_NUMBER.format(name="new", least=1, most=MOST_NEW))
    if any(one >= other for one, other in itertools.pairwise(new)):
        raise BadQuestion(reason=errors.FALLING)
    budget = form.get("budget", "").strip()
    return Asked(
        _number(form.get("reach", ""), "reach", 50, 20_000), new,
        Over.STRAIGHT if form.get("over") == "straight" else Over.STREETS,
        _number(form.get("price", "") or "1", "price", 1, 10_000_000),
        _number(budget, "budget", 1, 2_000_000_000) if budget else None,
    )  # fmt: skip


def _number(said: str, name: str, least: int, most: int) -> int:
    digits = said.strip()
    if not digits.isdecimal() or len(digits) > 10 or not least <= int(digits) <= most:
        raise BadQuestion(reason=errors.NO_NUMBER.format(name=name, least=least, most=most))
    return int(digits)


def siting_of(kind: str) -> Siting:
    """Where things of a kind may be planned. Raises BadQuestion."""
    found = register().sitings.get(kind)
    if found is None:
        raise BadQuestion(reason=errors.NO_KIND.format(kind=kind[:40]))
    return found


def area_of(code: str) -> Area | None:
    """The area in force of that code; None for none said. Raises BadQuestion."""
    if not code.strip():
        return None
    found = Area.objects.current().filter(code=code.strip()).first()
    if found is None:
        raise BadQuestion(reason=errors.NO_AREA.format(area=code[:20]))
    return found


def problem_of(kind: str, area: Area | None, asked: Asked) -> Problem:
    """The problem as the city stands now, for the last stage; sites are called kind:key. Raises BadQuestion, BadProblem."""
    siting = siting_of(kind)
    x, y, people, areas, names = _people(siting, area)
    sites = _sites(siting, area)
    if not sites:
        raise BadQuestion(reason=errors.NO_SITES)
    site_x, site_y = city.plane().to_plane(_floats(sites, "lon"), _floats(sites, "lat"))
    ways = _ways(x, y) if asked.over is Over.STREETS else None
    states = [_STATES[Life(one.life)] if one.kind == siting.kind else State.FREE for one in sites]
    fixed = states.count(State.FIXED)
    return Problem(
        task=Task.COVER_MOST, over=asked.over,
        demand=_places([f"{int(e // CELL_M)},{int(n // CELL_M)}" for e, n in zip(x, y, strict=True)], x, y, ways),
        people=people, areas=areas, area_names=names,
        sites=_places([name_of(one) for one in sites], site_x, site_y, ways),
        radius=np.full(len(sites), asked.reach_m * 1000), cost=np.full(len(sites), asked.price),
        classes=[one.kind for one in sites], states=states, streets=ways[0] if ways else None,
        limits=limits_of(asked, fixed)[-1],
    )  # fmt: skip


def limits_of(asked: Asked, fixed: int) -> list[Limits]:
    """What may be open in all after each stage; money holds for the last."""
    last = len(asked.new) - 1
    return [Limits(fixed + one, asked.budget if n == last else None) for n, one in enumerate(asked.new)]


def name_of(asset: Asset) -> str:
    """What a plan's file calls a site."""
    return f"{asset.kind}:{asset.key}"


def asset_named(name: str) -> Asset | None:
    """The asset that a plan's file calls so."""
    kind, _, key = name.partition(":")
    return Asset.objects.filter(kind=kind, key=key).first()


def _people(siting: Siting, area: Area | None) -> tuple[Floats, Floats, Any, Any, list[str]]:
    """Middles of the squares where anybody lives, how many, and the street committee (or the area below) of each."""
    within = {"area__path__startswith": area.path} if area else {}
    rows = Asset.objects.filter(kind=siting.people_in, lon__isnull=False, **within).exclude(life=Life.RETIRED)
    found = [
        (lon, lat, count, pk)
        for lon, lat, fields, pk in rows.values_list("lon", "lat", "fields", "area_id").iterator()
        if isinstance(count := fields.get(siting.people), int) and count > 0
    ]
    if not found:
        raise BadQuestion(reason=errors.NO_PEOPLE)
    lon, lat, count, pks = (
        np.array(column) for column in zip(*[(a, b, c, d or 0) for a, b, c, d in found], strict=True)
    )
    x, y = city.plane().to_plane(lon, lat)
    squares = np.column_stack([np.floor(x / CELL_M), np.floor(y / CELL_M)]).astype(np.int64)
    _unique, first, cell = np.unique(squares, axis=0, return_index=True, return_inverse=True)
    cell = cell.reshape(-1)
    people = np.bincount(cell, count).astype(np.int64)
    middle = [np.bincount(cell, one * count) / people for one in (x, y)]
    numbers, names = _committees(pks[first])
    return middle[0], middle[1], people, numbers, names


def _committees(pks: Any) -> tuple[Any, list[str]]:
    """By square the number of its street committee; a square's own area stands in where there is none above."""
    paths = dict(Area.objects.filter(pk__in=set(pks.tolist())).values_list("pk", "path"))
    codes = {code for path in paths.values() for code in path.split("/") if code}
    streets_by_code = {
        one.code: one.title.say("zh")
        for one in Area.objects.current().filter(code__in=codes, level="street").defer("geometry", "words")
    }
    called = [
        next((streets_by_code[c] for c in paths.get(pk, "").split("/") if c in streets_by_code), "-")
        for pk in pks.tolist()
    ]
    names = sorted(set(called))
    return np.array([names.index(one) for one in called], dtype=np.int64), names


def _sites(siting: Siting, area: Area | None) -> list[Asset]:
    """What stands or is planned of the kind, and the places that could become one."""
    within = {"area__path__startswith": area.path} if area else {}
    own = Asset.objects.filter(kind=siting.kind, lon__isnull=False, **within).exclude(life=Life.RETIRED)
    other = Asset.objects.filter(kind__in=siting.candidates, life=Life.IN_SERVICE, lon__isnull=False, **within)
    return [*own.defer("geometry", "words").order_by("pk"), *other.defer("geometry", "words").order_by("pk")]


def _floats(rows: Sequence[Asset], column: str) -> Floats:
    return np.array([getattr(one, column) for one in rows], dtype=np.float64)


def _ways(x: Floats, y: Floats) -> tuple[Streets, Any, Any]:
    """The streets around the people, walked both ways, their lines, and what nobody goes straight across."""
    found = streets(register())
    around = shapely.box(x.min() - AROUND_M, y.min() - AROUND_M, x.max() + AROUND_M, y.max() + AROUND_M)
    near = shapely.intersects(found.lines, around) if len(found.lines) else np.zeros(0, dtype=bool)
    if not near.any():
        raise BadQuestion(reason=errors.NO_STREETS)
    lines, barriers = found.lines[near], found.barriers[shapely.intersects(found.barriers, around)]
    return streets_of(lines, np.ones(len(lines), dtype=bool)), lines, barriers


def _places(names: list[str], x: Floats, y: Floats, ways: tuple[Streets, Any, Any] | None) -> Places:
    if ways is None:
        return nowhere(names, x, y)
    return attached(names, x, y, ways[1], ways[2], most_m=MOST_LEG_M)


def title_of(zh: str, en: str) -> Text:
    """A title in one or both languages. Raises BadQuestion for none."""
    if not (zh.strip() or en.strip()):
        raise BadQuestion(reason=errors.NO_TITLE)
    return Text(zh=zh.strip()[:200], en=en.strip()[:200])
