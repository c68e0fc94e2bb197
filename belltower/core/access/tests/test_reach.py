# SPDX-License-Identifier: Apache-2.0
"""What grants reach together never exceeds what some single grant reaches."""

from datetime import date
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from belltower.core.access.models import RoleName
from belltower.core.access.reach import Held, covers, held_for, is_empty, is_in_force, together
from belltower.core.access.rules import Verb
from belltower.core.places.scope import EVERYTHING, NOTHING, Scope
from belltower.kernel.packs import Secrecy

IDS = st.one_of(st.none(), st.frozensets(st.integers(1, 4), max_size=4))
SCOPES = st.builds(Scope, owner_ids=IDS, area_ids=IDS, secrecy=st.sampled_from(Secrecy))
UID = UUID(int=1)
Row = tuple[int | None, int | None, Secrecy]
SOME = (None, 1, 2, 3, 4)
ROWS: list[Row] = [(owner, area, secret) for owner in SOME for area in SOME for secret in Secrecy]


def within(scope: Scope, row: Row) -> bool:
    owner, area, secret = row
    is_owned = scope.owner_ids is None or owner in scope.owner_ids
    return is_owned and (scope.area_ids is None or area in scope.area_ids) and secret <= scope.secrecy


@given(st.lists(SCOPES, max_size=5))
def test_together_shows_no_row_that_no_grant_shows(scopes: list[Scope]) -> None:
    both = together(scopes)
    for row in ROWS:
        assert not within(both, row) or any(within(one, row) for one in scopes)


@given(st.lists(SCOPES, min_size=1, max_size=5))
def test_together_is_never_less_than_the_broadest_grant_alone(scopes: list[Scope]) -> None:
    shown = {row for row in ROWS if within(together(scopes), row)}
    assert any(shown >= {row for row in ROWS if within(one, row)} for one in scopes)


@given(st.lists(SCOPES, max_size=5))
def test_the_order_of_grants_says_nothing(scopes: list[Scope]) -> None:
    assert together(scopes) == together(reversed(scopes))


@given(SCOPES, SCOPES)
def test_one_scope_covers_another_when_it_has_every_row_of_it(one: Scope, other: Scope) -> None:
    if covers(one, other):
        assert all(within(one, row) for row in ROWS if within(other, row))


def test_grants_that_differ_in_one_thing_are_said_exactly() -> None:
    """Two districts of every owner; two owners in one district."""
    assert together([Scope(None, frozenset({1})), Scope(None, frozenset({2}))]) == Scope(None, frozenset({1, 2}))
    there = frozenset({1})
    assert together([Scope(frozenset({1}), there), Scope(frozenset({2}), there)]) == Scope(frozenset({1, 2}), there)


def test_a_district_and_a_company_are_no_product_so_the_broader_counts_alone() -> None:
    """Never the whole city: what one scope cannot say is left out, and the page of reasons says so."""
    district, company = Scope(None, frozenset({1})), Scope(frozenset({2}), None)
    assert together([company, district]) == district


def test_no_grant_reaches_nothing_and_one_of_the_whole_city_everything() -> None:
    assert together([]) == NOTHING
    assert together([NOTHING, Scope(frozenset({1}), frozenset()), EVERYTHING]) == EVERYTHING
    assert is_empty(Scope(None, frozenset()))


def test_a_grant_holds_on_its_first_day_and_not_on_its_last() -> None:
    first, last = date(2026, 4, 1), date(2026, 7, 1)
    days = (date(2026, 3, 31), first, date(2026, 6, 30), last)
    assert [is_in_force(first, last, on) for on in days] == [False, True, True, False]
    assert is_in_force(first, None, date(2099, 1, 1))


def test_an_enterprise_user_without_a_party_reaches_nothing() -> None:
    lost = held_for(UID, "enterprise", area_path=None, party_id=None, own_party_id=None)
    assert not lost.reaches(frozenset({1}), "430400/")
    own = held_for(UID, "enterprise", area_path=None, party_id=None, own_party_id=7)
    assert own.reaches(frozenset({7, 1}), None)
    assert not own.reaches(frozenset({1}), None)


def test_a_grant_in_an_area_reaches_what_is_under_it_and_not_its_neighbour() -> None:
    held = Held(UID, RoleName.DESK, area_path="430400/430405/")
    assert held.reaches(frozenset(), "430400/430405/430405001/")
    assert not held.reaches(frozenset(), "430400/430406/")
    assert not held.reaches(frozenset(), None)


def test_a_narrowed_grant_does_not_allow_what_touches_every_owners_rows() -> None:
    narrowed = Held(UID, RoleName.SECTOR_OFFICER, area_path="430400/430405/")
    assert narrowed.verbs == {
        Verb.VIEW, Verb.EXPORT, Verb.EDIT, Verb.ANSWER_ALARMS, Verb.SET_ALARMS, Verb.RECORD, Verb.SET_EXAMS,
        Verb.REPORT_CASES, Verb.DISPATCH_CASES, Verb.HANDLE_CASES, Verb.CHECK_CASES, Verb.LEAD_CASES,
    }  # fmt: skip
    assert Verb.LOAD in Held(UID, RoleName.SECTOR_OFFICER).verbs
