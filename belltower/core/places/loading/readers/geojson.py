# SPDX-License-Identifier: Apache-2.0
"""GeoJSON (RFC 7946, and the older kind with a crs member), read feature by feature so that memory stays bounded."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any

import ijson
import numpy as np
import shapely
import shapely.geometry

from belltower.core.places.loading.errors import UnreadableFile
from belltower.core.places.loading.readers.source import CHUNK, Broken, Chunk, Shape, as_text
from belltower.kernel.texts import Text

_LOOKED_AT = 1_000
_WHOLE_LIMIT = 256 << 20  # only to say where a file breaks
_NO_FEATURE = Text(zh="不是 GeoJSON 要素", en="it is not a GeoJSON feature")
_BAD_GEOMETRY = Text(zh="几何无法读取", en="its geometry cannot be read")


class GeoJsonFile:
    """A FeatureCollection. Features are numbered from 1; columns are the properties seen in the first thousand."""

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name = path, name
        first = list(islice(self._features(), _LOOKED_AT))
        if not first:
            raise UnreadableFile(
                file=name,
                reason=Text(zh="没有要素（FeatureCollection）", en="it is no FeatureCollection with features"),
            )
        columns: dict[str, None] = {}
        for feature in first:
            columns |= dict.fromkeys(_properties(feature))
        self.shape = Shape("geojson", tuple(columns), self._stated_crs(), has_geometry=True)

    def chunks(self, size: int = CHUNK) -> Iterator[Chunk]:
        """The features, in chunks of ``size``."""
        features, row, total = self._features(), 1, max(self.path.stat().st_size, 1)
        while part := list(islice(features, size)):
            yield self._chunk(part, row, min(self._at / total, 1.0))
            row += len(part)

    def _chunk(self, features: Sequence[Any], first: int, share: float) -> Chunk:
        broken: list[Broken] = []
        rows: list[int] = []
        found: list[Mapping[str, Any]] = []
        geometries: list[Any] = []
        for row, feature in enumerate(features, start=first):
            properties = _properties(feature)
            try:
                geometries.append(_geometry(feature))
            except (TypeError, ValueError, KeyError, AttributeError, IndexError, shapely.errors.ShapelyError):
                reason = _BAD_GEOMETRY if isinstance(feature, Mapping) else _NO_FEATURE
                broken.append(Broken(row, reason, {key: as_text(value) for key, value in properties.items()}))
                continue
            rows.append(row)
            found.append(properties)
        values = {column: [each.get(column) for each in found] for column in self.shape.columns}
        array = np.empty(len(geometries), dtype=object)
        array[:] = geometries
        return Chunk(rows, values, array, broken, share)

    def _features(self) -> Iterator[Any]:
        with self.path.open("rb") as file:
            _skip_mark(file)
            try:
                for feature in ijson.items(file, "features.item", use_float=True):
                    self._at = file.tell()
                    yield feature
            except (ijson.JSONError, UnicodeDecodeError):
                raise UnreadableFile(file=self.name, reason=self._where_broken(file.tell())) from None

    def _where_broken(self, near: int) -> Text:
        """Where the JSON breaks: the byte itself, or for a very large file about where."""
        if self.path.stat().st_size <= _WHOLE_LIMIT:
            try:
                json.loads(self.path.read_bytes())
            except json.JSONDecodeError as error:
                near = len(error.doc[: error.pos].encode())
            except UnicodeDecodeError as error:
                near = error.start
        return Text(zh=f"JSON 在第 {near} 字节处损坏", en=f"its JSON is broken at byte {near}")

    def _stated_crs(self) -> str | None:
        """The system of the old crs member; without one, RFC 7946 says WGS 84, but Chinese files often say nothing."""
        with self.path.open("rb") as file:
            start = file.read(4096).decode("utf-8", "replace")
        if match := re.search(r'"crs"\s*:\s*\{.{0,200}?EPSG:{1,2}(\d{4,6})', start, re.DOTALL):
            return f"EPSG:{match[1]}"
        return "wgs84" if re.search(r'"crs"\s*:\s*\{.{0,200}?CRS84', start, re.DOTALL) else None


def _skip_mark(file: IO[bytes]) -> None:
    if file.read(3) != b"\xef\xbb\xbf":
        file.seek(0)


def _properties(feature: Any) -> dict[str, Any]:
    if not isinstance(feature, Mapping):
        return {"feature": as_text(feature)}
    properties = feature.get("properties")
    plain = {str(key): _cell(value) for key, value in properties.items()} if isinstance(properties, Mapping) else {}
    if feature.get("id") is not None:
        plain.setdefault("id", _cell(feature["id"]))
    return plain


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _geometry(feature: Any) -> Any:
    geometry = feature["geometry"]
    if geometry is None:
        return None
    if geometry["type"] == "Point":
        return shapely.Point(geometry["coordinates"][:2])
    return shapely.force_2d(shapely.geometry.shape(geometry))
