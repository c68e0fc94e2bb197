# SPDX-License-Identifier: Apache-2.0
"""Merging: what may be one is proposed, no circle can close, and every reporter is found from the case that remains."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from belltower.core.cases import merging
from belltower.core.cases.actions import Draft, advance, report
from belltower.core.cases.chain import rungs_of
from belltower.core.cases.errors import BadMerge, StepOutOfTurn
from belltower.core.cases.ladder import Whom
from belltower.core.cases.models import Case, Report
from belltower.core.cases.steps import Told
from belltower.core.cases.table import Step
from belltower.core.cases.tests.scene import BY, LAT, LON, NOW, Bureau, bureau
from belltower.core.places.actions.responsibilities import assign_responsibility
from belltower.core.places.models import Role
from belltower.core.places.scope import Scope, seen_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(db: None) -> Bureau:
    return bureau()


def told(
    people: Bureau, text: str = "井盖破损", *, east: float = 0, code: str = "", parent: Case | None = None
) -> Case:
    case = report(Draft(text, lon=LON + east, lat=LAT, parent=parent), acting=people.resident, now=NOW)
    Report.objects.create(case=case, code_digest=code or case.number, at=NOW)
    return case


def merge(people: Bureau, case: Case, into: Case) -> Case:
    return advance(case, Step.MERGE, Told("同一处", into=into), acting=people.desk, now=NOW)


def test_every_reporter_of_a_chain_of_mergers_is_found_and_given_back_when_it_is_taken_apart(people: Bureau) -> None:
    first, second, third, other = (told(people) for _ in range(4))
    second = merge(people, second, third)
    merge(people, third, first)
    assert [one.number for one in merging.merged_into(first)] == [third.number, second.number]
    assert [one.case_id for one in merging.reports_of(first)] == [first.pk, second.pk, third.pk]
    advance(second, Step.PART, Told("另一处"), acting=people.desk, now=NOW)
    assert [one.case_id for one in merging.reports_of(first)] == [first.pk, third.pk]
    assert [one.case_id for one in merging.reports_of(other)] == [other.pk]
    with seen_as(Scope(frozenset({people.gas.pk}))):
        assert list(merging.reports_of(first)) == [], "who must put it right never knows who reported"


def test_no_case_goes_into_itself_a_part_of_it_one_that_is_ended_or_round_in_a_circle(people: Bureau) -> None:
    first, second, third = (told(people) for _ in range(3))
    part = told(people, parent=first)
    below = told(people, parent=part)
    declined = advance(told(people), Step.DECLINE, Told("不属实"), acting=people.desk, now=NOW)
    merge(people, first, second)
    for case, into, because in (
        (second, second, "itself"), (second, first, f"merged into {second.number}"), (second, declined, "ended"),
        (part, below, "a part of it"),
    ):  # fmt: skip
        with pytest.raises(BadMerge, match=because):
            merge(people, case, into)
    with pytest.raises(StepOutOfTurn):
        merge(people, first, third)
    assert not Case.objects.exclude(pk=first.pk).exclude(merged_into=None).exists()


def test_near_alike_open_cases_are_proposed_the_later_into_the_earlier_and_nothing_else(people: Bureau) -> None:
    first, again = told(people), told(people, "井盖破损了", east=0.0002)
    told(people, "路灯不亮", east=0.02)
    ended = advance(told(people), Step.DECLINE, Told("不属实"), acting=people.desk, now=NOW)
    [pair] = merging.proposals()
    assert (pair.later, pair.earlier) == (again, first)
    assert pair.metres == pytest.approx(20, abs=3)
    assert [one.cases for one in merging.like(first)] == [(again, first)]
    assert merging.like(ended) == []
    merge(people, again, first)
    assert merging.proposals() == []


def test_the_rungs_ahead_say_when_and_whom_and_which_are_climbed(people: Bureau) -> None:
    assign_responsibility(people.gas, Role.ENTERPRISE, valid_from=date(2024, 1, 1), by=BY)
    case = advance(told(people), Step.FILE, acting=people.desk, now=NOW)
    case = advance(case, Step.DISPATCH, Told(party_id=people.gas.pk), acting=people.desk, now=NOW)
    assert case.due_at is not None
    first, second, third = rungs_of(case, NOW)
    assert [first.at, second.at, third.at] == [case.due_at + timedelta(days=days) for days in (0, 1, 3)]
    assert {one.whom: one.who and one.who.en for one in first.tells} == {
        Whom.HOLDER: "Hengyang Gas", Whom.ENTERPRISE: "Hengyang Gas",
    }  # fmt: skip
    assert {one.whom: one.who for one in second.tells}[Whom.TERRITORY] is None, "nobody is known, and it says so"
    case.rung = 1
    assert [one.is_climbed for one in rungs_of(case, NOW)] == [True, False, False]
    until = Told("停气", until=NOW + timedelta(days=9))
    assert rungs_of(advance(case, Step.SUSPEND, until, acting=people.desk, now=NOW), NOW) == []


def test_a_former_holder_no_longer_sees_a_case_that_was_taken_over(people: Bureau) -> None:
    case = advance(told(people), Step.FILE, acting=people.desk, now=NOW)
    case = advance(case, Step.DISPATCH, Told(party_id=people.gas.pk), acting=people.desk, now=NOW)
    gas, committee = Scope(frozenset({people.gas.pk})), Scope(frozenset({people.committee.pk}))
    over = Told("专委会提级", party_id=people.committee.pk)
    case = advance(case, Step.TAKE_OVER, over, acting=people.leader, now=NOW)
    for scope, sees in ((gas, 0), (committee, 1), (Scope(frozenset({people.gas.pk, people.committee.pk})), 1)):
        with seen_as(scope):
            assert Case.objects.filter(pk=case.pk).count() == sees
            assert bool(case.steps.count()) is bool(sees)
