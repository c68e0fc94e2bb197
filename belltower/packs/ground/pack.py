# SPDX-License-Identifier: Apache-2.0
"""Ground: what every other domain stands on - streets, buildings, parcels and water."""

from belltower.kernel.packs import (
    AssetKind,
    Choice,
    Detail,
    Field,
    FieldType,
    Geometry,
    MapLayer,
    Network,
    Pack,
    Stream,
)
from belltower.kernel.texts import Text
from belltower.kernel.units import Quantity

STREET_CLASSES = (
    Choice(value="trunk", title=Text(zh="主干路", en="Main road")),
    Choice(value="secondary", title=Text(zh="次干路", en="Secondary road")),
    Choice(value="branch", title=Text(zh="支路", en="Branch road")),
)
USES = (
    Choice(value="homes", title=Text(zh="住宅", en="Homes")),
    Choice(value="shops", title=Text(zh="商业", en="Shops")),
    Choice(value="industry", title=Text(zh="工业", en="Industry")),
    Choice(value="public", title=Text(zh="公共", en="Public")),
)

pack = Pack(
    name="ground",
    title=Text(zh="基础底图", en="Ground"),
    about=Text(zh="道路、建筑、地块与水系", en="Streets, buildings, parcels and water"),
    assets=(
        AssetKind(
            "street", Text(zh="道路", en="Street"), Geometry.LINE, aliases=("road", "street", "道路"),
            fields=(
                Field("class", FieldType.CHOICE, Text(zh="等级", en="Class"), choices=STREET_CLASSES, aliases=("道路等级",)),
                Field("start_node", FieldType.INTEGER, Text(zh="起点节点", en="Start node")),
                Field("end_node", FieldType.INTEGER, Text(zh="终点节点", en="End node")),
                Field("one_way", FieldType.BOOLEAN, Text(zh="单行", en="One-way"), aliases=("oneway", "单行道")),
                Field("bridge", FieldType.BOOLEAN, Text(zh="桥梁", en="Bridge")),
                Field("length", Quantity.LENGTH, Text(zh="长度", en="Length"), unit="m", aliases=("长度",)),
            ),
        ),
        AssetKind(
            "building", Text(zh="建筑", en="Building"), Geometry.POLYGON, aliases=("building", "建筑物", "房屋"),
            fields=(
                Field("use", FieldType.CHOICE, Text(zh="用途", en="Use"), choices=USES),
                Field("storeys", FieldType.INTEGER, Text(zh="层数", en="Storeys"), aliases=("floors", "楼层数")),
                Field("residents", FieldType.INTEGER, Text(zh="居住人口", en="Residents")),
            ),
        ),
        AssetKind(
            "parcel", Text(zh="地块", en="Parcel"), Geometry.POLYGON,
            fields=(
                Field("use", FieldType.CHOICE, Text(zh="用途", en="Use"), choices=USES),
                Field("size", Quantity.AREA, Text(zh="面积", en="Size"), unit="m2"),
            ),
        ),
        AssetKind("water", Text(zh="水系", en="Water"), Geometry.POLYGON),
    ),
    streams=(
        Stream("level", on="water", title=Text(zh="水位（距基准）", en="Level above its gauge's zero"), quantity=Quantity.LENGTH,
               unit="m", stale_after="PT1H"),
    ),
    layers=(
        MapLayer("water", icon="droplet", colour="#b8c9d6", min_zoom=6),
        MapLayer("parcel", icon="square", colour="#d5d2c8", min_zoom=14, shown_at_first=False),
        MapLayer(
            "street", icon="road", colour="#9aa4ae", min_zoom=9,
            detail=Detail("class", (("trunk", 9), ("secondary", 12), ("branch", 13))),
        ),
        MapLayer("building", icon="building", colour="#c3c7cc", min_zoom=14),
    ),
    streets=Network(kind="street", one_way="one_way", barriers=("water",)),
)  # fmt: skip
