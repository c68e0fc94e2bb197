# SPDX-License-Identifier: Apache-2.0
"""Responsibilities are assigned, ended, and found for an asset or a point."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from belltower.core.places.actions.parties import put_party
from belltower.core.places.actions.responsibilities import assign_responsibility, end_responsibility
from belltower.core.places.errors import EndsBeforeItBegins, UnknownResponsibility, UnknownRole
from belltower.core.places.models import Area, Asset, Party, Responsibility, Role
from belltower.core.places.responsibilities import area_at, resolve, resolve_asset, resolve_point
from belltower.core.places.tests.scene import BY, FOUNDED, put, square, zhengxiang
from belltower.kernel.errors import NotFound
from belltower.kernel.packs import UnknownKind
from belltower.kernel.texts import Text

DAY = date(2026, 3, 1)


@pytest.fixture
def bureau(small_city: None) -> Party:
    return put_party("bureau", "regulator", Text(zh="城管局", en="City bureau"), by=BY)


@pytest.fixture
def district(small_city: None) -> Party:
    return put_party("district", "territorial_government", Text(zh="蒸湘区政府"), by=BY)


def area(code: str) -> Area:
    return Area.objects.current().get(code=code)


def light(owner: Party | None = None) -> Asset:
    built = datetime(2024, 5, 1, tzinfo=UTC)
    return Asset.objects.create(kind="street_light", key="L-1", area=area("430408001001"), owner=owner,
                                valid_from=built, recorded_at=built, recorded_by="test")  # fmt: skip


def test_an_asset_is_answered_for_by_the_narrowest_rules(bureau: Party, district: Party) -> None:
    assign_responsibility(bureau, Role.SECTOR, kind="street_light", valid_from=FOUNDED, by=BY)
    assign_responsibility(district, Role.TERRITORY, area=area("430408"), valid_from=FOUNDED, by=BY, basis="Order 1")
    found = resolve_asset(light(owner=bureau), DAY)
    assert {role: decision.party.key for role, decision in found.items()} == {
        Role.TERRITORY: "district", Role.SECTOR: "bureau", Role.OWNER: "bureau",
    }  # fmt: skip
    assert Role.ENTERPRISE not in found, "nobody is known to answer in that role"
    assert found[Role.TERRITORY].because.en.endswith("Basis: Order 1.")


def test_a_point_is_answered_for_by_the_area_it_lies_in(district: Party) -> None:
    assign_responsibility(district, Role.TERRITORY, area=area("430408"), valid_from=FOUNDED, by=BY)
    assert resolve_point(112.505, 26.805, "street_light", DAY)[Role.TERRITORY].party.uid == district.uid
    assert resolve_point(112.65, 26.85, "street_light", DAY) == {}
    assert resolve_point(100.0, 20.0, "street_light", DAY) == {}


def test_a_point_is_judged_by_the_areas_of_that_day(district: Party) -> None:
    put(zhengxiang(geometry=square(0, 0, 0.05)), on=date(2026, 1, 1))
    at = (112.58, 26.88)
    assert area_at(*at, date(2025, 12, 31)).code == "430408"  # type: ignore[union-attr]
    assert area_at(*at, date(2026, 1, 1)).code == "430400"  # type: ignore[union-attr]


def test_a_point_on_a_shared_border_belongs_to_the_lowest_code(small_city: None) -> None:
    assert area_at(112.51, 26.805, DAY).code == "430408001001"  # type: ignore[union-attr]


def test_a_rule_outlives_a_change_of_the_outline(district: Party) -> None:
    assign_responsibility(district, Role.TERRITORY, area=area("430408"), valid_from=FOUNDED, by=BY)
    asset = light()
    put(zhengxiang(geometry=square(0, 0, 0.09)), on=date(2026, 1, 1))
    assert resolve_asset(asset, DAY)[Role.TERRITORY].party.key == "district"


def test_an_ended_rule_gives_way_on_the_day_of_its_end(bureau: Party, district: Party) -> None:
    assign_responsibility(bureau, Role.SECTOR, valid_from=FOUNDED, by=BY)
    later = assign_responsibility(district, Role.SECTOR, valid_from=date(2025, 1, 1), by=BY)
    end_responsibility(later.uid, on=DAY, by=BY)
    parties = [resolve("street_light", None, None, on)[Role.SECTOR].party.key for on in (date(2026, 2, 28), DAY)]
    assert parties == ["district", "bureau"]


def test_the_same_assignment_again_changes_nothing_but_its_basis(bureau: Party) -> None:
    first = assign_responsibility(bureau, Role.SECTOR, area=area("430408"), valid_from=FOUNDED, by=BY)
    put(zhengxiang(geometry=square(0, 0, 0.09)), on=date(2026, 1, 1))
    again = assign_responsibility(bureau, Role.SECTOR, area=area("430408"), valid_from=FOUNDED, by=BY, basis="Order 2")
    assert (again.pk, again.basis, Responsibility.objects.count()) == (first.pk, "Order 2", 1)


def test_what_makes_no_sense_is_refused(bureau: Party) -> None:
    with pytest.raises(UnknownRole, match="boss"):
        assign_responsibility(bureau, "boss", valid_from=FOUNDED, by=BY)
    with pytest.raises(UnknownKind, match="unicorn"):
        assign_responsibility(bureau, Role.SECTOR, kind="unicorn", valid_from=FOUNDED, by=BY)
    with pytest.raises(EndsBeforeItBegins):
        assign_responsibility(bureau, Role.SECTOR, valid_from=DAY, valid_until=DAY, by=BY)
    rule = assign_responsibility(bureau, Role.SECTOR, valid_from=DAY, by=BY)
    with pytest.raises(EndsBeforeItBegins, match="2026-03-01"):
        end_responsibility(rule.uid, on=DAY, by=BY)
    with pytest.raises(UnknownResponsibility) as refused:
        end_responsibility(uuid4(), on=DAY, by=BY)
    assert isinstance(refused.value, NotFound)


def test_resolving_takes_one_query_whatever_the_number_of_rules(bureau: Party, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    for year in range(2000, 2020):
        assign_responsibility(bureau, Role.SECTOR, valid_from=date(year, 1, 1), by=BY)
    where = area("430408001001")
    with django_assert_num_queries(3):  # one reads; the others set the scope in which all rules count, and back
        resolve("street_light", where, bureau, DAY)
