# SPDX-License-Identifier: Apache-2.0
"""Gas: the manifest. What carries it, who uses it, what watches it and what is done to it are each a file beside this one."""

from belltower.kernel.packs import CaseKind, MapLayer, Pack
from belltower.kernel.texts import Text
from belltower.packs.gas.doings import ACTIVITIES
from belltower.packs.gas.lines import LINES
from belltower.packs.gas.users import USERS
from belltower.packs.gas.watching import STREAMS, WATCHING

pack = Pack(
    name="gas",
    title=Text(zh="燃气", en="Gas"),
    about=Text(zh="场站、管道、阀门、用户、探测器与瓶装气", en="Stations, pipes, valves, users, detectors and cylinders"),
    assets=LINES + USERS + WATCHING,
    streams=STREAMS,
    activities=ACTIVITIES,
    cases=(CaseKind("regulator_fault", Text(zh="调压站（箱）异常", en="Regulator at fault"), on="regulator_station",
                    matter_code="01049"),
           CaseKind("gas_leak", Text(zh="燃气泄漏", en="Gas leak")),
           CaseKind("gas_digging", Text(zh="管线旁违规开挖", en="Digging by a gas pipe"), on="excavator")),
    layers=(
        MapLayer("gas_pipe", icon="pipeline", colour="#8a7f6a", min_zoom=13, shown_at_first=False),
        MapLayer("gas_valve", icon="circle-dot", colour="#8a7f6a", min_zoom=14, shown_at_first=False),
        MapLayer("regulator_station", icon="gauge", colour="#5f5a4e", min_zoom=11),
        MapLayer("gas_restaurant", icon="tools-kitchen-2", colour="#6f6a5c", min_zoom=12),
        MapLayer("gas_household", icon="home", colour="#9a9486", min_zoom=14, shown_at_first=False),
        MapLayer("gas_detector", icon="radar-2", colour="#77705f", min_zoom=13, shown_at_first=False),
        MapLayer("cylinder_depot", icon="cylinder", colour="#4f4a40", min_zoom=10),
        MapLayer("gas_station", icon="building-factory", colour="#5f5a4e", min_zoom=9),
        MapLayer("gas_sign", icon="sign-right", colour="#9a9486", min_zoom=15, shown_at_first=False),
        MapLayer("cathodic_post", icon="battery-vertical-charging", colour="#8a7f6a", min_zoom=14, shown_at_first=False),
        MapLayer("gas_industry", icon="building-factory-2", colour="#6f6a5c", min_zoom=11),
        MapLayer("gas_meter", icon="dashboard", colour="#9a9486", min_zoom=15, shown_at_first=False),
        MapLayer("cylinder_shop", icon="building-store", colour="#5f5a4e", min_zoom=11),
        MapLayer("vibration_post", icon="wave-sine", colour="#77705f", min_zoom=13, shown_at_first=False),
        MapLayer("excavator", icon="backhoe", colour="#77705f", min_zoom=12),
    ),
)  # fmt: skip
