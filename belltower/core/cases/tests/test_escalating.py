# SPDX-License-Identifier: Apache-2.0
"""The ladder with a moved clock: rung by rung, never twice, never while it is suspended, and anew with each stage."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from belltower.core.cases.actions import Draft, advance, report
from belltower.core.cases.escalating import escalate_overdue, resume_suspended
from belltower.core.cases.ladder import BadLadder, ladder_on, ladders, read_ladders, rungs_due
from belltower.core.cases.models import Case
from belltower.core.cases.steps import Told
from belltower.core.cases.table import State, Step
from belltower.core.cases.tests.scene import BY, LAT, LON, NOW, Bureau, bureau
from belltower.core.places.actions.parties import put_party
from belltower.core.places.actions.responsibilities import assign_responsibility
from belltower.core.places.models import Party, Role
from belltower.kernel.texts import Text

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
HEAD = "title: {zh: 阶梯, en: A ladder}\nladders:\n"
SOURCE = "source: {document: 本市, clause: house default, seen: 2026-11-23, verified: unverified}"


@pytest.fixture
def people(db: None) -> Bureau:
    return bureau()


def dispatched(people: Bureau) -> Case:
    """A case at the gas company since NOW, with its limit."""
    case = report(Draft("井盖破损", lon=LON, lat=LAT), acting=people.resident, now=NOW)
    advance(case, Step.FILE, acting=people.desk, now=NOW)
    return advance(case, Step.DISPATCH, Told(party_id=people.gas.pk), acting=people.desk, now=NOW)


def due(case: Case) -> datetime:
    assert case.due_at is not None
    return case.due_at


def climbed(case: Case) -> list[int]:
    return [one.about["rung"] for one in case.steps.filter(step=Step.ESCALATE)]


def test_rungs_are_due_by_how_long_it_is_over_and_never_twice() -> None:
    ladder = ladders()[-1]
    assert rungs_due(ladder, -MINUTE, 0) == []
    assert [one.number for one in rungs_due(ladder, timedelta(0), 0)] == [1]
    assert [one.number for one in rungs_due(ladder, 3 * DAY, 0)] == [1, 2, 3]
    assert [one.number for one in rungs_due(ladder, 3 * DAY, 2)] == [3]
    assert rungs_due(ladder, 90 * DAY, 3) == []


def test_a_later_ladder_holds_from_its_day_and_faults_have_lines() -> None:
    first = f"  - {{since: 2026-01-01, {SOURCE}, rungs: [{{after: PT0H, tell: [holder]}}]}}\n"
    later = f"  - {{since: 2026-07-01, {SOURCE}, rungs: [{{after: P1D, tell: [sector]}}]}}\n"
    both = read_ladders(HEAD + first + later, file="own.yaml")
    days = [date(2025, 12, 31), date(2026, 6, 30), date(2026, 7, 1)]
    assert [one.rungs[0].length if (one := ladder_on(both, day)) else None for day in days] == [None, "PT0H", "P1D"]
    with pytest.raises(BadLadder, match="line 4"):
        read_ladders(HEAD + later + first, file="own.yaml")
    with pytest.raises(BadLadder, match="line 3"):
        read_ladders(HEAD + first.replace("holder", "mayor"), file="own.yaml")


def test_overdue_climbs_rung_by_rung_and_tells_by_which_rule(people: Bureau) -> None:
    group = put_party("group", "enterprise", Text("燃气集团"), by=BY)
    Party.objects.filter(pk=people.gas.pk).update(parent=group)
    rule = assign_responsibility(group, Role.ENTERPRISE, valid_from=date(2024, 1, 1), by=BY)
    case = dispatched(people)
    assert escalate_overdue(due(case) - MINUTE) == 0
    assert escalate_overdue(due(case)) == 1
    assert escalate_overdue(due(case) + MINUTE) == 0, "the same rung is not climbed twice"
    assert escalate_overdue(due(case) + DAY) == 1
    first, second = (one.about for one in case.steps.filter(step=Step.ESCALATE))
    assert first["tell"] == [
        {"whom": "holder", "party": str(people.gas.uid)},
        {"whom": "enterprise", "party": str(group.uid), "responsibility": str(rule.uid)},
    ]
    assert ([one["whom"] for one in second["tell"]], second["unknown"]) == (["holder", "parent"], ["territory"])
    case.refresh_from_db()
    assert (case.rung, case.state, case.holder_id) == (2, State.DISPATCHED, people.gas.pk)


def test_after_a_long_night_every_rung_is_a_step_of_its_own(people: Bureau) -> None:
    case = dispatched(people)
    assert escalate_overdue(due(case) + 30 * DAY) == 3
    assert climbed(case) == [1, 2, 3]
    assert escalate_overdue(due(case) + 31 * DAY) == 0


def test_the_desk_is_told_of_what_it_holds_itself(people: Bureau) -> None:
    case = report(Draft("井盖破损", lon=LON, lat=LAT), acting=people.resident, now=NOW)
    assert escalate_overdue(due(case)) == 1
    assert case.steps.get(step=Step.ESCALATE).about["tell"] == [{"whom": "holder", "party": None}]


def test_what_is_suspended_is_resumed_on_its_day_and_not_escalated_before(people: Bureau) -> None:
    case = dispatched(people)
    ends, until = due(case), NOW + 60 * DAY
    advance(case, Step.SUSPEND, Told("等待材料", until=until), acting=people.desk, now=NOW + MINUTE)
    assert (escalate_overdue(ends + 9 * DAY), resume_suspended(ends + 9 * DAY)) == (0, 0)
    assert (resume_suspended(until), resume_suspended(until)) == (1, 0)
    case.refresh_from_db()
    assert (case.state, case.suspended_until) == (State.DISPATCHED, None)
    assert due(case) > until
    assert escalate_overdue(due(case)) == 1


def test_a_dispatch_begins_at_the_foot_of_the_ladder_and_so_does_each_stage(people: Bureau) -> None:
    case = dispatched(people)
    late = due(case) + 30 * DAY
    escalate_overdue(late)
    advance(case, Step.TAKE, acting=people.worker, now=late)
    assert Case.objects.get().rung == 3, "the same clock goes on"
    case = advance(case, Step.ANSWER, Told("已更换"), acting=people.worker, now=late)
    assert case.rung == 0, "the check has a clock of its own"
    assert escalate_overdue(due(case)) == 1
    case = advance(case, Step.SEND_BACK, Told("未修好"), acting=people.inspector, now=due(case))
    assert case.rung == 0
    handed = dispatched(people)
    escalate_overdue(due(handed))
    advance(handed, Step.REFUSE, Told("不归我管"), acting=people.worker, now=due(handed))
    again = advance(handed, Step.DISPATCH, Told(party_id=people.lights.pk), acting=people.desk, now=due(handed))
    assert again.rung == 0
