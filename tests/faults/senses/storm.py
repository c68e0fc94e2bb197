# SPDX-License-Identifier: Apache-2.0
"""A city with devices that report into it by every door, and blows of kill -9 at whatever takes part."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psutil

from belltower.edges.mqtt.tests.broker import Broker
from tests.faults.installation import Installation, installed, wait_until
from tests.faults.senses import closing
from tests.faults.senses.scene import BROKER, SENDERS

ROOT = Path(__file__).parents[3]
VICTIMS = ("gateway", "worker", "bridge", "database", "backend", "broker")
"""The bridge is whichever process has the source just now: a worker, or the one of its own beside it."""
RESTED_WITHIN_S = 90.0
_MAPPING = """
source: broker
kind: mqtt
since: 2026-11-23
address: mqtt://127.0.0.1:{port}
takes:
  - topic: up/{{sender}}/{{number}}
    streams: [{{stream: "{{sender}}/{{number}}", unit: "%", value: v, at: t, at_in: us}}]
"""


class City:
    """`belltower run`, a Mosquitto, a second bridge as a service would keep it, and a process for each sender."""

    def __init__(self, installation: Installation, folder: Path) -> None:
        self.installation, self._folder = installation, folder
        self.broker = Broker(folder / "broker")
        self.mapping = folder / "mapping.yaml"
        self.mapping.write_text(_MAPPING.format(port=self.broker.port), encoding="utf-8")
        self.logs = {sender: folder / f"{sender}.jsonl" for sender in SENDERS}
        self._bridge: subprocess.Popen[bytes] | None = None
        self._senders: list[subprocess.Popen[str]] = []

    def begin(self) -> None:
        """Make the streams, tokens and alarms; start the second bridge and the senders, which wait."""
        told = json.loads(self._python("-m", "tests.faults.senses.scene", str(self.mapping)))
        for sender in SENDERS:
            port = self.broker.port if sender == BROKER else self.installation.port + 1
            about = [str(port), told["tokens"][sender], json.dumps(told["ids"]), str(self.logs[sender])]
            command = [sys.executable, "-m", "tests.faults.senses.sender", sender, *about]
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
            self._senders.append(subprocess.Popen(command, cwd=ROOT, text=True, **pipes))
        self.keep_bridge()
        wait_until(lambda: self._holder() is not None, 30, self.installation.state)

    def end(self) -> None:
        """Nothing of it runs on."""
        for sender in self._senders:
            sender.kill()
            sender.communicate()
        if self._bridge:
            self._bridge.kill()
            self._bridge.wait()
        self.broker.stop()

    def run(self, chance: random.Random, victims: list[str]) -> str:
        """Load, blows at these in turn, and rest; then everything must be as the senders' logs say."""
        for sender in self._senders:
            print("go", file=sender.stdin, flush=True)
        for victim in victims:
            time.sleep(chance.uniform(0.2, 1.2))  # the blow falls at an instant that nobody chose
            self.strike(victim, chance)
            if chance.random() < 0.5:
                wait_until(lambda: self.installation.is_ready, RESTED_WITHIN_S, self.installation.state)
        for sender in self._senders:
            print("rest", file=sender.stdin, flush=True)
        for name, sender in zip(SENDERS, self._senders, strict=True):
            self._rested(name, sender)
        wait_until(lambda: self.installation.is_ready, RESTED_WITHIN_S, self.installation.state)
        return closing.check(self.installation, self.logs)

    def strike(self, victim: str, chance: random.Random) -> None:
        """kill -9; what no supervisor of ours keeps is started again as systemd would."""
        parts = self.installation.processes()
        if victim == "broker":
            assert self.broker.process
            self.broker.process.kill()
            self.broker.process.wait()
            self.broker.start()
        elif victim == "bridge":
            if (holder := self._holder()) is not None:
                with suppress(ProcessLookupError):
                    os.kill(holder, signal.SIGKILL)
        elif victim == "backend":
            self._kill_one(parts["database"][1:], chance)
        else:
            self._kill_one(parts[victim][:1], chance)
        self.keep_bridge()

    def keep_bridge(self) -> None:
        """The second bridge runs."""
        if self._bridge is None or self._bridge.poll() is not None:
            command = [sys.executable, "-m", "belltower", "source", "run", str(self.mapping)]
            with (self._folder / "bridge.log").open("ab") as log:
                self._bridge = subprocess.Popen(
                    command, cwd=ROOT, env=self.installation.environment, stdout=log, stderr=log
                )

    def _kill_one(self, processes: list[psutil.Process], chance: random.Random) -> None:
        with suppress(psutil.NoSuchProcess):  # it may be down from the last blow already
            if processes:
                chance.choice(processes).kill()

    def _holder(self) -> int | None:
        """The process that has the source, as its connection says."""
        with suppress(Exception), self.installation.connect() as connection:
            row = connection.execute("SELECT holder FROM sources_standing WHERE source = %s", [BROKER]).fetchone()
            return int(row[0].rpartition(":")[2]) if row else None
        return None

    def _rested(self, name: str, sender: subprocess.Popen[str]) -> None:
        deadline = time.monotonic() + RESTED_WITHIN_S
        assert sender.stdout
        os.set_blocking(sender.stdout.fileno(), False)
        while not sender.stdout.readline():
            self.keep_bridge()
            assert sender.poll() is None, f"{name} ended"
            assert time.monotonic() < deadline, f"{name} waits for acknowledgements\n{self.installation.state()}"
            time.sleep(0.05)

    def _python(self, *arguments: str) -> str:
        environment = {
            **self.installation.environment,
            "DATABASE_URL": self.installation.database_url,
            "DJANGO_SETTINGS_MODULE": "belltower.project.settings",
        }
        return subprocess.run(
            [sys.executable, *arguments], env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
        ).stdout


@contextmanager
def city(folder: Path) -> Iterator[City]:
    """A city that is served and ready, its senders waiting."""
    with installed(folder / "home", options=("--no-demo", "--workers", "1")) as installation, ExitStack() as stack:
        installation.start()
        one = City(installation, folder)
        stack.callback(one.end)
        one.begin()
        yield one
