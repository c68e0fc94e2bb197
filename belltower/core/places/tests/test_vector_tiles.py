# SPDX-License-Identifier: Apache-2.0
"""Tiles are read back with another program's decoder."""

from __future__ import annotations

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import affinity
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Point, Polygon, shape

from belltower.core.places.vector_tiles import Column, Drawing, layer, lines, points, polygons, varints


def read(*layers: bytes) -> dict:  # type: ignore[type-arg]
    return mapbox_vector_tile.decode(b"".join(layers), default_options={"y_coord_down": True})


def drawn(drawing: Drawing) -> list[shapely.Geometry]:
    features = read(layer("all", drawing, {})).get("all", {"features": []})["features"]
    return [shape(feature["geometry"]) for feature in features]


def objects(*geometries: shapely.Geometry) -> np.ndarray:
    return np.array([*geometries, None], dtype=object)[:-1]


def test_points_keep_their_place_and_their_properties() -> None:
    drawing = points(np.array([0, 4095, 7]), np.array([5, 0, 4096]))
    columns = {"kind": Column.of(["bin", "lamp", "bin"]), "n": Column.of([1, None, 300]), "note": Column.of([None, "灯", None])}  # fmt: skip
    [one, two, three] = read(layer("points", drawing, columns))["points"]["features"]
    assert [f["geometry"]["coordinates"] for f in (one, two, three)] == [[0, 5], [4095, 0], [7, 4096]]
    assert one["properties"] == {"kind": "bin", "n": 1}
    assert two["properties"] == {"kind": "lamp", "note": "灯"}
    assert three["properties"] == {"kind": "bin", "n": 300}


def test_values_of_one_length_are_the_same_as_any_others() -> None:
    drawing = points(np.array([1, 2]), np.array([1, 2]))
    columns = {"uid": Column.each(np.array([b"0a" * 16, b"ff" * 16])), "kind": Column.of(["a", "a"])}
    found = [f["properties"] for f in read(layer("points", drawing, columns))["points"]["features"]]
    assert found == [{"uid": "0a" * 16, "kind": "a"}, {"uid": "ff" * 16, "kind": "a"}]


def test_a_layer_without_features_is_no_bytes() -> None:
    assert layer("none", points(np.array([], dtype=int), np.array([], dtype=int)), {}) == b""
    assert layer("none", lines(objects()), {}) == b""
    assert layer("none", polygons(objects()), {}) == b""


def test_several_layers_share_a_tile() -> None:
    one = points(np.array([1]), np.array([1]))
    tile = read(layer("a", one, {}), layer("b", one, {"name": Column.of(["x" * 300])}))
    assert (set(tile), tile["b"]["features"][0]["properties"]["name"]) == ({"a", "b"}, "x" * 300)


def test_lines_that_shrink_to_a_point_are_left_out() -> None:
    seen = LineString([(0, 0), (10.2, 0), (10.4, 0.1), (20, 30)])
    drawing = lines(objects(LineString([(5, 5), (5.1, 5.2)]), seen, Point(1, 1)))
    assert drawing.kept.tolist() == [1]
    assert drawn(drawing)[0].equals(LineString([(0, 0), (10, 0), (20, 30)]))


def test_a_bundle_of_lines_is_one_feature() -> None:
    bundle = MultiLineString([[(0, 0), (9, 9)], [(100, -50), (4000, 4000), (3, 3)]])
    [found] = drawn(lines(objects(bundle)))
    assert found.equals(bundle)


def test_holes_stay_holes_however_they_were_wound() -> None:
    """The standard tells outlines from holes by their direction only."""
    outline, hole = [(0, 0), (0, 100), (100, 100), (100, 0)], [(10, 10), (10, 20), (20, 20), (20, 10)]
    for given_ in (Polygon(outline, [hole]), Polygon(outline[::-1], [hole]), Polygon(outline, [hole[::-1]])):
        [found] = drawn(polygons(objects(given_)))
        assert (found.area, found.covers(Point(15, 15))) == (100 * 100 - 10 * 10, False)


def test_a_polygon_too_small_to_see_takes_its_holes_along() -> None:
    crumb = Polygon([(5, 5), (5.3, 5), (5.3, 5.3)], [[(5.1, 5.05), (5.2, 5.05), (5.2, 5.1)]])
    pair = MultiPolygon([crumb, Polygon([(50, 50), (60, 50), (60, 60)])])
    drawing = polygons(objects(crumb, pair))
    assert drawing.kept.tolist() == [1]
    assert drawn(drawing)[0].equals(Polygon([(50, 50), (60, 50), (60, 60)]))


boxes = st.tuples(*[st.integers(-4000, 8000)] * 2, *[st.integers(1, 3000)] * 2)


@given(st.lists(st.lists(boxes, min_size=1, max_size=4), min_size=1, max_size=8))
def test_any_polygons_are_read_back_as_they_were(groups: list[list[tuple[int, int, int, int]]]) -> None:
    given_ = [MultiPolygon([shapely.box(x, y, x + w, y + h) for x, y, w, h in group]) for group in groups]
    found = drawn(polygons(objects(*given_)))
    assert all(shapely.normalize(a) == shapely.normalize(b) for a, b in zip(map(_multi, found), given_, strict=True))


def _multi(geometry: shapely.Geometry) -> shapely.Geometry:
    return geometry if geometry.geom_type == "MultiPolygon" else MultiPolygon([geometry])


@given(st.lists(st.lists(st.tuples(*[st.integers(-9000, 9000)] * 2), min_size=2, max_size=9, unique=True), max_size=9))
def test_any_lines_are_read_back_as_they_were(paths: list[list[tuple[int, int]]]) -> None:
    given_ = [LineString(path) for path in paths]
    assert [list(line.coords) for line in drawn(lines(objects(*given_)))] == [list(line.coords) for line in given_]


@pytest.mark.parametrize("number", [0, 1, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, 268_435_456, 2**35 - 1])
def test_a_varint_is_as_short_as_it_can_be(number: int) -> None:
    expected, rest = b"", number
    while rest >= 128:
        expected, rest = expected + bytes([rest & 0x7F | 0x80]), rest >> 7
    assert varints(np.array([number])) == expected + bytes([rest])


def test_a_house_turned_upside_down_is_still_a_house() -> None:
    """Projecting to a tile flips north and south; outlines must not become holes by it."""
    house = Polygon([(0, 0), (30, 0), (30, 20), (0, 20)])
    [found] = drawn(polygons(objects(affinity.scale(house, 1, -1))))
    assert found.area == 600
