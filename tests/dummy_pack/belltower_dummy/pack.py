# SPDX-License-Identifier: Apache-2.0
"""Dummy: one kind of asset a geometry, and every declaration that a pack can make."""

from belltower.kernel.packs import (
    Activity,
    AssetKind,
    CaseKind,
    Choice,
    Detail,
    Field,
    FieldType,
    Geometry,
    Keeping,
    MapLayer,
    Network,
    Pack,
    Secrecy,
    Stream,
)
from belltower.kernel.siting import Siting
from belltower.kernel.texts import Text
from belltower.kernel.units import Quantity

MOODS = (
    Choice(value="calm", title=Text(zh="平静", en="Calm")),
    Choice(value="lively", title=Text(zh="热闹", en="Lively")),
)

pack = Pack(
    name="dummy",
    title=Text(zh="示例", en="Dummy"),
    about=Text(zh="用到每一种声明的示例功能包", en="A pack that uses every declaration"),
    assets=(
        AssetKind(
            "dummy_point",
            Text(zh="示例点", en="Dummy point"),
            Geometry.POINT,
            gb_code="01080",
            aliases=("dummy", "示例"),
            fields=(
                Field("label", FieldType.TEXT, Text(zh="标签", en="Label"), required=True, aliases=("LABEL", "标签")),
                Field("pieces", FieldType.INTEGER, Text(zh="件数", en="Pieces")),
                Field("ratio", FieldType.NUMBER, Text(zh="比值", en="Ratio")),
                Field("is_round", FieldType.BOOLEAN, Text(zh="圆形", en="Round")),
                Field("made_on", FieldType.DATE, Text(zh="制造日期", en="Made on")),
                Field("mood", FieldType.CHOICE, Text(zh="气氛", en="Mood"), choices=MOODS),
                Field("height", Quantity.LENGTH, Text(zh="高度", en="Height"), unit="m"),
            ),
        ),
        AssetKind(
            "dummy_line",
            Text(zh="示例线", en="Dummy line"),
            Geometry.LINE,
            secrecy=Secrecy.INTERNAL,
            fields=(Field("is_one_way", FieldType.BOOLEAN, Text(zh="单行", en="One-way")),),
        ),
        AssetKind("dummy_polygon", Text(zh="示例面", en="Dummy polygon"), Geometry.POLYGON),
    ),
    streams=(
        Stream(
            "dummy_warmth",
            on="dummy_point",
            title=Text(zh="温度", en="Warmth"),
            quantity=Quantity.TEMPERATURE,
            unit="Cel",
            stale_after="PT10M",
            keeps=Keeping(readings=30, minute=60, hour=365, day=3650, hot=7),
        ),
    ),
    activities=(
        Activity(
            "dummy_visit",
            "dummy_point",
            Text(zh="到访", en="Visit"),
            fields=(Field("well", FieldType.BOOLEAN, Text(zh="正常", en="All is well")),),
        ),
    ),
    cases=(
        CaseKind(
            "dummy_case",
            Text(zh="示例案件", en="Dummy case"),
            on="dummy_point",
            opened_by="dummy.too_warm",
            matter_code="06080",
        ),
    ),
    layers=(
        MapLayer(
            "dummy_point",
            icon="star",
            colour="#5a6b5b",
            min_zoom=12,
            shown_at_first=False,
            detail=Detail("mood", (("lively", 13), ("calm", 14))),
        ),
        MapLayer("dummy_line", icon="route"),
        MapLayer("dummy_polygon", icon="polygon"),
    ),
    sitings=(
        Siting(
            kind="dummy_point",
            reach_m=500,
            people_in="dummy_polygon",
            people="people",
            candidates=("dummy_point",),
            case="dummy_case",
        ),
    ),
    streets=Network(kind="dummy_line", one_way="is_one_way", barriers=("dummy_polygon",)),
    feeds=("features",),
    app="belltower_dummy",
)
