# SPDX-License-Identifier: Apache-2.0
"""Bikes: shared bikes and their operators' fleets, where bikes may stand, and helmets that are lent."""

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
from belltower.kernel.texts import Text
from belltower.kernel.units import Quantity

pack = Pack(
    name="bikes",
    title=Text(zh="共享单车", en="Shared bikes"),
    about=Text(zh="停放区、车辆、企业车队与头盔", en="Parking areas, bikes, operators' fleets and helmets"),
    assets=(
        AssetKind(
            "bike_parking", Text(zh="非机动车停放区", en="Bike parking area"), Geometry.POLYGON, gb_code="02025",
            aliases=("bike parking", "停放点", "停车区"),
            fields=(
                Field("capacity", FieldType.INTEGER, Text(zh="容量", en="Capacity"), aliases=("车位数",)),
                Field("row_length", Quantity.LENGTH, Text(zh="连续停放长度", en="Length of an unbroken row"), unit="m"),
                Field("street_level", FieldType.INTEGER, Text(zh="街道等级", en="Level of the street")),
                Field("marked", FieldType.BOOLEAN, Text(zh="有标线", en="Marked out")),
            ),
        ),
        AssetKind(
            "shared_bike", Text(zh="共享单车", en="Shared bike"), Geometry.POINT, aliases=("bike", "单车", "电单车"),
            fields=(
                Field("state", FieldType.CHOICE, Text(zh="状态", en="State"), choices=(
                    Choice(value="available", title=Text(zh="停放", en="Parked")),
                    Choice(value="on_trip", title=Text(zh="骑行中", en="On a trip")),
                    Choice(value="non_operational", title=Text(zh="停用", en="Out of use")),
                    Choice(value="non_contactable", title=Text(zh="失联", en="Out of contact")),
                )),
                Field("electric", FieldType.BOOLEAN, Text(zh="助力", en="Electric")),
                Field("lead_acid", FieldType.BOOLEAN, Text(zh="铅酸电池", en="Lead-acid battery")),
                Field("in_use_since", FieldType.DATE, Text(zh="投放日期", en="In use since")),
                Field("top_speed", Quantity.SPEED, Text(zh="最高车速", en="Top speed"), unit="km/h"),
                Field("mass", Quantity.MASS, Text(zh="整车质量", en="Mass"), unit="kg"),
                Field("motor_power", Quantity.POWER, Text(zh="电机功率", en="Power of its motor"), unit="W"),
                Field("battery_volts", FieldType.NUMBER, Text(zh="电池电压（V）", en="Battery (V)")),
                Field("width", Quantity.LENGTH, Text(zh="车宽", en="Width"), unit="mm"),
                Field("height", Quantity.LENGTH, Text(zh="车高", en="Height"), unit="mm"),
                Field("positioned", FieldType.BOOLEAN, Text(zh="定位与通信", en="Says where it is")),
            ),
        ),
        AssetKind(
            "bike_fleet", Text(zh="企业车队", en="Operator's fleet"), Geometry.POINT, aliases=("fleet", "车队"),
            fields=(
                Field("bikes", FieldType.INTEGER, Text(zh="投放量", en="Bikes"), aliases=("车辆数",)),
                Field("quota", FieldType.INTEGER, Text(zh="配额", en="Quota")),
                Field("staff", FieldType.INTEGER, Text(zh="运维人员", en="Staff in the street")),
            ),
        ),
        AssetKind(
            "helmet_point", Text(zh="头盔借用点", en="Helmet point"), Geometry.POINT, aliases=("helmets", "头盔柜"),
            fields=(
                Field("helmets", FieldType.INTEGER, Text(zh="头盔数", en="Helmets")),
                Field("helmet_class", FieldType.CHOICE, Text(zh="头盔类别", en="Class of helmet"), choices=(
                    Choice(value="a", title=Text(zh="A类", en="A")),
                    Choice(value="b", title=Text(zh="B类", en="B")),
                    Choice(value="other", title=Text(zh="无类别", en="Neither")),
                )),
                Field("markings", FieldType.INTEGER, Text(zh="标识项数", en="Markings on it")),
            ),
        ),
    ),
    streams=(
        Stream("occupancy", on="bike_parking", title=Text(zh="停放占用率", en="Share of its places taken"),
               quantity=Quantity.SHARE, unit="%", stale_after="PT30M"),
    ),
    activities=(
        Activity("helmet_wash", "helmet_point", Text(zh="头盔清洗", en="Washing of helmets"), fields=(
            Field("washed", FieldType.INTEGER, Text(zh="清洗数", en="Washed")),
        )),
        Activity("pile_clearing", "bike_parking", Text(zh="淤积清运", en="Clearing of a pile-up"), fields=(
            Field("minutes", FieldType.INTEGER, Text(zh="用时（分钟）", en="Minutes it took")),
            Field("street_level", FieldType.INTEGER, Text(zh="街道等级", en="Level of the street")),
            Field("moved", FieldType.INTEGER, Text(zh="清运车辆", en="Bikes moved")),
        )),
        Activity("bike_service", "shared_bike", Text(zh="车辆检修", en="Service of a bike"), fields=(
            Field("passed", FieldType.BOOLEAN, Text(zh="合格", en="Passed")),
        )),
    ),
    cases=(CaseKind("bikes_in_disorder", Text(zh="共享单车乱象", en="Shared bikes in disorder"), on="bike_parking",
                    matter_code="09011"),),
    layers=(
        MapLayer("bike_parking", icon="parking", colour="#6d7f78", min_zoom=14),
        MapLayer("shared_bike", icon="bike", colour="#7b8f87", min_zoom=14, shown_at_first=False),
        MapLayer("bike_fleet", icon="users", colour="#55655f", min_zoom=11, shown_at_first=False),
        MapLayer("helmet_point", icon="helmet", colour="#6d7f78", min_zoom=13, shown_at_first=False),
    ),
)  # fmt: skip
