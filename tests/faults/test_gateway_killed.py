# SPDX-License-Identifier: Apache-2.0
"""The machines' door is killed while devices send: everything it acknowledged is there, and the count closes."""

from __future__ import annotations

import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from belltower.core.access import actions
from belltower.core.access.rules import Verb
from belltower.core.observations.models import Count
from belltower.core.observations.tests.senses import asked, streams
from belltower.kernel.actors import Actor
from belltower.project.gateway.serving import address

BY = Actor.system("tests")
DEVICES = 6
ROUNDS = 3
ENOUGH = 60  # acknowledgements before the kill
WITHIN_S = 60.0


@contextmanager
def served(port: int, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A gateway process of its own on the test's database."""
    command = [sys.executable, "-m", "belltower.project.serve", "gateway", "--host", "127.0.0.1", "--port", str(port)]
    with (tmp_path / "gateway.log").open("ab") as log:
        process = subprocess.Popen(command, env={**os.environ, "DATABASE_URL": address()}, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait(20)


class Device(threading.Thread):
    """Sends one reading after another and remembers those that were acknowledged."""

    def __init__(self, port: int, secret: str, stream: int) -> None:
        super().__init__(daemon=True)
        self.port, self.secret, self.stream = port, secret, stream
        self.acknowledged: list[int] = []
        self.sent = 0
        self.is_over = threading.Event()

    def run(self) -> None:
        """Until the door is gone."""
        while not self.is_over.is_set() and not self.acknowledged:
            time.sleep(0.05)  # the door is not there yet
            door = closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10))
            with door as connection, suppress(OSError, http.client.HTTPException):
                while not self.is_over.is_set():
                    self._send(connection)

    def _send(self, connection: http.client.HTTPConnection) -> None:
        at = time.time_ns() // 1000
        body = msgspec.json.encode({"stream": self.stream, "at": at, "value": 1.0})
        headers = {"Authorization": f"Bearer {self.secret}", "Content-Type": "application/x-ndjson"}
        self.sent += 1
        connection.request("POST", "/ingest", body, headers)
        answer = connection.getresponse()
        if answer.status == 200 and msgspec.json.decode(answer.read())["stored"] == 1:
            self.acknowledged.append(at)


@pytest.mark.server
def test_what_was_acknowledged_before_a_kill_is_there(transactional_db: None, tmp_path: Path) -> None:
    ids = streams(DEVICES)
    account = actions.service_account("killed", by=BY)
    now = datetime.now(UTC)
    secret = actions.make_token(account, scopes=[Verb.SENSE], expires_at=None, by=BY, now=now).secret
    acknowledged: set[tuple[int, int]] = set()
    sent = 0
    for _ in range(ROUNDS):
        devices = one_round(ids, secret, tmp_path)
        acknowledged |= {(one.stream, at) for one in devices for at in one.acknowledged}
        sent += sum(one.sent for one in devices)
    stored = {(stream, int(at)) for stream, at in asked(
        "SELECT stream, (extract(epoch FROM at) * 1000000)::bigint FROM observations_reading")}  # fmt: skip
    assert len(acknowledged) >= ROUNDS * ENOUGH
    assert acknowledged <= stored
    assert len(stored) <= sent
    counts = Count.objects.filter(source="killed").values_list("received", "stored", "duplicates", "refused")
    assert [sum(column) for column in zip(*counts, strict=True)] == [len(stored), len(stored), 0, 0]


def one_round(ids: list[int], secret: str, tmp_path: Path) -> list[Device]:
    """Serve, let the devices send, kill with SIGKILL in the middle of it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with served(port, tmp_path) as process:
        devices = [Device(port, secret, stream) for stream in ids]
        for one in devices:
            one.start()
        wanted, deadline = ENOUGH + random.randrange(40), time.monotonic() + WITHIN_S
        while sum(len(one.acknowledged) for one in devices) < wanted:
            assert time.monotonic() < deadline, (tmp_path / "gateway.log").read_text()[-2000:]
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        for one in devices:
            one.is_over.set()
            one.join(20)
    return devices
