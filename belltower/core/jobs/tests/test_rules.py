# SPDX-License-Identifier: Apache-2.0
"""Every move of a job that is allowed and every one that is not; how long the next attempt waits."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise, product

import pytest

from belltower.core.jobs.models import ENDED, JobState
from belltower.core.jobs.rules import LONGEST_WAIT_S, is_worth_another, may_move, wait_before

ALLOWED = {
    ("waiting", "running"), ("waiting", "cancelled"),
    ("running", "done"), ("running", "failed"), ("running", "dead"), ("running", "cancelled"), ("running", "waiting"),
    ("failed", "running"), ("failed", "waiting"), ("failed", "cancelled"),
    ("dead", "waiting"), ("cancelled", "waiting"),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new"), list(product(JobState.values, repeat=2)))
def test_a_job_makes_the_moves_of_the_table_and_no_other(old: str, new: str) -> None:
    assert may_move(old, new) is ((old, new) in ALLOWED)


def test_only_a_person_brings_an_ended_job_back() -> None:
    """From an ended state the only way leads to waiting, which is what retry() does."""
    assert {new for old, new in ALLOWED if old in ENDED} == {"waiting"}


def test_the_wait_doubles_up_to_ten_minutes() -> None:
    waits = [wait_before(attempt, chance=0.0).total_seconds() for attempt in range(2, 13)]
    assert waits[:4] == [2, 4, 8, 16]
    assert all(later == min(2 * earlier, LONGEST_WAIT_S) for earlier, later in pairwise(waits))


def test_jobs_that_failed_together_come_back_apart() -> None:
    """Chance takes up to half of the wait away and never adds to it."""
    assert wait_before(4, chance=0.0) == timedelta(seconds=8)
    assert wait_before(4, chance=0.5) == timedelta(seconds=6)
    assert wait_before(4, chance=0.999) > timedelta(seconds=4)


@pytest.mark.parametrize(("attempt", "chance"), [(1, 0.0), (2, 1.0), (2, -0.1)])
def test_a_wait_before_the_first_attempt_or_with_odd_chance_is_misuse(attempt: int, chance: float) -> None:
    with pytest.raises(ValueError, match="attempt"):
        wait_before(attempt, chance=chance)


def test_the_last_attempt_allowed_is_the_last() -> None:
    assert is_worth_another(4, 5)
    assert not is_worth_another(5, 5)
