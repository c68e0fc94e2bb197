# SPDX-License-Identifier: Apache-2.0
"""Stations: the city stations (城市驿站) where street workers and residents rest, and public toilets."""

from belltower.kernel.packs import (
    Activity,
    AssetKind,
    CaseKind,
    Choice,
    Field,
    FieldType,
    Geometry,
    MapLayer,
    Pack,
    Stream,
)
from belltower.kernel.siting import Siting
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
                Field("wash_basin", FieldType.BOOLEAN, Text(zh="洗手池", en="Wash basin")),
                Field("lockers", FieldType.BOOLEAN, Text(zh="储物柜", en="Lockers")),
                Field("microwave", FieldType.BOOLEAN, Text(zh="微波炉", en="Microwave")),
                Field("drinking_water", FieldType.BOOLEAN, Text(zh="饮用水", en="Drinking water")),
                Field("first_aid", FieldType.BOOLEAN, Text(zh="急救箱", en="First-aid box")),
                Field("air_conditioning", FieldType.BOOLEAN, Text(zh="空调", en="Air conditioning")),
            ),
        ),
        AssetKind(
            "public_toilet", Text(zh="公共厕所", en="Public toilet"), Geometry.POINT, gb_code="03001",
            aliases=("toilet", "restroom", "公厕"),
            fields=(
                Field("stalls", FieldType.INTEGER, Text(zh="厕位数", en="Stalls"), aliases=("厕位",)),
                Field("women_stalls", FieldType.INTEGER, Text(zh="女厕位", en="Stalls for women")),
                Field("men_stalls", FieldType.INTEGER, Text(zh="男厕位", en="Stalls for men")),
                Field("crowded", FieldType.BOOLEAN, Text(zh="人流密集处", en="Where crowds gather")),
                Field("septic_to_source", Quantity.LENGTH, Text(zh="化粪池距饮用水源", en="Septic tank to a water source"), unit="m"),
                Field("septic_to_tank", Quantity.LENGTH, Text(zh="化粪池距地埋饮水池", en="Septic tank to a drinking tank"), unit="m"),
                Field("opening_hours", FieldType.TEXT, Text(zh="开放时间", en="Opening hours"), aliases=("开放时段",)),
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
    activities=(
        Activity("toilet_clean", "public_toilet", Text(zh="公厕保洁", en="Cleaning of a toilet"), fields=(
            Field("smells", FieldType.BOOLEAN, Text(zh="有异味", en="It smells")),
        )),
        Activity("station_check", "city_station", Text(zh="驿站巡检", en="Check of a station"), fields=(
            Field("in_order", FieldType.BOOLEAN, Text(zh="完好", en="In order")),
        )),
    ),
    cases=(CaseKind("station_to_build", Text(zh="驿站建设", en="Station to build"), on="city_station"),),
    sitings=(
        Siting(kind="city_station", reach_m=1000, people_in="building", people="residents", candidates=("public_toilet",),
               case="station_to_build"),
    ),
    layers=(
        MapLayer("city_station", icon="home-heart", colour="#3f4a55", min_zoom=9),
        MapLayer("public_toilet", icon="friends", colour="#5b6b7a", min_zoom=12),
    ),
)  # fmt: skip
