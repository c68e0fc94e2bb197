# SPDX-License-Identifier: Apache-2.0
"""Who is told of a step: the party, the desk, whom the ladder names; once, and only of what was committed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from belltower.core.access.models import User
from belltower.core.cases.actions import advance
from belltower.core.cases.escalating import escalate_overdue
from belltower.core.cases.steps import Told
from belltower.core.cases.table import Step
from belltower.core.ledger.event_models import EventRecord
from belltower.core.ledger.handling import Event
from belltower.core.notices import actions
from belltower.core.notices.errors import NoSuchNotice
from belltower.core.notices.kinds import NoticeKind as K
from belltower.core.notices.models import Notice
from belltower.core.notices.raising import tell
from belltower.core.notices.telling import Telling, next_digest, told_of
from belltower.core.notices.tests.scene import NOW, Town, hand_on, town
from belltower.core.places.scope import NOTHING, seen_as

pytestmark = pytest.mark.django_db


@pytest.fixture
def here(db: None) -> Town:
    return town()


def told(person: User) -> list[str]:
    return [one.kind for one in Notice.objects.filter(person=person).order_by("pk")]


def test_who_is_told_is_judged_by_the_step_alone() -> None:
    assert told_of(Step.DISPATCH, party_id=7, before_id=None) == [Telling(K.DISPATCHED, 7)]
    assert told_of(Step.HAND_OVER, party_id=8, before_id=7) == [Telling(K.DISPATCHED, 8), Telling(K.MOVED, 7)]
    assert told_of(Step.ANSWER, party_id=7, before_id=7) == [Telling(K.ANSWERED, None)]
    assert told_of(Step.REOPEN, party_id=None, before_id=None) == [Telling(K.REOPENED, None)]
    assert told_of(Step.CLOSE, party_id=None, before_id=None) == []
    assert told_of(Step.ESCALATE, party_id=7, before_id=7, rung=1, tell=[7, None, 7]) == [
        Telling(K.OVERDUE, 7), Telling(K.OVERDUE, None),
    ]  # fmt: skip
    assert told_of(Step.ESCALATE, party_id=7, before_id=7, rung=2, tell=[9]) == [Telling(K.ESCALATED, 9)]


def test_a_digest_is_of_the_civil_morning() -> None:
    zone = ZoneInfo("Asia/Shanghai")
    before = datetime(2026, 11, 23, 22, 59, tzinfo=UTC)  # 06:59 on the 24th in the city
    assert next_digest(before, zone) == datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
    assert next_digest(before + timedelta(minutes=1), zone) == datetime(2026, 11, 24, 23, 0, tzinfo=UTC)


def test_the_party_and_the_desk_are_told_of_their_steps_and_nobody_else_is(here: Town) -> None:
    here.through(here.report(), Step.CLOSE)
    hand_on()
    assert told(here.gas) == [K.DISPATCHED, K.CLOSED]
    assert told(here.desk) == [K.ANSWERED]
    assert told(here.lights) == []


def test_what_was_told_is_not_told_again_by_the_same_event(here: Town) -> None:
    here.through(here.report(), Step.DISPATCH)
    hand_on()
    records = EventRecord.objects.filter(topic="cases.advanced")
    again = [
        Event(one.pk, one.topic, one.subject, one.number, one.body, one.by, one.emitted_at, "notices.tell")
        for one in records
    ]
    assert tell(again, now=NOW) == 0
    assert told(here.gas) == [K.DISPATCHED]


def test_a_step_that_is_undone_tells_nobody(here: Town) -> None:
    case = here.through(here.report(), Step.FILE)
    with transaction.atomic():
        advance(case, Step.DISPATCH, Told(party_id=here.bureau.gas.pk), acting=here.bureau.desk, now=NOW)
        transaction.set_rollback(True)
    hand_on()
    assert told(here.gas) == []
    advance(case, Step.DISPATCH, Told(party_id=here.bureau.lights.pk), acting=here.bureau.desk, now=NOW)
    hand_on()
    assert (told(here.gas), told(here.lights)) == ([], [K.DISPATCHED])


def test_what_is_overdue_is_told_to_whom_the_rung_declares(here: Town) -> None:
    case = here.through(here.report(), Step.DISPATCH)
    assert case.due_at is not None
    escalate_overdue(case.due_at)
    hand_on()
    assert told(here.gas) == [K.DISPATCHED, K.OVERDUE]
    assert Notice.objects.get(person=here.gas, kind=K.OVERDUE).about == {"rung": 1}
    assert told(here.lights) == []
    assert told(here.desk) == []


def test_what_the_desk_holds_and_is_overdue_is_told_to_the_desk(here: Town) -> None:
    case = here.report()
    assert case.due_at is not None
    escalate_overdue(case.due_at)
    hand_on()
    assert told(here.desk) == [K.OVERDUE]


def test_a_notice_is_its_person_s_alone_and_read_once(here: Town) -> None:
    here.through(here.report(), Step.DISPATCH)
    hand_on()
    mine = Notice.objects.get(person=here.gas)
    with pytest.raises(NoSuchNotice):
        actions.mark_read(here.desk, mine.uid, by=here.desk.as_actor(), now=NOW)
    actions.mark_read(here.gas, mine.uid, by=here.gas.as_actor(), now=NOW)
    actions.mark_read(here.gas, mine.uid, by=here.gas.as_actor(), now=NOW + timedelta(days=1))
    assert Notice.objects.get(pk=mine.pk).read_at == NOW
    assert actions.unread(here.gas) == 0
    for viewer, seen in ((here.gas.uid, 1), (here.lights.uid, 0), (UUID(int=9), 0)):
        with seen_as(NOTHING, viewer=viewer):
            assert Notice.objects.count() == seen
