# SPDX-License-Identifier: Apache-2.0
"""Loops of a worker: they run beside each other, are begun again after a fault, and end when they are told."""

from __future__ import annotations

import threading

import pytest

from belltower.core.jobs.loops import Loops, steadily

PATIENCE_S = 10


def test_a_loop_that_fails_is_begun_again_and_keeps_no_other_back() -> None:
    came_back, other_ran = threading.Event(), threading.Event()
    calls = []

    def failing(stopping: threading.Event) -> None:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("the database is away")
        came_back.set()
        stopping.wait()

    def other(stopping: threading.Event) -> None:
        other_ran.set()
        stopping.wait()

    loops = Loops({"failing": failing, "other": other}, after_trouble_s=0)
    loops.start()
    assert other_ran.wait(PATIENCE_S)
    assert came_back.wait(PATIENCE_S)
    assert loops.stop(PATIENCE_S)


def test_a_loop_that_does_not_end_in_time_is_told_of() -> None:
    release = threading.Event()
    loops = Loops({"deaf": lambda stopping: release.wait() and None})
    loops.start()
    assert not loops.stop(0.01)
    release.set()
    assert loops.stop(PATIENCE_S)


def test_two_loops_of_one_name_are_refused() -> None:
    steadily("tests.twice")(_one)
    steadily("tests.twice")(_one)
    with pytest.raises(ValueError, match=r"tests\.twice"):
        steadily("tests.twice")(_another)


def _one(stopping: threading.Event) -> None:
    """Never run: it ends at once."""


def _another(stopping: threading.Event) -> None:
    """Never run: it ends at once."""
