# SPDX-License-Identifier: Apache-2.0
"""What a worker does all the time beside its jobs, each in a thread of its own; a room registers it in its ``works``.

A loop waits by itself (for a bell, or a moment) and ends soon after it is told to stop. Where only one process may do
it, the loop holds an advisory lock.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping

from django.db import connections

from belltower.core.jobs.work import known_works

Loop = Callable[[threading.Event], None]
AFTER_TROUBLE_S = 1.0
_loops: dict[str, Loop] = {}
logger = logging.getLogger(__name__)


def steadily(name: str) -> Callable[[Loop], Loop]:
    """Register the decorated function as the loop ``name``: it is called with the event that tells it to stop."""

    def register(loop: Loop) -> Loop:
        taken = _loops.get(name)
        if taken and (taken.__module__, taken.__qualname__) != (loop.__module__, loop.__qualname__):
            raise ValueError(f"two loops are called {name}: {taken.__module__} and {loop.__module__}")
        _loops[name] = loop
        return loop

    return register


def known_loops() -> dict[str, Loop]:
    """Every registered loop by name; the rooms' modules ``works`` are looked into first."""
    known_works()
    return dict(_loops)


class Loops:
    """The loops of one worker, between start() and stop()."""

    def __init__(self, loops: Mapping[str, Loop] | None = None, *, after_trouble_s: float = AFTER_TROUBLE_S) -> None:
        self._stopping = threading.Event()
        self._after_trouble_s = after_trouble_s
        some = known_loops() if loops is None else loops
        self._threads = [
            threading.Thread(target=self._keep, args=(name, loop), name=name, daemon=True)
            for name, loop in some.items()
        ]

    def start(self) -> None:
        """Begin all of them."""
        for thread in self._threads:
            thread.start()

    def stop(self, within_s: float) -> bool:
        """Tell them to end; whether they did in time."""
        self._stopping.set()
        deadline = time.monotonic() + within_s
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _keep(self, name: str, loop: Loop) -> None:
        """Run a loop, and again when it fails: a database that is away comes back."""
        while not self._stopping.is_set():
            try:
                loop(self._stopping)
            except Exception:
                logger.exception("%s was interrupted; it goes on in %s s", name, self._after_trouble_s)
                self._stopping.wait(self._after_trouble_s)
            finally:
                connections.close_all()
