# SPDX-License-Identifier: Apache-2.0
"""Gas: pipes, valves, regulator stations, users and their detectors, depots, and what is done to them again and again."""

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

PRESSURE_CLASSES = (
    Choice(value="low", title=Text(zh="低压", en="Low")),
    Choice(value="medium_b", title=Text(zh="中压B", en="Medium B")),
    Choice(value="medium_a", title=Text(zh="中压A", en="Medium A")),
    Choice(value="sub_high_b", title=Text(zh="次高压B", en="Sub-high B")),
    Choice(value="sub_high_a", title=Text(zh="次高压A", en="Sub-high A")),
    Choice(value="high_b", title=Text(zh="高压B", en="High B")),
    Choice(value="high_a", title=Text(zh="高压A", en="High A")),
)
CLASS = Field("pressure_class", FieldType.CHOICE, Text(zh="压力级别", en="Pressure class"), choices=PRESSURE_CLASSES,
              aliases=("压力等级",))  # fmt: skip
OUTCOMES = (
    Choice(value="inspected", title=Text(zh="已检", en="Inspected")),
    Choice(value="no_one_home", title=Text(zh="到访不遇", en="No one home")),
    Choice(value="refused", title=Text(zh="拒检", en="Refused")),
)

pack = Pack(
    name="gas",
    title=Text(zh="燃气", en="Gas"),
    about=Text(zh="管道、阀门、调压站、用户、探测器与储配站", en="Pipes, valves, regulators, users, detectors and depots"),
    assets=(
        AssetKind(
            "gas_pipe", Text(zh="燃气管道", en="Gas pipe"), Geometry.LINE, aliases=("gas main", "pipe", "燃气管线"),
            fields=(
                CLASS,
                Field("pressure", Quantity.PRESSURE, Text(zh="最高工作压力", en="Highest working pressure"), unit="MPa",
                      aliases=("工作压力",)),
                Field("diameter", Quantity.LENGTH, Text(zh="管径", en="Diameter"), unit="mm", aliases=("DN", "公称直径")),
                Field("material", FieldType.CHOICE, Text(zh="材质", en="Material"), aliases=("管材",), choices=(
                    Choice(value="pe", title=Text(zh="聚乙烯", en="Polyethylene")),
                    Choice(value="steel", title=Text(zh="钢", en="Steel")),
                    Choice(value="iron", title=Text(zh="铸铁", en="Cast iron")),
                )),
                Field("laid", FieldType.DATE, Text(zh="敷设日期", en="Laid on"), aliases=("敷设时间",)),
            ),
        ),
        AssetKind(
            "gas_valve", Text(zh="燃气阀门", en="Gas valve"), Geometry.POINT, aliases=("valve", "阀门"),
            fields=(
                CLASS,
                Field("in_chamber", FieldType.BOOLEAN, Text(zh="在阀门井内", en="In a chamber")),
            ),
        ),
        AssetKind(
            "regulator_station", Text(zh="燃气调压站（箱）", en="Gas regulator station"), Geometry.POINT, gb_code="01049",
            aliases=("regulator", "调压站", "调压箱"),
            fields=(
                CLASS,
                Field("housing", FieldType.CHOICE, Text(zh="形式", en="Housing"), choices=(
                    Choice(value="walled", title=Text(zh="有围墙", en="Walled")),
                    Choice(value="room", title=Text(zh="室内", en="In a room")),
                    Choice(value="open_air", title=Text(zh="露天", en="Open-air")),
                )),
                Field("odour_noticed_at", Quantity.EXPLOSIVE_SHARE, Text(zh="加臭察觉浓度", en="Odour noticed at"),
                      unit="%{LEL}"),
            ),
        ),
        AssetKind(
            "gas_restaurant", Text(zh="餐饮燃气用户", en="Restaurant using gas"), Geometry.POINT,
            aliases=("restaurant", "餐饮用户", "餐饮企业"),
            fields=(
                Field("gas", FieldType.CHOICE, Text(zh="气种", en="Gas"), choices=(
                    Choice(value="natural", title=Text(zh="天然气", en="Natural gas")),
                    Choice(value="lpg", title=Text(zh="液化石油气", en="LPG")),
                )),
                Field("alarm_installed", FieldType.BOOLEAN, Text(zh="已装报警器", en="Alarm installed"), aliases=("报警器",)),
                Field("alarm_works", FieldType.BOOLEAN, Text(zh="报警器有效", en="Alarm works")),
                Field("cutoff_linked", FieldType.BOOLEAN, Text(zh="联动切断", en="Shuts the gas off")),
                Field("in_basement", FieldType.BOOLEAN, Text(zh="地下室用气", en="Gas in a basement")),
                Field("relative_density", FieldType.NUMBER, Text(zh="相对密度", en="Density relative to air")),
            ),
        ),
        AssetKind(
            "gas_household", Text(zh="居民燃气用户（单元）", en="Homes on one gas riser"), Geometry.POINT,
            aliases=("household", "居民用户"),
            fields=(
                Field("homes", FieldType.INTEGER, Text(zh="户数", en="Homes"), aliases=("用户数",)),
                Field("building_height", Quantity.LENGTH, Text(zh="建筑高度", en="Height of the building"), unit="m"),
                Field("alarm_installed", FieldType.BOOLEAN, Text(zh="已装报警器", en="Alarm installed")),
                Field("cutoff_linked", FieldType.BOOLEAN, Text(zh="联动切断", en="Shuts the gas off")),
                Field("riser_in_bathroom", FieldType.BOOLEAN, Text(zh="立管在卫生间", en="Riser in a bathroom")),
                Field("pipe_in_bedroom", FieldType.BOOLEAN, Text(zh="管道或设备在卧室", en="Pipe or appliance in a bedroom")),
                Field("banned_appliance", FieldType.BOOLEAN, Text(zh="淘汰器具或禁用软管", en="Banned appliance or hose")),
            ),
        ),
        AssetKind(
            "gas_detector", Text(zh="燃气探测器", en="Gas detector"), Geometry.POINT, aliases=("detector", "报警探测器"),
            fields=(
                Field("place", FieldType.CHOICE, Text(zh="安装处", en="Where it is"), choices=(
                    Choice(value="restaurant", title=Text(zh="餐饮场所", en="Restaurant")),
                    Choice(value="household", title=Text(zh="居民户内", en="Home")),
                    Choice(value="valve_chamber", title=Text(zh="阀门井", en="Valve chamber")),
                    Choice(value="utility_tunnel", title=Text(zh="综合管廊", en="Utility tunnel")),
                )),
                Field("watches", FieldType.CHOICE, Text(zh="所测气体", en="Watches"), choices=(
                    Choice(value="lighter", title=Text(zh="比空气轻", en="Lighter than air")),
                    Choice(value="heavier", title=Text(zh="比空气重", en="Heavier than air")),
                )),
                Field("from_appliance", Quantity.LENGTH, Text(zh="距用具或阀门", en="From appliance or valve"), unit="m"),
                Field("from_cooker", Quantity.LENGTH, Text(zh="距灶具或排气口", en="From cooker or vent"), unit="m"),
                Field("from_ceiling", Quantity.LENGTH, Text(zh="距顶棚", en="Below the ceiling"), unit="m"),
                Field("from_floor", Quantity.LENGTH, Text(zh="距地面", en="Above the floor"), unit="m"),
                Field("backup_power", FieldType.BOOLEAN, Text(zh="备用电源", en="Back-up power")),
                Field("use_until", FieldType.DATE, Text(zh="有效期至", en="To be used until"), aliases=("报废日期",)),
            ),
        ),
        AssetKind(
            "cylinder_depot", Text(zh="液化气储配站", en="LPG depot"), Geometry.POINT, aliases=("depot", "储配站", "瓶装气站"),
            fields=(
                Field("licensed", FieldType.BOOLEAN, Text(zh="有经营许可", en="Licensed")),
                Field("risk_grading", FieldType.BOOLEAN, Text(zh="风险分级管控制度", en="Grades its risks")),
                Field("hazard_system", FieldType.BOOLEAN, Text(zh="隐患排查治理制度", en="Looks for hazards")),
                Field("emergency_plan", FieldType.BOOLEAN, Text(zh="应急预案", en="Emergency plan")),
                Field("user_checks", FieldType.BOOLEAN, Text(zh="用户定期检查制度", en="Checks its users")),
                Field("pressure_watched", FieldType.BOOLEAN, Text(zh="储罐压力监测", en="Tank pressure watched")),
                Field("level_watched", FieldType.BOOLEAN, Text(zh="储罐容积或液位监测", en="Tank level watched")),
                Field("limit_alarm", FieldType.BOOLEAN, Text(zh="超限报警", en="Alarm beyond the limits")),
                Field("cutoff", FieldType.BOOLEAN, Text(zh="自动切断", en="Automatic cut-off")),
                Field("relief", FieldType.BOOLEAN, Text(zh="自动放散", en="Automatic relief")),
            ),
        ),
    ),
    streams=(
        Stream("methane", on="gas_detector", title=Text(zh="甲烷浓度", en="Methane"), quantity=Quantity.EXPLOSIVE_SHARE,
               unit="%{LEL}", stale_after="PT10M"),
        Stream("outlet_pressure", on="regulator_station", title=Text(zh="出口压力", en="Outlet pressure"),
               quantity=Quantity.PRESSURE, unit="kPa", stale_after="PT10M"),
    ),
    activities=(
        Activity("home_visit", "gas_household", Text(zh="入户安检", en="Home visit"), fields=(
            Field("outcome", FieldType.CHOICE, Text(zh="结果", en="Outcome"), choices=OUTCOMES),
            Field("defects", FieldType.INTEGER, Text(zh="隐患数", en="Defects")),
        )),
        Activity("user_check", "gas_restaurant", Text(zh="餐饮用户安检", en="Check of a restaurant"), fields=(
            Field("outcome", FieldType.CHOICE, Text(zh="结果", en="Outcome"), choices=OUTCOMES),
            Field("defects", FieldType.INTEGER, Text(zh="隐患数", en="Defects")),
        )),
        Activity("detector_check", "gas_detector", Text(zh="探测器检定", en="Check of a detector"), fields=(
            Field("passed", FieldType.BOOLEAN, Text(zh="合格", en="Passed")),
        )),
        Activity("valve_turn", "gas_valve", Text(zh="阀门启闭保养", en="Turning of a valve"), fields=(
            Field("moved", FieldType.BOOLEAN, Text(zh="启闭正常", en="It moved")),
        )),
    ),
    cases=(CaseKind("regulator_fault", Text(zh="调压站（箱）异常", en="Regulator at fault"), on="regulator_station",
                    matter_code="01049"),),
    layers=(
        MapLayer("gas_pipe", icon="pipeline", colour="#8a7f6a", min_zoom=13, shown_at_first=False),
        MapLayer("gas_valve", icon="circle-dot", colour="#8a7f6a", min_zoom=14, shown_at_first=False),
        MapLayer("regulator_station", icon="gauge", colour="#5f5a4e", min_zoom=11),
        MapLayer("gas_restaurant", icon="tools-kitchen-2", colour="#6f6a5c", min_zoom=12),
        MapLayer("gas_household", icon="home", colour="#9a9486", min_zoom=14, shown_at_first=False),
        MapLayer("gas_detector", icon="radar-2", colour="#77705f", min_zoom=13, shown_at_first=False),
        MapLayer("cylinder_depot", icon="cylinder", colour="#4f4a40", min_zoom=10),
    ),
)  # fmt: skip
