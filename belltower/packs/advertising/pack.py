# SPDX-License-Identifier: Apache-2.0
"""Advertising: hoardings and shop signs, whether they may hang, and whether they hang safely."""

from belltower.kernel.packs import Activity, AssetKind, CaseKind, Field, FieldType, Geometry, MapLayer, Pack
from belltower.kernel.texts import Text
from belltower.kernel.units import Quantity

pack = Pack(
    name="advertising",
    title=Text(zh="户外广告与招牌", en="Advertising and signs"),
    about=Text(zh="户外广告设施与沿街牌匾", en="Hoardings and shop signs"),
    assets=(
        AssetKind(
            "hoarding", Text(zh="户外广告", en="Hoarding"), Geometry.POINT, gb_code="03006", aliases=("billboard", "广告牌"),
            fields=(
                Field("width", Quantity.LENGTH, Text(zh="宽", en="Width"), unit="m"),
                Field("height", Quantity.LENGTH, Text(zh="高", en="Height"), unit="m"),
                Field("permitted", FieldType.BOOLEAN, Text(zh="已许可", en="Permitted")),
                Field("permit_until", FieldType.DATE, Text(zh="许可至", en="Permitted until"), aliases=("许可截止",)),
                Field("lit", FieldType.BOOLEAN, Text(zh="有照明", en="Lit")),
            ),
        ),
        AssetKind(
            "shop_sign", Text(zh="牌匾标识", en="Shop sign"), Geometry.POINT, gb_code="03007", aliases=("sign", "招牌", "店招"),
            fields=(
                Field("width", Quantity.LENGTH, Text(zh="宽", en="Width"), unit="m"),
                Field("height", Quantity.LENGTH, Text(zh="高", en="Height"), unit="m"),
                Field("registered", FieldType.BOOLEAN, Text(zh="已备案", en="Registered")),
                Field("covers_window", FieldType.BOOLEAN, Text(zh="遮挡逃生窗", en="Covers an escape window")),
            ),
        ),
    ),
    activities=(
        Activity("structure_check", "hoarding", Text(zh="结构安全检测", en="Check of its structure"), fields=(
            Field("safe", FieldType.BOOLEAN, Text(zh="安全", en="Safe")),
        )),
        Activity("sign_look", "shop_sign", Text(zh="招牌巡查", en="Look at a sign"), fields=(
            Field("in_order", FieldType.BOOLEAN, Text(zh="完好", en="In order")),
        )),
    ),
    cases=(
        CaseKind("unlawful_hoarding", Text(zh="违规户外广告", en="Unlawful hoarding"), on="hoarding", matter_code="07003"),
        CaseKind("unlawful_sign", Text(zh="违规牌匾标识", en="Unlawful sign"), on="shop_sign", matter_code="07006"),
    ),
    layers=(
        MapLayer("hoarding", icon="ad-2", colour="#84788a", min_zoom=12, shown_at_first=False),
        MapLayer("shop_sign", icon="building-store", colour="#978d9c", min_zoom=14, shown_at_first=False),
    ),
)  # fmt: skip
