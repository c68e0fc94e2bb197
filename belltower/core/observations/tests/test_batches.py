# SPDX-License-Identifier: Apache-2.0
"""What cannot be accepted is taken out of a batch row by row, with the reason of each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from belltower.core.observations.batches import Batch, batch_of, instant_of, micros, sift

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
GOOD = micros(NOW)


class Some:
    """Streams 1 to 5."""

    def has(self, streams: np.ndarray, source: str = "") -> np.ndarray:
        return (streams >= 1) & (streams <= 5)


def test_good_rows_pass_as_they_are() -> None:
    batch = batch_of([(1, GOOD, 1.0), (5, GOOD + 1, -2.5)])
    passed, refused = sift(batch, Some(), now=NOW)
    assert (passed, refused) == (batch, [])


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ((9, GOOD, 1.0), "unknown_stream"),
        ((1, GOOD, float("nan")), "not_finite"),
        ((1, GOOD, float("inf")), "not_finite"),
        ((1, 0, 1.0), "too_early"),
        ((1, micros(datetime(1999, 12, 31, 23, tzinfo=UTC)), 1.0), "too_early"),
        ((1, micros(datetime(2100, 1, 1, tzinfo=UTC)), 1.0), "too_late"),
        ((1, GOOD + 86_400_000_001, 1.0), "too_late"),
        ((1, np.iinfo(np.int64).max, 1.0), "too_late"),
    ],
)
def test_each_bad_row_is_told_why_and_the_others_pass(row: tuple[int, int, float], reason: str) -> None:
    passed, refused = sift(batch_of([(1, GOOD, 1.0), row, (2, GOOD, 2.0)]), Some(), now=NOW)
    assert passed.value.tolist() == [1.0, 2.0]
    [one] = refused
    assert (one.row, one.reason) == (1, reason)
    assert one.sentence.say("zh")
    assert one.sentence.say("en")


def test_a_row_with_several_faults_is_told_the_first_only() -> None:
    _, refused = sift(batch_of([(9, 0, float("nan"))]), Some(), now=NOW)
    assert [one.reason for one in refused] == ["unknown_stream"]


def test_the_result_time_and_the_quality_count_too() -> None:
    one = np.array([1, 1, 1])
    at = np.array([GOOD] * 3)
    results = np.array([GOOD, GOOD + 90_000_000_000, GOOD])
    batch = Batch(one, at, np.ones(3), results, np.array([2, 0, 3], np.int16))
    passed, refused = sift(batch, Some(), now=NOW)
    assert [(each.row, each.reason) for each in refused] == [(1, "too_late"), (2, "bad_quality")]
    assert passed.quality is not None
    assert passed.quality.tolist() == [2]


def test_instants_are_exact_microseconds() -> None:
    instant = datetime(2026, 2, 3, 4, 5, 6, 789_123, tzinfo=UTC)
    assert instant_of(micros(instant)) == instant
    assert instant_of(micros(instant) + 1) == instant + timedelta(microseconds=1)
