# SPDX-License-Identifier: Apache-2.0
"""What the demo knows of its city: outline, districts, rivers and words for names, read once from the YAML beside it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from belltower.kernel.texts import Text

_HERE = Path(__file__).parent
Degrees = tuple[float, float]


@dataclass(frozen=True, slots=True)
class District:
    """One district or county: where its seat is, the spots its simulated outline grows from, its streets by name."""

    code: str
    name: Text
    seat: Degrees
    spots: tuple[Degrees, ...]
    population: int
    streets: tuple[str, ...]
    is_urban: bool = False


@dataclass(frozen=True, slots=True)
class River:
    key: str
    name: Text
    width_m: float
    course: tuple[Degrees, ...]


@dataclass(frozen=True, slots=True)
class Geography:
    """The whole demo city on paper, in WGS 84 degrees."""

    code: str
    name: Text
    centre: Degrees
    outline: tuple[Degrees, ...]
    districts: tuple[District, ...]
    rivers: tuple[River, ...]


@dataclass(frozen=True, slots=True)
class Words:
    """What names are made of: pairs of Chinese and its spelling."""

    main_roads: tuple[tuple[str, str], ...]
    first: tuple[tuple[str, str], ...]
    second: tuple[tuple[str, str], ...]


@cache
def hengyang() -> Geography:
    """The geography of the simulated Hengyang."""
    read = yaml.safe_load((_HERE / "geography.yaml").read_text(encoding="utf-8"))
    return Geography(
        code=read["city"]["code"],
        name=Text.read(read["city"]["name"]),
        centre=_pair(read["city"]["centre"]),
        outline=_pairs(read["outline"]),
        districts=tuple(_district(one) for one in read["districts"]),
        rivers=tuple(
            River(one["key"], Text.read(one["name"]), one["width_m"], _pairs(one["course"])) for one in read["rivers"]
        ),
    )


@cache
def words() -> Words:
    """The words of names.yaml."""
    read = yaml.safe_load((_HERE / "names.yaml").read_text(encoding="utf-8"))
    return Words(**{part: tuple((zh, en) for zh, en in pairs) for part, pairs in read.items()})


def _district(read: dict[str, Any]) -> District:
    return District(
        code=read["code"],
        name=Text.read(read["name"]),
        seat=_pair(read["seat"]),
        spots=_pairs(read["spots"]),
        population=read["population"],
        streets=tuple(read["streets"]),
        is_urban=read.get("is_urban", False),
    )


def _pair(read: list[float]) -> Degrees:
    return read[0], read[1]


def _pairs(read: list[list[float]]) -> tuple[Degrees, ...]:
    return tuple(_pair(one) for one in read)
