# SPDX-License-Identifier: Apache-2.0
"""Grants by area and party: which rows they show, and who can see an asset and why."""

from __future__ import annotations

from datetime import date

import pytest
import shapely

from belltower.core.access import actions, explain, people
from belltower.core.access.errors import WholeCityOnly
from belltower.core.access.models import RoleName, User
from belltower.core.access.rules import Verb
from belltower.core.places.actions.areas import end_areas, put_areas
from belltower.core.places.bulk import AssetBatch, merge_assets
from belltower.core.places.models import Area, Asset, Party, PartyKind
from belltower.core.places.scope import NOTHING
from belltower.core.places.tests import scene
from belltower.kernel.actors import Actor
from belltower.kernel.errors import NotFound
from belltower.kernel.instants import now
from belltower.kernel.texts import Text

pytestmark = pytest.mark.django_db
BY = Actor.system("test")
SPRING, SUMMER, AUTUMN = date(2026, 4, 1), date(2026, 7, 1), date(2026, 10, 1)
INSIDE, BESIDE = shapely.Point(112.505, 26.805), shapely.Point(112.65, 26.85)  # Zhengxiang's street, and Shigu


@pytest.fixture
def lights() -> dict[str, Asset]:
    """Four street lights: one of each of two owners, in each of two districts."""
    scene.choose_hengyang()
    scene.put(*scene.whole_city())
    gas, light = (
        Party.objects.create(key=key, kind=PartyKind.ENTERPRISE, name={"en": key}) for key in ("gas", "light")
    )
    batch = AssetBatch(
        kind="street_light", keys=["gas-in", "gas-out", "light-in", "light-out"], valid_from=now(),
        geoms=[INSIDE, BESIDE, INSIDE, BESIDE], owner_ids=[gas.pk, gas.pk, light.pk, light.pk],
    )  # fmt: skip
    merge_assets([batch], by=BY, now=now(), source="test")
    return {asset.key: asset for asset in Asset.objects.select_related("area", "owner")}


@pytest.fixture
def li(lights: dict[str, Asset]) -> User:
    return actions.add_user("li", Text(zh="李工"), password=None, party=Party.objects.get(key="gas"), by=BY)


def zhengxiang() -> Area:
    return Area.objects.current().get(code="430408")


def seen(user: User, verb: Verb = Verb.VIEW) -> set[str]:
    return set(Asset.objects.filter(people.scope_of(user, SUMMER, verb=verb).assets()).values_list("key", flat=True))


def test_a_grant_in_a_district_shows_what_lies_under_it(li: User) -> None:
    actions.grant(li, RoleName.DESK, valid_from=SPRING, area=zhengxiang(), by=BY)
    assert seen(li) == {"gas-in", "light-in"}


def test_a_grant_for_a_party_shows_what_it_owns_and_what_is_below_it(li: User) -> None:
    light = Party.objects.get(key="light")
    light.parent = Party.objects.create(key="energy", kind=PartyKind.ENTERPRISE, name={"en": "Energy"})
    light.save()
    actions.grant(li, RoleName.ASSESSOR, valid_from=SPRING, party=light.parent, by=BY)
    assert seen(li) == {"light-in", "light-out"}


def test_an_enterprise_user_in_a_district_sees_their_own_there(li: User) -> None:
    actions.grant(li, RoleName.ENTERPRISE, valid_from=SPRING, area=zhengxiang(), by=BY)
    assert seen(li) == {"gas-in"}


def test_two_districts_are_seen_together(li: User) -> None:
    for code in ("430408", "430407"):
        actions.grant(li, RoleName.VIEWER, valid_from=SPRING, area=Area.objects.current().get(code=code), by=BY)
    assert seen(li) == {"gas-in", "gas-out", "light-in", "light-out"}


def test_a_verb_is_allowed_where_its_own_grant_reaches_and_no_further(li: User) -> None:
    """Seeing the whole city and editing in one district does not make an editor of the whole city."""
    actions.grant(li, RoleName.VIEWER, valid_from=SPRING, by=BY)
    actions.grant(li, RoleName.INSPECTOR, valid_from=SPRING, area=zhengxiang(), by=BY)
    assert people.scope_of(li, SUMMER).sees_all
    assert seen(li, Verb.EDIT) == {"gas-in", "light-in"}
    assert people.scope_of(li, SUMMER, verb=Verb.LOAD) == NOTHING


def test_an_area_that_ended_keeps_its_grant_and_what_is_still_in_it(li: User) -> None:
    """Ending an area is no reason to lose sight; the grant stays, and its days still tell who held what."""
    actions.grant(li, RoleName.VIEWER, valid_from=SPRING, area=zhengxiang(), by=BY)
    codes = list(Area.objects.current().under(zhengxiang()).values_list("code", flat=True))
    end_areas(codes, by=BY, on=SUMMER)
    assert seen(li) == {"gas-in", "light-in"}
    assert people.roles_of(li, AUTUMN) == {RoleName.VIEWER}


def test_a_grant_follows_its_area_through_a_change_of_outline(li: User) -> None:
    """The area's new row has the same path: who answered for the district answers for it still."""
    actions.grant(li, RoleName.VIEWER, valid_from=SPRING, area=zhengxiang(), by=BY)
    put_areas([scene.zhengxiang(geometry=scene.square(0, 0, 0.11))], by=BY, on=SUMMER, source="test")
    renewed = zhengxiang()
    assert renewed.valid_from == SUMMER
    assert renewed.pk in (people.scope_of(li, SUMMER).area_ids or ())


def test_the_same_role_may_be_held_in_two_areas_and_each_ends_alone(li: User) -> None:
    held = [
        actions.grant(li, RoleName.DESK, valid_from=SPRING, area=Area.objects.current().get(code=code), by=BY)
        for code in ("430408", "430407")
    ]
    actions.end_one_grant(held[0].uid, on=SUMMER, by=BY)
    assert seen(li) == {"gas-out", "light-out"}
    with pytest.raises(NotFound):
        actions.end_one_grant(held[0].uid, on=SUMMER, by=BY)


def test_a_grant_that_has_not_begun_is_ended_by_never_beginning(li: User) -> None:
    held = actions.grant(li, RoleName.DESK, valid_from=AUTUMN, by=BY)
    assert actions.end_one_grant(held.uid, on=SUMMER, by=BY).valid_until == AUTUMN
    assert people.roles_of(li, AUTUMN) == frozenset()


def test_granting_the_same_again_only_moves_the_end(li: User) -> None:
    first = actions.grant(li, RoleName.DESK, valid_from=SPRING, area=zhengxiang(), by=BY)
    again = actions.grant(li, RoleName.DESK, valid_from=SPRING, area=zhengxiang(), valid_until=SUMMER, by=BY)
    assert again.pk == first.pk
    assert people.roles_of(li, SUMMER) == frozenset()


def test_there_is_no_administrator_of_one_district(li: User) -> None:
    with pytest.raises(WholeCityOnly):
        actions.grant(li, RoleName.ADMINISTRATOR, valid_from=SPRING, area=zhengxiang(), by=BY)


def test_who_can_see_this_names_the_grants_that_let_them(li: User, lights: dict[str, Asset]) -> None:
    desk = actions.grant(li, RoleName.DESK, valid_from=SPRING, area=zhengxiang(), by=BY)
    wang = actions.add_user("wang", Text(zh="王"), password=None, by=BY)
    actions.grant(wang, RoleName.ENTERPRISE, valid_from=SPRING, by=BY)  # without a party: nothing
    assert [one.grant for one in explain.who_sees(lights["light-in"], SUMMER)] == [desk]
    assert explain.who_sees(lights["light-out"], SUMMER) == []
    [why] = explain.explain(li, lights["gas-in"], SUMMER)
    assert why.counts
    assert why.verbs == {
        Verb.VIEW, Verb.EXPORT, Verb.EDIT, Verb.ANSWER_ALARMS, Verb.RECORD, Verb.REPORT_CASES, Verb.DISPATCH_CASES,
        Verb.CHECK_CASES,
    }  # fmt: skip


def test_a_grant_that_one_scope_cannot_say_is_shown_as_not_counting(li: User, lights: dict[str, Asset]) -> None:
    """One district of all owners and one company in the whole city are no one scope: the narrower gives way."""
    actions.grant(li, RoleName.VIEWER, valid_from=SPRING, area=zhengxiang(), by=BY)
    actions.grant(li, RoleName.ENTERPRISE, valid_from=SPRING, by=BY)
    [own] = explain.explain(li, lights["gas-out"], SUMMER)
    assert not own.counts
    assert seen(li) == {"gas-in", "light-in"}


@pytest.mark.parametrize("first", [None, "430408", "430407"])
@pytest.mark.parametrize("second", [None, "430408", "430408001"])
@pytest.mark.parametrize("party", [None, "gas", "light"])
@pytest.mark.parametrize("role", [RoleName.VIEWER, RoleName.ENTERPRISE])
def test_the_reason_and_the_row_scope_agree(
    li: User, lights: dict[str, Asset], first: str | None, second: str | None, party: str | None, role: RoleName
) -> None:
    """An asset is seen exactly when some grant that counts lets it be seen, however two grants lie to each other."""
    areas = {area.code: area for area in Area.objects.current()} | {None: None}
    body = Party.objects.filter(key=party).first()
    actions.grant(li, RoleName.DESK, valid_from=SPRING, area=areas[first], by=BY)
    actions.grant(li, role, valid_from=SPRING, area=areas[second], party=body, by=BY)
    visible = seen(li)
    for key, asset in lights.items():
        assert (key in visible) == any(one.counts for one in explain.explain(li, asset, SUMMER))
