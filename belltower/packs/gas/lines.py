# SPDX-License-Identifier: Apache-2.0
"""What carries the gas: stations, pipes, valves, regulators, and what marks and protects them."""

from belltower.kernel.packs import AssetKind, Choice, Field, FieldType, Geometry
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

LINES = (
    AssetKind(
        "gas_station", Text(zh="燃气场站", en="Gas station"), Geometry.POINT, aliases=("gate station", "燃气场站", "门站",),
        fields=(
            Field("class", FieldType.CHOICE, Text(zh="类别", en="Class"), choices=(
                Choice(value="gate", title=Text(zh="门站", en="Gate station")),
                Choice(value="regulator", title=Text(zh="高中压调压站", en="High-to-medium regulating station")),
                Choice(value="lpg", title=Text(zh="液化石油气站", en="LPG station")),
                Choice(value="lng", title=Text(zh="液化天然气站", en="LNG station")),
            )),
            Field("licensed", FieldType.BOOLEAN, Text(zh="有经营许可", en="Licensed"), aliases=("许可证",)),
            Field("overpressure_cutoff", FieldType.BOOLEAN, Text(zh="超压切断", en="Cuts off at too high a pressure")),
            Field("relief", FieldType.BOOLEAN, Text(zh="安全放散", en="Relief valve")),
            Field("fire_system", FieldType.BOOLEAN, Text(zh="消防设施完好", en="Fire protection in order")),
            Field("staffed", FieldType.BOOLEAN, Text(zh="二十四小时值守", en="Staffed day and night")),
            Field("odorised", FieldType.BOOLEAN, Text(zh="出站加臭", en="Odorised when it leaves")),
            Field("tanks", FieldType.INTEGER, Text(zh="储罐数", en="Tanks")),
            Field("valve_checked_until", FieldType.DATE, Text(zh="安全阀校验有效期至", en="Relief valve certified until")),
            Field("gauge_checked_until", FieldType.DATE, Text(zh="压力表检定有效期至", en="Gauges certified until")),
        ),
    ),
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
            Field("operator", FieldType.TEXT, Text(zh="经营企业", en="Operator"), aliases=("权属单位", "运营单位")),
            Field("position_error", Quantity.LENGTH, Text(zh="管位误差", en="Error of its position"), unit="m", aliases=("定位精度",)),
            Field("laid", FieldType.DATE, Text(zh="敷设日期", en="Laid on"), aliases=("敷设时间",)),
        ),
    ),
    AssetKind(
        "gas_valve", Text(zh="燃气阀门", en="Gas valve"), Geometry.POINT, aliases=("valve", "阀门"),
        fields=(
            CLASS,
            Field("normally_open", FieldType.BOOLEAN, Text(zh="常开", en="Open as a rule")),
            Field("operable", FieldType.BOOLEAN, Text(zh="可启闭", en="Can be turned")),
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
        "gas_sign", Text(zh="燃气保护标志", en="Sign of a gas pipe"), Geometry.POINT, aliases=("marker", "标志桩", "警示牌",),
        fields=(
            Field("form", FieldType.CHOICE, Text(zh="形式", en="Form"), choices=(
                Choice(value="post", title=Text(zh="标志桩", en="Post")),
                Choice(value="board", title=Text(zh="警示牌", en="Board")),
                Choice(value="plate", title=Text(zh="地面标志", en="Plate in the ground")),
            )),
            Field("legible", FieldType.BOOLEAN, Text(zh="清晰", en="Legible")),
            Field("phone", FieldType.TEXT, Text(zh="抢险电话", en="Emergency number")),
        ),
    ),
    AssetKind(
        "cathodic_post", Text(zh="阴极保护测试桩", en="Cathodic test post"), Geometry.POINT, aliases=("test post", "测试桩",),
        fields=(
            Field("protection", FieldType.CHOICE, Text(zh="保护方式", en="Protection"), choices=(
                Choice(value="anode", title=Text(zh="牺牲阳极", en="Sacrificial anodes")),
                Choice(value="impressed", title=Text(zh="强制电流", en="Impressed current")),
            )),
            Field("intact", FieldType.BOOLEAN, Text(zh="完好", en="Intact")),
            Field("installed", FieldType.DATE, Text(zh="安装日期", en="Installed on")),
        ),
    ),
)  # fmt: skip
