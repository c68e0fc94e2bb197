# SPDX-License-Identifier: Apache-2.0
"""What stands along the demo's streets: lights about 35 m apart, signals at great crossings, cameras, poles and bins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from belltower.demo.network import SECONDARY, TRUNK, BuiltUp, Numbers, Points, Streets
from belltower.demo.things import Things
from belltower.kernel.texts import Text

LIGHT_SPACING_M = 35.0
_BIN_SPACING_M, _CAMERA_SPACING_M, _SHARED_POLE_SPACING_M = 110.0, 320.0, 480.0
_KERB_M = np.array([14.0, 9.0, 6.0])  # from the middle of the street, by rank
_LAMPS = (  # by rank
    {"height": 12, "lamp": "LED", "wattage": 180, "lights": 2, "pole_type": "双臂", "street_class": "trunk"},
    {"height": 10, "lamp": "LED", "wattage": 120, "lights": 1, "pole_type": "单臂", "street_class": "secondary"},
    {"height": 8, "lamp": "LED", "wattage": 60, "lights": 1, "pole_type": "单臂", "street_class": "branch"},
)
_SORTING = ("residual", "recyclable", "residual", "food")
_COLOURS = {"residual": "grey", "recyclable": "blue", "food": "green"}
_WRONG_BIN = {"capacity": 120, "sorting": "food", "colour": "grey"}
_BATTERY_BIN = {"capacity": 60, "sorting": "hazardous", "colour": "red"}
_OUT_OF_SERVICE_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class Places:
    """Points at the kerb, with the street segment each belongs to."""

    points: Points
    segment: Numbers


@dataclass(frozen=True, slots=True)
class _Crossings:
    """Signalled crossings, and the street ends (approaches) that run into them."""

    nodes: Numbers
    approach: Numbers  # for each approach, the place of its crossing in ``nodes``
    points: Points  # of the signals, one an approach
    titles: list[Text]


def furniture(place: BuiltUp, rng: np.random.Generator) -> Iterator[Things]:
    """All street furniture of one town."""
    yield _lights(place, rng)
    yield from _at_crossings(place)
    trunk = place.streets.only(place.streets.rank == TRUNK)
    if len(trunk.start):
        yield _cameras(place, trunk)
        yield _shared_poles(place, trunk)
    yield _bins(place)


def along(streets: Streets, spacing_m: float, *, shift: float = 0.5) -> Places:
    """Points about ``spacing_m`` apart at alternating kerbs; ``shift`` (0-1) moves them along within their spacing."""
    counts = np.maximum(1, np.rint(streets.lengths / spacing_m).astype(np.int64))
    segment = np.repeat(np.arange(len(counts)), counts)
    number = np.arange(len(segment)) - np.repeat(np.cumsum(counts) - counts, counts)
    begin, end = streets.nodes[streets.start[segment]], streets.nodes[streets.end[segment]]
    share = ((number + shift) / counts[segment])[:, None]
    side = np.where((number + segment) % 2 == 0, 1.0, -1.0) * _KERB_M[streets.rank[segment]]
    return Places(begin + share * (end - begin) + _left_of(end - begin) * side[:, None], segment)


def _left_of(way: Points) -> Points:
    """Unit vectors to the left of each way."""
    return np.asarray(np.stack([-way[:, 1], way[:, 0]], axis=1) / np.hypot(*way.T)[:, None])


def numbered(place: BuiltUp, letter: str, count: int) -> list[str]:
    """Natural keys: the town's code, a letter for the kind, a running number."""
    return [f"{place.town.code}-{letter}{number:06}" for number in range(1, count + 1)]


def lives(count: int, rng: np.random.Generator) -> list[str]:
    """In service, but for one in a hundred."""
    return ["out_of_service" if broken else "in_service" for broken in rng.random(count) < _OUT_OF_SERVICE_SHARE]


def _lights(place: BuiltUp, rng: np.random.Generator) -> Things:
    found = along(place.streets, LIGHT_SPACING_M)
    ranks, roads = place.streets.rank[found.segment].tolist(), place.streets.road[found.segment].tolist()
    by_road = {
        (rank, road): {**_LAMPS[rank], "street": place.road_names[road].zh}
        for rank, road in set(zip(ranks, roads, strict=True))
    }
    return Things(
        kind="street_light",
        keys=numbered(place, "L", len(ranks)),
        shapes=shapely.points(found.points),
        owners="demo-lighting",
        fields=[_surveyed(by_road[each], number) for number, each in enumerate(zip(ranks, roads, strict=True))],
        lives=lives(len(ranks), rng),
    )


def _surveyed(lamp: dict[str, Any], number: int) -> dict[str, Any]:
    """One lamp in forty was measured: a tenth of these stand too far apart, a twentieth carries three banners."""
    if number % 40:
        return lamp
    reach = 30.0 if lamp["street_class"] == "branch" else 35.0
    return {
        **lamp,
        "spacing": reach + 6 if number % 400 == 0 else reach - 1,
        "banners": 3 if number % 800 == 40 else number // 40 % 3,
    }


def _at_crossings(place: BuiltUp) -> Iterator[Things]:
    """A signal for each approach, a control cabinet and a camera for each crossing, buttons at every third."""
    found = _signalled(place)
    count = len(found.nodes)
    if not count:
        return
    corners = place.streets.nodes[found.nodes]
    yield Things(
        kind="traffic_signal",
        keys=numbered(place, "S", len(found.approach)),
        shapes=shapely.points(found.points),
        owners="demo-police",
        fields=[{"intersection": found.titles[at].zh, "push_button": at % 3 == 0} for at in found.approach.tolist()],
    )
    yield Things(
        kind="signal_cabinet",
        keys=numbered(place, "X", count),
        shapes=shapely.points(corners + np.array((17.0, 17.0))),
        owners="demo-police",
        fields=[{"cabinet_type": "落地式", "backup_power": number % 4 == 0} for number in range(count)],
        names=found.titles,
    )
    with_button = found.approach % 3 == 0
    yield Things(
        kind="push_button",
        keys=numbered(place, "A", int(with_button.sum())),
        shapes=shapely.points(found.points[with_button] + (1.5, 0)),
        owners="demo-police",
        fields=[{"button_type": "有声提示"}] * int(with_button.sum()),
    )


def _signalled(place: BuiltUp) -> _Crossings:
    """Crossings at which at least three ends of secondary or trunk streets meet, on different roads."""
    streets = place.streets.only(place.streets.rank <= SECONDARY)
    node = np.concatenate([streets.start, streets.end])
    other = np.concatenate([streets.end, streets.start])
    road = np.concatenate([streets.road, streets.road])
    rank = np.concatenate([streets.rank, streets.rank])
    nodes, where, ends = np.unique(node, return_inverse=True, return_counts=True)
    lowest, highest = np.full(len(nodes), road.max(initial=0)), np.zeros(len(nodes), dtype=np.int64)
    np.minimum.at(lowest, where, road)
    np.maximum.at(highest, where, road)
    is_signalled = (ends >= 3) & (lowest != highest)
    kept = is_signalled[where]
    place_of = np.cumsum(is_signalled) - 1
    way = streets.nodes[other[kept]] - streets.nodes[node[kept]]
    ahead = way / np.hypot(*way.T)[:, None]
    points = streets.nodes[node[kept]] + ahead * 18 + _left_of(way) * _KERB_M[rank[kept]][:, None]
    titles = [
        _crossing(place.road_names[a], place.road_names[b])
        for a, b in zip(lowest[is_signalled].tolist(), highest[is_signalled].tolist(), strict=True)
    ]
    return _Crossings(nodes[is_signalled], place_of[where[kept]], points, titles)


def _crossing(one: Text, other: Text) -> Text:
    return Text(zh=f"{one.zh}与{other.zh}路口", en=f"{one.en} and {other.en}")


def _cameras(place: BuiltUp, trunk: Streets) -> Things:
    found = along(trunk, _CAMERA_SPACING_M, shift=0.3)
    street: dict[str, Any] = {"height": 6, "watches": "street"}
    return _poles("camera_pole", place, "C", found, "demo-police", [
        {"height": 6, "watches": "offences", "before_stop_line": 38.0 if number % 36 == 9 else 27.0} if number % 9 == 0 else street
        for number in range(len(found.points))
    ])  # fmt: skip


def _shared_poles(place: BuiltUp, trunk: Streets) -> Things:
    found = along(trunk, _SHARED_POLE_SPACING_M, shift=0.7)
    whole = {"height": 13, "layers": 4, "cable_hole": 25.0, "fibre_pairs": 4, "station_ready": True}
    lacking: dict[str, Any] = {**whole, "cable_hole": 18.0, "fibre_pairs": 2, "station_ready": False, "layers": 3}
    return _poles("shared_pole", place, "M", found, "demo-tower", [
        lacking if number % 30 == 11 else whole for number in range(len(found.points))
    ])  # fmt: skip


def _poles(kind: str, place: BuiltUp, letter: str, found: Places, owner: str, fields: list[dict[str, Any]]) -> Things:
    count = len(found.points)
    return Things(
        kind=kind,
        keys=numbered(place, letter, count),
        shapes=shapely.points(found.points),
        owners=owner,
        fields=fields,
    )


def _bins(place: BuiltUp) -> Things:
    found = along(place.streets, _BIN_SPACING_M, shift=0.4)
    count = len(found.points)
    kinds = [
        {"capacity": capacity, "sorting": sorting, "colour": _COLOURS[sorting]}
        for sorting in _SORTING
        for capacity in (240, 120)
    ]
    return Things(
        kind="waste_bin",
        keys=numbered(place, "W", count),
        shapes=shapely.points(found.points),
        owners=sanitation(place),
        fields=[
            _WRONG_BIN if number % 160 == 39 else _BATTERY_BIN if number % 40 == 20 else kinds[number % len(kinds)]
            for number in range(count)
        ],
    )


def sanitation(place: BuiltUp) -> str:
    """The key of the contractor who cleans that town."""
    return "demo-sanitation-urban" if place.town.is_core else "demo-sanitation-county"


def spread(points: Points, count: int, first: int = 0) -> NDArray[np.int64]:
    """``count`` of the points, each as far as possible from those taken before (Gonzalez 1985)."""
    taken = [first]
    away = np.hypot(*(points - points[first]).T)
    for _ in range(min(count, len(points)) - 1):
        taken.append(int(away.argmax()))
        away = np.minimum(away, np.hypot(*(points - points[taken[-1]]).T))
    return np.array(taken)


def titled(names: Sequence[Text], zh: str, en: str) -> list[Text]:
    """The names with what the things are after them, such as 和平驿站 / Heping Station."""
    return [Text(zh=f"{name.zh}{zh}", en=f"{name.en} {en}") for name in names]
