# SPDX-License-Identifier: Apache-2.0
"""Simulated streets with the poles of five owners, the same for the same seed. No figure here is of a real city.

Blocks of a grid; along both kerbs of every block lamps, and at random signs, cameras, antennas and poles of utilities, at
the corners signals. What hangs where, how far it may move and what a pole holds is drawn from ranges that are written here.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from belltower.planners.consolidation.problem import Device, Kerb, Pole, PoleProblem, Sight

OWNERS = ("lighting", "police", "traffic", "telecom", "utility")
LAYERS_MM = ((0, 2_500), (2_500, 5_500), (5_500, 8_000), (8_000, 12_000))
BLOCK_MM, ROAD_MM, GAP_MM = 180_000, 16_000, 35_000
CONFLICTS = (("antenna", "camera"), ("sign", "signal"), ("sign", "sign"), ("antenna", "antenna"))


@dataclass(frozen=True, slots=True)
class Ware:
    """A kind of device: whose, in which layer at which height, and ranges of area (cm²), power (W) and reach (m)."""

    owner: str
    layer: int
    height_mm: int
    area_cm2: tuple[int, int]
    power_w: tuple[int, int]
    reach_m: tuple[int, int]


WARES = {
    "lamp": Ware("lighting", 3, 9_000, (1_500, 3_000), (80, 180), (4, 8)),
    "camera": Ware("police", 2, 6_000, (600, 1_500), (15, 40), (6, 18)),
    "sign": Ware("traffic", 1, 3_500, (4_000, 14_000), (0, 0), (6, 25)),
    "signal": Ware("traffic", 2, 6_500, (4_000, 9_000), (30, 60), (0, 0)),
    "antenna": Ware("telecom", 3, 10_000, (2_000, 6_000), (150, 400), (8, 25)),
    "sensor": Ware("utility", 1, 3_000, (300, 900), (5, 20), (5, 20)),
}
"""Signals stay where they are."""
BETWEEN = ("camera", "sign", "sign", "antenna", "sensor")


def simulated(
    poles: int, *, seed: int, with_kerbs: bool, per_block: float = 6.0, lamp_gaps_m: tuple[int, int] = (13, 32)
) -> PoleProblem:
    """At least ``poles`` poles in a square of blocks.

    ``per_block``: poles other than lamps along a kerb, on average. ``lamp_gaps_m``: the least and the greatest distance of
    neighbouring lamps today. ``with_kerbs``: light is counted along kerbs, and a lamp may be given up where it stays.
    """
    chance = random.Random(seed)
    made: list[tuple[Pole, list[Device], Kerb | None]] = []
    kerbs: list[Kerb] = []
    for number, (x, y, is_across) in enumerate(_sides(poles)):
        if len(made) >= poles:
            break
        kerb = Kerb(f"kerb-{number}", GAP_MM)
        kerbs.append(kerb)
        made += [
            (pole, devices, kerb)
            for pole, devices in _side(chance, kerb, x, y, is_across=is_across, per_block=per_block, gaps=lamp_gaps_m)
        ]
    problem = PoleProblem(
        poles=tuple(pole for pole, _, _ in made),
        devices=tuple(device for _, devices, _ in made for device in devices),
        layers_mm=LAYERS_MM, wind_pa=500, kerbs=tuple(kerbs), conflicts=CONFLICTS, refusals=(("utility", "police"),),
    )  # fmt: skip
    return problem if with_kerbs else without_kerbs(problem)


def without_kerbs(problem: PoleProblem) -> PoleProblem:
    """The same poles where nobody counts the light: then no lamp may be given up."""
    return replace(
        problem,
        kerbs=(),
        poles=tuple(replace(pole, kerb=None) for pole in problem.poles),
        devices=tuple(replace(device, may_go=False) for device in problem.devices),
    )


def _sides(poles: int) -> Iterator[tuple[int, int, bool]]:
    """Where each kerb of each block begins, and whether it runs west to east; block by block from one corner."""
    wide = max(1, math.ceil(math.sqrt(poles / 40)))
    for row in range(10**6):
        for column in range(wide):
            x, y = column * (BLOCK_MM + ROAD_MM), row * (BLOCK_MM + ROAD_MM)
            yield x, y, True
            yield x, y, False
            yield x, y + BLOCK_MM, True
            yield x + BLOCK_MM, y, False


def _side(
    chance: random.Random, kerb: Kerb, x: int, y: int, *, is_across: bool, per_block: float, gaps: tuple[int, int]
) -> Iterator[tuple[Pole, list[Device]]]:
    at = chance.randint(4_000, 12_000)
    places: list[tuple[int, str]] = [(2_000, "signal")]
    while at < BLOCK_MM - 3_000:
        places.append((at, "lamp"))
        at += 1_000 * chance.randint(*gaps)
    for _ in range(round(chance.uniform(0.5, 1.5) * per_block)):
        places.append((chance.randint(3_000, BLOCK_MM - 3_000), chance.choice(BETWEEN)))
    for number, (along, kind) in enumerate(sorted(places)):
        aside = chance.randint(0, 1_500)
        where = (x + along, y + aside) if is_across else (x + aside, y + along)
        yield _pole(chance, f"{kerb.id}-{number}", kind, where, kerb=kerb.id, at=along)


def _pole(
    chance: random.Random, name: str, kind: str, where: tuple[int, int], *, kerb: str, at: int
) -> tuple[Pole, list[Device]]:
    ware = WARES[kind]
    is_tall = kind in ("lamp", "antenna") or chance.random() < 0.3
    pole = Pole(
        id=name, owner=ware.owner, x=where[0], y=where[1], mounts=(2, 2, 2, 2 if is_tall else 0),
        moment_nm=chance.randint(4_000, 9_000), power_w=chance.choice((0, 300, 600, 1_000)) if kind == "sign" else chance.randint(400, 1_200),
        carries=chance.random() < 0.9, kerb=kerb, at_mm=at,
    )  # fmt: skip
    devices = [_device(chance, f"{name}.0", kind, pole)]
    if kind == "lamp" and chance.random() < 0.15:
        devices.append(_device(chance, f"{name}.1", "sign", pole))
    return pole, devices


def _device(chance: random.Random, name: str, kind: str, pole: Pole) -> Device:
    ware = WARES[kind]
    sight = None
    if kind == "sign" and chance.random() < 0.3:
        sight = Sight(pole.x - 40_000, pole.y, 30_000, 48_000)
    return Device(
        id=name, kind=kind, owner=ware.owner, pole=pole.id, layer=ware.layer, height_mm=ware.height_mm,
        area_cm2=chance.randint(*ware.area_cm2), power_w=chance.randint(*ware.power_w),
        reach_mm=1_000 * chance.randint(*ware.reach_m), stays=kind == "signal", lights=kind == "lamp",
        may_go=kind == "lamp", sight=sight,
    )  # fmt: skip
