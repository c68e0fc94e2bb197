# SPDX-License-Identifier: Apache-2.0
"""A case from report to close: who may take which step, what it asks for, and what is kept of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from belltower.core.cases.acting import finding
from belltower.core.cases.actions import Draft, advance, find, remark, report
from belltower.core.cases.errors import BadCase, BadMerge, BadStep, CaseChanged, NoSuchCase, NotYourStep, StepOutOfTurn
from belltower.core.cases.kinds import Source
from belltower.core.cases.models import Case, CaseStep
from belltower.core.cases.steps import Told
from belltower.core.cases.table import State, Step
from belltower.core.cases.tests.scene import LAT, LON, NOW, Bureau, bureau
from belltower.core.places.scope import EVERYTHING, Scope, seen_as

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def people(db: None) -> Bureau:
    return bureau()


def reported(people: Bureau, text: str = "井盖破损") -> Case:
    return report(Draft(text, lon=LON, lat=LAT, source=Source.RESIDENT), acting=people.resident, now=NOW)


def through(case: Case, people: Bureau, until: Step) -> Case:
    """The case after the ordinary steps up to ``until``."""
    plan = [
        (Step.FILE, people.desk, Told()),
        (Step.DISPATCH, people.desk, Told(party_id=people.gas.pk)),
        (Step.TAKE, people.worker, Told()),
        (Step.ANSWER, people.worker, Told(reason="已更换井盖")),
        (Step.VERIFY, people.inspector, Told()),
        (Step.CLOSE, people.desk, Told()),
    ]
    for number, (step, acting, told) in enumerate(plan, 1):
        case = advance(case, step, told, acting=acting, now=NOW + number * MINUTE)
        if step is until:
            break
    return case


def test_a_report_becomes_a_case_in_its_area_with_a_number_of_the_year(people: Bureau) -> None:
    case = reported(people)
    assert case.number.startswith("2026-")
    assert case.area is not None
    assert case.area.code == "430408"
    assert (case.state, case.stage, case.holder_id) == (State.REPORTED, "filing", None)
    assert reported(people).number != case.number


def test_the_seven_stages_are_kept_step_by_step_with_one_holder_each(people: Bureau) -> None:
    case = through(reported(people), people, Step.CLOSE)
    steps = list(CaseStep.objects.filter(case=case).values_list("number", "step", "state", "holder_id"))
    gas = people.gas.pk
    assert steps == [
        (1, "report", "reported", None), (2, "file", "filed", None), (3, "dispatch", "dispatched", gas),
        (4, "take", "in_progress", gas), (5, "answer", "answered", None), (6, "verify", "verified", None),
        (7, "close", "closed", None),
    ]  # fmt: skip
    assert case.ended_at == NOW + 6 * MINUTE


def test_answered_is_not_put_right_and_who_did_it_does_not_check_it(people: Bureau) -> None:
    case = through(reported(people), people, Step.ANSWER)
    with pytest.raises(StepOutOfTurn):
        advance(case, Step.CLOSE, acting=people.desk, now=NOW)
    with pytest.raises(NotYourStep, match="who checks must not have done the work"):
        advance(case, Step.VERIFY, acting=people.worker, now=NOW)
    for acting in (people.other, people.leader, people.resident):
        with pytest.raises(NotYourStep):
            advance(case, Step.VERIFY, acting=acting, now=NOW)
    assert advance(case, Step.VERIFY, acting=people.inspector, now=NOW).state == State.VERIFIED


def test_an_inspector_who_did_the_work_leaves_the_check_to_somebody_else(people: Bureau) -> None:
    case = through(reported(people), people, Step.DISPATCH)
    case = advance(case, Step.TAKE, acting=people.inspector, now=NOW)
    case = advance(case, Step.ANSWER, Told(reason="已清理"), acting=people.inspector, now=NOW)
    with pytest.raises(NotYourStep):
        advance(case, Step.VERIFY, acting=people.inspector, now=NOW)
    assert advance(case, Step.VERIFY, acting=people.desk, now=NOW).state == State.VERIFIED


def test_another_enterprise_neither_takes_nor_refuses_it(people: Bureau) -> None:
    case = through(reported(people), people, Step.DISPATCH)
    for step in (Step.TAKE, Step.REFUSE):
        with pytest.raises(NotYourStep):
            advance(case, step, Told(reason="不归我们"), acting=people.other, now=NOW)
    back = advance(case, Step.REFUSE, Told(reason="不归我们"), acting=people.worker, now=NOW)
    assert (back.state, back.holder_id) == (State.FILED, None)


def test_a_step_says_what_it_lacks(people: Bureau) -> None:
    case = through(reported(people), people, Step.FILE)
    with pytest.raises(BadStep, match="the party"):
        advance(case, Step.DISPATCH, acting=people.desk, now=NOW)
    with pytest.raises(BadStep, match="a reason"):
        advance(case, Step.DECLINE, Told(reason="  "), acting=people.desk, now=NOW)
    with pytest.raises(BadStep, match="in the future"):
        advance(case, Step.SUSPEND, Told(reason="等待", until=NOW), acting=people.desk, now=NOW)
    assert CaseStep.objects.filter(case=case).count() == 2


def test_a_contested_case_is_reopened_at_the_responsible_party_and_is_rework(people: Bureau) -> None:
    case = through(reported(people), people, Step.CLOSE)
    case = advance(case, Step.REOPEN, Told(reason="没有修好"), acting=people.resident, now=NOW)
    assert (case.state, case.stage, case.holder_id, case.ended_at) == (State.REOPENED, "rework", people.gas.pk, None)


def test_a_suspended_case_goes_on_where_it_stood(people: Bureau) -> None:
    case = through(reported(people), people, Step.TAKE)
    case = advance(case, Step.SUSPEND, Told(reason="等待停气", until=NOW + 60 * MINUTE), acting=people.leader, now=NOW)
    assert (case.state, case.holder_id, case.stage) == (State.SUSPENDED, people.gas.pk, "handling")
    case = advance(case, Step.RESUME, acting=people.desk, now=NOW)
    assert (case.state, case.holder_id, case.suspended_until) == (State.IN_PROGRESS, people.gas.pk, None)


def test_cases_are_merged_and_taken_apart_and_reports_stay(people: Bureau) -> None:
    first, second = reported(people), reported(people)
    merged = advance(second, Step.MERGE, Told(reason="同一井盖", into=first), acting=people.desk, now=NOW)
    assert (merged.state, merged.merged_into_id) == (State.MERGED, first.pk)
    assert CaseStep.objects.get(case=second, number=2).about == {"into": first.number}
    parted = advance(merged, Step.PART, Told(reason="两处井盖"), acting=people.desk, now=NOW)
    assert (parted.state, parted.merged_into_id) == (State.REPORTED, None)
    with pytest.raises(BadMerge, match="itself"):
        advance(first, Step.MERGE, Told(reason="同一", into=first), acting=people.desk, now=NOW)
    ended = through(second, people, Step.CLOSE)
    with pytest.raises(BadMerge, match="ended"):
        advance(first, Step.MERGE, Told(reason="同一", into=ended), acting=people.desk, now=NOW)


def test_what_was_broken_and_holds_again_is_verified_by_the_city_whoever_has_it(people: Bureau) -> None:
    case = through(reported(people), people, Step.TAKE)
    case = advance(case, Step.VERIFY, acting=finding(), now=NOW)
    assert advance(case, Step.CLOSE, acting=finding(), now=NOW).state == State.CLOSED


def test_a_step_on_what_was_seen_before_somebody_else_acted_is_not_taken(people: Bureau) -> None:
    case = through(reported(people), people, Step.DISPATCH)
    advance(case, Step.TAKE, acting=people.worker, now=NOW, seen=3)
    with pytest.raises(CaseChanged):
        advance(case, Step.HAND_OVER, Told(reason="x", party_id=people.lights.pk), acting=people.desk, now=NOW, seen=3)


def test_each_party_sees_its_own_cases_and_never_who_reported(people: Bureau) -> None:
    case = through(reported(people), people, Step.DISPATCH)
    remark(case, "围挡已设置", acting=people.worker, now=NOW)
    with seen_as(Scope(frozenset({people.gas.pk}))):
        assert find(case.number).pk == case.pk
        assert (case.steps.count(), case.remarks.count()) == (3, 1)
    with seen_as(Scope(frozenset({people.lights.pk}))):
        with pytest.raises(NoSuchCase):
            find(str(case.uid))
        assert case.steps.count() == 0
    with seen_as(EVERYTHING):
        assert find(str(case.uid)).pk == case.pk


@pytest.mark.parametrize(
    "draft", [Draft("  "), Draft("x", kind="dragon"), Draft("x", lon=200, lat=0), Draft("x", lon=1)]
)
def test_what_cannot_be_is_refused(people: Bureau, draft: Draft) -> None:
    with pytest.raises(BadCase):
        report(draft, acting=people.resident, now=NOW)
    assert not Case.objects.exists()
