# SPDX-License-Identifier: Apache-2.0
"""What the demo's sensors would read: plausible courses of a day, as pure functions of who measures and when.

Instants are seconds since 1970 UTC. The same sensor, instant and seed give the same value, so that nothing is remembered
between two starts. All of it is invented but for the sun.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

DAY_S, HOUR_S = 86_400, 3_600
_EAST_S = 8 * HOUR_S  # the city's clock is UTC+8 all year
_LATITUDE, _SUN_LATER_H = np.radians(26.9), (120.0 - 112.6) / 15  # Hengyang lies west of its clock's meridian
_ACTIVE = (
    2,
    1,
    1,
    1,
    2,
    8,
    28,
    60,
    85,
    70,
    62,
    70,
    88,
    66,
    58,
    60,
    72,
    95,
    100,
    92,
    74,
    48,
    20,
    7,
)  # people about, an hour
_ACTIVE_SUM = np.concatenate([[0.0], np.cumsum(_ACTIVE)]) / sum(_ACTIVE)


@dataclass(frozen=True, slots=True)
class Who:
    """Row by row: the sensor's own number (uint64), what it is rated for (such as a lamp's watts), and when it reads."""

    number: NDArray[np.uint64]
    rated: Floats
    at: Ints


def random(number: NDArray[np.uint64], tick: Ints) -> Floats:
    """A share in [0, 1) for each (number, tick), always the same (splitmix64: Steele, Lea, Flood 2014)."""
    mixed = number + tick.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(11), np.float64) * 2.0**-53


def smooth(number: NDArray[np.uint64], at: Ints, span_s: int) -> Floats:
    """Like ``random``, but wandering from one share to the next within ``span_s``."""
    tick, part = at // span_s, (at % span_s) / span_s
    return random(number, tick) * (1 - part) + random(number, tick + 1) * part


def hour(at: Ints) -> Floats:
    """The hour of the city's day."""
    return np.asarray((at + _EAST_S) % DAY_S / HOUR_S)


def sun(at: Ints) -> Floats:
    """The sine of the sun's height over the horizon (declination after Cooper 1969)."""
    declination = np.radians(23.44) * np.sin(2 * np.pi * (284 + _day_of_year(at)) / 365)
    turned = np.radians(15 * (hour(at) - _SUN_LATER_H - 12))
    return np.asarray(
        np.sin(_LATITUDE) * np.sin(declination) + np.cos(_LATITUDE) * np.cos(declination) * np.cos(turned)
    )


def outdoor(at: Ints) -> Floats:
    """The air's temperature in Cel: season, hour and a few days' weather."""
    season = 18.3 + 11 * np.cos(2 * np.pi * (_day_of_year(at) - 200) / 365)
    weather = 8 * (smooth(np.full(at.shape, 11, np.uint64), at, 2 * DAY_S) - 0.5)
    return np.asarray(season + 4.2 * np.cos(2 * np.pi * (hour(at) - 15) / 24) + weather)


def active(at: Ints) -> Floats:
    """How many people are about, 0 to 1."""
    return np.asarray(np.interp(hour(at), np.arange(25), [*_ACTIVE, _ACTIVE[0]]) / 100)


def lamp_power(who: Who) -> Floats:
    """Watts: on from dusk to dawn, each lamp by its own eye, dimmed after midnight."""
    eye = 0.02 * (random(who.number, np.zeros_like(who.at)) - 0.5) - 0.02
    dimmed = np.where((hour(who.at) > 0.5) & (hour(who.at) < 5), 0.6, 1.0)
    drawn = who.rated * dimmed * (0.97 + 0.05 * random(who.number, who.at))
    return _rounded(np.where(sun(who.at) < eye, drawn, 0.8), 1)


def day_power(who: Who) -> Floats:
    """Watts while the sun is well up; nothing is said at other times."""
    return np.where(sun(who.at) > 0.02, lamp_power(who), np.nan)


def night_power(who: Who) -> Floats:
    """Watts while it is dark; nothing is said at other times."""
    return np.where(sun(who.at) < -0.05, lamp_power(who), np.nan)


def lean(who: Who) -> Floats:
    """Degrees by which a pole leans: hardly any, and a little with the wind."""
    return _rounded(0.2 + 0.8 * random(who.number, np.zeros_like(who.at)) + 0.3 * smooth(who.number, who.at, HOUR_S), 1)


def door(who: Who) -> Floats:
    """1 while the service door stands open: it is shut."""
    return np.zeros(who.at.shape)


def cabinet_temperature(who: Who) -> Floats:
    """Cel in a signal cabinet: above the air, more so in the sun."""
    own = 3 * (smooth(who.number, who.at, HOUR_S) - 0.5)
    return _rounded(outdoor(who.at) + 9 + 6 * np.maximum(0, sun(who.at)) + own, 1)


def waste_temperature(who: Who) -> Floats:
    """Cel in a container: waste is a little warmer than the air, and slower."""
    return _rounded(7 + 0.8 * outdoor(who.at) + 3 * smooth(who.number, who.at, 3 * HOUR_S), 1)


def fill(who: Who) -> Floats:
    """Per cent: filled by those who pass, emptied twice a day."""
    own = random(who.number, np.zeros_like(who.at))
    early, late = 5.0 + own, 13.0 + own
    now = hour(who.at)
    last = np.where(now >= late, late, np.where(now >= early, early, late - 24))
    share = _passed(now) - _passed(last)
    return _rounded(4 + (35 + 50 * random(who.number, np.ones_like(who.at))) * share / 0.75, 1)


def _passed(hours: Floats) -> Floats:
    """The share of a day's people who passed up to this hour of the day; before midnight it is negative."""
    return np.asarray(np.interp(hours % 24, np.arange(25), _ACTIVE_SUM) + np.floor(hours / 24))


def people_inside(who: Who) -> Floats:
    """How many are in a station, which is open from 6 to 22."""
    most = 8 + 18 * random(who.number, np.zeros_like(who.at))
    there = most * active(who.at) * (0.5 + smooth(who.number, who.at, 900))
    return np.where((hour(who.at) >= 6) & (hour(who.at) < 22), np.floor(there), 0.0)


def room_temperature(who: Who) -> Floats:
    """Cel in a heated and cooled room."""
    drift = np.clip((outdoor(who.at) - 20) / 8, -1.5, 2.5)
    return _rounded(22 + drift + 1.6 * (smooth(who.number, who.at, 1800) - 0.5), 1)


def visitors_an_hour(who: Who) -> Floats:
    """How many came through the door in the last hour."""
    most = 30 + 60 * random(who.number, np.zeros_like(who.at))
    return np.floor(most * active(who.at) * (0.7 + 0.6 * smooth(who.number, who.at, 1200)))


def level(who: Who) -> Floats:
    """Metres at a river's gauge: days of rain far off, and a dam's hours."""
    days = 0.35 * np.sin(2 * np.pi * who.at / (9 * DAY_S)) + 0.12 * np.sin(2 * np.pi * (hour(who.at) - 8) / 24)
    own = random(who.number, np.zeros_like(who.at)) + 0.04 * smooth(who.number, who.at, HOUR_S)
    return _rounded(2.1 + days + own, 2)


def methane(who: Who) -> Floats:
    """Per cent of the lower explosive limit in a kitchen: next to nothing."""
    return _rounded(0.3 + 1.2 * smooth(who.number, who.at, HOUR_S), 1)


def outlet_pressure(who: Who) -> Floats:
    """kPa behind a regulator: a little less while people cook."""
    own = 0.3 * random(who.number, np.zeros_like(who.at))
    return _rounded(2.3 + own - 0.25 * active(who.at) + 0.1 * smooth(who.number, who.at, 600), 2)


def occupancy(who: Who) -> Floats:
    """Per cent of a parking area's places taken."""
    most = 55 + 35 * random(who.number, np.zeros_like(who.at))
    return _rounded(most * (0.35 + 0.65 * active(who.at)) * (0.85 + 0.2 * smooth(who.number, who.at, 1800)), 0)


def dust(who: Who) -> Floats:
    """Grams on a square metre: blown together, swept once a day."""
    own = random(who.number, np.zeros_like(who.at))
    since_sweep = (hour(who.at) - 4 - 3 * own) % 24 / 24
    return _rounded(1.2 + 2.6 * since_sweep + 0.5 * smooth(who.number, who.at, 6 * HOUR_S), 1)


COURSES: Mapping[str, Callable[[Who], Floats]] = {
    "street_light.lamp_power": lamp_power,
    "street_light.day_power": day_power,
    "street_light.night_power": night_power,
    "street_light.lean": lean,
    "street_light.door": door,
    "signal_cabinet.inside_temperature": cabinet_temperature,
    "waste_bin.fill": fill,
    "collection_point.load": fill,
    "collection_point.inside_temperature": waste_temperature,
    "city_station.people_inside": people_inside,
    "city_station.room_temperature": room_temperature,
    "public_toilet.visitors_an_hour": visitors_an_hour,
    "water.level": level,
    "gas_detector.methane": methane,
    "regulator_station.outlet_pressure": outlet_pressure,
    "bike_parking.occupancy": occupancy,
    "cleaned_street.dust": dust,
}
"""By what packs declare: "kind.stream"."""


def _rounded(value: Floats, digits: int) -> Floats:
    return np.asarray(np.round(value, digits), np.float64)


def _day_of_year(at: Ints) -> Floats:
    return np.asarray((at + _EAST_S) / DAY_S % 365.25)
