# SPDX-License-Identifier: Apache-2.0
"""A community gets its unit grids, with official codes, and keeps their history when its border moves."""

from datetime import date

import pytest
import shapely

from belltower.core.places import city
from belltower.core.places.actions.areas import end_areas, generate_grids
from belltower.core.places.areas import AreaIndex
from belltower.core.places.errors import AreaHasChildren, ChangedTooEarly, NoOutline, NotACommunity, TooManyGrids
from belltower.core.places.models import Area
from belltower.core.places.tests.scene import BY, FOUNDED, community, put, square
from belltower.kernel.codes import check_grid_code

LATER = date(2025, 7, 1)


def now(code: str) -> Area:
    return Area.objects.current().get(code=code)


def grids() -> list[Area]:
    return list(Area.objects.current().filter(level="grid").order_by("code"))


def test_a_community_is_covered_by_its_grids(small_city: None) -> None:
    home = now("430408001001")
    report = generate_grids(home, by=BY)
    made = grids()
    assert report.created == len(made)
    assert 90 <= len(made) <= 130, "994 m by 1,108 m"
    outlines = [shapely.from_wkb(bytes(grid.geometry)) for grid in made]
    areas = shapely.area(city.plane().project(outlines))
    assert areas.sum() == pytest.approx(home.area_m2, rel=1e-6)
    assert all(shapely.is_valid(outlines))
    assert all(geometry.geom_type == "Polygon" for geometry in outlines)


def test_grids_have_codes_of_fifteen_characters_under_their_community(small_city: None) -> None:
    generate_grids(now("430408001001"), by=BY)
    first, *_, last = grids()
    assert first.code == "430408001001001"
    assert (first.parent.code, first.level, first.title.zh, first.title.en) == (
        "430408001001",
        "grid",
        "第001网格",
        "Grid 001",
    )  # type: ignore[union-attr]
    assert all(check_grid_code(grid.code) is None for grid in grids())
    assert (first.lat or 0) > (last.lat or 0)
    assert (first.lon or 0) < (last.lon or 0)


def test_a_point_is_found_in_its_grid(small_city: None) -> None:
    generate_grids(now("430408001001"), by=BY)
    for grid in grids()[::10]:
        [found] = AreaIndex.current().locate([grid.lon], [grid.lat])
        assert found == grid.pk


def test_the_same_grids_again_change_nothing(small_city: None) -> None:
    generate_grids(now("430408001001"), by=BY)
    report = generate_grids(now("430408001001"), by=BY)
    assert (report.created, report.changed) == (0, 0)


def test_when_the_border_shrinks_the_grids_beyond_are_ended(small_city: None) -> None:
    generate_grids(now("430408001001"), by=BY)
    before = len(grids())
    put(community(1, geometry=square(0, 0, 0.005)), on=LATER)
    generate_grids(now("430408001001"), by=BY)
    assert len(grids()) < before
    assert Area.objects.on(date(2025, 6, 30)).filter(level="grid").count() == before
    assert Area.objects.on(LATER).filter(level="grid").count() == len(grids())


def test_a_community_of_too_many_grids_is_named(small_city: None) -> None:
    for size in (0.062, 0.2):
        put(community(1, geometry=square(0, 0, size)))
        with pytest.raises(TooManyGrids, match="'430408001001' would have"):
            generate_grids(now("430408001001"), by=BY)
    assert grids() == []


def test_only_a_community_with_an_outline_is_cut(small_city: None) -> None:
    with pytest.raises(NotACommunity, match="'430408001' is of level 'street'"):
        generate_grids(now("430408001"), by=BY)
    put(community(3, geometry=None))
    with pytest.raises(NoOutline, match="430408001003"):
        generate_grids(now("430408001003"), by=BY)


def test_an_area_ends_only_with_all_that_is_below_it(small_city: None) -> None:
    with pytest.raises(AreaHasChildren, match="'430408001' cannot end while '430408001001'"):
        end_areas(["430408001"], by=BY, on=LATER)
    with pytest.raises(ChangedTooEarly):
        end_areas(["430408001001"], by=BY, on=date(2023, 1, 1))
    codes = ["430408001", "430408001001", "430408001002"]
    assert end_areas(codes, by=BY, on=LATER) == 3
    assert end_areas(codes, by=BY, on=LATER) == 0
    assert not Area.objects.on(LATER).filter(code="430408001").exists()
    assert Area.objects.on(FOUNDED).filter(code="430408001").exists()
