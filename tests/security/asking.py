# SPDX-License-Identifier: Apache-2.0
"""A process of its own that asks as often as it can; it loads no Django."""

from __future__ import annotations

from multiprocessing.queues import Queue
from pathlib import Path

from belltower.project.guard.limits import Counts, Limit


def ask(path: Path, times: int, now: float, passed: Queue[int]) -> None:
    """Ask ``times`` for the same person under a limit of 100 an hour; how many passed goes to ``passed``."""
    mine = Counts(path, key=b"k")
    passed.put(sum(mine.wait_for(Limit("x", 100, 3600), "li", now) == 0.0 for _ in range(times)))
