# SPDX-License-Identifier: Apache-2.0
"""A whole installation as a person starts it, in a folder of its own, to be used and killed by tests."""

from __future__ import annotations

import atexit
import functools
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg

PYTHON = sys.executable
SERVED_WITHIN_S = 120.0


def two_free_ports() -> int:
    """A port that is free together with the next one."""
    while True:
        with socket.socket() as one, socket.socket() as two:
            one.bind(("127.0.0.1", 0))
            port = int(one.getsockname()[1])
            try:
                two.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


def wait_until(holds: Callable[[], bool], within: float, what: str | Callable[[], str]) -> float:
    """Poll until it holds; how long it took, in seconds. Fails with ``what`` when time is up."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > within:
            raise AssertionError(f"{what if isinstance(what, str) else what()}: not so after {within:.0f} s")
        time.sleep(0.05)
    return time.monotonic() - began


class Installation:
    """`belltower run` over ``home``, and what can be done to it."""

    def __init__(self, home: Path, *, python: str = PYTHON, options: tuple[str, ...] = ("--no-demo",)) -> None:
        self.home, self.python, self.options = home, python, options
        self.port = two_free_ports()
        self.output = home.parent / f"{home.name}.out"
        self.process: psutil.Popen | None = None

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "BELLTOWER_PACKS")}
        return {**kept, "BELLTOWER_HOME": str(self.home), "PYTHONUNBUFFERED": "1"}

    @property
    def database_url(self) -> str:
        """As the application logs in, seeing every row."""
        socket = self.home / "postgres" / "socket"
        return f"postgresql://belltower_app@/belltower?host={socket}&options=-c%20belltower.sees%3Dall"

    def start(self, within: float = SERVED_WITHIN_S) -> float:
        """Start it and return when it is served and ready; how long that took, in seconds."""
        with self.output.open("ab") as out:
            self.process = psutil.Popen(
                [self.python, "-m", "belltower", "run", "--port", str(self.port), *self.options],
                env=self.environment, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
            )  # fmt: skip
        return wait_until(lambda: self.is_ready, within, self.state)

    @property
    def said(self) -> str:
        """The end of what it printed."""
        return self.output.read_text(errors="replace")[-2000:]

    def state(self) -> str:
        """How it stands, for a test that waited in vain."""
        logs = {path.name: path.read_text(errors="replace")[-1500:] for path in (self.home / "logs").glob("*.log")}
        doors = {path: self.get(door, path) for door, path in ((8, "/health/live"), (9, "/health/ready"))}
        return f"ready\n{doors}\n{self.processes()}\n{self.said}\n" + "\n".join(f"{n}:\n{t}" for n, t in logs.items())

    @property
    def is_ready(self) -> bool:
        return self.get(8, "/health/live") is not None and bool((self.get(9, "/health/ready") or {}).get("ready"))

    def get(self, door: int, path: str) -> dict[str, Any] | None:
        """The JSON that door 8 (people) or 9 (machines) answers with status 200, or None."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port + door - 8}{path}", timeout=5) as answer:
                found: dict[str, Any] = json.loads(answer.read())
                return found
        except (urllib.error.URLError, OSError, ValueError):
            return None

    def processes(self) -> dict[str, list[psutil.Process]]:
        """The living processes by part: database, web (the server first, then its workers), gateway, worker."""
        assert self.process
        parts: dict[str, list[psutil.Process]] = {"database": [], "web": [], "gateway": [], "worker": []}
        for child in self.process.children():
            try:
                command = child.cmdline()
                part = next((part for part in ("web", "gateway", "worker") if part in command), None)
                if part is None and child.name() == "postgres":
                    part = "database"
                if part:
                    parts[part] += [child, *child.children(recursive=True)]
            except psutil.NoSuchProcess:
                continue
        return parts

    def everyone(self) -> list[psutil.Process]:
        """Every process of the installation but the supervisor."""
        return [one for part in self.processes().values() for one in part]

    def stop(self) -> int:
        """Ctrl-C; the exit status."""
        assert self.process
        if self.process.is_running():
            self.process.terminate()
        return int(self.process.wait(60))

    def kill(self) -> None:
        """kill -9 of the supervisor."""
        assert self.process
        self.process.kill()
        self.process.wait()

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(self.database_url, autocommit=True)


def are_gone(processes: list[psutil.Process]) -> bool:
    """Whether none of them lives; a zombie does not."""

    def is_gone(process: psutil.Process) -> bool:
        try:
            return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True

    return all(is_gone(process) for process in processes)


@functools.cache
def _begun() -> Path:
    """A home that was started once without a demo and stopped, for others to begin with: a first start takes long."""
    folder = Path(tempfile.mkdtemp(prefix="belltower-begun-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    installation = Installation(folder / "home")
    installation.start()
    assert installation.stop() == 0
    return folder / "home"


@contextmanager
def installed(home: Path, *, is_begun: bool = True, **how: Any) -> Iterator[Installation]:
    """An installation that is not started yet; what is left of it is killed at the end.

    ``is_begun``: it was started once before, and stopped.
    """
    installation = Installation(home, **how)
    if is_begun and "--no-demo" in installation.options and installation.python == PYTHON:
        shutil.copytree(_begun(), home, symlinks=True)
    try:
        yield installation
    finally:
        if installation.process and installation.process.is_running():
            left = installation.everyone()
            installation.kill()
            wait_until(lambda: are_gone(left), 30, "all processes gone")
