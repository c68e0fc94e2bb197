# SPDX-License-Identifier: Apache-2.0
"""The form in which a person says which column is what: its lines, and the mapping that the sent form states."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from belltower.core.places.kinds import register
from belltower.core.places.loading.mapping import (
    AREA_TARGETS,
    AREAS,
    ASSET_TARGETS,
    BY_GEOMETRY,
    FIELD,
    ColumnMapping,
    Rule,
)
from belltower.core.places.loading.readers.source import Source, as_text
from belltower.kernel.packs import AssetKind
from belltower.kernel.texts import Text
from belltower.kernel.units import Quantity
from belltower.screens.console.shown import printed

SAMPLES = 3
SYSTEMS = (
    ("wgs84", Text(zh="WGS 84 / CGCS2000（GPS、国家标准）", en="WGS 84 / CGCS2000 (GPS, national standard)")),
    ("gcj02", Text(zh="GCJ-02（高德、腾讯地图）", en="GCJ-02 (AMap, Tencent maps)")),
    ("bd09", Text(zh="BD-09（百度地图）", en="BD-09 (Baidu maps)")),
)


@dataclass(frozen=True)
class Line:
    """One column of the file: samples of what it holds, what it is taken for, and the units it may come in."""

    at: int
    column: str
    samples: list[str]
    to: str
    unit: str
    units: list[tuple[str, str]]
    words: str


def lines(source: Source, mapping: ColumnMapping) -> list[Line]:
    """A line for every column of the file, in its order."""
    chunk = next(iter(source.chunks(20)), None)
    kind = register().kinds.get(mapping.target)
    found = []
    for at, column in enumerate(source.shape.columns):
        rule = mapping.columns.get(column, Rule(""))
        cells = (as_text(cell).strip() for cell in (chunk.values.get(column, ()) if chunk else ()))
        samples = list(islice(dict.fromkeys(cell for cell in cells if cell), SAMPLES))
        units = _units(kind, rule.to)
        found.append(Line(at, column, samples, rule.to, rule.unit or "", units, json.dumps(dict(rule.words))))
    return found


def targets(mapping: ColumnMapping) -> list[tuple[str, Text]]:
    """What a column may be taken for, besides the kind's declared fields."""
    return list((AREA_TARGETS if mapping.target == AREAS else ASSET_TARGETS).items())


def fields(mapping: ColumnMapping) -> list[tuple[str, Text]]:
    """The declared fields of the kind, as targets."""
    kind = register().kinds.get(mapping.target)
    return [(f"{FIELD}{one.name}", one.title) for one in (kind.fields if kind else ())]


def read(sent: Mapping[str, Any], columns: Sequence[str]) -> ColumnMapping:
    """The mapping that the sent form states; columns taken for nothing are left out."""
    rules = {}
    for at, column in enumerate(columns):
        if to := sent.get(f"to.{at}", ""):
            rules[column] = Rule(to, sent.get(f"unit.{at}") or None, _words(sent.get(f"words.{at}", "")))
    has_key = any(rule.to in ("key", "code") for rule in rules.values())
    key = BY_GEOMETRY if sent.get("by_geometry") and not has_key else ""
    return ColumnMapping(sent.get("target", ""), sent.get("crs", "wgs84").strip() or "wgs84", rules, key)


def _words(text: str) -> dict[str, str]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return {str(word): str(means) for word, means in found.items()} if isinstance(found, dict) else {}


def _units(kind: AssetKind | None, to: str) -> list[tuple[str, str]]:
    """The units that bare numbers of a measured field may be in; none for what is not measured."""
    field = kind.field(to.removeprefix(FIELD)) if kind and to.startswith(FIELD) else None
    if field is None or not isinstance(field.holds, Quantity):
        return []
    return [(unit, printed(unit)) for unit in sorted(field.holds.units, key=lambda unit: unit != field.unit)]
