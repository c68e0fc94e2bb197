# SPDX-License-Identifier: Apache-2.0
"""The twin's network of a pandapipes file: junctions, pipes, valves, sinks, sources and external grids."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from belltower.analytics.networks.pandapipes import NetworkFile, Table
from belltower.analytics.twin.network import BAR_PA, NORMAL_K, Floats, Friction, Gas, GasNetwork, Numbers, ambient_pa
from belltower.kernel.errors import Unreadable

_NOT_MODELLED = (
    "pump",
    "compressor",
    "press_control",
    "flow_control",
    "heat_exchanger",
    "circ_pump_mass",
    "circ_pump_pressure",
)


def gas_network(file: NetworkFile, *, friction: Friction = Friction.NIKURADSE) -> GasNetwork:
    """The network, junctions in the file's order. Raises Unreadable for parts that the twin does not model."""
    for name in _NOT_MODELLED:
        if len(file.table(name)):
            raise Unreadable(
                what=file.name or "pandapipes",
                reason=f"{len(file.table(name))} x {name}, which the twin does not model",
            )
    junction, pipe, valve, grid = (file.table(name) for name in ("junction", "pipe", "valve", "ext_grid"))
    row = {int(number): place for place, number in enumerate(junction.index)}
    height = junction.numbers("height_m", otherwise=0.0)
    fixed = _rows(grid, "junction", row)
    return GasNetwork(
        pipes=np.concatenate([_ends(pipe, row), _ends(valve, row)]),
        length_m=np.concatenate([pipe.numbers("length_km") * 1000, np.zeros(len(valve))]),
        diameter_m=np.concatenate([pipe.numbers("diameter_m"), valve.numbers("diameter_m")]),
        roughness_m=np.concatenate([pipe.numbers("k_mm") / 1000, np.full(len(valve), 1e-4)]),
        loss=np.concatenate([part.numbers("loss_coefficient", otherwise=0.0) for part in (pipe, valve)]),
        is_open=np.concatenate([pipe.flags("in_service"), valve.flags("opened")]),
        height_m=height,
        temperature_k=junction.numbers("tfluid_k"),
        drawn=_drawn(file.table("sink"), row) - _drawn(file.table("source"), row),
        fixed=fixed,
        fixed_pa=grid.numbers("p_bar") * BAR_PA + ambient_pa(height[fixed]),
        gas=_gas(file),
        friction=friction,
    )


def _ends(table: Table, row: dict[int, int]) -> Numbers:
    if not len(table):
        return np.zeros((0, 2), dtype=np.int64)
    return np.stack([_rows(table, "from_junction", row), _rows(table, "to_junction", row)], axis=1)


def _rows(table: Table, column: str, row: dict[int, int]) -> Numbers:
    return (
        np.array([row[int(one)] for one in table.whole(column)], dtype=np.int64)
        if len(table)
        else np.zeros(0, dtype=np.int64)
    )


def _drawn(table: Table, row: dict[int, int]) -> Floats:
    if not len(table):
        return np.zeros(len(row))
    flow = table.numbers("mdot_kg_per_s") * table.numbers("scaling", otherwise=1.0) * table.flags("in_service")
    return np.bincount(_rows(table, "junction", row), flow, len(row)).astype(np.float64)


def _gas(file: NetworkFile) -> Gas:
    """Density at 0 degrees, viscosity at 10, and the slope of the real-gas factor, which the file gives by the bar."""
    properties = file.fluid["all_properties"]
    slope = json.loads(properties["compressibility"]["_object"]).get("slope", 0.0)
    return Gas(_at(properties["density"], NORMAL_K), _at(properties["viscosity"], 283.15), slope / BAR_PA)


def _at(prop: dict[str, Any], kelvin: float) -> float:
    held = json.loads(prop["_object"])
    if "value" in held:
        return float(held["value"])
    x, y = (
        np.array(held[name]["_object"] if isinstance(held[name], dict) else held[name], dtype=np.float64)
        for name in ("x", "y")
    )
    return float(np.interp(kelvin, x, y))
