# SPDX-License-Identifier: Apache-2.0
"""The demo's ground: rivers, street segments, blocks of land, and the buildings along the blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from belltower.demo.furniture import numbered, sanitation, titled
from belltower.demo.geography import River
from belltower.demo.network import RANKS, BuiltUp, Points, Streets
from belltower.demo.outlines import place_names
from belltower.demo.things import Things
from belltower.kernel.texts import Text

USES = ("homes", "shops", "industry", "public")
_HOMES, _SHOPS, _INDUSTRY, _PUBLIC = range(4)
_PAVEMENT_M = 16.0  # between the middle of a street and the land behind its kerb
_STOREYS = ((4, 19), (1, 7), (1, 4), (2, 9))  # lowest, and one above the highest, by use
_FLOOR_M2_A_PERSON = 40.0
_ONE_WAY_SHARE = 0.08
_COUNTRY_ROAD = Text(zh="城际公路", en="Country road")


def water(rivers: Sequence[tuple[River, shapely.Geometry]], city: str) -> Things:
    """The rivers."""
    return Things(
        kind="water",
        keys=[f"{city}-{river.key}" for river, _ in rivers],
        shapes=np.array([shape for _, shape in rivers], dtype=object),
        owners="demo-water",
        names=[river.name for river, _ in rivers],
        fields=[{}] * len(rivers),
    )


def streets(place: BuiltUp, rng: np.random.Generator) -> Things:
    """The town's street segments with what a route needs: both nodes, class, direction, length."""
    names = [place.road_names[road] for road in place.streets.road.tolist()]
    one_way = (rng.random(len(names)) < _ONE_WAY_SHARE) & ~place.streets.is_bridge
    return _segments(place.streets, numbered(place, "R", len(names)), names, one_way)


def country_roads(roads: Streets, city: str) -> Things:
    """The roads between the towns."""
    count = len(roads.start)
    keys = [f"{city}-H{number:06}" for number in range(1, count + 1)]
    return _segments(roads, keys, [_COUNTRY_ROAD] * count, np.zeros(count, dtype=bool))


def _segments(streets: Streets, keys: list[str], names: list[Text], one_way: NDArray[np.bool_]) -> Things:
    columns = zip(
        streets.rank.tolist(),
        streets.start.tolist(),
        streets.end.tolist(),
        one_way.tolist(),
        streets.is_bridge.tolist(),
        np.round(streets.lengths, 1).tolist(),
        strict=True,
    )
    return Things(
        kind="street",
        keys=keys,
        shapes=shapely.linestrings(np.stack([streets.nodes[streets.start], streets.nodes[streets.end]], axis=1)),
        owners="demo-roads",
        names=names,
        fields=[
            {
                "class": RANKS[rank],
                "start_node": start,
                "end_node": end,
                "one_way": is_one_way,
                "bridge": is_bridge,
                "length": length,
            }
            for rank, start, end, is_one_way, is_bridge, length in columns
        ],
    )


def land(place: BuiltUp, water: shapely.Geometry, rng: np.random.Generator) -> Iterator[Things]:
    """Blocks between the streets, the buildings on them, and what serves several blocks: toilets, waste collection."""
    blocks = _blocks(place.crossings, water)
    if not len(blocks):
        return
    uses = _uses(blocks, place, rng)
    yield _parcels(place, blocks, uses)
    yield _buildings(place, blocks, uses, rng)
    homes = blocks[uses == _HOMES]
    yield _collection_points(place, homes[np.arange(len(homes)) % 12 != 5])
    yield _toilets(place, blocks[::6], rng)


def _blocks(crossings: Points, water: shapely.Geometry) -> Points:
    """The (n, 4, 2) corners, in order, of the blocks that no water touches."""
    corners = [crossings[:-1, :-1], crossings[1:, :-1], crossings[1:, 1:], crossings[:-1, 1:]]
    blocks = np.stack(corners, axis=2).reshape(-1, 4, 2)
    return np.asarray(blocks[~shapely.intersects(shapely.polygons(blocks), water)])


def _within(blocks: Points, u: Points, v: Points) -> Points:
    """Points in blocks at shares ``u`` along and ``v`` across (bilinear): (n, 2) for n blocks and n shares each."""
    weights = np.stack([(1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v], axis=1)
    return np.asarray((blocks * weights[:, :, None]).sum(axis=1))


def _patches(blocks: Points, u: tuple[Points, Points], v: tuple[Points, Points]) -> NDArray[np.object_]:
    """Polygons in blocks between shares ``u`` along and ``v`` across."""
    ring = [
        _within(blocks, along, across) for along, across in ((u[0], v[0]), (u[1], v[0]), (u[1], v[1]), (u[0], v[1]))
    ]
    return np.asarray(shapely.polygons(np.stack(ring, axis=1)))


def _margin(place: BuiltUp) -> float:
    """The share of a block's side that is street and pavement."""
    return _PAVEMENT_M / place.town.block_m


def _uses(blocks: Points, place: BuiltUp, rng: np.random.Generator) -> NDArray[np.int64]:
    """Shops gather in the middle, industry at the rim, public buildings anywhere; the rest is homes."""
    away = np.hypot(*(blocks.mean(axis=1) - place.town.centre).T) / place.town.half_m
    shops, industry = 0.4 * np.clip(1 - away, 0, 1), 0.3 * np.clip(away - 0.4, 0, 1)
    drawn = rng.random(len(blocks))
    uses = np.full(len(blocks), _HOMES)
    uses[drawn < shops + industry + 0.08] = _PUBLIC
    uses[drawn < shops + industry] = _INDUSTRY
    uses[drawn < shops] = _SHOPS
    return uses


def _parcels(place: BuiltUp, blocks: Points, uses: NDArray[np.int64]) -> Things:
    low, high = np.full(len(blocks), _margin(place)), np.full(len(blocks), 1 - _margin(place))
    shapes = _patches(blocks, (low, high), (low, high))
    sizes = np.rint(shapely.area(shapes)).tolist()
    return Things(
        kind="parcel",
        keys=numbered(place, "P", len(blocks)),
        shapes=shapes,
        fields=[{"use": USES[use], "size": size} for use, size in zip(uses.tolist(), sizes, strict=True)],
    )


def _buildings(place: BuiltUp, blocks: Points, uses: NDArray[np.int64], rng: np.random.Generator) -> Things:
    """Two rows of buildings a block, three to five in a row."""
    in_row = rng.integers(3, 6, len(blocks))
    block = np.repeat(np.arange(len(blocks)), 2 * in_row)
    number = np.arange(len(block)) - np.repeat(np.cumsum(2 * in_row) - 2 * in_row, 2 * in_row)
    is_back, at, width = number >= in_row[block], number % in_row[block], 1 / in_row[block]
    margin, room = _margin(place) + 0.02, 1 - 2 * (_margin(place) + 0.02)
    begin = margin + room * width * (at + rng.uniform(0.05, 0.2, len(block)))
    end = margin + room * width * (at + rng.uniform(0.75, 0.95, len(block)))
    depth = room * rng.uniform(0.2, 0.4, len(block))
    near = np.where(is_back, 1 - margin - depth, margin)
    shapes = _patches(blocks[block], (begin, end), (near, near + depth))
    use = np.where((uses[block] == _HOMES) & (rng.random(len(block)) < 0.1), _SHOPS, uses[block])
    storeys = rng.integers(*np.array(_STOREYS)[use].T)
    homes = np.where(use == _HOMES, shapely.area(shapes) * storeys / _FLOOR_M2_A_PERSON, 0)
    columns = zip(use.tolist(), storeys.tolist(), np.rint(homes).astype(int).tolist(), strict=True)
    return Things(
        kind="building",
        keys=numbered(place, "B", len(block)),
        shapes=shapes,
        fields=[{"use": USES[which], "storeys": high, "residents": people} for which, high, people in columns],
    )


def _corner(blocks: Points, place: BuiltUp) -> NDArray[np.object_]:
    inside = np.full(len(blocks), _margin(place) * 0.6)
    return np.asarray(shapely.points(_within(blocks, inside, inside)))


def _collection_points(place: BuiltUp, blocks: Points) -> Things:
    """One in the yard of each block of homes that is given; a twelfth of all blocks has none."""
    return Things(
        kind="collection_point",
        keys=numbered(place, "G", len(blocks)),
        shapes=np.asarray(shapely.points(blocks.mean(axis=1))),
        owners=sanitation(place),
        fields=[
            {"sign_side": 150.0 if number % 25 == 7 else 200.0, "seen_from": 8_000.0, "sorts": 4}
            for number in range(len(blocks))
        ],
    )


def _toilets(place: BuiltUp, blocks: Points, rng: np.random.Generator) -> Things:
    count = len(blocks)
    return Things(
        kind="public_toilet",
        keys=numbered(place, "T", count),
        shapes=_corner(blocks[:, [2, 3, 0, 1]], place),
        owners="demo-bureau",
        names=titled(some_names(count, rng), "公厕", "Public Toilet"),
        fields=[
            {"stalls": stalls, "accessible": accessible, **_stalls(stalls)}
            for stalls, accessible in zip(
                rng.integers(6, 25, count).tolist(), (rng.random(count) < 0.8).tolist(), strict=True
            )
        ],
    )


def _stalls(stalls: int) -> dict[str, object]:
    """Three in five for women; where crowds gather two in three, but not everywhere. Distances were measured at some."""
    is_crowded, women = stalls > 18, -(-stalls * 3 // 5)
    women = women if stalls % 4 == 0 else -(-stalls * 2 // 3) if is_crowded else women
    found: dict[str, object] = {"crowded": is_crowded, "women_stalls": women, "men_stalls": stalls - women}
    return found | ({"septic_to_source": 24.0 + 2 * stalls, "septic_to_tank": 9.0 + stalls / 5} if stalls % 3 else {})


def some_names(count: int, rng: np.random.Generator) -> list[Text]:
    """``count`` invented place names; beyond the 400 there are, they come again with a number."""
    names = place_names(count, rng)
    rounds = [
        Text(zh=f"{name.zh}{number}号", en=f"{name.en} No. {number}")
        for number in range(2, count // 400 + 2)
        for name in names
    ]
    return [*names, *rounds][:count]
