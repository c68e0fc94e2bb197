# SPDX-License-Identifier: Apache-2.0
"""The demo's kerbs: bikes and their places, streets by cleaning grade, hoardings, signs, banners and digs; some of it wrong."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely

from belltower.demo.furniture import along, numbered, sanitation
from belltower.demo.gas import PIPE_ASIDE_M
from belltower.demo.network import BRANCH, RANKS, SECONDARY, TRUNK, BuiltUp, Points, Streets
from belltower.demo.things import Things

_PARKING_SPACING_M = 340.0
_HOARDING_EVERY, _SIGN_EVERY, _BANNER_EVERY, _DIG_EVERY = 5, 4, 5, 24  # streets
_BIKES_A_PLACE = 3
_OPERATORS = ("demo-bikes-a", "demo-bikes-b")
_WORK = {1: (3, 16), 2: (2, 14), 3: (2, 12), 4: (1, 8)}  # sweeps and hours a day by cleaning grade


def kerbside(place: BuiltUp, rng: np.random.Generator) -> Iterator[Things]:
    """All of it in one town; bikes are shared in the core only."""
    main = place.streets.only(place.streets.rank <= SECONDARY)
    if place.town.is_core:
        yield from _bikes(place, main, rng)
        yield _sweepers(place, rng)
    yield _cleaned(place, rng)
    yield from _frontage(place, main, rng)
    yield _digs(place, rng)


def _boxes(centres: Points, long_m: Points, wide_m: float) -> Any:
    """Upright rectangles around points."""
    half = np.stack([np.asarray(long_m) / 2, np.full(len(centres), wide_m / 2)], axis=1)
    low, high = centres - half, centres + half
    return shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])


def _bikes(place: BuiltUp, main: Streets, rng: np.random.Generator) -> Iterator[Things]:
    found = along(main, _PARKING_SPACING_M, shift=0.55)
    count = len(found.points)
    rows = rng.choice([9.0, 12.0, 18.0, 24.0], count, p=[0.3, 0.4, 0.27, 0.03])
    yield Things(
        kind="bike_parking", keys=numbered(place, "BP", count), owners="demo-bureau",
        shapes=_boxes(found.points, rows, 2.2),
        fields=[{"capacity": int(row * 2), "row_length": row, "street_level": min(3, 1 + rank), "marked": True}
                for row, rank in zip(rows.tolist(), main.rank[found.segment].tolist(), strict=True)],
    )  # fmt: skip
    whose = np.repeat(np.arange(count), _BIKES_A_PLACE)
    is_out = rng.random(len(whose)) < 0.12
    aside = rng.uniform(-3, 3, len(whose))
    points = found.points[whose] + np.stack([aside, np.where(is_out, 4.0, 0.0)], axis=1)
    yield Things(
        kind="shared_bike", keys=numbered(place, "BB", len(whose)), shapes=shapely.points(points),
        owners=[_OPERATORS[number % 2] for number in range(len(whose))],
        fields=[_bike(one) for one in rng.random((len(whose), 5)).tolist()],
    )  # fmt: skip
    centre = np.array([place.town.centre])
    yield Things(
        kind="bike_fleet", keys=numbered(place, "BF", 2), owners=list(_OPERATORS),
        shapes=shapely.points(np.concatenate([centre + np.array((30, 40)), centre + np.array((-30, 40))])),
        fields=[{"bikes": 8_000, "quota": 8_000, "staff": 44}, {"bikes": 6_200, "quota": 6_000, "staff": 33}],
    )  # fmt: skip
    at = found.points[::9]
    yield Things(
        kind="helmet_point", keys=numbered(place, "BH", len(at)), owners="demo-bikes-a", shapes=shapely.points(at + np.array((2.0, 2.0))),
        fields=[{"helmets": 12, "helmet_class": "other" if number % 17 == 3 else "b", "markings": 10 if number % 11 == 5 else 11}
                for number in range(len(at))],
    )  # fmt: skip


def _bike(chance: list[float]) -> dict[str, Any]:
    electric, fast, heavy, age, state = chance
    is_electric = electric < 0.4
    found: dict[str, Any] = {
        "electric": is_electric, "in_use_since": f"{2023 if age < 0.05 else 2024 + int(age * 2)}-{1 + int(age * 97) % 10:02}-15",
        "state": "available" if state < 0.9 else "on_trip" if state < 0.96 else "non_contactable",
    }  # fmt: skip
    if is_electric:
        found |= {
            "lead_acid": heavy < 0.2, "mass": 61.0 if heavy < 0.2 else 66.0 if heavy > 0.98 else 48.0,
            "top_speed": 31.0 if fast < 0.03 else 25.0, "motor_power": 350.0, "battery_volts": 48.0, "width": 430.0,
            "height": 1_080.0, "positioned": fast < 0.98,
        }  # fmt: skip
    return found


def _sweepers(place: BuiltUp, rng: np.random.Generator) -> Things:
    points = place.town.centre + rng.uniform(-0.8, 0.8, (24, 2)) * place.town.half_m
    return Things(
        kind="sweeper", keys=numbered(place, "SW", 24), shapes=shapely.points(points), owners=sanitation(place),
        fields=[{"drive": "electric" if number % 3 else "diesel", "positioned": number % 8 != 5} for number in range(24)],
    )  # fmt: skip


def _cleaned(place: BuiltUp, rng: np.random.Generator) -> Things:
    """Every main street and every sixth branch road, graded by its shops and people; a few graded or worked too low."""
    number = np.arange(len(place.streets.rank))
    streets = place.streets.only((place.streets.rank != BRANCH) | (number % 6 == 0))
    begin, end = streets.nodes[streets.start], streets.nodes[streets.end]
    fields = [
        _grade(rank, one, place)
        for rank, one in zip(streets.rank.tolist(), rng.random((len(begin), 5)).tolist(), strict=True)
    ]
    return Things(
        kind="cleaned_street", keys=numbered(place, "CS", len(begin)), owners=sanitation(place), fields=fields,
        shapes=shapely.linestrings(np.stack([begin, end], axis=1)),
    )  # fmt: skip


def _grade(rank: int, chance: list[float], place: BuiltUp) -> dict[str, Any]:
    shops, people, wrong, part, late = chance
    share = {TRUNK: 45.0, SECONDARY: 30.0, BRANCH: 5.0}[rank] + 40 * shops
    crowd = {TRUNK: 40.0, SECONDARY: 20.0, BRANCH: 4.0}[rank] + 40 * people
    grade = 1 if share >= 70 else 2 if share >= 60 or crowd >= 50 else 3 if rank != BRANCH else 4
    sweeps, hours = _WORK[grade]
    found: dict[str, Any] = {
        "grade": grade, "shops": round(share, 1), "people_a_minute": round(crowd, 1), "sweeps_a_day": sweeps,
        "hours_a_day": float(hours if wrong > 0.04 else hours - 2), "swept_by_hour": (7.0 if grade < 4 else 9.0) + (late < 0.03) * 0.75,
        "part": "footway" if part < 0.2 else "inner_carriageway" if place.town.is_core else "outer_carriageway",
    }  # fmt: skip
    if wrong > 0.98:
        found["grade"] = min(4, grade + 1)
    return found


def _frontage(place: BuiltUp, main: Streets, rng: np.random.Generator) -> Iterator[Things]:
    at = along(main, math.inf, shift=0.15).points[::_HOARDING_EVERY]
    yield Things(
        kind="hoarding", keys=numbered(place, "AD", len(at)), owners="demo-ads", shapes=shapely.points(at + np.array((3.0, 0.0))),
        fields=[{"width": 6.0, "height": 3.0, "permitted": one > 0.06, "lit": True,
                 "permit_until": f"{2026 if one < 0.12 else 2028}-06-30"} for one in rng.random(len(at)).tolist()],
    )  # fmt: skip
    at = along(place.streets, math.inf, shift=0.35).points[::_SIGN_EVERY]
    yield Things(
        kind="shop_sign", keys=numbered(place, "SS", len(at)), shapes=shapely.points(at + np.array((0.0, 2.0))),
        fields=[{"width": 4.0, "height": 0.9, "registered": one < 0.88, "covers_window": one > 0.985}
                for one in rng.random(len(at)).tolist()],
    )  # fmt: skip
    at = along(main, math.inf, shift=0.8).points[::_BANNER_EVERY]
    yield Things(
        kind="pole_banner", keys=numbered(place, "PB", len(at)), owners="demo-ads", shapes=shapely.points(at + np.array((0.4, 0.0))),
        fields=[{"height": 2.0 if one > 0.05 else 2.6, "width": 0.8, "clearance": 3.4 if one < 0.9 else 2.7,
                 "over_carriageway": False, "overlaps": 0.5 < one < 0.53} for one in rng.random(len(at)).tolist()],
    )  # fmt: skip


def _digs(place: BuiltUp, rng: np.random.Generator) -> Things:
    """A few digs; half of them over a pipe, most with all papers."""
    streets = place.streets
    segment = np.arange(7, len(streets.rank), _DIG_EVERY)
    begin, end = streets.nodes[streets.start[segment]], streets.nodes[streets.end[segment]]
    way = end - begin
    aside = np.stack([-way[:, 1], way[:, 0]], axis=1) / np.hypot(*way.T)[:, None] * PIPE_ASIDE_M
    is_over = np.arange(len(segment)) % 2 == 0
    centres = (begin + end) / 2 + np.where(is_over[:, None], aside, -3 * aside)
    fields = [
        _dig(RANKS[rank], near, one)
        for rank, near, one in zip(
            streets.rank[segment].tolist(), is_over.tolist(), rng.random((len(segment), 6)).tolist(), strict=True
        )
    ]
    return Things(
        kind="dig_site", keys=numbered(place, "DG", len(segment)), shapes=_boxes(centres, np.full(len(segment), 8.0), 3.0),
        owners="demo-digs", fields=fields,
    )  # fmt: skip


def _dig(street_class: str, is_near: bool, chance: list[float]) -> dict[str, Any]:
    planning, police, built, length, restored, plan = chance
    found: dict[str, Any] = {
        "permit": f"JW-{int(planning * 9000) + 1000}", "planning_agreed": planning < 0.9, "roads_agreed": planning < 0.95,
        "special_approval": built > 0.97, "street_class": street_class, "street_built": f"{2008 + int(built * 16)}-09-01",
        "street_overhauled": f"{2016 + int(built * 9)}-09-01", "direction": "along" if length < 0.6 else "across",
        "length": round(20 + 200 * length, 1), "near_gas": is_near, "restored": restored < 0.4, "ended": "2026-10-20",
        "protection_plan": plan < 0.8, "operator_on_site": plan < 0.85,
    }  # fmt: skip
    if police < 0.9:
        found["police_agreed"] = police < 0.85
    return found
