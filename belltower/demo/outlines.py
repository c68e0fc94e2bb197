# SPDX-License-Identifier: Apache-2.0
"""The demo's areas as simple outlines: cells around invented community centres, put together into streets and districts.

Every higher area is the union of its communities' cells, so that nothing gapes and nothing overlaps at any level.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from pypinyin import lazy_pinyin

from belltower.demo.geography import District, Geography, words
from belltower.kernel.plane import MetricPlane
from belltower.kernel.texts import Text

Points = NDArray[np.float64]  # (n, 2), metres in the city's plane
_CANDIDATES = 400  # tried places a street; its communities gather around the centres of groups of them


@dataclass(frozen=True, slots=True)
class SimulatedArea:
    """One area on paper; its outline is in metres of the city's plane."""

    code: str
    level: str
    name: Text
    parent: str | None
    outline: shapely.Geometry
    population: int | None


@dataclass(frozen=True, slots=True)
class _Street:
    code: str
    name: Text
    is_urban: bool
    centres: Points  # of its communities


def areas(geography: Geography, plane: MetricPlane, *, seed: int) -> list[SimulatedArea]:
    """City, districts, streets and communities, parents first. The same seed gives the same areas."""
    outline = shapely.Polygon(in_plane(plane, geography.outline))
    streets = {
        district: list(_streets(district, ground, np.random.default_rng([seed, 1, int(district.code)])))
        for district, ground in _grounds(geography, plane, outline)
    }
    shapes = iter(cells(np.concatenate([s.centres for group in streets.values() for s in group]), outline))
    found: list[SimulatedArea] = []
    for district, group in streets.items():
        found += _district_areas(district, geography.code, group, shapes, np.random.default_rng([seed, 2]))
    districts = [one.outline for one in found if one.level == "district"]
    people = sum(district.population for district in geography.districts)
    return [SimulatedArea(geography.code, "city", geography.name, None, _union(districts), people), *found]


def in_plane(plane: MetricPlane, degrees: Sequence[Sequence[float]]) -> Points:
    """The (n, 2) metres of WGS 84 degrees."""
    return np.column_stack(plane.to_plane(*np.asarray(degrees).T))


def _grounds(geography: Geography, plane: MetricPlane, outline: shapely.Geometry) -> Iterator[tuple[District, Points]]:
    """Each district with candidate places for communities: those nearest to one of its spots, denser near its seat."""
    spots = np.concatenate([in_plane(plane, district.spots) for district in geography.districts])
    whose = np.repeat(np.arange(len(geography.districts)), [len(d.spots) for d in geography.districts])
    shapes = np.array(cells(spots, outline))
    for number, district in enumerate(geography.districts):
        rng = np.random.default_rng([int(district.code), 0])
        ground = shapely.union_all(shapes[whose == number])
        seat = in_plane(plane, (district.seat,))[0]
        yield (
            district,
            _candidates(ground, seat, 2 if district.is_urban else 1, len(district.streets) * _CANDIDATES, rng),
        )


def _candidates(ground: shapely.Geometry, seat: Points, power: int, count: int, rng: np.random.Generator) -> Points:
    """``count`` places within ``ground``, the likelier the nearer to the seat: by the ``power`` of 1 / (2 km + way)."""
    x_min, y_min, x_max, y_max = ground.bounds
    shapely.prepare(ground)
    kept = np.empty((0, 2))
    while len(kept) < count:
        tried = rng.uniform((x_min, y_min), (x_max, y_max), (count * 4, 2))
        away = np.hypot(*(tried - seat).T)
        likely = rng.random(len(tried)) < (5_000 / (2_000 + away)) ** power
        kept = np.concatenate([kept, tried[likely & shapely.contains_xy(ground, tried)]])
    return kept[:count]


def _streets(district: District, ground: Points, rng: np.random.Generator) -> Iterator[_Street]:
    """The district's streets, each with the centres of its communities."""
    middles, whose = _gather(ground, len(district.streets), rng)
    nearest_first = np.argsort(np.hypot(*(middles - ground.mean(axis=0)).T), kind="stable")
    numbers = {"街道": 0, "镇": 99, "乡": 199}
    for name, place in zip(district.streets, nearest_first, strict=True):
        kind = next(kind for kind in numbers if name.endswith(kind))
        numbers[kind] += 1
        centres, _ = _gather(ground[whose == place], int(rng.integers(8, 14)), rng)
        yield _Street(f"{district.code}{numbers[kind]:03}", _street_name(name), kind == "街道", centres)


def _gather(places: Points, groups: int, rng: np.random.Generator) -> tuple[Points, NDArray[np.int64]]:
    """The middles of ``groups`` groups of places (Lloyd's method, eight rounds), and the group of each place."""
    middles = rng.choice(places, groups, replace=False)
    for _ in range(8):
        whose = ((places[:, None] - middles[None]) ** 2).sum(axis=2).argmin(axis=1)
        sums = np.stack([np.bincount(whose, places[:, axis], groups) for axis in (0, 1)], axis=1)
        counts = np.bincount(whose, minlength=groups)[:, None]
        middles = np.where(counts > 0, sums / np.maximum(counts, 1), middles)
    return middles, ((places[:, None] - middles[None]) ** 2).sum(axis=2).argmin(axis=1)


def cells(centres: Points, outline: shapely.Geometry) -> list[shapely.Geometry]:
    """For each centre the part of ``outline`` nearer to it than to any other (its Voronoi cell)."""
    diagram = shapely.voronoi_polygons(shapely.MultiPoint(centres), extend_to=outline, ordered=True)
    return list(shapely.intersection(shapely.get_parts(diagram), outline))


def _union(parts: list[shapely.Geometry]) -> shapely.Geometry:
    return shapely.coverage_union_all(parts)


def _district_areas(
    district: District, city: str, streets: list[_Street], shapes: Iterator[shapely.Geometry], rng: np.random.Generator
) -> Iterator[SimulatedArea]:
    """The district, then its streets, each followed by its communities."""
    sizes = [len(street.centres) for street in streets]
    people = iter(_shared_out(district.population, sizes, rng))
    below = [list(_communities(street, shapes, people, rng)) for street in streets]
    outlines = [_union([one.outline for one in group]) for group in below]
    yield SimulatedArea(district.code, "district", district.name, city, _union(outlines), district.population)
    for street, group, outline in zip(streets, below, outlines, strict=True):
        total = sum(one.population or 0 for one in group)
        yield SimulatedArea(street.code, "street", street.name, district.code, outline, total)
        yield from group


def _communities(
    street: _Street, shapes: Iterator[shapely.Geometry], people: Iterator[int], rng: np.random.Generator
) -> Iterator[SimulatedArea]:
    """Residents' committees (社区, from 001) in urban streets; elsewhere three of them, then villages (村, from 200)."""
    count = len(street.centres)
    towns = count if street.is_urban else 3
    for number, name in enumerate(place_names(count, rng)):
        code, zh, en = (number + 1, "社区", "Community") if number < towns else (number + 197, "村", "Village")
        title = Text(zh=name.zh + zh, en=f"{name.en} {en}")
        yield SimulatedArea(f"{street.code}{code:03}", "community", title, street.code, next(shapes), next(people))


def _shared_out(total: int, sizes: list[int], rng: np.random.Generator) -> list[int]:
    """``total`` people shared among all communities of streets with ``sizes`` of them; the shares add up exactly."""
    weights = rng.lognormal(0, 0.5, sum(sizes))
    upto = np.rint(np.cumsum(weights) / weights.sum() * total).astype(int)
    return [int(share) for share in np.diff(upto, prepend=0)]


def place_names(count: int, rng: np.random.Generator) -> list[Text]:
    """``count`` different invented two-character place names."""
    first, second = words().first, words().second
    picked = rng.permutation(len(first) * len(second))[:count]
    pairs = [(first[n // len(second)], second[n % len(second)]) for n in picked]
    return [Text(zh=a[0] + b[0], en=a[1] + b[1]) for a, b in pairs]


def _street_name(name: str) -> Text:
    """The name of a street or town with its English: pinyin and what it is."""
    suffixes = {"街道": "Subdistrict", "瑶族乡": "Yao Township", "镇": "Town", "乡": "Township"}
    suffix = next(one for one in suffixes if name.endswith(one))
    spelled = "".join(lazy_pinyin(name.removesuffix(suffix)))
    return Text(zh=name, en=f"{spelled.capitalize()} {suffixes[suffix]}")
