# SPDX-License-Identifier: Apache-2.0
"""A standing committee takes a case over, gives it back or refuses it; each hand-over leaves its trace."""

from __future__ import annotations

import pytest

from belltower.core.cases.acting import Acting, taken_from
from belltower.core.cases.actions import Draft, advance, report
from belltower.core.cases.errors import BadStep, NotYourStep
from belltower.core.cases.models import Case
from belltower.core.cases.steps import Told
from belltower.core.cases.table import State, Step
from belltower.core.cases.tests.scene import NOW, Bureau, bureau

pytestmark = pytest.mark.django_db


def take(case: Case, step: Step, acting: Acting, reason: str = "", party: int | None = None) -> Case:
    return advance(case, step, Told(reason, party_id=party), acting=acting, now=NOW)


@pytest.fixture
def people() -> Bureau:
    return bureau()


@pytest.fixture
def working(people: Bureau) -> Case:
    """A case that the gas company works on."""
    case = take(report(Draft("调压箱漏气"), acting=people.desk, now=NOW), Step.FILE, people.desk)
    return take(take(case, Step.DISPATCH, people.desk, party=people.gas.pk), Step.TAKE, people.worker)


def test_the_former_holder_holds_it_no_longer_and_has_it_again_when_it_is_given_back(
    people: Bureau, working: Case
) -> None:
    case = take(working, Step.TAKE_OVER, people.member, "久拖未决", people.committee.pk)
    assert (case.state, case.holder_id) == (State.DISPATCHED, people.committee.pk)
    with pytest.raises(NotYourStep):
        take(case, Step.ANSWER if case.state == State.IN_PROGRESS else Step.TAKE, people.worker)
    case = take(take(case, Step.TAKE, people.member), Step.GIVE_BACK, people.member, "请贵单位继续办理")
    assert (case.state, case.holder_id) == (State.DISPATCHED, people.gas.pk)
    assert take(case, Step.TAKE, people.worker).state == State.IN_PROGRESS
    traces = list(case.steps.values_list("step", "party_id", "reason"))
    assert ("take_over", people.committee.pk, "久拖未决") in traces
    assert ("give_back", people.gas.pk, "请贵单位继续办理") in traces


def test_a_committee_refuses_what_it_was_given_and_the_desk_has_it(people: Bureau, working: Case) -> None:
    case = take(working, Step.TAKE_OVER, people.leader, "请专委会研究", people.committee.pk)
    case = take(case, Step.REFUSE, people.member, "不属本专委会")
    assert (case.state, case.holder_id) == (State.FILED, None)


def test_only_a_committee_takes_over_and_only_it_gives_back(people: Bureau, working: Case) -> None:
    with pytest.raises(BadStep, match="committee"):
        take(working, Step.TAKE_OVER, people.leader, "因", people.lights.pk)
    with pytest.raises(NotYourStep):
        take(working, Step.GIVE_BACK, people.worker, "因")  # nobody took it over
    case = take(working, Step.TAKE_OVER, people.leader, "因", people.committee.pk)
    for other in (people.worker, people.leader, people.desk, people.inspector):
        with pytest.raises(NotYourStep):
            take(case, Step.GIVE_BACK, other, "因")


def test_whom_it_was_taken_from_is_known_until_somebody_else_has_it() -> None:
    assert taken_from([("report", None), ("dispatch", 1), ("take_over", 9)]) == 1
    assert taken_from([("dispatch", 1), ("take_over", 9), ("take", 9), ("suspend", 9)]) == 1
    assert taken_from([("dispatch", 1), ("take_over", 8), ("take_over", 9)]) == 1, "from one committee to the next"
    assert taken_from([("dispatch", 1), ("take_over", 9), ("hand_over", 2)]) is None
    assert taken_from([("dispatch", 1), ("take_over", 9), ("give_back", 1), ("take_over", 9)]) == 1
    assert taken_from([("file", None), ("take_over", 9)]) is None, "nobody had it"
