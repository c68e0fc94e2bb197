# SPDX-License-Identifier: Apache-2.0
"""What the demo's sensors report: the same each time, in step with the sun, with the events that are told and no flood."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import numpy as np
import pytest

from belltower.core.observations.batches import batch_of
from belltower.demo.courses import COURSES
from belltower.demo.feeder import lines
from belltower.demo.sensed import Sense, Sensors, senses

NOON = int(datetime(2026, 11, 23, 4, tzinfo=UTC).timestamp())
DAY = 86_400


def sensors(sense: Sense) -> Sensors:
    count = sense.of
    keys = [f"430400-{sense.kind}{number:04}" for number in range(count)]
    return Sensors(sense, np.arange(count), keys, np.full(count, 120.0), NOON)


def named(stream: str) -> Sensors:
    return sensors(next(one for one in senses() if one.stream == stream))


@pytest.mark.parametrize("sense", senses(), ids=lambda sense: sense.stream)
def test_every_course_is_the_same_again_cut_anyhow_and_stays_within_its_alarms_but_for_events(sense: Sense) -> None:
    some = sensors(sense)
    stream, at, value = some.between(NOON - DAY, NOON + DAY)
    parts = [some.between(begin, begin + DAY // 4) for begin in range(NOON - DAY, NOON + DAY, DAY // 4)]
    order = np.lexsort((np.concatenate([part[1] for part in parts]), np.concatenate([part[0] for part in parts])))
    assert (np.concatenate([part[2] for part in parts])[order] == value[np.lexsort((at, stream))]).all()
    assert np.isfinite(value).all()
    assert sense.stream in COURSES
    if limit := sense.alarm.get("limit"):
        beyond = set(stream[value > limit].tolist())
        assert {event["nth"] for event in sense.events} <= beyond < set(range(sense.alarmed))


def test_lamps_burn_at_night_and_rest_by_day() -> None:
    stream, at, value = named("street_light.lamp_power").between(NOON - DAY, NOON)
    quiet, hours = stream != 5, (at + 8 * 3600) % DAY // 3600
    assert value[quiet & (hours == 21)].min() > 100
    assert value[quiet & (hours == 12)].max() < 1


def test_a_silent_sensor_says_nothing_more() -> None:
    stream, at, _ = named("public_toilet.visitors_an_hour").between(NOON - DAY, NOON + DAY)
    assert NOON - 4 * 3600 < at[stream == 8].max() < NOON - 3 * 3600 < NOON + DAY - 300 < at[stream == 7].max()


def test_a_few_hundred_readings_come_in_a_minute() -> None:
    assert 150 < sum(one.of * 60 / one.every_s for one in senses()) < 400


def test_what_is_sent_is_a_line_for_each_reading() -> None:
    sent = lines(batch_of([(7, NOON * 1_000_000, 21.5), (8, NOON * 1_000_000, 0.0)])).split(b"\n")
    assert [msgspec.json.decode(line) for line in sent] == [
        {"stream": 7, "at": NOON * 1_000_000, "value": 21.5},
        {"stream": 8, "at": NOON * 1_000_000, "value": 0.0},
    ]
