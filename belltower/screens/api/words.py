# SPDX-License-Identifier: Apache-2.0
"""The small types that requests are made of: each says in the OpenAPI document what it takes."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints

_NO_NUL = r"^[^\x00]*$"


def _not_too_far(instant: AwareDatetime) -> AwareDatetime:
    if not 1800 <= instant.year <= 2999:
        raise ValueError("an instant between the years 1800 and 2999 is expected")
    return instant


def _not_too_far_a_day(day: date) -> date:
    if not 1800 <= day.year <= 2999:
        raise ValueError("a day between the years 1800 and 2999 is expected")
    return day


Cursor = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,80}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
AreaCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_.-]{1,20}$")]
ClassCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,5}$")]
CoordinateSystem = Annotated[str, StringConstraints(pattern=r"^(wgs84|gcj02|bd09|(EPSG|epsg):[0-9]{1,6})$")]
Words = Annotated[str, StringConstraints(pattern=_NO_NUL, min_length=1, max_length=200)]
Line = Annotated[str, StringConstraints(pattern=_NO_NUL, max_length=300)]
Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False, description="degrees, WGS 84")]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False, description="degrees, WGS 84")]
Instant = Annotated[AwareDatetime, AfterValidator(_not_too_far), Field(description="RFC 3339, with a zone")]
Day = Annotated[date, AfterValidator(_not_too_far_a_day), Field(description="civil day in the city's zone")]
