# SPDX-License-Identifier: Apache-2.0
"""kill -9 of the runner, between turns and in the middle of one: no transition is lost, none is written twice.

What it wrote is compared with one engine that judged the same readings in one go. The seed is printed;
BELLTOWER_FAULT_SEED repeats a run's choices (not its exact timing).
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection

from belltower.core.alarms.models import Alarm, Transition
from belltower.core.alarms.tests import plant
from belltower.core.observations.models import Landing

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.server]
BATCHES, STREAMS, PATIENCE_S = 60, 5, 120
MINUTE = timedelta(minutes=1)


class Killable:
    """One runner's process; gone at the end of its block."""

    def __init__(self, *words: str) -> None:
        place = connection.settings_dict
        url = f"postgresql://{place['USER']}@/{place['NAME']}?host={place['HOST']}&options=-c%20belltower.sees%3Dall"
        settings = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "belltower.project.settings"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "belltower.core.alarms.tests.process", *words],
            env={**os.environ, **settings}, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def kill(self) -> None:
        """kill -9; it may have done so itself."""
        self.process.kill()
        self.process.communicate(timeout=20)


@pytest.fixture
def alarms() -> list[Alarm]:
    return [plant.enabled(plant.detector(name=f"d{number}")) for number in range(STREAMS)]


def values(chance: random.Random) -> Iterator[float]:
    """High and low in turn, so that nearly every reading is a transition."""
    while True:
        yield chance.uniform(25, 40)
        yield chance.uniform(0, 15)


def test_no_transition_is_lost_or_doubled_by_a_runner_that_is_killed(alarms: list[Alarm]) -> None:
    seed = int(os.environ.get("BELLTOWER_FAULT_SEED") or random.randrange(2**32))
    chance = random.Random(seed)
    reported = {alarm.stream: values(chance) for alarm in alarms}
    runner, kills = Killable(), 0
    try:
        for batch in range(BATCHES):
            for stream, some in reported.items():
                plant.report(stream, next(some), next(some), at=plant.NOON + batch * MINUTE)
            if batch % 15 == 14:
                wait_until(lambda seen=batch: Transition.objects.count() > seen, "the runner takes its turns")
                runner.kill()
                runner, kills = Killable(), kills + 1
        wait_until(lambda: not Landing.objects.exists(), f"everything was taken (seed {seed})")
    finally:
        runner.kill()
    print(f"\nseed {seed}: {kills} kills")
    assert kills >= 3
    check_lives(alarms)


def test_a_runner_killed_in_the_middle_of_a_turn_has_done_nothing(alarms: list[Alarm]) -> None:
    """Everything was written and not committed: the next one does it again, once."""
    for alarm in alarms:
        plant.report(alarm.stream, 30.0, 5.0)
    dying = Killable("middle")
    try:
        assert dying.process.wait(PATIENCE_S) == -signal.SIGKILL
    finally:
        dying.kill()
    wait_until(_is_lock_free, "the dead process's session ended")
    assert (Transition.objects.count(), Landing.objects.count()) == (0, STREAMS)
    plant.turn(plant.NOON + MINUTE)
    assert (Transition.objects.count(), Landing.objects.count()) == (2 * STREAMS, 0)


def check_lives(alarms: list[Alarm]) -> None:
    """Each alarm was raised by each high reading and returned by each low one, in order, once."""
    for alarm in alarms:
        life = list(Transition.objects.filter(alarm=alarm).order_by("id").values_list("at", "before", "after"))
        expected, before = [], "normal"
        for batch in range(BATCHES):
            at = plant.NOON + batch * MINUTE
            expected.append((at, before, "unacknowledged"))
            expected.append((at + timedelta(seconds=1), "unacknowledged", "returned_unacknowledged"))
            before = "returned_unacknowledged"
        assert life == expected
        alarm.refresh_from_db()
        assert (alarm.state, alarm.occurrences) == ("returned_unacknowledged", BATCHES)


def _is_lock_free() -> bool:
    from belltower.core.alarms.actions import LOCK

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s) AND pg_advisory_unlock(%s)", [LOCK, LOCK])
        return bool(cursor.fetchone()[0])


def wait_until(holds: Callable[[], bool], what: str) -> None:
    """Poll until it holds, within PATIENCE_S."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)
