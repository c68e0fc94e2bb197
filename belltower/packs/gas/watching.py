# SPDX-License-Identifier: Apache-2.0
"""What watches the gas and what threatens it: detectors, posts, excavators; and every stream that is measured."""

from belltower.kernel.packs import AssetKind, Choice, Field, FieldType, Geometry, Stream
from belltower.kernel.texts import Text
from belltower.kernel.units import Quantity

WATCHING = (
    AssetKind(
        "gas_detector", Text(zh="燃气探测器", en="Gas detector"), Geometry.POINT, aliases=("detector", "报警探测器"),
        fields=(
            Field("place", FieldType.CHOICE, Text(zh="安装处", en="Where it is"), choices=(
                Choice(value="restaurant", title=Text(zh="餐饮场所", en="Restaurant")),
                Choice(value="household", title=Text(zh="居民户内", en="Home")),
                Choice(value="valve_chamber", title=Text(zh="阀门井", en="Valve chamber")),
                Choice(value="pipe_node", title=Text(zh="管网节点", en="Pipe node")),
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
        "vibration_post", Text(zh="振动监测桩", en="Vibration post"), Geometry.POINT, aliases=("vibration post", "振动桩",),
        fields=(
            Field("armed", FieldType.BOOLEAN, Text(zh="已布防", en="Armed")),
            Field("installed", FieldType.DATE, Text(zh="安装日期", en="Installed on")),
        ),
    ),
    AssetKind(
        "excavator", Text(zh="挖掘机械", en="Excavator"), Geometry.POINT, aliases=("excavator", "挖掘机",),
        fields=(
            Field("plate", FieldType.TEXT, Text(zh="机号", en="Number")),
            Field("contractor", FieldType.TEXT, Text(zh="施工单位", en="Contractor")),
            Field("permitted", FieldType.BOOLEAN, Text(zh="已许可", en="Permitted")),
            Field("operator_on_site", FieldType.BOOLEAN, Text(zh="燃气企业旁站", en="Gas operator stands by")),
            Field("tracked", FieldType.BOOLEAN, Text(zh="装有定位", en="Sends its position")),
        ),
    ),
)  # fmt: skip

STREAMS = (
    Stream("methane", on="gas_detector", title=Text(zh="甲烷浓度", en="Methane"),
           quantity=Quantity.EXPLOSIVE_SHARE, unit="%{LEL}", stale_after="PT10M"),
    Stream("battery", on="gas_detector", title=Text(zh="电池余量", en="Battery"),
           quantity=Quantity.SHARE, unit="%", stale_after="PT26H"),
    Stream("outlet_pressure", on="regulator_station", title=Text(zh="出口压力", en="Outlet pressure"),
           quantity=Quantity.PRESSURE, unit="kPa", stale_after="PT10M"),
    Stream("inlet_pressure", on="gas_station", title=Text(zh="进站压力", en="Pressure going in"),
           quantity=Quantity.PRESSURE, unit="MPa", stale_after="PT10M"),
    Stream("outlet_pressure", on="gas_station", title=Text(zh="出站压力", en="Pressure going out"),
           quantity=Quantity.PRESSURE, unit="MPa", stale_after="PT10M"),
    Stream("flow", on="gas_station", title=Text(zh="出站流量", en="Flow going out"),
           quantity=Quantity.FLOW, unit="m3/h", stale_after="PT10M"),
    Stream("gas_temperature", on="gas_station", title=Text(zh="燃气温度", en="Temperature of the gas"),
           quantity=Quantity.TEMPERATURE, unit="Cel", stale_after="PT10M"),
    Stream("odorant", on="gas_station", title=Text(zh="加臭剂浓度", en="Odorant"),
           quantity=Quantity.MASS_CONCENTRATION, unit="mg/m3", stale_after="PT1H"),
    Stream("filter_difference", on="gas_station", title=Text(zh="过滤器压差", en="Pressure lost in the filter"),
           quantity=Quantity.PRESSURE, unit="kPa", stale_after="PT10M"),
    Stream("tank_level", on="gas_station", title=Text(zh="储罐液位", en="Level of the tank"),
           quantity=Quantity.SHARE, unit="%", stale_after="PT10M"),
    Stream("tank_pressure", on="gas_station", title=Text(zh="储罐压力", en="Pressure of the tank"),
           quantity=Quantity.PRESSURE, unit="MPa", stale_after="PT10M"),
    Stream("chamber_water", on="gas_valve", title=Text(zh="阀门井水位", en="Water in the chamber"),
           quantity=Quantity.LENGTH, unit="m", stale_after="PT2H"),
    Stream("potential", on="cathodic_post", title=Text(zh="保护电位", en="Protective potential"),
           quantity=Quantity.VOLTAGE, unit="V", stale_after="PT26H"),
    Stream("vibration", on="vibration_post", title=Text(zh="振动速度", en="Vibration"),
           quantity=Quantity.SPEED, unit="mm/s", stale_after="PT10M"),
    Stream("flow", on="gas_meter", title=Text(zh="瞬时流量", en="Flow"),
           quantity=Quantity.FLOW, unit="m3/h", stale_after="PT26H"),
    Stream("battery", on="gas_meter", title=Text(zh="电池余量", en="Battery"),
           quantity=Quantity.SHARE, unit="%", stale_after="PT26H"),
    Stream("supply_pressure", on="gas_industry", title=Text(zh="供气压力", en="Pressure supplied"),
           quantity=Quantity.PRESSURE, unit="kPa", stale_after="PT10M"),
)  # fmt: skip
