# SPDX-License-Identifier: Apache-2.0
"""Judgements on jobs: which state may follow which, and how long to wait before the next attempt."""

from __future__ import annotations

from datetime import timedelta

from belltower.core.jobs.models import JobState

MOVES: dict[JobState, frozenset[JobState]] = {
    JobState.WAITING: frozenset({JobState.RUNNING, JobState.CANCELLED}),
    JobState.RUNNING: frozenset({JobState.DONE, JobState.FAILED, JobState.DEAD, JobState.CANCELLED, JobState.WAITING}),
    JobState.FAILED: frozenset({JobState.RUNNING, JobState.WAITING, JobState.CANCELLED}),
    JobState.DEAD: frozenset({JobState.WAITING}),
    JobState.CANCELLED: frozenset({JobState.WAITING}),
    JobState.DONE: frozenset(),
}

FIRST_WAIT_S = 2.0
LONGEST_WAIT_S = 600.0


def may_move(old: str, new: str) -> bool:
    """Whether a job in state ``old`` may enter state ``new``."""
    return JobState(new) in MOVES[JobState(old)]


def wait_before(attempt: int, *, chance: float) -> timedelta:
    """How long to wait before attempt number ``attempt`` (2 for the first retry).

    The wait doubles from 2 s up to 10 min; ``chance`` in [0, 1) takes up to half of it away, so that jobs that failed
    together do not come back together.
    """
    if attempt < 2 or not 0 <= chance < 1:
        raise ValueError(f"attempt {attempt} (2 or more) and chance {chance} (in [0, 1)) are asked for")
    full = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** (attempt - 2))
    return timedelta(seconds=full * (1 - chance / 2))


def is_worth_another(attempts: int, allowed: int) -> bool:
    """Whether a job that was tried ``attempts`` times may be tried again."""
    return attempts < allowed
