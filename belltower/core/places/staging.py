# SPDX-License-Identifier: Apache-2.0
"""Batches of assets as the text that PostgreSQL's COPY takes, column by column; bulk.py says where it goes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from belltower.core.places.areas import AreaIndex
from belltower.core.places.geometry import Described, describe
from belltower.core.places.words import words_many
from belltower.kernel.identity import uuid7_many
from belltower.kernel.texts import Text

if TYPE_CHECKING:
    from belltower.core.places.bulk import AssetBatch

NULL = r"\N"
_BETWEEN = "\x1e"  # between values while a whole column is escaped at once


def columns(batch: AssetBatch, *, first: int, plane: Any, areas: AreaIndex) -> list[Sequence[str]]:
    """The staging columns of a batch as COPY text, in the order of the staging table."""
    count = len(batch.keys)
    nothing = [NULL] * count
    rows = range(first + 1, first + count + 1) if batch.rows is None else batch.rows
    names = [None] * count if batch.names is None else batch.names
    codes = [None] * count if batch.codes is None else batch.codes
    return [
        list(map(str, rows)),
        _uids(count),
        _escaped(batch.keys),
        nothing if batch.codes is None else _nullable(codes),
        nothing
        if batch.names is None
        else _nullable([None if name is None else _json(name.as_json()) for name in names]),
        nothing if batch.lives is None else [NULL if life is None else life for life in batch.lives],
        *(_placed(batch.geoms, plane, areas) if batch.geoms is not None else [nothing] * 6),
        nothing if batch.owner_ids is None else [NULL if pk is None else str(pk) for pk in batch.owner_ids],
        nothing
        if batch.fields is None
        else _escaped([each if isinstance(each, str) else _json(each) for each in batch.fields]),
        _instants(batch.valid_from, count),
        _escaped(words(batch.keys, codes, names)),
    ]


def _placed(geoms: Any, plane: Any, index: AreaIndex) -> list[list[str]]:
    """geometry, box, lon, lat, cell and area of each geometry, as COPY text."""
    found: Described = describe(geoms, plane)
    missing = np.isnan(found.lon)
    areas = _areas(found, missing, index)
    lon, lat = list(map(repr, found.lon.tolist())), list(map(repr, found.lat.tolist()))
    columns: list[list[str]] = [
        [NULL if wkb is None else rf"\\x{wkb.hex()}" for wkb in found.wkb.tolist()],
        _boxes(found.boxes),
        lon,
        lat,
        list(map(str, found.cell.tolist())),
        [NULL if pk < 0 else str(pk) for pk in areas.tolist()],
    ]
    for row in np.flatnonzero(missing):
        for column in columns:
            column[row] = NULL
    return columns


def _boxes(boxes: Any) -> list[str]:
    """Boxes as PostgreSQL writes them, to the tenth of a millimetre, as coordinates are kept."""
    x1, y1, x2, y2 = (list(map(repr, corner.tolist())) for corner in np.round(boxes, 4).T)
    return [f"({c},{d}),({a},{b})" for a, b, c, d in zip(x1, y1, x2, y2, strict=True)]


def _uids(count: int) -> list[str]:
    whole = uuid7_many(count).tobytes().hex()
    return [whole[at : at + 32] for at in range(0, len(whole), 32)]


def _areas(found: Described, missing: Any, index: AreaIndex) -> Any:
    areas = np.full(len(missing), -1, dtype=np.int64)
    areas[~missing] = index.locate(found.lon[~missing], found.lat[~missing])
    return areas


def words(keys: Sequence[str], codes: Sequence[str | None], names: Sequence[Text | None]) -> Sequence[str]:
    return words_many([(key, code) if code else (key,) for key, code in zip(keys, codes, strict=True)], list(names))


def _instants(valid_from: datetime | Sequence[datetime], count: int) -> Sequence[str]:
    if isinstance(valid_from, datetime):
        return [valid_from.isoformat()] * count
    return [each.isoformat() for each in valid_from]


_encoder = msgspec.json.Encoder()


def _json(value: object) -> str:
    return _encoder.encode(value).decode()


def _nullable(values: Sequence[str | None]) -> list[str]:
    escaped = _escaped([value or "" for value in values])
    return [NULL if value is None else text for value, text in zip(values, escaped, strict=True)]


def _escaped(values: Sequence[str]) -> list[str]:
    """COPY text of each value (PostgreSQL manual, COPY, Text Format); the whole column is escaped in one go."""
    whole = _BETWEEN.join(values)
    if "\\" not in whole and "\t" not in whole and "\n" not in whole and "\r" not in whole:
        return list(values)
    if whole.count(_BETWEEN) != len(values) - 1:
        return [_escape(value) for value in values]
    return _escape(whole).split(_BETWEEN)


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
