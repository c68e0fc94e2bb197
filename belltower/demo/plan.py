# SPDX-License-Identifier: Apache-2.0
"""The whole demo city on paper: areas, water, towns and streets. Pure: the same size, seed and plane give the same plan."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from belltower.demo import ground
from belltower.demo.furniture import furniture
from belltower.demo.gas import gas
from belltower.demo.geography import Geography, River, words
from belltower.demo.kerbside import kerbside
from belltower.demo.network import BuiltUp, Points, Streets, Town, grid, join, lay_out
from belltower.demo.outlines import SimulatedArea, areas, in_plane, place_names
from belltower.demo.size import EXTENTS, Extent, Size
from belltower.demo.stations import stations
from belltower.demo.things import Things
from belltower.kernel.plane import MetricPlane
from belltower.kernel.texts import Text


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is drawn before any thing is placed."""

    code: str
    seed: int
    areas: list[SimulatedArea]
    rivers: list[tuple[River, shapely.Geometry]]
    water: shapely.Geometry
    built_up: list[BuiltUp]
    country_roads: Streets


def draw(geography: Geography, plane: MetricPlane, *, size: Size, seed: int) -> Plan:
    """The plan of a city of that size and seed."""
    found = areas(geography, plane, seed=seed)
    rivers = [(river, _river(in_plane(plane, river.course), river.width_m)) for river in geography.rivers]
    water = shapely.union_all([shape for _, shape in rivers])
    shapely.prepare(water)
    towns = list(_towns(geography, plane, found, EXTENTS[size]))
    grids = [grid(town, np.random.default_rng([seed, 3, int(town.code)])) for town in towns]
    parts = [
        lay_out(town, crossings, water, np.random.default_rng([seed, 4, int(town.code)]))
        for town, crossings in zip(towns, grids, strict=True)
    ]
    whole, roads = join(parts, towns, water)
    built_up = [
        BuiltUp(town, streets, crossings, _road_names(town, np.random.default_rng([seed, 5, int(town.code)])))
        for town, streets, crossings in zip(towns, whole, grids, strict=True)
    ]
    return Plan(geography.code, seed, found, rivers, water, built_up, roads)


def things(plan: Plan) -> Iterator[Things]:
    """Everything that stands in the planned city, town by town."""
    yield ground.water(plan.rivers, plan.code)
    yield ground.country_roads(plan.country_roads, plan.code)
    yield stations(plan.built_up[0], np.random.default_rng([plan.seed, 6]))
    for place in plan.built_up:
        rng = np.random.default_rng([plan.seed, 7, int(place.town.code)])
        yield ground.streets(place, rng)
        yield from ground.land(place, plan.water, rng)
        yield from furniture(place, rng)
        later = np.random.default_rng([plan.seed, 8, int(place.town.code)])
        yield from gas(place, later)
        yield from kerbside(place, later)


def _river(course: Points, width_m: float) -> shapely.Geometry:
    """The water of a river: its course made round and given its width."""
    return shapely.buffer(_rounded(course), width_m / 2, quad_segs=4)


def _rounded(course: Points) -> shapely.Geometry:
    """A line through a course with its corners cut three times (Chaikin's method)."""
    for _ in range(3):
        begin, end = course[:-1], course[1:]
        cut = np.stack([0.75 * begin + 0.25 * end, 0.25 * begin + 0.75 * end], axis=1).reshape(-1, 2)
        course = np.concatenate([course[:1], cut, course[-1:]])
    return shapely.LineString(course)


def _towns(geography: Geography, plane: MetricPlane, found: list[SimulatedArea], extent: Extent) -> Iterator[Town]:
    """The core, the county seats and, in the greatest size, a town in each of the other streets and townships."""
    core = in_plane(plane, (geography.centre,))[0]
    yield Town(geography.code, geography.name, (core[0], core[1]), extent.core_lines, extent.block_m, is_core=True)
    for district in geography.districts:
        if not district.is_urban:
            x, y = in_plane(plane, (district.seat,))[0]
            yield Town(district.code, district.name, (x, y), extent.seat_lines, extent.block_m)
    if extent.town_lines:
        yield from _small_towns(geography, found, extent)


def _small_towns(geography: Geography, found: list[SimulatedArea], extent: Extent) -> Iterator[Town]:
    urban = {district.code for district in geography.districts if district.is_urban}
    for area in found:
        if area.level == "street" and area.parent not in urban:
            middle = area.outline.representative_point()
            yield Town(area.code, area.name, (middle.x, middle.y), extent.town_lines, extent.block_m)


def _road_names(town: Town, rng: np.random.Generator) -> tuple[Text, ...]:
    """A name for every line of the grid; the core's trunk roads bear the names of the city's main roads."""
    kinds = (("大道", "Avenue"), ("路", "Road"), ("街", "Street"))
    count = 2 * (town.lines + 1)
    made = place_names(count, rng)
    named = []
    for line in range(count):
        zh, en = kinds[int(rng.integers(0, 3))]
        first = made[line % len(made)]
        named.append(Text(zh=first.zh + zh, en=f"{first.en} {en}"))
    if town.is_core:
        trunk = [line for line in range(count) if line % (town.lines + 1) % 6 == 3]
        for line, (zh, en) in zip(trunk, words().main_roads, strict=False):
            named[line] = Text(zh=zh, en=en)
    return tuple(named)
