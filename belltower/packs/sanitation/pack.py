# SPDX-License-Identifier: Apache-2.0
"""Sanitation: streets by their cleaning grade, the vehicles that sweep them, and what was swept and measured when."""

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
    name="sanitation",
    title=Text(zh="道路清扫保洁", en="Street cleaning"),
    about=Text(zh="保洁路段、清扫车、清扫与抽测", en="Streets by cleaning grade, sweepers, sweeps and samples"),
    assets=(
        AssetKind(
            "cleaned_street", Text(zh="保洁路段", en="Cleaned street"), Geometry.LINE, aliases=("保洁道路", "清扫路段"),
            fields=(
                Field("grade", FieldType.INTEGER, Text(zh="保洁等级", en="Cleaning grade"), aliases=("等级",)),
                Field("part", FieldType.CHOICE, Text(zh="部位", en="Part of the street"), choices=(
                    Choice(value="inner_carriageway", title=Text(zh="二环内车行道", en="Carriageway, inside the ring")),
                    Choice(value="outer_carriageway", title=Text(zh="二环外车行道", en="Carriageway, outside the ring")),
                    Choice(value="footway", title=Text(zh="人行道", en="Footway")),
                )),
                Field("shops", Quantity.SHARE, Text(zh="沿街商铺占比", en="Shops along it"), unit="%"),
                Field("people_a_minute", FieldType.NUMBER, Text(zh="人流（人/分钟）", en="People a minute")),
                Field("sweeps_a_day", FieldType.INTEGER, Text(zh="每日普扫次数", en="Sweeps a day")),
                Field("hours_a_day", FieldType.NUMBER, Text(zh="每日保洁时长（小时）", en="Hours looked after a day")),
                Field("swept_by_hour", FieldType.NUMBER, Text(zh="首扫完成时刻（时）", en="First sweep done by (hour)")),
            ),
        ),
        AssetKind(
            "sweeper", Text(zh="清扫车", en="Sweeper"), Geometry.POINT, aliases=("清扫车辆", "洗扫车"),
            fields=(
                Field("drive", FieldType.CHOICE, Text(zh="动力", en="Drive"), choices=(
                    Choice(value="electric", title=Text(zh="电动", en="Electric")),
                    Choice(value="diesel", title=Text(zh="柴油", en="Diesel")),
                )),
                Field("positioned", FieldType.BOOLEAN, Text(zh="装有定位", en="Says where it is")),
            ),
        ),
    ),
    streams=(
        Stream("dust", on="cleaned_street", title=Text(zh="路面尘土量", en="Dust on the ground"),
               quantity=Quantity.SURFACE_DENSITY, unit="g/m2", stale_after="PT24H"),
    ),
    activities=(
        Activity("sweep", "cleaned_street", Text(zh="清扫", en="Sweep"), fields=(
            Field("by_machine", FieldType.BOOLEAN, Text(zh="机扫", en="By machine")),
        )),
        Activity("litter_count", "cleaned_street", Text(zh="废弃物抽测", en="Count of litter"), fields=(
            Field("grade", FieldType.INTEGER, Text(zh="保洁等级", en="Cleaning grade")),
            Field("peel", FieldType.NUMBER, Text(zh="果皮（每千平方米）", en="Peel, in 1,000 m2")),
            Field("paper", FieldType.NUMBER, Text(zh="纸屑塑膜（每千平方米）", en="Paper and film, in 1,000 m2")),
            Field("butts", FieldType.NUMBER, Text(zh="烟蒂（每千平方米）", en="Butts, in 1,000 m2")),
            Field("spit", FieldType.NUMBER, Text(zh="痰迹（每千平方米）", en="Spit, in 1,000 m2")),
        )),
        Activity("sweeper_check", "sweeper", Text(zh="车辆出车检查", en="Check of a sweeper"), fields=(
            Field("fit", FieldType.BOOLEAN, Text(zh="车况良好", en="Fit to drive")),
        )),
        Activity("street_patrol", "community", Text(zh="网格巡查", en="Patrol"), fields=(
            Field("matters", FieldType.INTEGER, Text(zh="发现事项", en="Matters found")),
        )),
    ),
    cases=(CaseKind("dirty_street", Text(zh="道路不洁", en="Dirty street"), on="cleaned_street", matter_code="06012"),),
    layers=(
        MapLayer("cleaned_street", icon="brush", colour="#8f9aa0", min_zoom=13, shown_at_first=False),
        MapLayer("sweeper", icon="vacuum-cleaner", colour="#6f7d84", min_zoom=12, shown_at_first=False),
    ),
)  # fmt: skip
