# SPDX-License-Identifier: Apache-2.0
"""The city's metric plane: a map projection in metres, in which distances, areas and boxes are computed."""

from __future__ import annotations

import numpy as np
import pyproj
from numpy.typing import ArrayLike, NDArray

from belltower.kernel.coordinates import Floats, transform
from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text


class BadPlane(Refusal):
    """A definition that gives no plane in metres."""

    code = "bad_plane"
    sentence = Text(
        zh="“{given}”不能作为城市的米制平面：{reason}。请填写单位为米的投影坐标系（EPSG 编号或 PROJ 定义）。",
        en="'{given}' is no metric plane for a city: {reason}. "
        "Give a projected system in metres, by EPSG number or PROJ definition.",
    )


class MetricPlane:
    """A projection of WGS 84 degrees to metres and back, from an EPSG number or a PROJ definition.

    Only the map projection is applied, never a change of datum: the plane's own geographic system (CGCS2000, NAD83)
    is taken as WGS 84. The metre or two between them moves the whole city alike, and no distance within it.
    """

    def __init__(self, definition: str) -> None:
        self.definition = definition
        try:
            crs = pyproj.CRS.from_user_input(definition)
        except pyproj.exceptions.CRSError:
            raise BadPlane(given=definition, reason=Text(zh="PROJ 无法读取", en="PROJ cannot read it")) from None
        if not crs.is_projected or {axis.unit_name for axis in crs.axis_info[:2]} != {"metre"}:
            raise BadPlane(given=definition, reason=Text(zh="单位不是米", en="its units are not metres"))
        self._way = pyproj.Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)

    def to_plane(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
        """Easting and northing in metres of WGS 84 degrees; float64 arrays of the same shape."""
        x, y = self._way.transform(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64))
        return np.asarray(x), np.asarray(y)

    def to_geographic(self, x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
        """Longitude and latitude in WGS 84 degrees of metres in the plane."""
        lon, lat = self._way.transform(
            np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64), direction="INVERSE"
        )
        return np.asarray(lon), np.asarray(lat)

    def project(self, geometries: ArrayLike) -> NDArray[np.object_]:
        """WGS 84 Shapely geometries with all their vertices in metres; None stays None."""
        return transform(geometries, self.to_plane)

    def unproject(self, geometries: ArrayLike) -> NDArray[np.object_]:
        """Geometries in metres with all their vertices in WGS 84 degrees."""
        return transform(geometries, self.to_geographic)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MetricPlane) and self.definition == other.definition

    def __hash__(self) -> int:
        return hash(self.definition)

    def __repr__(self) -> str:
        return f"MetricPlane({self.definition!r})"
