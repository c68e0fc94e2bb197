# SPDX-License-Identifier: Apache-2.0
"""Coordinate systems: the shift by known points, the way back exact everywhere in China, nothing moved outside."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from belltower.kernel.coordinates import CHINA_BOX, UnknownCoordinateSystem, coordinate_system

EARTH = pyproj.Geod(ellps="WGS84")
# From the Zengmu shoal to the Amur, from the Pamirs to the Ussuri: more than all of China.
lons, lats = st.floats(73.4, 135.2), st.floats(3.4, 53.7)


def metres(lon: np.ndarray, lat: np.ndarray, lon2: np.ndarray, lat2: np.ndarray) -> np.ndarray:
    """Geodesic distances between two arrays of places."""
    return np.asarray(EARTH.inv(*np.broadcast_arrays(lon, lat, lon2, lat2))[2])


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),  # Shanghai
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),  # Shenzhen
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),  # Beijing
        ((116.404, 39.915), (116.41024449916938, 39.91640428150164)),
    ],
)
def test_gcj02_agrees_with_the_published_points(wgs84: tuple[float, float], gcj02: tuple[float, float]) -> None:
    """The points by which open implementations in a dozen languages are compared; 1e-6 degrees are 0.1 m."""
    assert coordinate_system("gcj02").from_wgs84(*wgs84) == pytest.approx(gcj02, abs=1e-6)
    assert coordinate_system("gcj02").to_wgs84(*gcj02) == pytest.approx(wgs84, abs=1e-6)


def test_bd09_agrees_with_the_published_point() -> None:
    found = coordinate_system("bd09").from_wgs84(116.404, 39.915)
    assert found == pytest.approx((116.41662724378733, 39.922699552216216), abs=1e-9)


@pytest.mark.parametrize("name", ["gcj02", "bd09"])
@given(lon=lons, lat=lats)
def test_there_and_back_is_exact_in_all_of_china(name: str, lon: float, lat: float) -> None:
    """Asked: a centimetre. Held: a thousandth of a millimetre, both ways round."""
    system = coordinate_system(name)
    assert metres(lon, lat, *system.to_wgs84(*system.from_wgs84(lon, lat))) < 1e-6
    assert metres(lon, lat, *system.from_wgs84(*system.to_wgs84(lon, lat))) < 1e-6


@pytest.mark.parametrize(("name", "least", "most"), [("gcj02", 25, 1000), ("bd09", 200, 2300)])
def test_the_shift_in_china_is_of_hundreds_of_metres(name: str, least: float, most: float) -> None:
    lon, lat = np.meshgrid(np.linspace(74, 135, 200), np.linspace(4, 53.5, 200))
    shift = metres(lon, lat, *coordinate_system(name).from_wgs84(lon, lat))
    assert np.median(shift) > 300
    assert shift.min() > least
    assert shift.max() < most


@pytest.mark.parametrize("name", ["gcj02", "bd09"])
@pytest.mark.parametrize("place", [(-77.0365, 38.9), (139.7, 35.7), (37.6, 55.75), (151.2, -33.9)])
def test_outside_the_box_nothing_moves(name: str, place: tuple[float, float]) -> None:
    assert coordinate_system(name).from_wgs84(*place) == place
    assert coordinate_system(name).to_wgs84(*place) == place


@pytest.mark.parametrize("name", ["gcj02", "bd09"])
@pytest.mark.filterwarnings("error")
def test_poles_and_nonsense_pass_without_a_warning(name: str) -> None:
    """What a file holds by mistake (projected metres, swapped axes) is for the loader to notice, not for numpy."""
    lon, lat = (
        np.array([0.0, 180.0, 26.89, 500_000.0, np.inf, np.nan]),
        np.array([90.0, -90.0, 112.57, 2.9e6, 0.0, 0.0]),
    )
    for way in (coordinate_system(name).to_wgs84, coordinate_system(name).from_wgs84):
        there = way(lon, lat)
        assert np.array_equal(there[0], lon, equal_nan=True)
        assert np.array_equal(there[1], lat, equal_nan=True)


def test_the_edges_of_the_box_belong_to_it() -> None:
    west, south, _, _ = CHINA_BOX
    moved = coordinate_system("gcj02").from_wgs84([west, west - 1e-9], [south, south])
    assert moved[0][0] != west
    assert moved[0][1] == west - 1e-9


@pytest.mark.parametrize("name", ["wgs84", "gcj02", "bd09", "EPSG:4547"])
def test_arrays_keep_their_shape_and_stay_untouched(name: str) -> None:
    lon, lat = np.full((2, 3), 112.57), np.full((2, 3), 26.89)
    there = coordinate_system(name).from_wgs84(lon, lat)
    assert there[0].shape == there[1].shape == (2, 3)
    assert np.all(lon == 112.57)
    there[0][:] = 0
    assert np.all(lon == 112.57)


def test_an_epsg_number_goes_both_ways() -> None:
    """EPSG:4547 is CGCS2000 / 3-degree Gauss-Kruger, central meridian 114E: metres from there, plus 500 km."""
    system = coordinate_system("EPSG:4547")
    x, y = system.from_wgs84([114.0, 112.57], [26.89, 26.89])
    assert x[0] == pytest.approx(500_000, abs=1e-3)
    assert metres(*system.to_wgs84(x, y), np.array([114.0, 112.57]), np.array([26.89, 26.89])).max() < 1e-6


def test_what_has_no_place_is_not_a_number() -> None:
    """Neither infinity, which JSON cannot carry, nor a place somewhere else."""
    x, y = coordinate_system("EPSG:3857").from_wgs84([10.0, 10.0], [45.0, 91.0])
    assert np.isfinite([x[0], y[0]]).all()
    assert np.isnan([x[1], y[1]]).all()


@pytest.mark.parametrize("name", ["gcj02", "bd09"])
def test_what_is_not_known_stays_so_and_harms_nobody(name: str) -> None:
    lon, lat = coordinate_system(name).to_wgs84([np.nan, 116.404], [39.9, 39.915])
    assert np.isnan(lon[0])
    assert coordinate_system(name).from_wgs84(lon[1], lat[1]) == pytest.approx((116.404, 39.915), abs=1e-11)


@pytest.mark.parametrize("written", ["gcj02", "GCJ-02", "gcj_02", " GCJ 02 "])
def test_a_name_is_read_however_it_is_written(written: str) -> None:
    assert coordinate_system(written) is coordinate_system("gcj02")


def test_cgcs2000_is_wgs84_here() -> None:
    assert coordinate_system("CGCS2000") is coordinate_system("wgs84")


@pytest.mark.parametrize("written", ["", "mars", "EPSG:", "EPSG:999999", "epsg:12"])
def test_an_unknown_system_is_refused_with_the_known_ones(written: str) -> None:
    with pytest.raises(UnknownCoordinateSystem) as caught:
        coordinate_system(written)
    for language in ("zh", "en"):
        assert "wgs84, gcj02, bd09, EPSG:n" in caught.value.say(language)


def test_geometries_move_vertex_by_vertex_and_gaps_stay_gaps() -> None:
    line = shapely.LineString([(116.404, 39.915), (121.5272106, 31.1774276)])
    moved = coordinate_system("gcj02").geometries_from_wgs84([line, None])
    assert moved[1] is None
    assert shapely.get_coordinates(moved[0])[1] == pytest.approx((121.531541859215, 31.17530398364597), abs=1e-6)
    [back, _] = coordinate_system("gcj02").geometries_to_wgs84(moved)
    assert shapely.equals_exact(back, line, tolerance=1e-11)


def test_hengyangs_real_outlines_move_by_hundreds_of_metres_and_come_back_exactly(data: Path) -> None:
    features = json.loads((data / "areas" / "hengyang_gcj02.geojson").read_text(encoding="utf-8"))["features"]
    drawn = np.array([shapely.geometry.shape(one["geometry"]) for one in features])
    gcj02 = coordinate_system("gcj02")
    true = gcj02.geometries_to_wgs84(drawn)
    before, after = shapely.get_coordinates(drawn), shapely.get_coordinates(true)
    shift = metres(*before.T, *after.T)
    assert len(drawn) == 13
    assert shift.min() > 640
    assert shift.max() < 680
    # In Hengyang a point drawn in GCJ-02 stands to the east and south of where it is.
    assert (before[:, 0] > after[:, 0]).all()
    assert (before[:, 1] > after[:, 1]).mean() < 0.01
    again = shapely.get_coordinates(gcj02.geometries_from_wgs84(true))
    assert metres(*before.T, *again.T).max() < 1e-6
