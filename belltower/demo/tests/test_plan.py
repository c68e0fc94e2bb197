# SPDX-License-Identifier: Apache-2.0
"""The demo city on paper: whole, connected, and the same for the same seed."""

import hashlib
from collections import Counter, defaultdict

import numpy as np
import pytest
import shapely

from belltower.core.places.city import load_profile
from belltower.demo import washington
from belltower.demo.geography import hengyang
from belltower.demo.network import components
from belltower.demo.outlines import SimulatedArea
from belltower.demo.plan import Plan, draw, things
from belltower.demo.size import Size
from belltower.kernel.codes import check_area_code
from belltower.kernel.packs import FieldType, Register
from belltower.kernel.plane import MetricPlane
from belltower.packs.register import discover

PROFILE = load_profile("hengyang")
PLANE = MetricPlane(PROFILE.plane)
# A sliver of computing with 64-bit floats over a city of 15,000 km2, not a gap one could stand in.
SLIVER_M2 = 1.0


def digest(plan: Plan) -> str:
    """One number for everything in the plan."""
    found = hashlib.sha256()
    for area in plan.areas:
        found.update(repr((area.code, area.name, area.parent, area.population)).encode())
        found.update(shapely.to_wkb(area.outline))
    for some in things(plan):
        found.update(repr((some.kind, some.keys, some.names, some.lives, some.owners, some.fields)).encode())
        found.update(b"".join(shapely.to_wkb(some.shapes)))
    return found.hexdigest()


@pytest.fixture(scope="module")
def plan() -> Plan:
    return draw(hengyang(), PLANE, size=Size.TOWN, seed=7)


@pytest.fixture(scope="module")
def register() -> Register:
    return discover()


def test_the_same_seed_gives_the_same_city_and_another_seed_another(plan: Plan) -> None:
    again = draw(hengyang(), PLANE, size=Size.TOWN, seed=7)
    other = draw(hengyang(), PLANE, size=Size.TOWN, seed=8)
    assert digest(plan) == digest(again)
    assert digest(plan) != digest(other)


def test_the_demo_has_the_profiles_districts_by_name_and_code() -> None:
    profile = {one.code: one.name.zh for one in PROFILE.districts}
    assert {one.code: one.name.zh for one in hengyang().districts} == profile


@pytest.mark.parametrize("parts", ["hengyang", "washington"])
def test_every_area_is_parted_by_the_areas_below_it_without_gap_or_overlap(parts: str, plan: Plan) -> None:
    chosen = load_profile("washington")
    areas = plan.areas if parts == "hengyang" else washington.areas(chosen, MetricPlane(chosen.plane))
    below: dict[str, list[SimulatedArea]] = defaultdict(list)
    for area in areas:
        below[area.parent or ""].append(area)
    for area in areas:
        if children := below[area.code]:
            shapes = np.array([child.outline for child in children])
            assert shapely.coverage_is_valid(shapes), area.code
            assert shapely.symmetric_difference(shapely.coverage_union_all(shapes), area.outline).area < SLIVER_M2


def test_population_adds_up_at_every_level(plan: Plan) -> None:
    sums: Counter[str] = Counter()
    for area in plan.areas:
        sums[area.parent or ""] += area.population or 0
    assert all(sums[area.code] == area.population for area in plan.areas if area.level != "community")


def test_every_code_below_the_district_is_well_formed_and_used_once(plan: Plan) -> None:
    codes = [area.code for area in plan.areas]
    assert len(set(codes)) == len(codes)
    assert [check_area_code(code) for code in codes if len(code) > 6] == [None] * (len(codes) - 13)
    assert all(area.code.startswith(area.parent or "") for area in plan.areas if area.level in ("street", "community"))


def test_the_true_seats_lie_in_their_districts(plan: Plan) -> None:
    outlines = {area.code: area.outline for area in plan.areas}
    for district in hengyang().districts:
        x, y = PLANE.to_plane(*district.seat)
        away = shapely.distance(outlines[district.code], shapely.Point(float(x), float(y)))
        assert away < 2_000, district.code


def test_all_streets_are_one_network(plan: Plan) -> None:
    """One can drive from anywhere to anywhere, rivers notwithstanding."""
    rows = [fields for some in things(plan) if some.kind == "street" for fields in some.fields]
    start, end = np.array([(row["start_node"], row["end_node"]) for row in rows]).T
    label = components(int(max(start.max(), end.max())) + 1, start, end)
    assert len(set(label[np.concatenate([start, end])].tolist())) == 1


def test_a_cut_street_is_noticed() -> None:
    assert len(set(components(4, np.array([0, 2]), np.array([1, 3])).tolist())) == 2


def test_streets_cross_water_by_bridges_only_and_bridges_are_few(plan: Plan) -> None:
    crossing = bridges = total = 0
    for some in things(plan):
        if some.kind == "street":
            wet = shapely.intersects(some.shapes, plan.water)
            bridge = np.array([fields["bridge"] for fields in some.fields])
            crossing += int((wet & ~bridge).sum())
            bridges, total = bridges + int(bridge.sum()), total + len(some)
    assert crossing == 0
    assert 2 <= bridges < total / 20


def test_lights_stand_about_35_metres_apart(plan: Plan) -> None:
    lights = sum(len(some) for some in things(plan) if some.kind == "street_light")
    metres = sum(float(place.streets.lengths.sum()) for place in plan.built_up)
    assert 33 < metres / lights < 37


def test_no_building_stands_in_water_or_across_a_street(plan: Plan) -> None:
    core = plan.built_up[0]
    ends = np.stack([core.streets.nodes[core.streets.start], core.streets.nodes[core.streets.end]], axis=1)
    barred = shapely.union(plan.water, shapely.union_all(shapely.linestrings(ends)))
    shapely.prepare(barred)
    for some in things(plan):
        if some.kind == "building" and some.keys[0].startswith(core.town.code):
            assert not shapely.intersects(barred, some.shapes).any()


def test_the_72_stations_are_as_the_reference_city_counts_them(plan: Plan) -> None:
    [stations] = [some for some in things(plan) if some.kind == "city_station"]
    assert Counter(stations.lives) == {"in_service": 14, "being_built": 2, "planned": 56}
    assert Counter(fields["class"] for fields in stations.fields) == {"with_toilet": 43, "rest_only": 29}


NOT_YET = {
    "sign_pole", "telecom_pole", "utility_pole", "pole_box", "pole_mount", "gas_station", "gas_sign", "cathodic_post",
    "gas_industry", "gas_meter", "cylinder_shop", "vibration_post", "excavator",
}  # fmt: skip
"""Poles of other owners come from inventories; the demo has none of them yet."""


def test_every_thing_fits_what_its_kind_declares(plan: Plan, register: Register) -> None:
    python = {
        FieldType.INTEGER: int,
        FieldType.BOOLEAN: bool,
        FieldType.TEXT: str,
        FieldType.CHOICE: str,
        FieldType.DATE: str,
    }
    seen = set()
    for some in things(plan):
        kind = register.kind(some.kind)
        assert len(set(some.keys)) == len(some.keys)
        assert set(shapely.get_type_id(some.shapes)) == {{"point": 0, "line": 1, "polygon": 3}[kind.geometry]}
        assert shapely.is_valid(some.shapes).all()
        for fields in some.fields[:50]:
            for name, value in fields.items():
                field = kind.field(name)
                assert field is not None, (kind.name, name)
                assert isinstance(value, python.get(field.holds, (int, float))), (kind.name, name)
                assert not field.choices or value in {choice.value for choice in field.choices}
        seen.add(some.kind)
    assert seen == set(register.kinds) - NOT_YET, "a kind that no demo shows"


def test_each_size_has_about_the_assets_it_promises(plan: Plan) -> None:
    """Two million are counted by the benchmark of the demo, not here."""
    city = draw(hengyang(), PLANE, size=Size.CITY, seed=7)
    counted = [sum(len(some) for some in things(each)) for each in (plan, city)]
    assert 15_000 < counted[0] < 25_000
    assert 150_000 < counted[1] < 250_000


def test_some_of_what_stands_there_is_wrong_and_the_truth_is_known(plan: Plan, register: Register) -> None:
    """Restaurants without an alarm, buildings over a pipe, bikes outside, digs without papers: some of each, never most."""
    made: dict[str, list] = defaultdict(list)  # type: ignore[type-arg]
    fields: dict[str, list[dict]] = defaultdict(list)  # type: ignore[type-arg]
    for some in things(plan):
        made[some.kind].extend(some.shapes)
        fields[some.kind].extend(some.fields)
    low = np.array(
        [shape for shape, one in zip(made["gas_pipe"], fields["gas_pipe"], strict=True) if one["pressure"] < 0.01]
    )
    over = shapely.STRtree(made["building"]).query(low, predicate="intersects")[1]
    assert 3 <= len(set(over.tolist())) <= 30
    parked = np.array(
        [
            shape
            for shape, one in zip(made["shared_bike"], fields["shared_bike"], strict=True)
            if one["state"] == "available"
        ]
    )
    inside = set(shapely.STRtree(made["bike_parking"]).query(parked, predicate="within")[0].tolist())
    assert 0.05 < 1 - len(inside) / len(parked) < 0.25
    without = sum(not one["alarm_installed"] for one in fields["gas_restaurant"]) / len(fields["gas_restaurant"])
    papers = sum(one["planning_agreed"] is False for one in fields["dig_site"])
    assert 0.02 < without < 0.2
    assert 0 < papers < len(fields["dig_site"]) / 3
