# SPDX-License-Identifier: Apache-2.0
"""A small city to tell stories about: Hengyang with two districts, a street and two communities, in plain squares."""

from __future__ import annotations

from datetime import date

import shapely

from belltower.core.places.actions.areas import AreaReport, put_areas
from belltower.core.places.areas import AreaDraft
from belltower.core.places.models import City
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

BY = Actor.system("test")
FOUNDED = date(2024, 1, 1)


def square(west: float, south: float, size: float = 0.01) -> shapely.Polygon:
    """A square of ``size`` degrees, whose corner is that far from 112.5 E, 26.8 N."""
    return shapely.box(112.5 + west, 26.8 + south, 112.5 + west + size, 26.8 + south + size)


def city_area(**other: object) -> AreaDraft:
    facts: dict = {"code": "430400", "level": "city", "name": Text(zh="衡阳市", en="Hengyang")}
    return AreaDraft(**facts | {"geometry": square(0, 0, 0.2)} | other)


def zhengxiang(**other: object) -> AreaDraft:
    facts: dict = {"code": "430408", "level": "district", "name": Text(zh="蒸湘区", en="Zhengxiang District")}
    return AreaDraft(**facts | {"geometry": square(0, 0, 0.1)} | other)


def shigu(**other: object) -> AreaDraft:
    facts: dict = {"code": "430407", "level": "district", "name": Text(zh="石鼓区"), "geometry": square(0.1, 0, 0.1)}
    return AreaDraft(**facts | other)


def street(**other: object) -> AreaDraft:
    facts: dict = {"code": "430408001", "level": "street", "name": Text(zh="蒸湘街道"), "geometry": square(0, 0, 0.02)}
    return AreaDraft(**facts | other)


def community(number: int = 1, **other: object) -> AreaDraft:
    facts: dict = {"code": f"430408001{number:03}", "level": "community", "name": Text(zh=f"第{number}社区")}
    return AreaDraft(**facts | {"geometry": square(0.01 * (number - 1), 0)} | other)


def whole_city() -> list[AreaDraft]:
    return [community(1), community(2), street(), shigu(), zhengxiang(), city_area()]


def put(*areas: AreaDraft, on: date = FOUNDED, source: str = "test") -> AreaReport:
    return put_areas(areas, by=BY, on=on, source=source)


def choose_hengyang() -> None:
    from belltower.core.places import city

    City.objects.update_or_create(id=1, defaults={"profile": city.load_profile("hengyang").as_json()})
    city.forget()
