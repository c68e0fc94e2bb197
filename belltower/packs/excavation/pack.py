# SPDX-License-Identifier: Apache-2.0
"""Excavation: works that open a street, with their permits, what lies below, and when the street was made good."""

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
)
from belltower.kernel.texts import Text
from belltower.kernel.units import Quantity

pack = Pack(
    name="excavation",
    title=Text(zh="道路挖掘", en="Excavation"),
    about=Text(zh="挖掘工程与许可", en="Works that open a street, and their permits"),
    assets=(
        AssetKind(
            "dig_site", Text(zh="挖掘工程", en="Dig site"), Geometry.POLYGON, aliases=("excavation", "掘路", "挖掘许可"),
            fields=(
                Field("permit", FieldType.TEXT, Text(zh="许可证号", en="Permit"), aliases=("许可编号",)),
                Field("planning_agreed", FieldType.BOOLEAN, Text(zh="规划已批", en="Planning agreed")),
                Field("roads_agreed", FieldType.BOOLEAN, Text(zh="市政已批", en="Roads agreed")),
                Field("police_agreed", FieldType.BOOLEAN, Text(zh="交警已批", en="Traffic police agreed")),
                Field("special_approval", FieldType.BOOLEAN, Text(zh="特别批准", en="Special approval")),
                Field("street_class", FieldType.CHOICE, Text(zh="道路等级", en="Class of the street"), choices=(
                    Choice(value="trunk", title=Text(zh="主干路", en="Main road")),
                    Choice(value="secondary", title=Text(zh="次干路", en="Secondary road")),
                    Choice(value="branch", title=Text(zh="支路", en="Branch road")),
                )),
                Field("street_built", FieldType.DATE, Text(zh="道路竣工", en="Street built")),
                Field("street_overhauled", FieldType.DATE, Text(zh="道路大修竣工", en="Street overhauled")),
                Field("direction", FieldType.CHOICE, Text(zh="走向", en="Direction"), choices=(
                    Choice(value="along", title=Text(zh="纵向", en="Along the street")),
                    Choice(value="across", title=Text(zh="横向", en="Across the street")),
                )),
                Field("length", Quantity.LENGTH, Text(zh="长度", en="Length"), unit="m"),
                Field("near_gas", FieldType.BOOLEAN, Text(zh="邻近燃气设施", en="Near gas")),
                Field("protection_plan", FieldType.BOOLEAN, Text(zh="燃气保护方案", en="Protection plan agreed")),
                Field("operator_on_site", FieldType.BOOLEAN, Text(zh="燃气企业现场指导", en="Gas operator on site")),
                Field("ended", FieldType.DATE, Text(zh="完工日期", en="Work ended")),
                Field("restored", FieldType.BOOLEAN, Text(zh="路面已恢复", en="Street made good")),
            ),
        ),
    ),
    activities=(
        Activity("site_visit", "dig_site", Text(zh="工地巡查", en="Visit of a dig"), fields=(
            Field("fenced", FieldType.BOOLEAN, Text(zh="围挡完好", en="Fenced")),
        )),
        Activity("restoration", "dig_site", Text(zh="路面恢复", en="Making the street good"), fields=(
            Field("days", FieldType.INTEGER, Text(zh="用时（天）", en="Days it took")),
        )),
    ),
    cases=(CaseKind("dig_without_permit", Text(zh="无证掘路", en="Dig without a permit"), on="dig_site", matter_code="08003"),),
    layers=(MapLayer("dig_site", icon="shovel", colour="#9a8466", min_zoom=12),),
)  # fmt: skip
