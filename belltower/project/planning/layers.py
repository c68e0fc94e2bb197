# SPDX-License-Identifier: Apache-2.0
"""Layers of points, lines and outlines (GeoJSON, GeoPackage, Shapefile) in degrees of WGS 84, with their fields."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.errors
import pyogrio.raw
import pyproj
import shapely
from numpy.typing import NDArray

from belltower.kernel.coordinates import transform
from belltower.project.planning import errors
from belltower.project.planning.errors import BadInput

Shapes = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Layer:
    """A file's features: shapes in degrees, and by field its values."""

    file: str
    shapes: Shapes
    fields: dict[str, NDArray[Any]]

    def __len__(self) -> int:
        return len(self.shapes)

    def words(self, field: str, otherwise: str) -> list[str]:
        """A field as text; ``otherwise`` where the layer has none, or a row says nothing."""
        if field not in self.fields:
            return [otherwise] * len(self)
        return [otherwise if one is None or one != one else str(one) for one in self.fields[field].tolist()]

    def numbers(self, field: str, otherwise: float | None = None) -> NDArray[np.float64]:
        """A field as numbers. Refuses a missing field without ``otherwise``, and what is no number, with its row."""
        if field not in self.fields:
            if otherwise is None:
                known = ", ".join(self.fields) or "-"
                raise BadInput(file=self.file, reason=errors.NO_FIELD.format(field=field, known=known))
            return np.full(len(self), otherwise)
        return np.array(
            [self._number(field, row, one, otherwise) for row, one in enumerate(self.fields[field].tolist(), 1)]
        )

    def _number(self, field: str, row: int, value: object, otherwise: float | None) -> float:
        if (value is None or value != value) and otherwise is not None:
            return otherwise
        try:
            found = float(str(value))
        except ValueError:
            found = float("nan")
        if not np.isfinite(found):
            raise BadInput(file=self.file, reason=errors.NO_NUMBER.format(row=row, field=field, value=value))
        return found


def read_layer(path: Path) -> Layer:
    """The first layer of a file. Refuses (BadInput) what cannot be read, says no coordinate system or lies outside of it."""
    try:
        meta, _, shapes, columns = pyogrio.raw.read(path, force_2d=True)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        raise BadInput(file=path.name, reason=errors.UNREADABLE.format(error=error)) from None
    if not meta["crs"]:
        raise BadInput(file=path.name, reason=errors.NO_CRS)
    found = shapely.from_wkb(shapes)
    keep = ~(shapely.is_missing(found) | shapely.is_empty(found))
    way = pyproj.Transformer.from_crs(meta["crs"], 4326, always_xy=True)
    degrees = transform(found[keep], lambda x, y: way.transform(x, y))
    bounds = shapely.bounds(degrees)
    if not (np.isfinite(bounds).all() and (np.abs(bounds) <= [180, 90, 180, 90]).all()):
        raise BadInput(file=path.name, reason=errors.WRONG_CRS.format(crs=meta["crs"]))
    fields = {str(name): column[keep] for name, column in zip(meta["fields"], columns, strict=True)}
    return Layer(path.name, degrees, fields)
