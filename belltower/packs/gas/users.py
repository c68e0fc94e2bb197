# SPDX-License-Identifier: Apache-2.0
"""Who uses the gas and who sells it in cylinders: restaurants, homes, industry, meters, depots, shops."""

from belltower.kernel.packs import AssetKind, Choice, Field, FieldType, Geometry
from belltower.kernel.texts import Text
from belltower.kernel.units import Quantity

USERS = (
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
        "gas_industry", Text(zh="工业燃气用户", en="Industrial user of gas"), Geometry.POINT, aliases=("factory", "工业用户",),
        fields=(
            Field("alarm_installed", FieldType.BOOLEAN, Text(zh="已装报警器", en="Alarm installed")),
            Field("cutoff_linked", FieldType.BOOLEAN, Text(zh="联动切断", en="Shuts the gas off")),
            Field("flame_guard", FieldType.BOOLEAN, Text(zh="熄火保护", en="Flame guard")),
            Field("purge_before_lighting", FieldType.BOOLEAN, Text(zh="点火前吹扫", en="Purged before lighting")),
            Field("safety_officer", FieldType.TEXT, Text(zh="安全负责人", en="Who answers for safety")),
            Field("contracted", Quantity.FLOW, Text(zh="合同小时流量", en="Contracted flow"), unit="m3/h"),
        ),
    ),
    AssetKind(
        "gas_meter", Text(zh="燃气表", en="Gas meter"), Geometry.POINT, aliases=("meter", "燃气表", "气表",),
        fields=(
            Field("principle", FieldType.CHOICE, Text(zh="原理", en="Principle"), choices=(
                Choice(value="diaphragm", title=Text(zh="膜式", en="Diaphragm")),
                Choice(value="rotary", title=Text(zh="罗茨", en="Rotary")),
                Choice(value="turbine", title=Text(zh="涡轮", en="Turbine")),
                Choice(value="ultrasonic", title=Text(zh="超声波", en="Ultrasonic")),
            )),
            Field("greatest", Quantity.FLOW, Text(zh="最大流量", en="Greatest flow"), unit="m3/h", aliases=("Qmax",)),
            Field("use_until", FieldType.DATE, Text(zh="使用期限", en="To be used until"), aliases=("到期日期",)),
            Field("sealed", FieldType.BOOLEAN, Text(zh="铅封完好", en="Seal intact")),
            Field("remote", FieldType.BOOLEAN, Text(zh="远传", en="Read from afar")),
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
    AssetKind(
        "cylinder_shop", Text(zh="瓶装液化气供应站点", en="Cylinder shop"), Geometry.POINT, aliases=("cylinder shop", "瓶装供应站", "液化气站点",),
        fields=(
            Field("licensed", FieldType.BOOLEAN, Text(zh="有经营许可", en="Licensed")),
            Field("alarm_installed", FieldType.BOOLEAN, Text(zh="已装报警器", en="Alarm installed")),
            Field("real_name_sale", FieldType.BOOLEAN, Text(zh="实名销售", en="Sells by name")),
            Field("traced", FieldType.BOOLEAN, Text(zh="气瓶可追溯", en="Cylinders are traced")),
            Field("expired_cylinders", FieldType.BOOLEAN, Text(zh="有超期或报废气瓶", en="Holds expired cylinders")),
            Field("in_dwelling", FieldType.BOOLEAN, Text(zh="设在住宅内", en="In a dwelling")),
            Field("two_phase", FieldType.BOOLEAN, Text(zh="掺混二甲醚", en="Mixed with dimethyl ether")),
            Field("volume", Quantity.VOLUME, Text(zh="存瓶总容积", en="Cylinders in all"), unit="m3"),
        ),
    ),
)  # fmt: skip
