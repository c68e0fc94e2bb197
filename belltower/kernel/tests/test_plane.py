# SPDX-License-Identifier: Apache-2.0
"""The metric plane: metres that are metres across the whole city, and the way back exact."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely
import yaml
from hypothesis import given
from hypothesis import strategies as st

from belltower.kernel.plane import BadPlane, MetricPlane

PROFILES = Path(__file__).parents[2] / "core" / "places" / "profiles"
# The outermost meridians and parallels of each city, and how far its distances may be off (parts per million).
EXTENTS = {"hengyang": ((111.54, 26.10, 113.29, 27.47), 120), "washington": ((-77.12, 38.79, -76.90, 39.00), 2)}


def plane_of(city: str) -> MetricPlane:
    """The plane of a ready profile."""
    return MetricPlane(yaml.safe_load((PROFILES / f"{city}.yaml").read_text(encoding="utf-8"))["plane"])


@pytest.mark.parametrize("city", EXTENTS)
@pytest.mark.parametrize("bearing", range(0, 180, 15))
def test_a_kilometre_is_a_kilometre_anywhere_in_the_city(city: str, bearing: int) -> None:
    """Against the geodesic, in every direction, on a grid over the whole extent."""
    (west, south, east, north), most_ppm = EXTENTS[city]
    lon, lat = (axis.ravel() for axis in np.meshgrid(np.linspace(west, east, 15), np.linspace(south, north, 15)))
    lon2, lat2, _ = pyproj.Geod(ellps="GRS80").fwd(lon, lat, np.full(lon.shape, bearing), np.full(lon.shape, 1000.0))
    (x, y), (x2, y2) = plane_of(city).to_plane(lon, lat), plane_of(city).to_plane(lon2, lat2)
    off_ppm = np.abs(np.hypot(x2 - x, y2 - y) / 1000.0 - 1.0) * 1e6
    assert off_ppm.max() < most_ppm


def test_in_the_urban_core_a_kilometre_is_off_by_less_than_a_centimetre() -> None:
    lon, lat = np.meshgrid(np.linspace(112.45, 112.74, 9), np.linspace(26.75, 27.03, 9))
    lon2, lat2, _ = pyproj.Geod(ellps="GRS80").fwd(lon, lat, np.full(lon.shape, 90.0), np.full(lon.shape, 1000.0))
    (x, y), (x2, y2) = plane_of("hengyang").to_plane(lon, lat), plane_of("hengyang").to_plane(lon2, lat2)
    assert np.abs(np.hypot(x2 - x, y2 - y) - 1000.0).max() < 0.01


@given(lon=st.floats(111.5, 113.3), lat=st.floats(26.1, 27.5))
def test_there_and_back_is_exact(lon: float, lat: float) -> None:
    assert plane_of("hengyang").to_geographic(*plane_of("hengyang").to_plane(lon, lat)) == pytest.approx(
        (lon, lat), abs=1e-11
    )


def test_geometries_are_projected_all_at_once_and_back() -> None:
    plane, square = plane_of("hengyang"), shapely.box(112.5, 26.8, 112.51, 26.81)
    projected = plane.project([square, None])
    assert projected[1] is None
    # A hundredth of a degree there is 994 m by 1,108 m.
    assert shapely.area(projected[0]) == pytest.approx(994 * 1108, rel=2e-3)
    assert shapely.equals_exact(plane.unproject(projected)[0], square, tolerance=1e-11)


def test_no_datum_is_changed_on_the_way() -> None:
    """A plane on NAD83 and one on GRS80 with the same projection put a WGS 84 point on the same spot."""
    grs80 = MetricPlane("+proj=utm +zone=18 +ellps=GRS80 +units=m")
    (x, y), (x2, y2) = MetricPlane("EPSG:26918").to_plane(-77.0365, 38.9), grs80.to_plane(-77.0365, 38.9)
    assert np.hypot(x2 - x, y2 - y) < 1e-6


@pytest.mark.parametrize("definition", ["EPSG:4326", "EPSG:2248", "EPSG:999999", "nonsense", ""])
def test_degrees_feet_and_nonsense_are_no_plane(definition: str) -> None:
    with pytest.raises(BadPlane) as caught:
        MetricPlane(definition)
    assert caught.value.say("zh").startswith(f"“{definition}”不能作为城市的米制平面")


def test_planes_of_one_definition_are_equal() -> None:
    assert len({MetricPlane("EPSG:4547"), MetricPlane("EPSG:4547"), MetricPlane("EPSG:4548")}) == 2
    assert repr(MetricPlane("EPSG:4547")) == "MetricPlane('EPSG:4547')"
