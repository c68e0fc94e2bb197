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
                Field("material", FieldType.CHOICE, Text(zh="杆体材质", en="Material"), choices=(
                    Choice(value="steel", title=Text(zh="高强钢", en="High-strength steel")),
                    Choice(value="aluminium", title=Text(zh="铝合金", en="Aluminium")),
                    Choice(value="other", title=Text(zh="其他", en="Another")),
                )),
                Field("carrier", FieldType.CHOICE, Text(zh="主杆", en="What carries"), choices=(
                    Choice(value="lighting", title=Text(zh="照明杆", en="The lighting pole")),
                    Choice(value="other", title=Text(zh="其他杆", en="Another pole")),
                )),
                Field("stands_in", FieldType.CHOICE, Text(zh="所在位置", en="Stands in"), choices=(
                    Choice(value="footway", title=Text(zh="人行道", en="The footway")),
                    Choice(value="divider", title=Text(zh="侧分带", en="A side divider")),
                )),
                Field("from_kerb", Quantity.LENGTH, Text(zh="杆中心距路缘石内侧", en="From the kerb's inner edge"), unit="m"),
                Field("behind_nose", Quantity.LENGTH, Text(zh="距端头切点", en="Behind the nose's tangent point"), unit="m"),
                Field("in_crossing_box", FieldType.BOOLEAN, Text(zh="在人行横道中线框内", en="Inside the crossings' centre-line box")),
                Field("blocks_way", FieldType.BOOLEAN, Text(zh="占出入口、树池或候车亭", en="At an entrance, tree pit or bus shelter")),
                Field("has_hub", FieldType.BOOLEAN, Text(zh="配综合箱", en="Has a shared box")),
                Field("has_duct", FieldType.BOOLEAN, Text(zh="接综合管道", en="Has shared ducts")),
                Field("on_platform", FieldType.BOOLEAN, Text(zh="接入平台", en="Connected to the platform")),
            ),
        ),
        AssetKind(
            "sign_pole", Text(zh="标志杆", en="Sign pole"), Geometry.POINT, gb_code="02010",
            aliases=("sign", "sign pole", "标志牌"),
            fields=(
                Field("height", Quantity.LENGTH, Text(zh="杆高", en="Height"), unit="m"),
                Field("shows", FieldType.CHOICE, Text(zh="标志类型", en="Shows"), choices=(
                    Choice(value="guide", title=Text(zh="指路", en="The way")),
                    Choice(value="traffic", title=Text(zh="交通标志", en="A traffic sign")),
                )),
                Field("before_stop_line", Quantity.LENGTH, Text(zh="距停止线", en="Before the stop line"), unit="m"),
            ),
        ),
        AssetKind(
            "telecom_pole", Text(zh="通信杆", en="Telecom pole"), Geometry.POINT, gb_code="01062", aliases=("telecom pole", "基站杆"),
            fields=(Field("height", Quantity.LENGTH, Text(zh="杆高", en="Height"), unit="m"),),
        ),
        AssetKind(
            "utility_pole", Text(zh="电力杆", en="Utility pole"), Geometry.POINT, aliases=("utility pole", "电线杆"),
            fields=(Field("height", Quantity.LENGTH, Text(zh="杆高", en="Height"), unit="m"),),
        ),
        AssetKind(
            "pole_box", Text(zh="综合箱", en="Shared box"), Geometry.POINT, aliases=("综合机箱",),
            fields=(
                Field("pole", FieldType.TEXT, Text(zh="所属综合杆", en="Of which shared pole")),
                Field("feeds", FieldType.INTEGER, Text(zh="供电设备数", en="Devices that it feeds")),
                Field("locked", FieldType.BOOLEAN, Text(zh="箱门上锁", en="Locked")),
            ),
        ),
        AssetKind(
            "pole_mount", Text(zh="挂载设备", en="Device on a pole"), Geometry.POINT, aliases=("挂载",),
            fields=(
                Field("pole", FieldType.TEXT, Text(zh="所在杆", en="On which pole")),
                Field("device", FieldType.TEXT, Text(zh="设备", en="What it is")),
                Field("height", Quantity.LENGTH, Text(zh="挂高", en="How high"), unit="m"),
                Field("wind_area", Quantity.AREA, Text(zh="迎风面积", en="Area in the wind"), unit="m2"),
                Field("power", Quantity.POWER, Text(zh="功率", en="Power"), unit="W"),
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
        Stream("day_power", on="street_light", title=Text(zh="白昼功率", en="Power while the sun is up"), quantity=Quantity.POWER,
               unit="W", stale_after="P2D", keeps=Keeping(readings=1095, hour=None)),
        Stream("night_power", on="street_light", title=Text(zh="夜间功率", en="Power while it is dark"), quantity=Quantity.POWER,
               unit="W", stale_after="P2D", keeps=Keeping(readings=1095, hour=None)),
        Stream("lean", on="street_light", title=Text(zh="杆体倾角", en="Lean of the pole"), quantity=Quantity.ANGLE,
               unit="deg", stale_after="P2D", keeps=Keeping(readings=365, hour=None)),
        Stream("door", on="street_light", title=Text(zh="检修门开启", en="Service door open"), quantity=Quantity.COUNT,
               unit="1", stale_after="P2D", keeps=Keeping(readings=365, hour=None)),
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
        MapLayer("sign_pole", icon="sign-right", colour="#6b7580", min_zoom=12, shown_at_first=False),
        MapLayer("telecom_pole", icon="antenna-bars-5", colour="#5d6873", min_zoom=12, shown_at_first=False),
        MapLayer("utility_pole", icon="bolt", colour="#77818c", min_zoom=12, shown_at_first=False),
        MapLayer("pole_box", icon="package", colour="#77818c", min_zoom=13, shown_at_first=False),
        MapLayer("pole_mount", icon="device-cctv", colour="#8a939c", min_zoom=14, shown_at_first=False),
        MapLayer("pole_banner", icon="flag", colour="#8a939c", min_zoom=13, shown_at_first=False),
    ),
)  # fmt: skip
