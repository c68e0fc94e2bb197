# SPDX-License-Identifier: Apache-2.0
"""A real Mosquitto in a folder of its own, and a device that publishes to it with QoS 1."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from belltower.edges.sources.tests.running import answers, free_port, wait_until

MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
LOSES_NOTHING = "max_queued_messages 0\nautosave_interval 1\nautosave_on_changes true\n"


class Broker:
    """Mosquitto with what the guide says loses nothing, or with ``settings`` of the test's own."""

    def __init__(self, folder: Path, settings: str = LOSES_NOTHING, *, is_open: bool = True) -> None:
        self.port, self._folder = free_port(), folder
        folder.mkdir(parents=True, exist_ok=True)
        anybody = "true" if is_open else "false"
        self._settings = f"listener {self.port} 127.0.0.1\nallow_anonymous {anybody}\n{settings}"
        if settings == LOSES_NOTHING:
            self._settings += f"persistence true\npersistence_location {folder}/\nuser root\n"
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start it, and return when it listens."""
        file = self._folder / "mosquitto.conf"
        file.write_text(self._settings)
        assert MOSQUITTO
        with (self._folder / "mosquitto.log").open("ab") as log:
            self.process = subprocess.Popen([MOSQUITTO, "-c", str(file)], stdout=log, stderr=log)
        wait_until(lambda: answers(self.port), "the broker listens")

    def stop(self) -> None:
        """SIGTERM: it writes what it holds."""
        if self.process:
            self.process.terminate()
            self.process.wait(20)
            self.process = None

    def publish(self, messages: Iterable[tuple[str, bytes]]) -> int:
        """Publish with QoS 1, and return how many the broker acknowledged."""
        client = Client(CallbackAPIVersion.VERSION2, "device")
        client.max_queued_messages_set(0)
        client.max_inflight_messages_set(200)
        client.connect("127.0.0.1", self.port)
        client.loop_start()
        told = [client.publish(topic, payload, qos=1) for topic, payload in messages]
        for one in told:
            one.wait_for_publish(30)
        client.disconnect()
        client.loop_stop()
        return sum(one.is_published() for one in told)
