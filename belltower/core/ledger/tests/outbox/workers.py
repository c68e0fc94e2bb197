# SPDX-License-Identifier: Apache-2.0
"""Starts, stops and kills the worker processes of process.py over the test's database, and waits for what they do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from types import TracebackType

import psutil
from django.db import connection


class Workers:
    """Worker processes by their ids; all of them end with it."""

    def __init__(self) -> None:
        place = connection.settings_dict
        # A worker serves nobody in particular, so it sees every row; who writes, its actions must say.
        sees = "options=-c%20belltower.sees%3Dall"
        url = f"postgresql://{place['USER']}@/{place['NAME']}?host={place['HOST']}&{sees}"
        settings = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "belltower.project.settings"}
        self._mother = subprocess.Popen(
            [sys.executable, "-m", "belltower.core.ledger.tests.outbox.process"],
            env={**os.environ, **settings}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.alive: list[int] = []

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for pid in list(self.alive):
            self.kill(pid)
        self._mother.communicate(timeout=20)

    def start(self) -> int:
        """One more worker; its process id."""
        assert self._mother.stdin
        assert self._mother.stdout
        self._mother.stdin.write("start\n")
        self._mother.stdin.flush()
        pid = int(self._mother.stdout.readline())
        self.alive.append(pid)
        return pid

    def kill(self, pid: int) -> None:
        """kill -9; the worker may have ended by itself."""
        self.alive.remove(pid)
        if psutil.pid_exists(pid):
            os.kill(pid, signal.SIGKILL)

    def stop(self, pid: int) -> None:
        """SIGTERM, and wait until it has ended."""
        self.alive.remove(pid)
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not psutil.pid_exists(pid), within=15, what="the worker ended")


def wait_until(holds: Callable[[], bool], *, within: float, what: str) -> float:
    """Poll until it holds; how long it took, in seconds."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < within, f"{what}: not so after {within} s"
        time.sleep(0.02)
    return time.monotonic() - began
