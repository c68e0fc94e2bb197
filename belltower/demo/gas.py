# SPDX-License-Identifier: Apache-2.0
"""The demo's gas: pipes under the streets, what stands on them, the users at their ends, and what is wrong with some."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely

from belltower.demo.furniture import along, numbered, spread
from belltower.demo.network import BRANCH, SECONDARY, TRUNK, BuiltUp, Points
from belltower.demo.things import Things

PIPE_ASIDE_M = 3.0  # from the middle of the street
_STRAY_EVERY = 90  # streets
_EVERY_THIRD = slice(None, None, 3)  # street has a restaurant, and a riser
_PIPES: dict[int, dict[str, Any]] = {
    TRUNK: {"pressure_class": "sub_high_b", "pressure": 0.6, "diameter": 325, "material": "steel"},
    SECONDARY: {"pressure_class": "medium_a", "pressure": 0.35, "diameter": 200, "material": "pe"},
    BRANCH: {"pressure_class": "medium_b", "pressure": 0.15, "diameter": 110, "material": "pe"},
}
_OLD_PIPE: dict[str, Any] = {"pressure_class": "low", "pressure": 0.012, "diameter": 110, "material": "iron"}
_DEPOT = ("licensed", "risk_grading", "hazard_system", "emergency_plan", "user_checks", "pressure_watched", "level_watched",
          "limit_alarm", "cutoff", "relief")  # fmt: skip


def gas(place: BuiltUp, rng: np.random.Generator) -> Iterator[Things]:
    """All gas of one town: in the core below every street, in the county seats below the greater ones."""
    piped = place.streets if place.town.is_core else place.streets.only(place.streets.rank <= SECONDARY)
    owner = "demo-gas-city" if place.town.is_core else "demo-gas-county"
    begin, end = piped.nodes[piped.start], piped.nodes[piped.end]
    aside = _left(begin, end) * PIPE_ASIDE_M
    ranks = piped.rank.tolist()
    is_old = rng.random(len(ranks)) < 0.02
    laid = rng.integers(2004, 2025, len(ranks)).tolist()
    yield Things(
        kind="gas_pipe", keys=numbered(place, "GP", len(ranks)), owners=owner,
        shapes=shapely.linestrings(np.stack([begin + aside, end + aside], axis=1)),
        fields=[{**(_OLD_PIPE if old else _PIPES[rank]), "laid": f"{year}-06-01"}
                for rank, old, year in zip(ranks, is_old.tolist(), laid, strict=True)],
    )  # fmt: skip
    middle = (begin + end) / 2 + aside
    yield _strays(place, middle, aside / PIPE_ASIDE_M, owner)
    yield _valves(place, middle[::6], [_PIPES[rank]["pressure_class"] for rank in ranks[::6]], owner)
    yield _regulators(place, owner, rng)
    yield from _users(place, owner, rng)
    yield _depot(place, owner, rng)


def _left(begin: Points, end: Points) -> Points:
    way = end - begin
    return np.asarray(np.stack([-way[:, 1], way[:, 0]], axis=1) / np.hypot(*way.T)[:, None])


def _strays(place: BuiltUp, middle: Points, left: Points, owner: str) -> Things:
    """Old connections that run from the street into a block, where buildings were put over some of them since (占压)."""
    kept = np.arange(31 % len(middle), len(middle), _STRAY_EVERY)
    begin = middle[kept]
    return Things(
        kind="gas_pipe", keys=numbered(place, "GC", len(kept)), owners=owner,
        shapes=shapely.linestrings(np.stack([begin, begin + 48 * left[kept]], axis=1)),
        fields=[{"pressure_class": "low", "pressure": 0.003, "diameter": 63, "material": "steel", "laid": "1998-06-01"}] * len(kept),
    )  # fmt: skip


def _valves(place: BuiltUp, points: Points, classes: list[str], owner: str) -> Things:
    return Things(
        kind="gas_valve", keys=numbered(place, "GV", len(points)), shapes=shapely.points(points), owners=owner,
        fields=[{"pressure_class": one, "in_chamber": number % 3 > 0} for number, one in enumerate(classes)],
    )  # fmt: skip


def _regulators(place: BuiltUp, owner: str, rng: np.random.Generator) -> Things:
    """About one for forty streets, as far apart as can be, at corners."""
    served = place.streets.nodes[np.unique(place.streets.start)]
    points = served[spread(served, max(2, len(place.streets.start) // 40))] + (-13.0, 13.0)
    noticed = np.round(rng.uniform(9, 19.5, len(points)), 1)
    noticed[rng.random(len(points)) < 0.05] = 24.0
    housing = rng.choice(["walled", "room", "open_air"], len(points), p=[0.3, 0.5, 0.2]).tolist()
    return Things(
        kind="regulator_station", keys=numbered(place, "GR", len(points)), shapes=shapely.points(points), owners=owner,
        fields=[{"pressure_class": "medium_a", "housing": one, "odour_noticed_at": at}
                for one, at in zip(housing, noticed.tolist(), strict=True)],
    )  # fmt: skip


def _users(place: BuiltUp, owner: str, rng: np.random.Generator) -> Iterator[Things]:
    """Restaurants, nine of ten with an alarm, and their detectors; risers with the homes on them."""
    points = along(place.streets, math.inf, shift=0.2).points[_EVERY_THIRD] + 3.5
    kitchens = [_restaurant(one) for one in rng.random((len(points), 5)).tolist()]
    yield Things(
        kind="gas_restaurant", keys=numbered(place, "GK", len(points)), shapes=shapely.points(points), fields=kitchens,
    )  # fmt: skip
    watched = [number for number, one in enumerate(kitchens) if one["alarm_installed"]][::2]
    yield Things(
        kind="gas_detector", keys=numbered(place, "GD", len(watched)), owners=owner,
        shapes=shapely.points(points[watched] + 1.5),
        fields=[_detector(kitchens[number]["gas"], nth, one)
                for nth, (number, one) in enumerate(zip(watched, rng.random((len(watched), 5)).tolist(), strict=True))],
    )  # fmt: skip
    risers = along(place.streets, math.inf, shift=0.65).points[_EVERY_THIRD] + (3.0, -3.0)
    yield Things(
        kind="gas_household", keys=numbered(place, "GH", len(risers)), shapes=shapely.points(risers),
        fields=[_riser(one) for one in rng.random((len(risers), 6)).tolist()],
    )  # fmt: skip


def _restaurant(chance: list[float]) -> dict[str, Any]:
    gas, has_alarm, works, cuts, below = chance
    is_lpg = gas < 0.2
    found: dict[str, Any] = {
        "gas": "lpg" if is_lpg else "natural", "relative_density": 1.6 if is_lpg else 0.6,
        "alarm_installed": has_alarm < 0.92, "in_basement": below < 0.03,
    }  # fmt: skip
    if found["alarm_installed"]:
        found |= {"cutoff_linked": cuts < 0.85}
        if works < 0.97:  # nobody tried the others
            found["alarm_works"] = works < 0.92
    return found


def _detector(gas: str, nth: int, chance: list[float]) -> dict[str, Any]:
    """Most hang in restaurants, one in five in a home, a few in the utility tunnel."""
    is_heavy = gas == "lpg"
    reach, height, power, until, cooker = chance
    far = 4.0 if is_heavy else 8.0
    found: dict[str, Any] = {
        "place": "household" if nth % 5 == 3 else "utility_tunnel" if nth % 50 == 20 else "restaurant", "watches": "heavier" if is_heavy else "lighter", "backup_power": power < 0.95,
        "from_appliance": round(far * (0.2 + 0.84 * reach), 1), "use_until": f"{2026 + int(until * 6)}-12-31",
    }  # fmt: skip
    if found["place"] == "household":
        found["from_cooker"] = 0.2 if cooker < 0.08 else 0.8
    found["from_floor" if is_heavy else "from_ceiling"] = 0.5 if height < 0.04 else 0.2
    return found


def _riser(chance: list[float]) -> dict[str, Any]:
    homes, high, alarm, bathroom, bedroom, banned = chance
    is_tall = high < 0.01
    found: dict[str, Any] = {
        "homes": 8 + int(homes * 60), "building_height": 118.0 if is_tall else round(9 + high * 60, 1),
        "alarm_installed": alarm < 0.4, "cutoff_linked": alarm < 0.3,
    }  # fmt: skip
    if bathroom < 0.9:  # in the others nobody was let in
        found |= {
            "riser_in_bathroom": bathroom < 0.01,
            "pipe_in_bedroom": bedroom < 0.008,
            "banned_appliance": banned < 0.02,
        }
    return found


def _depot(place: BuiltUp, owner: str, rng: np.random.Generator) -> Things:
    """One at the edge of each town; a fifth of the systems of some is missing or was not looked at."""
    corner = np.array([[place.town.centre[0] - place.town.half_m - 60.0, place.town.centre[1]]])
    chance = rng.random(len(_DEPOT)).tolist()
    fields = {name: at < 0.88 for name, at in zip(_DEPOT, chance, strict=True) if at < 0.95}
    return Things(
        kind="cylinder_depot",
        keys=numbered(place, "GL", 1),
        shapes=shapely.points(corner),
        owners=owner,
        fields=[fields],
    )
