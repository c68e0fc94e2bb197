# SPDX-License-Identifier: Apache-2.0
"""A street of poles in one line, told in a few words, for tests whose answer is known by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from belltower.planners.consolidation.planner import plan_poles
from belltower.planners.consolidation.problem import Device, Kerb, Pole, PoleProblem

LAYERS_MM = ((0, 4_000), (4_000, 12_000))


def pole(at_m: float, *, owner: str = "city", **facts: Any) -> Pole:
    """A pole ``at_m`` along the street that holds two things low, two high, 1,000 N m and 500 W."""
    base = Pole(
        id=f"p{at_m:g}", owner=owner, x=round(at_m * 1000), y=0, mounts=(2, 2), moment_nm=1_000, power_w=500,
        kerb="k", at_mm=round(at_m * 1000),
    )  # fmt: skip
    return replace(base, **facts)


def thing(at_m: float, kind: str = "sign", **facts: Any) -> Device:
    """A thing on the pole at ``at_m`` that may move ten metres; 0.2 m² at 3 m in a wind of 500 Pa is 300 N m."""
    base = Device(
        id=f"{kind}{at_m:g}", kind=kind, owner="city", pole=f"p{at_m:g}", layer=0, height_mm=3_000, area_cm2=2_000,
        power_w=100, reach_mm=10_000,
    )  # fmt: skip
    return replace(base, **facts)


def lamp(at_m: float, **facts: Any) -> Device:
    """A lamp at 9 m with little wind on it, that does not move."""
    return thing(
        at_m, "lamp", **{"layer": 1, "height_mm": 9_000, "area_cm2": 100, "lights": True, "reach_mm": 0, **facts}
    )


def street(poles: list[Pole], devices: list[Device], *, gap_m: int = 30, **rules: Any) -> PoleProblem:
    """These poles along one kerb whose lamps stand at most ``gap_m`` apart."""
    return PoleProblem(
        poles=tuple(poles),
        devices=tuple(devices),
        layers_mm=LAYERS_MM,
        wind_pa=500,
        kerbs=(Kerb("k", gap_m * 1000),),
        **rules,
    )


def planned(problem: PoleProblem) -> dict[str, Any]:
    """The plan's file, read back from its text."""
    return json.loads(plan_poles(problem).text())


def kept(problem: PoleProblem) -> int:
    """How many poles the plan keeps; it must be proven."""
    file = planned(problem)
    assert file["plan"]["status"] == "proven"
    return file["plan"]["value"]
