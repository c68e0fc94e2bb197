# SPDX-License-Identifier: Apache-2.0
"""Waste: street bins and collection points, and how full they are."""

from belltower.kernel.packs import (
    Activity,
    AssetKind,
    CaseKind,
    Choice,
    Field,
    FieldType,
    Geometry,
    Keeping,
    MapLayer,
    Pack,
    Stream,
)
from belltower.kernel.texts import Text
from belltower.kernel.units import Quantity

pack = Pack(
    name="waste",
    title=Text(zh="垃圾收运", en="Waste collection"),
    about=Text(zh="垃圾箱与收集点", en="Street bins and collection points"),
    assets=(
        AssetKind(
            "waste_bin", Text(zh="垃圾箱", en="Street bin"), Geometry.POINT, gb_code="03005", aliases=("bin", "litter bin", "垃圾桶"),
            fields=(
                Field("capacity", Quantity.VOLUME, Text(zh="容积", en="Capacity"), unit="L", aliases=("litres", "容量")),
                Field("sorting", FieldType.CHOICE, Text(zh="分类", en="Sorted as"), choices=(
                    Choice(value="recyclable", title=Text(zh="可回收物", en="Recyclable")),
                    Choice(value="hazardous", title=Text(zh="有害垃圾", en="Hazardous")),
                    Choice(value="food", title=Text(zh="厨余垃圾", en="Food")),
                    Choice(value="residual", title=Text(zh="其他垃圾", en="Residual")),
                )),
                Field("colour", FieldType.CHOICE, Text(zh="颜色", en="Colour"), choices=(
                    Choice(value="blue", title=Text(zh="蓝", en="Blue")),
                    Choice(value="red", title=Text(zh="红", en="Red")),
                    Choice(value="green", title=Text(zh="绿", en="Green")),
                    Choice(value="grey", title=Text(zh="灰", en="Grey")),
                )),
            ),
        ),
        AssetKind(
            "collection_point", Text(zh="垃圾收集点", en="Collection point"), Geometry.POINT, gb_code="03004",
            fields=(
                Field("sign_side", Quantity.LENGTH, Text(zh="标志边长", en="Side of its sign"), unit="mm"),
                Field("seen_from", Quantity.LENGTH, Text(zh="观察距离", en="To be seen from"), unit="mm"),
                Field("sorts", FieldType.INTEGER, Text(zh="分类数", en="Sorts taken")),
            ),
        ),
    ),
    streams=(
        Stream("fill", on="waste_bin", title=Text(zh="满溢度", en="Fill level"), quantity=Quantity.SHARE, unit="%",
               stale_after="PT2H", keeps=Keeping(readings=730, hour=None)),
        Stream("load", on="collection_point", title=Text(zh="箱体满载率", en="Container load"), quantity=Quantity.SHARE,
               unit="%", stale_after="PT1H"),
        Stream("inside_temperature", on="collection_point", title=Text(zh="箱内温度", en="Temperature inside"),
               quantity=Quantity.TEMPERATURE, unit="Cel", stale_after="PT30M"),
    ),
    activities=(
        Activity("emptying", "collection_point", Text(zh="清运", en="Emptying"), fields=(
            Field("load", Quantity.MASS, Text(zh="重量", en="Load"), unit="kg"),
        )),
        Activity("sorting_look", "collection_point", Text(zh="分类抽查", en="Look at the sorting"), fields=(
            Field("right", FieldType.BOOLEAN, Text(zh="分类正确", en="Sorted right")),
        )),
        Activity("bin_wash", "waste_bin", Text(zh="箱体清洗", en="Washing of a bin")),
    ),
    cases=(CaseKind("full_bin", Text(zh="垃圾箱满溢", en="Full bin"), on="waste_bin", matter_code="06042"),),
    layers=(
        MapLayer("waste_bin", icon="trash", colour="#7b8794", min_zoom=11, shown_at_first=False),
        MapLayer("collection_point", icon="recycle", colour="#5b6b7a", min_zoom=11, shown_at_first=False),
    ),
)  # fmt: skip
