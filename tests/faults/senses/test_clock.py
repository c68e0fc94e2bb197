# SPDX-License-Identifier: Apache-2.0
"""Our own clock jumps, forward and back: alarms go on, counts close, and no reading is lost."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from belltower.core.alarms.models import Alarm, Condition, Transition
from belltower.core.alarms.runner import Runner
from belltower.core.alarms.tests import plant
from belltower.core.alarms.tests.plant import NOON
from belltower.core.observations import conservation
from belltower.core.observations.lake import closing
from belltower.core.observations.lake.tests import ponds
from belltower.core.observations.models import KeptAside
from belltower.core.observations.tests.senses import asked, batch, put, raw, readings, streams
from belltower.core.observations.works import make_days_ahead
from belltower.edges.sources.actions import put_source, replay
from belltower.edges.sources.intake import Intake
from belltower.edges.sources.mapping import read_source
from belltower.edges.sources.readings import Frame, read_all
from belltower.edges.sources.tests.running import counts
from belltower.kernel.actors import Actor

BY = Actor.system("tests")
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
MAPPING = """
source: plant
kind: mqtt
since: 2026-11-23
address: mqtt://broker
takes:
  - topic: up
    streams: [{stream: s/0, unit: "1", value: v, at: t}]
"""


def steps(alarm: Alarm) -> list[tuple[datetime, str]]:
    return list(Transition.objects.filter(alarm=alarm).order_by("id").values_list("at", "after"))


@pytest.mark.django_db
@pytest.mark.parametrize("jump", [HOUR, -HOUR, 365 * DAY, -365 * DAY])
@pytest.mark.parametrize("is_restarted", [False, True])
def test_alarms_are_judged_through_a_jump_and_after_it(jump: timedelta, is_restarted: bool) -> None:
    """What the devices' clocks say counts; the jump of ours neither raises a limit's alarm nor hides one."""
    stream = plant.detector()
    alarm = plant.enabled(stream)
    runner = Runner()
    plant.report(stream, 5.0, at=NOON)
    runner.turn(NOON)
    runner.turn(NOON + jump)
    plant.report(stream, 6.0, at=NOON + SECOND)
    runner.turn(NOON + jump + SECOND)
    assert steps(alarm) == []
    plant.report(stream, 30.0, at=NOON + 2 * SECOND)
    runner.turn(NOON + jump + 2 * SECOND)
    runner = Runner() if is_restarted else runner
    plant.report(stream, 5.0, at=NOON + 3 * SECOND)
    runner.turn(NOON + 3 * SECOND)
    plant.report(stream, 30.0, at=NOON + 4 * SECOND)
    runner.turn(NOON + 4 * SECOND)
    assert [after for _, after in steps(alarm)] == ["unacknowledged", "returned_unacknowledged", "unacknowledged"]
    assert [at for at, _ in steps(alarm)] == [NOON + n * SECOND for n in (2, 3, 4)]


@pytest.mark.django_db
def test_silence_that_a_jump_made_up_is_over_with_the_next_reading() -> None:
    stream = plant.detector()
    alarm = plant.enabled(stream, Condition.STALE, stale_after=timedelta(minutes=10), limit=None, deadband=0.0)
    runner = Runner()
    plant.report(stream, 5.0, at=NOON)
    runner.turn(NOON)
    before = len(steps(alarm))
    runner.turn(NOON + HOUR)  # the clock says that an hour went by
    assert [after for _, after in steps(alarm)][before:] == ["unacknowledged"]
    plant.report(stream, 5.0, at=NOON + 2 * SECOND)
    runner.turn(NOON + 2 * SECOND)
    assert [after for _, after in steps(alarm)][before:] == ["unacknowledged", "returned_unacknowledged"]
    runner.turn(NOON + 2 * HOUR)  # a silence that is real is found again
    assert [after for _, after in steps(alarm)][before + 2 :] == ["unacknowledged"]


@pytest.mark.django_db
@pytest.mark.parametrize("jump", [HOUR, -HOUR, 400 * DAY, -400 * DAY])
def test_counts_close_by_whatever_hour_the_clock_says(jump: timedelta) -> None:
    [stream] = streams(1)
    for number, now in enumerate([NOON, NOON + jump, NOON + SECOND]):
        put(batch((stream, number, 1.0), (stream, max(0, number - 1), 1.0)), source="meter", at=now)
    hours = conservation.counted(NOON - 500 * DAY)
    assert all(one.closes for one in hours)
    assert {one.hour for one in hours} == {NOON, NOON + jump}
    assert (sum(one.received for one in hours), sum(one.stored for one in hours)) == (6, 3)
    assert len(readings()) == 3


@pytest.mark.django_db
def test_a_clock_that_fell_behind_refuses_what_lies_ahead_of_it_and_keeps_it_for_later() -> None:
    streams(1)
    frame = Frame("up", b'{"v": 0.5, "t": "2026-11-23T04:00:00Z"}', 0)
    Intake("plant").write_all(raw(), read_all(read_source(MAPPING).reader(), [frame]), now=NOON - 3 * DAY)
    [kept] = KeptAside.objects.all()
    assert (kept.reason, counts("plant")) == ("too_late", (1, 0, 0, 1))
    again = replay(put_source(MAPPING, by=BY), None, by=BY, now=NOON)  # the clock was put right
    assert (again.taken, again.stored) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_a_day_that_a_clock_ahead_of_time_put_into_the_lake_goes_on(settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    settings.BELLTOWER_LAKE = tmp_path / "lake"
    [stream] = streams(1)
    ponds.put_rows((stream, 1, 1.0), (stream, 2, 2.0))
    make_days_ahead(ponds.NOW + 400 * DAY)
    closing.close_day(ponds.FIRST, by=BY, now=ponds.NOW + 400 * DAY)
    assert ponds.hot() == []
    ponds.put_rows((stream, 2, 2.0), (stream, 3, 3.0))  # the clock is right again, and the day still goes on
    make_days_ahead(ponds.NOW)
    assert ponds.all_of() == [(stream, 1, 1.0), (stream, 2, 2.0), (stream, 3, 3.0)]
    assert ponds.close() is not None
    assert ponds.all_of() == [(stream, 1, 1.0), (stream, 2, 2.0), (stream, 3, 3.0)]
    far = f"observations_reading_{(ponds.NOW + 400 * DAY):%Y%m%d}"
    assert asked("SELECT to_regclass(%s) IS NOT NULL", [far]) == [(True,)], "an empty day of next year harms nobody"
    for day in (400, 401):
        name = f"observations_reading_{(ponds.NOW + day * DAY):%Y%m%d}"
        asked(f"SELECT test_as_owner('DROP TABLE {name}')")
