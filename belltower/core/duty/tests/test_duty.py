# SPDX-License-Identifier: Apache-2.0
"""A night at the gas desk: nobody leaves while an alarm stands, nothing is handed over unseen, and the day adds up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from belltower.core.access import actions as access
from belltower.core.access.models import RoleName, User
from belltower.core.alarms import actions as alarms
from belltower.core.alarms.models import Alarm
from belltower.core.alarms.tests import plant
from belltower.core.alarms.tests.plant import NOON
from belltower.core.duty import actions, reporting, rules
from belltower.core.duty.answer_limits import BadAnswerLimits, limits, read_limits
from belltower.core.duty.day import day_of
from belltower.core.duty.errors import BadDuty, DeskHeld, HandOverAnswered, NotLeft, NotLookedAt, NotOnDuty
from belltower.core.duty.models import Answer, Call, Desk, HandOver, LogLine, Shift, What
from belltower.core.duty.rules import Answered, Tally
from belltower.core.places.actions.city import use_profile
from belltower.core.places.city import load_profile
from belltower.core.standards.outputs.tests.scene import FONTS, text_of
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

pytestmark = pytest.mark.django_db
BY = Actor.system("scene")
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
MORNING = NOON - 2 * HOUR


@dataclass
class Night:
    desk: Desk
    li: Actor
    wang: Actor


@pytest.fixture
def night() -> Night:
    use_profile(load_profile("hengyang"), by=BY)
    desk = actions.set_up("gas", Text(zh="燃气值班台", en="Gas desk"), by=BY, now=MORNING)
    people = [_officer("li", Text("李伟", "Li Wei")), _officer("wang", Text("王芳", "Wang Fang"))]
    return Night(desk, *people)


def _officer(username: str, name: Text) -> Actor:
    user = access.add_user(username, name, password="bell and drum", by=BY)
    access.grant(user, RoleName.DESK, valid_from=date(2024, 1, 1), by=BY)
    return User.objects.get(pk=user.pk).as_actor()


def _raised() -> Alarm:
    """An alarm that calls from noon on."""
    alarm = plant.enabled(plant.detector())
    plant.report(alarm.stream, 5.0, 25.0)
    plant.turn(NOON + 2 * SECOND)
    return alarm


def test_a_shift_is_handed_over_with_what_stands_and_not_before_it_was_looked_at(night: Night) -> None:
    shift = actions.come_on(night.desk, by=night.li, now=MORNING)
    alarm = _raised()
    offer = actions.offer(shift, "wang", note="三号阀井未修好", by=night.li, now=NOON + MINUTE)
    assert [one["uid"] for one in offer.standing["alarms"]] == [str(alarm.uid)]
    with pytest.raises(NotLookedAt, match="Methane high"):
        actions.accept(offer, seen=[], by=night.wang, now=NOON + 2 * MINUTE)
    assert Shift.objects.get(ended_at=None).holder == night.li.uid, "nothing is half handed over"
    with pytest.raises(HandOverAnswered):
        actions.accept(offer, seen=[alarm.uid], by=night.li, now=NOON + 2 * MINUTE)
    taken = actions.accept(offer, seen=[alarm.uid], by=night.wang, now=NOON + 2 * MINUTE)
    shift.refresh_from_db()
    assert (taken.holder, taken.began_at, taken.after) == (night.wang.uid, shift.ended_at, shift)
    with pytest.raises(HandOverAnswered):
        actions.accept(offer, seen=[alarm.uid], by=night.wang, now=NOON + 3 * MINUTE)
    with pytest.raises(NotOnDuty):
        actions.write(shift, What.NOTE, "过后补记", by=night.li, now=NOON + 3 * MINUTE)


def test_an_alarm_that_rises_after_the_offer_is_to_be_looked_at_too(night: Night) -> None:
    shift = actions.come_on(night.desk, by=night.li, now=MORNING)
    offer = actions.offer(shift, "wang", by=night.li, now=MORNING + MINUTE)
    assert offer.standing == {"alarms": []}
    _raised()
    with pytest.raises(NotLookedAt):
        actions.accept(offer, seen=[], by=night.wang, now=NOON + MINUTE)


def test_a_desk_is_never_left_while_alarms_stand_or_if_it_is_unbroken(night: Night) -> None:
    unbroken = actions.come_on(night.desk, by=night.li, now=MORNING)
    with pytest.raises(NotLeft, match="never to be without"):
        actions.leave(unbroken, by=night.li, now=NOON)
    office = actions.set_up("office", Text(en="Office"), is_unbroken=False, by=BY, now=MORNING)
    shift = actions.come_on(office, by=night.li, now=MORNING)
    alarm = _raised()
    with pytest.raises(NotLeft, match="1 alarms stand"):
        actions.leave(shift, by=night.li, now=NOON + MINUTE)
    alarms.acknowledge([alarm.uid], by=night.li, now=NOON + MINUTE)
    plant.report(alarm.stream, 1.0, at=NOON + 2 * MINUTE)
    plant.turn(NOON + 3 * MINUTE)
    assert actions.leave(shift, by=night.li, now=NOON + 4 * MINUTE).ended_at == NOON + 4 * MINUTE


def test_a_held_desk_is_not_taken_and_a_refusal_says_why(night: Night) -> None:
    shift = actions.come_on(night.desk, by=night.li, now=MORNING)
    with pytest.raises(DeskHeld):
        actions.come_on(night.desk, by=night.wang, now=NOON)
    for name in ("li", "nobody"):
        with pytest.raises(BadDuty):
            actions.offer(shift, name, by=night.li, now=NOON)
    first = actions.offer(shift, "wang", by=night.li, now=NOON)
    second = actions.offer(shift, "wang", by=night.li, now=NOON + MINUTE)
    assert HandOver.objects.get(pk=first.pk).answer == Answer.WITHDRAWN
    with pytest.raises(BadDuty):
        actions.refuse(second, note=" ", by=night.wang, now=NOON + MINUTE)
    actions.refuse(second, note="尚在出勤", by=night.wang, now=NOON + MINUTE)
    assert HandOver.objects.get(pk=second.pk).answer_note == "尚在出勤"
    assert Shift.objects.get(ended_at=None).holder == night.li.uid


def test_the_day_counts_calls_alarms_and_time_without_anybody(night: Night) -> None:
    shift = actions.come_on(night.desk, by=night.li, now=MORNING)
    for wait in (5, 45, None):
        answered = MORNING + wait * SECOND if wait else None
        actions.log_call(shift, rang_at=MORNING, answered_at=answered, about="闻到燃气味", by=night.li, now=NOON)
    actions.write(shift, What.DECISION, "派抢修队", at=MORNING + MINUTE, by=night.li, now=NOON)
    alarm = _raised()
    alarms.acknowledge([alarm.uid], by=night.li, now=NOON + 11 * MINUTE)
    day = day_of(night.desk, date(2026, 11, 23), NOON + HOUR)
    assert day.call_tally == Tally(in_time=1, late=1, unanswered=1)
    assert day.alarm_tally == Tally(late=1), "its time to respond is ten minutes"
    assert day.unwatched == ((day.begin, MORNING),), "from midnight in the city to the morning nobody was there"
    for language, words in (
        ("zh", ("值班日报", "1 / 3 按时", "派抢修队", "甲烷浓度高", "李伟")),
        ("en", ("1 of 3 in time", "Li Wei")),
    ):
        made = reporting.printed(day, fonts=FONTS, language=language)
        text = text_of(made).replace("\u00a0", " ")
        for word in words:
            assert word in text, word
    empty = day_of(night.desk, date(2026, 11, 22), NOON)
    assert empty.call_tally.share is None, "nothing to count is not all right"
    assert empty.unwatched == ((empty.begin, empty.end),)


def test_what_is_written_is_never_changed(night: Night) -> None:
    shift = actions.come_on(night.desk, by=night.li, now=MORNING)
    actions.write(shift, What.NOTE, "平稳", by=night.li, now=NOON)
    actions.log_call(shift, rang_at=MORNING, answered_at=None, by=night.li, now=NOON)
    for rows, change in (
        (LogLine.objects, {"text": "x"}),
        (Call.objects, {"about": "x"}),
        (Shift.objects, {"holder": night.wang.uid}),
    ):
        with pytest.raises(DatabaseError, match=r"never changed|only ends"), transaction.atomic():
            rows.update(**change)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        LogLine.objects.all().delete()


@pytest.mark.parametrize(
    "wrong",
    [{"rang_at": NOON + HOUR}, {"answered_at": MORNING - SECOND}, {"case": "999-1"}, {"answered_at": NOON + HOUR}],
)
def test_a_call_that_cannot_be_is_refused(night: Night, wrong: dict[str, object]) -> None:
    shift = actions.come_on(night.desk, by=night.li, now=MORNING)
    with pytest.raises(BadDuty):
        actions.log_call(shift, **({"rang_at": MORNING, "answered_at": None, "by": night.li, "now": NOON} | wrong))  # type: ignore[arg-type]
    assert not Call.objects.exists()


def test_a_wrong_table_of_limits_is_refused_with_its_line() -> None:
    assert limits()[0].within == timedelta(seconds=30)
    written = "title: {zh: 时限, en: limits}\nlimits:\n  - since: 2026-01-01\n    within: soon\n"
    with pytest.raises(BadAnswerLimits, match="line 4"):
        read_limits(written, file="own.yaml")


@given(st.lists(st.tuples(st.integers(0, 48), st.integers(0, 48)), max_size=6))
def test_every_hour_is_watched_or_named(spells: list[tuple[int, int]]) -> None:
    """Against the plain way: look at each half hour."""
    at = [(NOON + min(one) * HOUR / 2, NOON + max(one) * HOUR / 2) for one in spells]
    found = rules.unwatched(at, NOON, NOON + 24 * HOUR)
    for half in range(48):
        middle = NOON + half * HOUR / 2 + MINUTE
        is_watched = any(since <= middle < until for since, until in at)
        assert any(since <= middle < until for since, until in found) is not is_watched


def test_how_a_call_was_answered() -> None:
    within = 30 * SECOND
    said = [rules.answered(NOON, NOON + n * SECOND, within, now=NOON + HOUR) for n in (30, 31)]
    assert said == [Answered.IN_TIME, Answered.LATE]
    assert rules.answered(NOON, None, within, now=NOON + 30 * SECOND) is Answered.WAITING
    assert rules.answered(NOON, None, within, now=NOON + 31 * SECOND) is Answered.NOT
    assert rules.answered(NOON, None, None, now=NOON) is Answered.NO_LIMIT
