# SPDX-License-Identifier: Apache-2.0
"""Cases led at random by everybody who may: one holder at any minute, clocks that prove themselves, no close without a check."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from belltower.core.cases.acting import Acting, clock, finding, parts_of, workers_in
from belltower.core.cases.actions import Draft, advance, report, standing_of
from belltower.core.cases.deadlines import clocks_of
from belltower.core.cases.evaluating import Mark
from belltower.core.cases.kinds import Grade, Source
from belltower.core.cases.models import Case, CaseStep
from belltower.core.cases.proving import check
from belltower.core.cases.steps import Told
from belltower.core.cases.table import ENDED, WITH_PARTY, Part, State, Step, steps_for
from belltower.core.cases.tests.scene import LAT, LON, NOW, Bureau, bureau
from belltower.core.ledger.heads import sign_head
from belltower.core.ledger.verification import verify

LONGEST = 14


def lead(people: Bureau, chance: random.Random, target: Case) -> Case:
    """One case from its report through steps that somebody may take, hours and days apart."""
    everybody = [
        people.desk,
        people.inspector,
        people.worker,
        people.other,
        people.leader,
        people.member,
        people.resident,
        finding(),
        clock(),
    ]
    at = NOW + timedelta(minutes=chance.randrange(60 * 24 * 30))
    draft = Draft("井盖破损", kind=chance.choice(("other", "dirty_street")), grade=chance.choice(list(Grade)),
                  source=Source.RESIDENT, lon=LON, lat=LAT)  # fmt: skip
    case = report(draft, acting=people.resident, now=at)
    for _ in range(chance.randrange(1, LONGEST)):
        at += timedelta(minutes=chance.choice((0, 7, 95, 60 * 11, 60 * 24 * 3)))
        able = [(one, step) for one in everybody for step in may(case, one)]
        if not able:
            break
        acting, step = chance.choice(able)
        case = advance(case, step, told(people, chance, at, target, step), acting=acting, now=at)
    return case


def may(case: Case, acting: Acting) -> list[Step]:
    history = list(case.steps.values_list("step", "by", "party_id"))
    standing = standing_of(case, [one[:2] for one in history], [(one[0], one[2]) for one in history])
    return steps_for(State(case.state), parts_of(acting, standing))


def told(people: Bureau, chance: random.Random, at: datetime, target: Case, step: Step) -> Told:
    party = people.committee if step is Step.TAKE_OVER else chance.choice((people.gas, people.lights))
    mark = chance.choice(list(Mark))
    return Told("说明", at + timedelta(hours=chance.randrange(1, 99)), party.pk, target, mark=mark)


def look_at(case: Case) -> None:
    """Everything that must hold of a history, however it went."""
    steps = list(CaseStep.objects.filter(case=case))
    assert [one.number for one in steps] == list(range(1, len(steps) + 1))
    _one_holder(case, steps)
    _checked_before_closed(steps)
    clocks = clocks_of(case, steps[-1].at)
    assert [fault for one in clocks for fault in check(one)] == []
    running = clocks[-1] if clocks and clocks[-1].ended_at is None else None
    assert case.due_at == (running.due_at if running else None)


def _one_holder(case: Case, steps: list[CaseStep]) -> None:
    before = ""
    for one in steps:
        running = before if one.state == State.SUSPENDED else one.state
        assert (one.holder_id is not None) == (State(running) in WITH_PARTY), one.step
        assert one.holder_id in (None, one.party_id)
        before = running
    assert case.holder_id == steps[-1].holder_id
    assert (case.ended_at is not None) == (State(case.state) in ENDED)


def _checked_before_closed(steps: list[CaseStep]) -> None:
    """Every close follows a check by somebody who had no hand in the work, or by the finding itself."""
    for number, one in enumerate(steps):
        if one.state != State.VERIFIED or one.step == Step.ESCALATE:
            continue
        workers = workers_in((each.step, each.by) for each in steps[:number])
        assert one.part in (Part.CHECKER, Part.FINDING)
        assert one.by not in workers
    closed = [number for number, one in enumerate(steps) if one.step == Step.CLOSE]
    assert all(any(each.step == Step.VERIFY for each in steps[:number]) for number in closed)


def histories(number: int, seed: int) -> None:
    people, chance = bureau(), random.Random(seed)
    target = report(Draft("并案目标"), acting=people.desk, now=NOW)
    seen = set()
    for _ in range(number):
        case = lead(people, chance, target)
        look_at(case)
        seen |= {one.step for one in CaseStep.objects.filter(case=case)}
    head = sign_head(datetime.now(UTC))
    assert head
    found = verify(against=[head])
    assert found.findings == ()
    assert found.checked == found.size > CaseStep.objects.count()
    if number >= 1000:
        assert seen == {one.value for one in Step}, "every step was taken somewhere"


@pytest.mark.django_db(transaction=True)
def test_histories_at_random_keep_what_must_hold() -> None:
    histories(20, seed=7)


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_a_thousand_histories_at_random_keep_what_must_hold() -> None:
    histories(1000, seed=20261123)
