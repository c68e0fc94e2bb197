# SPDX-License-Identifier: Apache-2.0
"""The first rows of a file as a mapping would read them, for people to check before anything is loaded."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import shapely

from belltower.core.places.bulk import AssetBatch
from belltower.core.places.geometry import Points, representative_points
from belltower.core.places.loading.convert import Converter
from belltower.core.places.loading.mapping import ColumnMapping, check
from belltower.core.places.loading.readers.source import Source
from belltower.core.places.loading.report import Aside
from belltower.kernel.city import CityProfile
from belltower.kernel.packs import AssetKind

ROWS = 20


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One row as it would be taken: target (``key``, ``lon``, ``field.height`` ...) to what it would hold, as JSON."""

    row: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Preview:
    """Rows taken and rows kept aside among the first; ``looked_at`` is how many those are."""

    rows: Sequence[PreviewRow]
    aside: Sequence[Aside]
    looked_at: int


def preview_assets(
    source: Source,
    mapping: ColumnMapping,
    *,
    kinds: Mapping[str, AssetKind],
    profile: CityProfile,
    now: datetime,
    rows: int = ROWS,
) -> Preview:
    """The first ``rows`` rows converted. Raises what ``mapping.check`` raises; nothing is looked up or written."""
    check(mapping, source.shape, source.name, None if mapping.column("kind") else kinds[mapping.target])
    owners: dict[str, int] = {}

    def numbered(names: Sequence[str]) -> Mapping[str, int]:
        for name in names:
            owners.setdefault(name, len(owners))
        return owners

    converter = Converter(
        mapping, kinds=kinds, profile=profile, owners_of=numbered, now=now, is_guarded=source.shape.format == "csv"
    )
    chunk = next(iter(source.chunks(rows)))
    converted = converter.convert(chunk)
    names = {pk: name for name, pk in owners.items()}
    taken = [row for batch in converted.batches for row in _rows(batch, names)]
    return Preview(sorted(taken, key=lambda row: row.row), converted.aside, len(chunk.rows) + len(chunk.broken))


def _points(geoms: Any) -> Points:
    if isinstance(geoms, Points):
        return geoms
    found = representative_points(np.asarray(geoms, dtype=object))
    return Points(shapely.get_x(found), shapely.get_y(found))


def _rows(batch: AssetBatch, owners: Mapping[int, str]) -> list[PreviewRow]:
    columns: dict[str, Sequence[Any]] = {"kind": [batch.kind] * len(batch.keys), "key": batch.keys}
    if batch.names is not None:
        columns["name"] = [name.as_json() if name else None for name in batch.names]
    if batch.owner_ids is not None:
        columns["owner"] = [None if pk is None else owners[pk] for pk in batch.owner_ids]
    columns |= {to: column for to, column in (("code", batch.codes), ("life", batch.lives)) if column is not None}
    if batch.geoms is not None:
        points = _points(batch.geoms)
        columns["lon"], columns["lat"] = points.lon.tolist(), points.lat.tolist()
    rows = [{to: column[at] for to, column in columns.items()} for at in range(len(batch.keys))]
    for row, fields in zip(rows, batch.fields or [], strict=False):
        found = json.loads(fields) if isinstance(fields, str) else fields
        row |= {f"field.{name}": value for name, value in found.items()}
    return [PreviewRow(number, row) for number, row in zip(batch.rows or [], rows, strict=True)]
