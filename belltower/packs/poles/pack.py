# SPDX-License-Identifier: Apache-2.0
"""Poles: street lights and the other street furniture that stands on, or may share, a pole."""

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
    name="poles",
    title=Text(zh="杆件与照明", en="Poles and lighting"),
    about=Text(zh="路灯、信号灯、监控杆、控制箱与综合杆", en="Street lights, signals, cameras, cabinets and shared poles"),
    assets=(
        AssetKind(
            "street_light", Text(zh="路灯", en="Street light"), Geometry.POINT, gb_code="01037",
            aliases=("streetlight", "street light", "light pole", "lamp", "路灯"),
            fields=(
                Field("height", Quantity.LENGTH, Text(zh="灯杆高度", en="Pole height"), unit="m",
                      aliases=("POLEHEIGHT", "POLEHEIGHT_DESC", "杆高")),
                Field("lamp", FieldType.TEXT, Text(zh="光源", en="Lamp"), aliases=("LIGHTTYPE", "LIGHTTYPE_DESC", "光源类型")),
                Field("wattage", Quantity.POWER, Text(zh="功率", en="Power"), unit="W", aliases=("WATTAGE1", "WATTAGE", "瓦数")),
                Field("lights", FieldType.INTEGER, Text(zh="灯头数", en="Lights"), aliases=("NUMBERLIGHTS", "灯头数量")),
                Field("pole_type", FieldType.TEXT, Text(zh="杆型", en="Pole type"), aliases=("POLETYPE", "POLETYPE_DESC")),
                Field("pole_material", FieldType.TEXT, Text(zh="杆体材质", en="Pole material"),
                      aliases=("POLECOMPOSITION", "POLECOMPOSITION_DESC", "材质")),
                Field("on_traffic_pole", FieldType.BOOLEAN, Text(zh="与信号杆合杆", en="On a traffic pole"),
                      aliases=("TRAFFICCOMBO", "是否合杆")),
                Field("street", FieldType.TEXT, Text(zh="所在道路", en="Street"), aliases=("STREETNAME", "STREET", "道路名称")),
                Field("cross_street", FieldType.TEXT, Text(zh="相交道路", en="Cross street"), aliases=("CROSSSTREET",)),
                Field("street_class", FieldType.CHOICE, Text(zh="道路等级", en="Class of its street"), choices=(
                    Choice(value="trunk", title=Text(zh="主干路", en="Main road")),
                    Choice(value="secondary", title=Text(zh="次干路", en="Secondary road")),
                    Choice(value="branch", title=Text(zh="支路", en="Branch road")),
                )),
                Field("spacing", Quantity.LENGTH, Text(zh="与下一杆间距", en="Distance to the next"), unit="m", aliases=("杆距",)),
                Field("banners", FieldType.INTEGER, Text(zh="灯杆广告数", en="Banners on it")),
            ),
        ),
        AssetKind(
            "traffic_signal", Text(zh="交通信号灯", en="Traffic signal"), Geometry.POINT, gb_code="02014",
            aliases=("traffic signal", "signal", "信号灯"),
            fields=(
                Field("intersection", FieldType.TEXT, Text(zh="路口", en="Intersection"), aliases=("INTERSECTIONNAME", "路口名称")),
                Field("push_button", FieldType.BOOLEAN, Text(zh="行人按钮", en="Push button"), aliases=("APS",)),
            ),
        ),
        AssetKind(
            "signal_cabinet", Text(zh="信号控制箱", en="Signal cabinet"), Geometry.POINT,
            aliases=("cabinet", "signal cabinet", "控制箱"),
            fields=(
                Field("cabinet_type", FieldType.TEXT, Text(zh="箱型", en="Cabinet type"), aliases=("CABINETTYPE",)),
                Field("backup_power", FieldType.BOOLEAN, Text(zh="备用电源", en="Back-up power"), aliases=("ISBACKUPPOWER",)),
            ),
        ),
        AssetKind(
            "push_button", Text(zh="行人过街按钮", en="Push button"), Geometry.POINT,
            aliases=("push button", "aps button", "过街按钮"),
            fields=(Field("button_type", FieldType.TEXT, Text(zh="类型", en="Type"), aliases=("PUSHBUTTON_TYPE",)),),
        ),
        AssetKind(
            "camera_pole", Text(zh="监控杆", en="Camera pole"), Geometry.POINT, gb_code="01050",
            fields=(
                Field("height", Quantity.LENGTH, Text(zh="杆高", en="Height"), unit="m"),
                Field("watches", FieldType.CHOICE, Text(zh="用途", en="Watches"), choices=(
                    Choice(value="offences", title=Text(zh="违法抓拍", en="Traffic offences")),
                    Choice(value="street", title=Text(zh="街面监控", en="The street")),
                )),
                Field("before_stop_line", Quantity.LENGTH, Text(zh="距停止线", en="Before the stop line"), unit="m"),
            ),
        ),
        AssetKind(
            "shared_pole", Text(zh="综合杆", en="Shared pole"), Geometry.POINT, gb_code="01077",
            fields=(
                Field("height", Quantity.LENGTH, Text(zh="杆高", en="Height"), unit="m"),
                Field("layers", FieldType.INTEGER, Text(zh="分层数", en="Layers")),
                Field("cable_hole", Quantity.LENGTH, Text(zh="穿线孔径", en="Cable hole"), unit="mm"),
                Field("fibre_pairs", FieldType.INTEGER, Text(zh="光纤对数", en="Pairs of fibres")),
                Field("station_ready", FieldType.BOOLEAN, Text(zh="杆顶预留基站接口", en="Ready for a base station")),
            ),
        ),
        AssetKind(
            "pole_banner", Text(zh="灯杆广告", en="Banner on a lamp pole"), Geometry.POINT, aliases=("banner", "道旗", "灯杆广告"),
            fields=(
                Field("height", Quantity.LENGTH, Text(zh="高", en="Height"), unit="m"),
                Field("width", Quantity.LENGTH, Text(zh="宽", en="Width"), unit="m"),
                Field("clearance", Quantity.LENGTH, Text(zh="底边离地", en="Height of its lower edge"), unit="m"),
                Field("over_carriageway", FieldType.BOOLEAN, Text(zh="伸到车行道上方", en="Over the carriageway")),
                Field("overlaps", FieldType.BOOLEAN, Text(zh="上下重叠", en="Overlaps another")),
            ),
        ),
    ),
    streams=(
        Stream("lamp_power", on="street_light", title=Text(zh="灯具功率", en="Lamp power"), quantity=Quantity.POWER,
               unit="W", stale_after="PT2H", keeps=Keeping(readings=1095, hour=None)),
        Stream("inside_temperature", on="signal_cabinet", title=Text(zh="箱内温度", en="Temperature inside"),
               quantity=Quantity.TEMPERATURE, unit="Cel", stale_after="PT30M"),
    ),
    activities=(
        Activity("pole_check", "shared_pole", Text(zh="综合杆巡检", en="Check of a shared pole"), fields=(
            Field("in_order", FieldType.BOOLEAN, Text(zh="完好", en="In order")),
        )),
        Activity("cabinet_check", "signal_cabinet", Text(zh="控制箱检修", en="Check of a cabinet"), fields=(
            Field("in_order", FieldType.BOOLEAN, Text(zh="完好", en="In order")),
        )),
    ),
    cases=(CaseKind("light_out", Text(zh="路灯不亮", en="Light out"), on="street_light", matter_code="01037"),),
    layers=(
        MapLayer("street_light", icon="bulb", colour="#6f7a86", min_zoom=10),
        MapLayer("traffic_signal", icon="traffic-lights", colour="#55606b", min_zoom=10),
        MapLayer("signal_cabinet", icon="box", colour="#77818c", min_zoom=12, shown_at_first=False),
        MapLayer("push_button", icon="hand-click", colour="#8a939c", min_zoom=13, shown_at_first=False),
        MapLayer("camera_pole", icon="device-cctv", colour="#4e5a66", min_zoom=11, shown_at_first=False),
        MapLayer("shared_pole", icon="antenna", colour="#3f4a55", min_zoom=10),
        MapLayer("pole_banner", icon="flag", colour="#8a939c", min_zoom=13, shown_at_first=False),
    ),
)  # fmt: skip
