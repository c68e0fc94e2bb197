# SPDX-License-Identifier: Apache-2.0
"""kill -9 of the web's processes during uploads: what was acknowledged is whole, nothing is half, and what is left is named.

The seed is printed; BELLTOWER_FAULT_SEED repeats a run's choices (not its exact timing).
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.faults.installation import Installation, installed, wait_until
from tests.faults.test_kill import driven

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("installation")]
BOUNDARY = "belltower-boundary"
SIZE = 6 << 20  # bytes: long enough on its way to be struck
KILLS = 6


def pdf(chance: random.Random, size: int) -> bytes:
    return b"%PDF-1.7\n" + chance.randbytes(size) + b"\n%%EOF\n"


class Sender:
    """Puts files beside assets over HTTP with a token."""

    def __init__(self, installation: Installation, token: str) -> None:
        self._at, self._token = f"http://127.0.0.1:{installation.port}/api/v1", token

    def send(self, asset: str, content: bytes) -> dict[str, Any] | None:
        """What was answered; None where nobody did."""
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'
        body = head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        answer = self._ask(f"/assets/{asset}/attachments", body, {"Content-Type": kind})
        return dict(json.loads(answer)) if answer else None

    def fetch(self, uid: str) -> bytes:
        return self._ask(f"/attachments/{uid}/content") or b""

    def _ask(self, path: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> bytes | None:
        asked = urllib.request.Request(
            self._at + path, body, {"Authorization": f"Bearer {self._token}", **(headers or {})}
        )
        try:
            with urllib.request.urlopen(asked, timeout=60) as answer:
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {error.code} {error.read()[:500]!r}") from None
        except (urllib.error.URLError, OSError):
            return None


class Uploads(threading.Thread):
    """One file after the other; remembers which were acknowledged, by uid and digest."""

    def __init__(self, sender: Sender, asset: str, seed: int) -> None:
        super().__init__(daemon=True)
        self._sender, self._asset, self._chance = sender, asset, random.Random(seed)
        self.acknowledged: dict[str, str] = {}
        self.lost, self.faults = 0, []
        self._done = threading.Event()

    def run(self) -> None:
        while not self._done.is_set():
            content = pdf(self._chance, SIZE)
            try:
                told = self._sender.send(self._asset, content)
            except AssertionError as fault:
                self.faults.append(str(fault))
                return
            if told is None:
                self.lost += 1
                self._done.wait(0.1)
            else:
                assert told["digest"] == hashlib.sha256(content).hexdigest()
                self.acknowledged[told["uid"]] = told["digest"]

    def stop(self) -> None:
        self._done.set()
        self.join(60)


@dataclass
class City:
    """One installation for both stories: starting it takes longer than they do."""

    installation: Installation
    sender: Sender
    lamps: list[str]


@pytest.fixture(scope="module")
def city() -> Iterator[City]:
    with (
        pytest.MonkeyPatch.context() as patch,
        tempfile.TemporaryDirectory(prefix="belltower-uploads-") as folder,
        installed(Path(folder) / "home") as one,
    ):
        patch.setenv("BELLTOWER_LIMITS", "off")  # tests ask more often than people do
        one.start()
        told: dict[str, Any] = driven(one, "prepare", "20")
        yield City(one, Sender(one, told["token"]), told["uids"])


def command(installation: Installation, *words: str) -> subprocess.CompletedProcess[str]:
    environment = installation.environment
    asked = [installation.python, "-m", "belltower", *words]
    return subprocess.run(asked, env=environment, capture_output=True, text=True, timeout=120, check=False)


def kept_files(installation: Installation) -> list[Path]:
    root = installation.home / "files" / "attachments" / "sha256"
    return [path for path in root.rglob("*") if path.is_file()]


@pytest.mark.long
def test_uploads_that_are_killed_leave_nothing_half(city: City) -> None:
    installation, sender = city.installation, city.sender
    seed = int(os.environ.get("BELLTOWER_FAULT_SEED", random.randrange(2**31)))
    print(f"BELLTOWER_FAULT_SEED={seed}")
    chance = random.Random(seed)
    senders = [Uploads(sender, lamp, seed + number) for number, lamp in enumerate(city.lamps[:2])]
    for one in senders:
        one.start()
    for _ in range(KILLS):
        before = sum(len(one.acknowledged) for one in senders)
        wait_until(lambda: sum(len(one.acknowledged) for one in senders) > before, 60, "an upload acknowledged")  # noqa: B023
        time.sleep(chance.uniform(0.0, 1.0))  # the blow falls at an instant that nobody chose
        for process in installation.processes()["web"][1:]:
            process.kill()
        wait_until(lambda: installation.is_ready, 90, installation.state)
    for one in senders:
        one.stop()
        assert one.faults == []
    acknowledged = {uid: digest for one in senders for uid, digest in one.acknowledged.items()}
    print(f"{len(acknowledged)} acknowledged, {sum(one.lost for one in senders)} lost to {KILLS} blows")
    assert acknowledged

    for uid, digest in acknowledged.items():
        assert hashlib.sha256(sender.fetch(uid)).hexdigest() == digest
    for path in kept_files(installation):
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name, "half a content under its final name"
    checked = command(installation, "attachments", "check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "missing" not in checked.stdout
    assert "changed" not in checked.stdout


def test_twenty_who_send_the_same_at_once_keep_it_once(city: City) -> None:
    content = pdf(random.Random(7), 1 << 20)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda lamp: city.sender.send(lamp, content), city.lamps))
    digest = hashlib.sha256(content).hexdigest()
    assert len({one["uid"] for one in answers if one}) == 20
    assert {one["digest"] for one in answers if one} == {digest}
    [path] = [path for path in kept_files(city.installation) if path.name == digest]
    assert path.read_bytes() == content
