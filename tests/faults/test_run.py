# SPDX-License-Identifier: Apache-2.0
"""`belltower run`: one command serves everything, keeps it alive, and leaves nothing behind, however it ends."""

from __future__ import annotations

import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.faults.installation import Installation, are_gone, installed, wait_until

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("installation")]


@pytest.fixture(scope="module")
def installation() -> Iterator[Installation]:
    """One installation for all tests of this file; each leaves it running and ready."""
    with tempfile.TemporaryDirectory(prefix="belltower-run-") as folder, installed(Path(folder) / "home") as one:
        one.start()
        yield one


def test_both_doors_are_open_and_say_what_they_are(installation: Installation) -> None:
    assert installation.get(8, "/health/live") == {"live": True}
    assert installation.get(9, "/health/ready") == {
        "ready": True, "database": True, "migrations": True, "worker": True,
    }  # fmt: skip
    door = installation.get(9, "/")
    assert door
    assert set(door["what"]) == {"zh", "en"}


def test_it_prints_its_addresses_and_the_time_of_each_step(installation: Installation) -> None:
    wait_until(lambda: "Ctrl-C" in installation.said, 10, "announced")
    for words in (f"http://127.0.0.1:{installation.port}", f"http://127.0.0.1:{installation.port + 1}", "migrations: "):
        assert words in installation.said
    assert "demo logins" not in installation.said, "without the demo city nobody is let in unasked"


@pytest.mark.parametrize("part", ["web", "gateway", "worker", "database"])
def test_a_part_that_is_killed_comes_back(installation: Installation, part: str) -> None:
    killed = installation.processes()[part][0]
    killed.kill()
    wait_until(lambda: are_gone([killed]), 10, "gone")
    wait_until(lambda: bool(installation.processes()[part]) and installation.is_ready, 60, f"{part} back")


def test_a_web_worker_that_is_killed_comes_back(installation: Installation) -> None:
    server, *workers = installation.processes()["web"]
    workers[0].kill()
    wait_until(lambda: are_gone(workers[:1]), 10, "gone")
    wait_until(lambda: len(installation.processes()["web"]) == 1 + len(workers), 30, "as many workers as before")
    assert installation.processes()["web"][0] == server
    assert installation.is_ready


def test_nothing_listens_but_the_two_doors(installation: Installation) -> None:
    listening = {
        (connection.laddr.ip, connection.laddr.port)
        for process in installation.everyone()
        for connection in _connections(process)
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {("127.0.0.1", installation.port), ("127.0.0.1", installation.port + 1)}


def _connections(process: psutil.Process) -> list[psutil.pconn]:  # type: ignore[name-defined]
    try:
        return list(process.net_connections("inet"))
    except psutil.NoSuchProcess:
        return []


def test_a_second_run_over_the_same_home_is_refused(installation: Installation) -> None:
    done = subprocess.run(
        [installation.python, "-m", "belltower", "run", "--port", str(installation.port + 40)],
        env=installation.environment, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert "[database_in_use]" in done.stderr


def test_a_port_in_use_is_refused_by_its_number(installation: Installation) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = subprocess.run(
            [installation.python, "-m", "belltower", "run", "--port", str(port)],
            env=installation.environment, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
    assert done.returncode == 1
    assert f"Port {port}" in done.stderr
    assert f"端口 {port}" in done.stderr


def test_the_supervisor_killed_leaves_no_orphan_and_a_new_start_serves_again(installation: Installation) -> None:
    everyone = installation.everyone()
    assert len(everyone) > 8, "database with its own, web with workers, gateway, worker"
    installation.kill()
    wait_until(lambda: are_gone(everyone), 15, "all gone")
    installation.start()


@pytest.mark.parametrize(
    "how",
    [
        signal.SIGTERM,
        pytest.param(signal.SIGINT, marks=pytest.mark.long),
        pytest.param(signal.SIGHUP, marks=pytest.mark.long),
    ],
)
def test_told_to_stop_everything_ends_within_seconds(installation: Installation, how: signal.Signals) -> None:
    everyone = installation.everyone()
    assert installation.process
    began = time.monotonic()
    installation.process.send_signal(how)
    assert installation.process.wait(30) == 0
    assert time.monotonic() - began < 12
    assert are_gone(everyone)
    installation.start()
