# SPDX-License-Identifier: Apache-2.0
"""Roles by day, and what each viewer sees."""

from datetime import UTC, date, datetime, timedelta

import pytest

from belltower.core.access import actions, people
from belltower.core.access.errors import BadName, BadPeriod, NameTaken, NoScopes, WeakPassword
from belltower.core.access.models import RoleName, Token, User
from belltower.core.access.rules import Verb
from belltower.core.places import city
from belltower.core.places.actions.city import use_profile
from belltower.core.places.models import Party, PartyKind
from belltower.core.places.scope import EVERYTHING, NOTHING
from belltower.kernel.actors import Actor
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text

pytestmark = pytest.mark.django_db
BY = Actor.system("test")
SPRING = date(2026, 4, 1)
SUMMER = date(2026, 7, 1)
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.fixture
def gas() -> Party:
    return Party.objects.create(key="gas", kind=PartyKind.ENTERPRISE, name={"zh": "城市燃气"})


@pytest.fixture
def gas_north(gas: Party) -> Party:
    return Party.objects.create(key="gas-north", kind=PartyKind.ENTERPRISE, name={"zh": "北区燃气"}, parent=gas)


@pytest.fixture
def li(gas: Party) -> User:
    return actions.add_user("li", Text(zh="李工"), password="long enough", party=gas, by=BY)


def test_a_role_begins_on_its_day_and_ends_before_its_last(li: User) -> None:
    actions.grant(li, RoleName.DESK, valid_from=SPRING, valid_until=SUMMER, by=BY)
    assert people.roles_of(li, SPRING - timedelta(days=1)) == frozenset()
    assert people.roles_of(li, SPRING) == {RoleName.DESK}
    assert people.roles_of(li, SUMMER - timedelta(days=1)) == {RoleName.DESK}
    assert people.roles_of(li, SUMMER) == frozenset()


def test_an_ended_role_is_held_no_more_from_that_day(li: User) -> None:
    actions.grant(li, RoleName.DESK, valid_from=SPRING, by=BY)
    actions.end_grant(li, RoleName.DESK, on=SUMMER, by=BY)
    assert people.user_may(li, Verb.EDIT, SUMMER - timedelta(days=1))
    assert not people.user_may(li, Verb.EDIT, SUMMER)


def test_a_role_that_was_not_held_cannot_be_ended(li: User) -> None:
    with pytest.raises(NotFound):
        actions.end_grant(li, RoleName.DESK, on=SUMMER, by=BY)


def test_a_role_that_would_end_before_it_begins_is_refused(li: User) -> None:
    with pytest.raises(BadPeriod):
        actions.grant(li, RoleName.DESK, valid_from=SUMMER, valid_until=SUMMER, by=BY)


def test_a_deactivated_person_holds_no_role_and_sees_nothing(li: User) -> None:
    actions.grant(li, RoleName.ADMINISTRATOR, valid_from=SPRING, by=BY)
    actions.deactivate(li, by=BY)
    assert people.roles_of(li, SUMMER) == frozenset()
    assert people.scope_of(li, SUMMER) == NOTHING


def test_an_enterprise_sees_its_own_and_what_is_below_it(li: User, gas: Party, gas_north: Party) -> None:
    actions.grant(li, RoleName.ENTERPRISE, valid_from=SPRING, by=BY)
    assert people.scope_of(li, SUMMER).owner_ids == {gas.pk, gas_north.pk}


def test_an_enterprise_user_without_a_party_sees_nothing(li: User) -> None:
    User.objects.filter(pk=li.pk).update(party=None)
    li.refresh_from_db()
    actions.grant(li, RoleName.ENTERPRISE, valid_from=SPRING, by=BY)
    assert people.scope_of(li, SUMMER) == NOTHING


def test_without_a_role_nothing_is_seen_and_with_any_other_everything(li: User) -> None:
    assert people.scope_of(li, SUMMER) == NOTHING
    actions.grant(li, RoleName.VIEWER, valid_from=SPRING, by=BY)
    assert people.scope_of(li, SUMMER).sees_all


def test_a_service_account_sees_its_party_or_everything_without_one(gas_north: Party) -> None:
    assert people.scope_of(actions.add_service_account("bureau", by=BY)) == EVERYTHING
    assert people.scope_of(actions.add_service_account("north", party=gas_north, by=BY)).owner_ids == {gas_north.pk}


def test_parties_that_name_each_other_as_parent_do_not_loop(gas: Party, gas_north: Party) -> None:
    Party.objects.filter(pk=gas.pk).update(parent=gas_north)
    assert people.family_of(gas.pk) == {gas.pk, gas_north.pk}


def test_today_is_the_civil_day_in_the_city() -> None:
    city.forget()
    late = datetime(2026, 7, 1, 17, tzinfo=UTC)
    assert people.today(late) == date(2026, 7, 1)
    use_profile(city.load_profile("hengyang"), by=BY)
    assert people.today(late) == date(2026, 7, 2)


def test_a_name_is_given_once() -> None:
    actions.add_user("wang", Text(zh="王"), password=None, by=BY)
    with pytest.raises(NameTaken):
        actions.add_user("wang", Text(zh="王"), password=None, by=BY)
    actions.add_service_account("feed", by=BY)
    with pytest.raises(NameTaken):
        actions.add_service_account("feed", by=BY)


@pytest.mark.parametrize("name", ["", "x", "two words", "x" * 61])
def test_a_user_name_that_cannot_be_typed_back_is_refused(name: str) -> None:
    with pytest.raises(BadName):
        actions.add_user(name, Text(zh="某"), password=None, by=BY)


def test_a_short_password_is_refused_and_a_new_one_takes_its_place(li: User) -> None:
    with pytest.raises(WeakPassword):
        actions.set_password(li, "short", by=BY)
    actions.set_password(li, "another long one", by=BY)
    li.refresh_from_db()
    assert li.check_password("another long one")
    assert not li.check_password("long enough")


def test_a_person_without_a_password_cannot_sign_in() -> None:
    assert not actions.add_user("zhao", Text(zh="赵"), password=None, by=BY).check_password("")


def test_a_token_opens_what_it_was_made_for_and_its_secret_is_not_kept() -> None:
    account = actions.add_service_account("feed", by=BY)
    made = actions.make_token(account, scopes=[Verb.VIEW], expires_at=None, by=BY, now=NOON)
    assert made.secret.startswith("bt_")
    assert actions.authenticate_token(made.secret, NOON) == (account, {Verb.VIEW})
    kept = Token.objects.values().get(pk=made.token.pk)
    assert made.secret not in str(kept)
    assert actions.authenticate_token("bt_guess", NOON) is None


def test_a_token_ends_at_its_expiry_and_when_it_is_revoked() -> None:
    account = actions.add_service_account("feed", by=BY)
    hour = timedelta(hours=1)
    made = actions.make_token(account, scopes=[Verb.VIEW], expires_at=NOON + hour, by=BY, now=NOON)
    assert actions.authenticate_token(made.secret, NOON + hour - timedelta(microseconds=1))
    assert actions.authenticate_token(made.secret, NOON + hour) is None
    actions.revoke_token(made.token, by=BY, now=NOON)
    assert actions.authenticate_token(made.secret, NOON) is None


def test_the_last_use_of_a_token_is_noted_at_most_once_a_minute() -> None:
    made = actions.make_token(
        actions.add_service_account("feed", by=BY), scopes=[Verb.VIEW], expires_at=None, by=BY, now=NOON
    )
    for seconds in (0, 59, 61):
        actions.authenticate_token(made.secret, NOON + timedelta(seconds=seconds))
        made.token.refresh_from_db()
        assert made.token.last_used_at == NOON + timedelta(seconds=61 if seconds > 60 else 0)


def test_a_token_that_could_do_nothing_or_is_over_already_is_refused() -> None:
    account = actions.add_service_account("feed", by=BY)
    with pytest.raises(NoScopes):
        actions.make_token(account, scopes=[], expires_at=None, by=BY, now=NOON)
    with pytest.raises(BadPeriod):
        actions.make_token(account, scopes=[Verb.VIEW], expires_at=NOON, by=BY, now=NOON)
