# SPDX-License-Identifier: Apache-2.0
"""Where the sun stands, and when it rises and sets: NOAA's solar equations, after Meeus, Astronomical Algorithms (1991).

They are those of NOAA's Global Monitoring Laboratory's solar calculator: good to about a minute between 72 degrees south and north,
for years near our own. No refraction but the usual half degree at the horizon; no hills.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

HORIZON_DEG = -0.833
"""Elevation of the sun's centre when its upper edge is seen to rise or set: its radius and the usual refraction."""
_J2000 = datetime(2000, 1, 1, 12, tzinfo=UTC)
_DAYS_A_CENTURY = 36_525.0


@dataclass(frozen=True, slots=True)
class SunTimes:
    """When the sun rises and sets on a day; both None where it does neither, and ``is_up`` says which way."""

    rises: datetime | None
    sets: datetime | None
    is_up: bool | None = None


def elevation_deg(at: datetime, *, lon: float, lat: float) -> float:
    """How high the sun's centre stands above the horizon at an instant, in degrees, without refraction."""
    if at.tzinfo is None:
        raise ValueError("an instant has a zone")
    declination, equation_min = _declination_and_equation(at)
    utc = at.astimezone(UTC)
    minutes = utc.hour * 60 + utc.minute + utc.second / 60
    hour_angle = math.radians((minutes + equation_min + 4 * lon) / 4 - 180)
    around = math.radians(lat)
    high = math.sin(around) * math.sin(declination) + math.cos(around) * math.cos(declination) * math.cos(hour_angle)
    return math.degrees(math.asin(max(-1.0, min(1.0, high))))


def is_day(at: datetime, *, lon: float, lat: float, above_deg: float = HORIZON_DEG) -> bool:
    """Whether the sun stands above the horizon, or above another elevation (-6: the end of civil twilight)."""
    return elevation_deg(at, lon=lon, lat=lat) > above_deg


def sun_times(day: date, *, lon: float, lat: float, above_deg: float = HORIZON_DEG) -> SunTimes:
    """When the sun passes an elevation on the day of mean time at this longitude, as instants in UTC."""
    noon = datetime.combine(day, time(12), tzinfo=UTC) - timedelta(minutes=4 * lon)
    declination, equation_min = _declination_and_equation(noon)
    around = math.radians(lat)
    cosine = (math.sin(math.radians(above_deg)) - math.sin(around) * math.sin(declination)) / (
        math.cos(around) * math.cos(declination)
    )
    if abs(cosine) > 1:
        return SunTimes(None, None, is_up=cosine < -1)
    half = timedelta(minutes=4 * math.degrees(math.acos(cosine)))
    middle = noon - timedelta(minutes=equation_min)
    return SunTimes(middle - half, middle + half)


def _declination_and_equation(at: datetime) -> tuple[float, float]:
    """The sun's declination in radians, and the equation of time in minutes."""
    century = (at - _J2000) / timedelta(days=1) / _DAYS_A_CENTURY
    mean = math.radians((280.46646 + century * (36_000.76983 + century * 0.0003032)) % 360)
    anomaly = math.radians(357.52911 + century * (35_999.05029 - 0.0001537 * century))
    excentric = 0.016708634 - century * (0.000042037 + 0.0000001267 * century)
    centre = (
        math.sin(anomaly) * (1.914602 - century * (0.004817 + 0.000014 * century))
        + math.sin(2 * anomaly) * (0.019993 - 0.000101 * century)
        + math.sin(3 * anomaly) * 0.000289
    )
    node = math.radians(125.04 - 1934.136 * century)
    longitude = mean + math.radians(centre - 0.00569 - 0.00478 * math.sin(node))
    tilt = math.radians(23.439291 - century * (0.0130042 + 0.00000016 * century) + 0.00256 * math.cos(node))
    declination = math.asin(math.sin(tilt) * math.sin(longitude))
    square = math.tan(tilt / 2) ** 2
    equation = (
        square * math.sin(2 * mean)
        - 2 * excentric * math.sin(anomaly)
        + 4 * excentric * square * math.sin(anomaly) * math.cos(2 * mean)
        - 0.5 * square**2 * math.sin(4 * mean)
        - 1.25 * excentric**2 * math.sin(2 * anomaly)
    )
    return declination, 4 * math.degrees(equation)
