# SPDX-License-Identifier: Apache-2.0
"""Population rasters (GeoTIFF, as WorldPop and GHSL publish them) as cells: where each lies, and how many live there."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyproj
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from belltower.project.planning import errors
from belltower.project.planning.errors import BadInput

Floats = NDArray[np.float64]
MOST_CELLS = 9_000_000
_SCALE, _TIE, _MATRIX, _KEYS, _NO_DATA = 33550, 33922, 34264, 34735, 42113
_MODEL, _RASTER_TYPE, _GEOGRAPHIC, _PROJECTED = 1024, 1025, 2048, 3072
_USER_DEFINED = 32767


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells where somebody lives: their middles in degrees of WGS 84, and people as the raster says, with fractions."""

    lon: Floats
    lat: Floats
    people: Floats


def cells_of(content: bytes, *, file: str) -> Cells:
    """The inhabited cells of a GeoTIFF's first band. Refuses (BadInput) what has no place, negative people, or too many cells."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(content), formats=["TIFF"])
            count = image.width * image.height
            if count > MOST_CELLS:
                raise BadInput(file=file, reason=errors.TOO_LARGE.format(count=count, most=MOST_CELLS))
            tags: Any = image.tag_v2  # type: ignore[attr-defined]
            crs, to_plane = _crs(tags, file), _transform(tags, file)
            people = np.array(image, dtype=np.float64)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise BadInput(file=file, reason=errors.UNREADABLE.format(error=error)) from None
    no_data = tags.get(_NO_DATA)
    if no_data is not None:
        people[people == np.float32(float(str(no_data).strip("\0 ")))] = np.nan
    rows, columns = np.nonzero(np.nan_to_num(people, nan=0.0))
    found = people[rows, columns]
    if (found < 0).any():
        first = int(np.flatnonzero(found < 0)[0])
        raise BadInput(file=file, reason=errors.NEGATIVE.format(row=int(rows[first]) + 1, value=float(found[first])))
    lon, lat = crs.transform(*to_plane(columns, rows))
    return Cells(np.asarray(lon), np.asarray(lat), found)


def _keys(tags: Any) -> dict[int, int]:
    """GeoKeys that are numbers themselves (GeoTIFF 1.1, clause 7.1.2)."""
    said = list(tags.get(_KEYS, ()))
    return {said[at]: said[at + 3] for at in range(4, len(said) - 3, 4) if said[at + 1] == 0}


def _crs(tags: Any, file: str) -> pyproj.Transformer:
    keys = _keys(tags)
    code = keys.get(_PROJECTED) or keys.get(_GEOGRAPHIC)
    if code is None or code == _USER_DEFINED:
        raise BadInput(file=file, reason=errors.NO_CRS)
    return pyproj.Transformer.from_crs(code, 4326, always_xy=True)


def _transform(tags: Any, file: str) -> Any:
    """From column and row to the raster's own coordinates, of each cell's middle."""
    half = 0.0 if _keys(tags).get(_RASTER_TYPE) == 2 else 0.5
    if _MATRIX in tags:
        m = tags[_MATRIX]
        return lambda c, r: (m[0] * (c + half) + m[1] * (r + half) + m[3], m[4] * (c + half) + m[5] * (r + half) + m[7])
    if _SCALE not in tags or _TIE not in tags:
        raise BadInput(file=file, reason=errors.NOT_PLACED)
    width, height = tags[_SCALE][:2]
    column, row, _, x, y = tags[_TIE][:5]
    return lambda c, r: (x + (c + half - column) * width, y - (r + half - row) * height)


def whole(people: Floats) -> NDArray[np.int64]:
    """Whole persons whose sums, from the first on, differ from the true ones by half a person at most."""
    sums = np.rint(np.cumsum(people))
    return np.asarray(np.diff(sums, prepend=0.0), dtype=np.int64)
