# SPDX-License-Identifier: Apache-2.0
"""Unit grids cover their community exactly, are walkable in size, and are numbered as people read."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from belltower.core.places.grid import SLIVER_M2, cut

CORNER = (507_000.0, 2_976_000.0)


def at_corner(polygon: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(polygon, lambda xy: xy + np.array(CORNER))


def square(size: float, x: float = 0.0, y: float = 0.0) -> shapely.Geometry:
    return at_corner(shapely.box(x, y, x + size, y + size))


def test_a_square_of_round_hundreds_is_cut_into_squares() -> None:
    grids = cut(square(300))
    assert len(grids) == 9
    assert {round(grid.area) for grid in grids} == {10_000}


def test_grids_are_numbered_from_west_to_east_and_then_from_north_to_south() -> None:
    centres = [
        ((grid.centroid.x - CORNER[0]) // 100, (grid.centroid.y - CORNER[1]) // 100) for grid in cut(square(300))
    ]
    assert centres == [(0, 2), (1, 2), (2, 2), (0, 1), (1, 1), (2, 1), (0, 0), (1, 0), (2, 0)]


def test_a_sliver_joins_the_neighbour_it_shares_most_border_with() -> None:
    """A square of 120 m from a lattice corner has three pieces too small to walk; all join the one large piece."""
    [grid] = cut(square(120))
    assert grid.area == pytest.approx(120 * 120)
    sizes = sorted(round(grid.area) for grid in cut(at_corner(shapely.box(0, 0, 220, 100))))
    assert sizes == [10_000, 12_000]


def test_a_community_smaller_than_a_grid_is_one_grid() -> None:
    assert len(cut(square(40, 10, 10))) == 1
    assert len(cut(square(30, 85, 85))) == 1, "across lattice lines as well"


def test_islands_and_holes_are_kept() -> None:
    border = shapely.union(square(500), square(20, 700, 700)).difference(square(130, 150, 150))
    grids = cut(border)
    assert sum(grid.area for grid in grids) == pytest.approx(border.area, rel=1e-9)
    assert min(grid.area for grid in grids) == pytest.approx(400)
    assert not any(grid.intersects(square(100, 160, 160)) for grid in grids)


@st.composite
def borders(draw: st.DrawFn) -> shapely.Geometry:
    """Stars of 3 to 12 corners, 60 to 900 m wide: convex and not, anywhere on the lattice, some with a hole."""
    corners = draw(st.integers(3, 12))
    radii = np.array(draw(st.lists(st.floats(30, 450), min_size=corners, max_size=corners)))
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False) + draw(st.floats(0, 1))
    middle = np.array([draw(st.floats(0, 200)), draw(st.floats(0, 200))])
    star = shapely.Polygon(middle + np.column_stack([radii * np.cos(angles), radii * np.sin(angles)]))
    hole = shapely.Point(middle).buffer(draw(st.floats(5, 60)))
    border = star.difference(hole) if draw(st.booleans()) and star.contains(hole) else star
    return at_corner(border)


@settings(max_examples=120, deadline=None)
@given(borders())
def test_grids_cover_any_border_without_gap_or_overlap(border: shapely.Geometry) -> None:
    grids = np.array(cut(border), dtype=object)
    assert shapely.is_valid(grids).all()
    assert set(shapely.get_type_id(grids)) == {3}
    assert shapely.area(grids).sum() == pytest.approx(border.area, rel=1e-6)
    assert shapely.area(shapely.union_all(grids)) == pytest.approx(border.area, rel=1e-6)
    assert shapely.area(shapely.symmetric_difference(shapely.union_all(grids), border)) < border.area * 1e-6
    assert shapely.coverage_is_valid(grids), "neighbours share their vertices"
    small = grids[shapely.area(grids) < SLIVER_M2]
    for grid in small:
        shared = shapely.length(shapely.intersection(grid, grids[grids != grid]))
        assert not (shared > 1e-3).any(), "a sliver that has a neighbour has joined it"


@settings(max_examples=60, deadline=None)
@given(borders())
def test_grids_are_valid_on_the_globe_as_well(border: shapely.Geometry) -> None:
    from belltower.kernel.plane import MetricPlane

    plane = MetricPlane("+proj=tmerc +lat_0=0 +lon_0=112.5 +k=1 +x_0=500000 +y_0=0 +ellps=GRS80 +units=m +no_defs")
    there = plane.unproject(cut(border))
    assert shapely.is_valid(there).all()
    assert shapely.area(plane.project(there)).sum() == pytest.approx(border.area, rel=1e-6)
