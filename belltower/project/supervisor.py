# SPDX-License-Identifier: Apache-2.0
"""Keeps a few child processes alive: starts, watches, starts again with back-off, stops them all; no orphan is left."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from belltower.project.processes import before_exec

STOP_WITHIN_S = 8.0
LONGEST_WAIT_S = 5.0
STEADY_AFTER_S = 10.0
_LOOK_EVERY_S = 0.2
_LOG_LIMIT_BYTES = 20 * 2**20


@dataclass
class Child:
    """One process to keep alive, its log, and how its last starts went."""

    name: str
    command: Sequence[str]
    log: Path
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    falls: int = 0
    _started_at: float = 0.0
    _not_before: float = 0.0

    def start(self) -> None:
        """Start the process; its output goes to its log."""
        self.log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self.log.exists() and self.log.stat().st_size > _LOG_LIMIT_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **self.environment},
                preexec_fn=before_exec(),
            )  # fmt: skip
        self._started_at = time.monotonic()

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def keep_alive(self, now: float) -> str | None:
        """Start the process again when it has ended and its wait is over; what to tell people, if anything."""
        if self.is_alive:
            return None
        if self.process is not None:
            return self._note_fall(now)
        if now < self._not_before:
            return None
        self.start()
        return f"{self.name} started again"

    def _note_fall(self, now: float) -> str:
        assert self.process
        self.falls = 1 if now - self._started_at > STEADY_AFTER_S else self.falls + 1
        wait = min(LONGEST_WAIT_S, 0.25 * 2 ** (self.falls - 1))
        self._not_before = now + wait
        said = f"{self.name} ended ({_how(self.process.returncode)}); again in {wait:.2g} s. Its log: {self.log}"
        self.process = None
        return said

    def ask_to_stop(self) -> None:
        """Send SIGTERM, if it lives."""
        if self.process and self.is_alive:
            self.process.terminate()

    def stop_by(self, deadline: float) -> None:
        """Wait for the end until ``deadline`` (monotonic), then kill."""
        if not self.process:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Supervisor:
    """Runs ``children`` until it is told to stop; ``each_round`` is called in between (it keeps the database up)."""

    def __init__(
        self, children: Iterable[Child], *, say: Callable[[str], None], each_round: Callable[[], None]
    ) -> None:
        self.children = list(children)
        self._say = say
        self._each_round = each_round
        self._told = threading.Event()

    def listen_to_signals(self) -> None:
        """SIGINT (Ctrl-C), SIGTERM and SIGHUP (the terminal closed) stop the round; call it from the main thread."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._told.set()

    @property
    def is_told_to_stop(self) -> bool:
        return self._told.is_set()

    def start(self) -> None:
        """Start every child."""
        for child in self.children:
            child.start()

    def add(self, child: Child) -> None:
        """Start one more child and keep it alive with the others."""
        child.start()
        self.children.append(child)

    def watch(self, until: Callable[[], bool] = lambda: False) -> bool:
        """Keep all children alive until told to stop (False) or ``until()`` holds (True)."""
        while not self._told.is_set():
            self._each_round()
            for child in self.children:
                if said := child.keep_alive(time.monotonic()):
                    self._say(said)
            if until():
                return True
            self._told.wait(_LOOK_EVERY_S)
        return False

    def stop(self) -> None:
        """Stop every child: SIGTERM to all, SIGKILL to what is left after some seconds."""
        for child in self.children:
            child.ask_to_stop()
        deadline = time.monotonic() + STOP_WITHIN_S
        for child in self.children:
            child.stop_by(deadline)


def module_command(*arguments: str) -> list[str]:
    """A command line that runs a process of project/serve.py with this Python."""
    return [sys.executable, "-m", "belltower.project.serve", *arguments]


def _how(status: int) -> str:
    if status >= 0:
        return f"status {status}"
    with contextlib.suppress(ValueError):
        return signal.Signals(-status).name
    return f"signal {-status}"
