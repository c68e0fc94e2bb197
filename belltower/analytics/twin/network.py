# SPDX-License-Identifier: Apache-2.0
"""A gas network for the twin, in SI units: kilograms a second, metres, pascals (absolute), kelvins."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]

NORMAL_PA = 101_325.0
NORMAL_K = 273.15
BAR_PA = 100_000.0


class Friction(StrEnum):
    """How rough pipes slow gas: Nikuradse with a laminar part, or Prandtl and Colebrook."""

    NIKURADSE = "nikuradse"
    COLEBROOK = "colebrook"


@dataclass(frozen=True, slots=True)
class Gas:
    """Density at 0 degrees and 101,325 Pa, dynamic viscosity (Pa s), and real-gas factor 1 + slope x pascals."""

    density: float
    viscosity: float
    slope: float = 0.0

    def factor(self, pressure: Floats) -> Floats:
        """The real-gas factor (compressibility) at an absolute pressure."""
        return 1.0 + self.slope * pressure


@dataclass(frozen=True, slots=True, eq=False)
class GasNetwork:
    """Pipes (p, 2) between nodes from 0 on; ``fixed`` nodes hold ``fixed_pa``; ``drawn`` kg/s leave at each node (negative: enter).

    ``loss`` are fittings, as multiples of the dynamic pressure. A pipe that is not ``is_open`` lets nothing through.
    """

    pipes: Numbers
    length_m: Floats
    diameter_m: Floats
    roughness_m: Floats
    loss: Floats
    is_open: NDArray[np.bool_]
    height_m: Floats
    temperature_k: Floats
    drawn: Floats
    fixed: Numbers
    fixed_pa: Floats
    gas: Gas
    friction: Friction = Friction.NIKURADSE

    def __post_init__(self) -> None:
        of_pipes = (self.length_m, self.diameter_m, self.roughness_m, self.loss, self.is_open)
        if any(len(part) != len(self.pipes) for part in of_pipes) or len(self.height_m) != len(self.drawn):
            raise ValueError(
                "Every pipe needs length, diameter, roughness, loss and whether it is open; every node height and draw."
            )
        if len(self.pipes) and not (self.pipes.min() >= 0 and self.pipes.max() < self.nodes):
            raise ValueError(f"Every pipe must end at two of the {self.nodes} nodes.")
        if (self.diameter_m <= 0).any() or (self.length_m < 0).any() or (self.fixed_pa <= 0).any():
            raise ValueError("Diameters and absolute pressures are above 0, lengths are not below.")

    @property
    def nodes(self) -> int:
        """How many nodes there are."""
        return len(self.drawn)


def ambient_pa(height_m: Floats) -> Floats:
    """The pressure of the air at a height in the standard atmosphere; what a gauge shows lies above it."""
    return NORMAL_PA * (1.0 - 0.0065 * height_m / 288.15) ** 5.255
