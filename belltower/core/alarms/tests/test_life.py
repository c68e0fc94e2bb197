# SPDX-License-Identifier: Apache-2.0
"""The life of an alarm, from a reading to a page of history: what is taken is taken once, and written as one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection

from belltower.core.alarms import actions
from belltower.core.alarms.errors import NotRationalised, NotThisCommand, ShelvedWithoutReason
from belltower.core.alarms.models import Alarm, Command, Condition, Definition, Engine, Transition, What
from belltower.core.alarms.runner import Runner
from belltower.core.alarms.tests.plant import BY, NOON, REASONS, detector, draft, enabled, report, turn
from belltower.core.ledger.event_models import EventRecord
from belltower.core.observations.models import Landing

pytestmark = pytest.mark.django_db
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def states(alarm: Alarm) -> list[str]:
    return list(Transition.objects.filter(alarm=alarm).order_by("id").values_list("after", flat=True))


def test_a_detector_rises_is_answered_shelved_wakes_and_returns() -> None:
    alarm, stream = enabled(detector()), Alarm.objects.get().stream
    report(stream, 5.0, 25.0)
    found = turn(NOON + 2 * SECOND)
    assert (found.batches, found.readings, found.transitions) == (1, 2, 1)
    alarm.refresh_from_db()
    assert (alarm.state, alarm.value, alarm.occurrences, alarm.raised_at) == ("unacknowledged", 25.0, 1, NOON + SECOND)
    actions.acknowledge([alarm.uid], by=BY, now=NOON + 10 * SECOND)
    actions.shelve(alarm.uid, until=NOON + HOUR, reason="正在检修", by=BY, now=NOON + 20 * SECOND)
    alarm.refresh_from_db()
    assert (alarm.state, alarm.shelved_until) == ("shelved", NOON + HOUR)
    turn(NOON + HOUR + SECOND)
    report(stream, 3.0, at=NOON + HOUR + MINUTE)
    turn(NOON + HOUR + 2 * MINUTE)
    actions.acknowledge([alarm.uid], by=BY, now=NOON + HOUR + 3 * MINUTE)
    assert states(alarm) == [
        "unacknowledged", "acknowledged", "shelved", "unacknowledged", "returned_unacknowledged", "normal",
    ]  # fmt: skip
    assert Transition.objects.get(after="shelved").command == Command.objects.get(what="shelve").pk
    assert Transition.objects.get(cause="shelf_expired").at == NOON + HOUR
    assert not Landing.objects.exists()


def test_an_alarm_without_its_reasons_is_not_enabled() -> None:
    stream = detector()
    for name in REASONS:
        lacking = actions.define(stream, draft(**{name: None if name == "time_to_respond" else " "}), by=BY, now=NOON)
        with pytest.raises(NotRationalised) as refused:
            actions.enable(lacking, by=BY, now=NOON)
        assert name.replace("_", " ") in refused.value.say("en")
        Alarm.objects.all().delete()
        Definition.objects.all().delete()


def test_an_enabled_alarm_cannot_lose_its_reasons() -> None:
    alarm = enabled(detector())
    with pytest.raises(NotRationalised):
        actions.revise(alarm.definition, draft(response=""), by=BY, now=NOON)
    assert Definition.objects.get().response == REASONS["response"]


def test_a_fault_after_writing_undoes_the_whole_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    alarm, runner = enabled(detector()), Runner()
    report(alarm.stream, 25.0)
    monkeypatch.setattr("belltower.core.alarms.keeping._PUT", "SELECT 1/0, %s, %s")
    with pytest.raises(Exception, match="division by zero"):
        runner.turn(NOON)
    assert (Landing.objects.count(), Transition.objects.count()) == (1, 0)
    monkeypatch.undo()
    assert runner.turn(NOON).transitions == 1
    assert runner.turn(NOON + SECOND).transitions == 0


def test_a_turn_at_which_nothing_is_due_leaves_no_trace() -> None:
    alarm = enabled(detector())
    report(alarm.stream, 5.0)
    turn(NOON)
    before = {one.shard: bytes(one.state) for one in Engine.objects.all()}
    turn(NOON + SECOND)
    assert {one.shard: bytes(one.state) for one in Engine.objects.all()} == before


def test_a_restarted_runner_goes_on_where_the_last_one_ended() -> None:
    """A delay that was running when the process ended is kept in the state, and fires by a tick alone."""
    alarm = enabled(detector(), on_delay=timedelta(minutes=5))
    report(alarm.stream, 25.0)
    assert turn(NOON + MINUTE).transitions == 0
    assert turn(NOON + 6 * MINUTE).transitions == 1
    assert Transition.objects.get().at == NOON + 5 * MINUTE


def test_silence_raises_an_alarm_without_any_reading() -> None:
    alarm = enabled(detector(), Condition.STALE, limit=None, stale_after=timedelta(minutes=10))
    report(alarm.stream, 5.0)
    turn(NOON)
    turn(NOON + 11 * MINUTE)
    alarm.refresh_from_db()
    assert (alarm.state, alarm.since) == ("unacknowledged", NOON + 10 * MINUTE)


def test_a_new_definition_joins_without_disturbing_the_others() -> None:
    alarm = enabled(detector())
    report(alarm.stream, 25.0)
    runner = Runner()
    runner.turn(NOON)
    other = enabled(alarm.stream, Condition.HIHI, limit=40.0)
    report(alarm.stream, 50.0, at=NOON + MINUTE)
    runner.turn(NOON + MINUTE)
    assert (states(alarm), states(other)) == (["unacknowledged"], ["unacknowledged"])


def test_a_disabled_alarm_stands_no_longer_and_its_life_says_why() -> None:
    alarm = enabled(detector())
    report(alarm.stream, 25.0)
    turn(NOON)
    actions.disable(alarm.definition, by=BY, now=NOON + MINUTE)
    report(alarm.stream, 30.0, at=NOON + MINUTE)
    turn(NOON + MINUTE)
    assert Transition.objects.order_by("-id").values_list("cause", "after").first() == ("disabled", "normal")


def test_an_alarm_is_suppressed_while_another_one_stands_and_by_its_assets_life() -> None:
    cause = enabled(detector(name="valve"))
    effect = enabled(detector(name="flow"), suppressed_when=f"alarm {cause.uid} and not life retired")
    report(cause.stream, 25.0)
    turn(NOON)
    turn(NOON + SECOND)
    report(effect.stream, 25.0, at=NOON + 2 * SECOND)
    turn(NOON + 3 * SECOND)
    effect.refresh_from_db()
    assert effect.state == "suppressed"
    report(cause.stream, 1.0, at=NOON + MINUTE)
    turn(NOON + MINUTE)
    turn(NOON + MINUTE + SECOND)
    effect.refresh_from_db()
    assert effect.state == "unacknowledged"
    assert set(Command.objects.values_list("what", "by")) == {
        ("suppress", "system:alarms"), ("unsuppress", "system:alarms"),
    }  # fmt: skip


def test_what_is_raised_is_told_to_other_rooms_once() -> None:
    alarm = enabled(detector())
    report(alarm.stream, 25.0, 26.0, 27.0)
    turn(NOON + MINUTE)
    event = EventRecord.objects.get(topic="alarms.raised")
    [raised] = event.body["raised"]
    assert (raised["alarm"], raised["priority"], event.by) == (str(alarm.uid), 1, "system:alarms")


def test_what_a_state_does_not_allow_is_refused() -> None:
    alarm = enabled(detector())
    with pytest.raises(NotThisCommand):
        actions.command(alarm.uid, What.UNSHELVE, by=BY, now=NOON)
    for until, reason in ((NOON + HOUR, " "), (NOON - SECOND, "busy"), (NOON + 25 * HOUR, "busy")):
        with pytest.raises(ShelvedWithoutReason):
            actions.shelve(alarm.uid, until=until, reason=reason, by=BY, now=NOON)


def test_acknowledging_what_needs_it_no_longer_does_nothing() -> None:
    alarm = enabled(detector())
    assert actions.acknowledge([alarm.uid], by=BY, now=NOON) == []
    assert not Command.objects.exists()


def test_commands_wait_while_a_worker_holds_the_engine(django_db_blocker: object) -> None:
    """Two sessions: the lock that a worker holds keeps the action from running the engine itself."""
    import psycopg

    from belltower.core.alarms.actions import LOCK

    alarm = enabled(detector())
    report(alarm.stream, 25.0)
    turn(NOON)
    parameters = connection.get_connection_params()
    for ours in ("cursor_factory", "context", "prepare_threshold"):
        parameters.pop(ours, None)
    with psycopg.connect(**parameters, autocommit=True) as worker:
        worker.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        [command] = actions.acknowledge([alarm.uid], by=BY, now=NOON + MINUTE)
    command.refresh_from_db()
    assert command.taken_at is None
    turn(NOON + 2 * MINUTE)
    command.refresh_from_db()
    assert (command.taken_at, command.position is None) == (NOON + 2 * MINUTE, False)
    assert Transition.objects.get(cause="acknowledge").at == NOON + MINUTE
