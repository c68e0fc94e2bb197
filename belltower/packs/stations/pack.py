# SPDX-License-Identifier: Apache-2.0
"""Stations: the city stations (城市驿站) where street workers and residents rest, and public toilets."""

from belltower.kernel.packs import AssetKind, Choice, Field, FieldType, Geometry, MapLayer, Pack, Stream
from belltower.kernel.texts import Text
from belltower.kernel.units import Quantity

pack = Pack(
    name="stations",
    title=Text(zh="城市驿站与公厕", en="City stations and toilets"),
    about=Text(zh="城市驿站（一类、二类）与公共厕所", en="City stations (two classes) and public toilets"),
    assets=(
        AssetKind(
            "city_station", Text(zh="城市驿站", en="City station"), Geometry.POINT, aliases=("station", "驿站"),
            fields=(
                Field("class", FieldType.CHOICE, Text(zh="类别", en="Class"), choices=(
                    Choice(value="with_toilet", title=Text(zh="一类（含公厕）", en="Class 1 (with toilet)")),
                    Choice(value="rest_only", title=Text(zh="二类（休息）", en="Class 2 (rest only)")),
                )),
                Field("opening_hours", FieldType.TEXT, Text(zh="开放时间", en="Opening hours"), aliases=("开放时段",)),
            ),
        ),
        AssetKind(
            "public_toilet", Text(zh="公共厕所", en="Public toilet"), Geometry.POINT, gb_code="03001",
            aliases=("toilet", "restroom", "公厕"),
            fields=(
                Field("stalls", FieldType.INTEGER, Text(zh="厕位数", en="Stalls"), aliases=("厕位",)),
                Field("accessible", FieldType.BOOLEAN, Text(zh="无障碍", en="Step-free"), aliases=("无障碍设施",)),
            ),
        ),
    ),
    streams=(
        Stream("people_inside", on="city_station", title=Text(zh="在站人数", en="People inside"), quantity=Quantity.COUNT,
               unit="{person}", stale_after="PT30M"),
        Stream("room_temperature", on="city_station", title=Text(zh="室内温度", en="Room temperature"),
               quantity=Quantity.TEMPERATURE, unit="Cel", stale_after="PT30M"),
        Stream("visitors_an_hour", on="public_toilet", title=Text(zh="近一小时人次", en="Visitors in the last hour"),
               quantity=Quantity.COUNT, unit="{person}", stale_after="PT1H"),
    ),
    layers=(
        MapLayer("city_station", icon="home-heart", colour="#3f4a55", min_zoom=9),
        MapLayer("public_toilet", icon="friends", colour="#5b6b7a", min_zoom=12),
    ),
)  # fmt: skip
