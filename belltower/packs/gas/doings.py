# SPDX-License-Identifier: Apache-2.0
"""What is done to the gas again and again: visits, checks, rounds, patrols."""

from belltower.kernel.packs import Activity, Choice, Field, FieldType
from belltower.kernel.texts import Text
from belltower.kernel.units import Quantity

OUTCOMES = (
    Choice(value="inspected", title=Text(zh="已检", en="Inspected")),
    Choice(value="no_one_home", title=Text(zh="到访不遇", en="No one home")),
    Choice(value="refused", title=Text(zh="拒检", en="Refused")),
)
ACTIVITIES = (
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
    Activity("station_round", "gas_station", Text(zh="场站巡检", en="Round of a station"), fields=(
        Field("in_order", FieldType.BOOLEAN, Text(zh="正常", en="In order")),
    )),
    Activity("station_drill", "gas_station", Text(zh="应急演练", en="Drill at a station"), fields=(
        Field("people", FieldType.INTEGER, Text(zh="参加人数", en="People")),
    )),
    Activity("odorant_check", "gas_station", Text(zh="加臭检测", en="Check of the odorant"), fields=(
        Field("found", Quantity.MASS_CONCENTRATION, Text(zh="检出浓度", en="Found"), unit="mg/m3"),
    )),
    Activity("pipe_patrol", "gas_pipe", Text(zh="管线巡查", en="Patrol of a pipe"), fields=(
        Field("clear", FieldType.BOOLEAN, Text(zh="无异常", en="Nothing amiss")),
    )),
    Activity("leak_survey", "gas_pipe", Text(zh="泄漏检测", en="Leak survey"), fields=(
        Field("leaks", FieldType.INTEGER, Text(zh="泄漏点", en="Leaks found")),
    )),
    Activity("potential_reading", "cathodic_post", Text(zh="电位测量", en="Reading of the potential"), fields=(
        Field("protected", FieldType.BOOLEAN, Text(zh="达到保护", en="Protected")),
    )),
    Activity("industry_check", "gas_industry", Text(zh="工业用户安检", en="Check of an industrial user"), fields=(
        Field("outcome", FieldType.CHOICE, Text(zh="结果", en="Outcome"), choices=OUTCOMES),
        Field("defects", FieldType.INTEGER, Text(zh="隐患数", en="Defects")),
    )),
    Activity("meter_check", "gas_meter", Text(zh="燃气表检查", en="Check of a meter"), fields=(
        Field("passed", FieldType.BOOLEAN, Text(zh="合格", en="Passed")),
    )),
    Activity("shop_check", "cylinder_shop", Text(zh="供应站点检查", en="Check of a cylinder shop"), fields=(
        Field("passed", FieldType.BOOLEAN, Text(zh="合格", en="Passed")),
    )),
    Activity("sign_check", "gas_sign", Text(zh="标志巡查", en="Check of a sign"), fields=(
        Field("in_place", FieldType.BOOLEAN, Text(zh="完好", en="In place")),
    )),
)  # fmt: skip
