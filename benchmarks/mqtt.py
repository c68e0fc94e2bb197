# SPDX-License-Identifier: Apache-2.0
"""A burst of QoS 1 messages into Mosquitto as it is installed, and what of it is stored durably; counted on both sides."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import select
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.ground import fresh_database, report

STREAMS = 500
IN_FLIGHT = 20_000
QUIET_S = 20.0
_MAPPING = """
source: burst
kind: mqtt
since: 2026-11-23
address: mqtt://127.0.0.1:{port}
takes:
  - topic: city/{{device}}/up
    streams: [{{stream: "{{device}}", unit: "%", value: ch4, at: t, at_in: ms}}]
"""


def main() -> None:
    """Print how many messages the broker acknowledged, how many are stored, and how many a second, from first to last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10,000 messages instead of 50,000")
    parser.add_argument("--messages", type=int)
    asked = parser.parse_args()
    messages = asked.messages or (10_000 if asked.quick else 50_000)
    with fresh_database(), _mosquitto() as port:
        _make_streams()
        report(**_run(port, messages))


@contextmanager
def _mosquitto() -> Iterator[int]:
    """Debian's Mosquitto with nothing set but where it listens, and that anybody may."""
    program = shutil.which("mosquitto", path="/usr/sbin:/usr/bin")
    if program is None:
        raise SystemExit("Mosquitto is not installed (apt-get install mosquitto)")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
        Path(file.name).write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
        broker = subprocess.Popen([program, "-c", file.name], stderr=subprocess.DEVNULL)
        try:
            while socket.socket().connect_ex(("127.0.0.1", port)):
                time.sleep(0.05)
            yield port
        finally:
            broker.terminate()
            broker.wait()


def _make_streams() -> None:
    from belltower.core.ledger.entries import entry
    from belltower.core.observations.models import Datastream, ObservedProperty, Sensor, Thing
    from belltower.kernel.actors import Actor

    with entry("bench.make_streams", by=Actor.system("bench")):
        thing = Thing.objects.create(name="bench")
        sensor, observed = Sensor.objects.create(name="s"), ObservedProperty.objects.create(name="methane")
        Datastream.objects.bulk_create(
            Datastream(
                key=f"d{n}", name=f"d{n}", thing=thing, sensor=sensor, observed_property=observed, unit_symbol="%"
            )
            for n in range(STREAMS)
        )


def _run(port: int, messages: int) -> dict[str, float | int]:
    from belltower.core.observations.storing import Stored
    from belltower.edges.sources.bridge import Bridge
    from belltower.edges.sources.holding import our_address
    from belltower.edges.sources.mapping import read_source

    told: list[tuple[float, int]] = []

    def count(stored: Stored) -> None:
        told.append((time.monotonic(), stored.stored))

    stopping = threading.Event()
    bridge = Bridge(read_source(_MAPPING.format(port=port)), our_address(), after_commit=count)
    thread = threading.Thread(target=bridge.run, args=(stopping,))
    thread.start()
    _wait_until_connected()
    burst = multiprocessing.get_context("spawn").Pool(1)
    acknowledged, began, burst_s = burst.apply(_burst, (port, messages))
    while sum(stored for _, stored in told) < acknowledged and time.monotonic() - _last(told, began) < QUIET_S:
        time.sleep(0.05)
    stopping.set()
    thread.join()
    burst.terminate()
    stored = _stored()
    return {
        "sent": acknowledged,
        "stored": stored,
        "lost": acknowledged - stored,
        "per_s": round(stored / (_last(told, began) - began), 1),
        "burst_per_s": round(acknowledged / burst_s, 1),
        "commits": len(told),
    }


def _last(told: list[tuple[float, int]], began: float) -> float:
    return told[-1][0] if told else began


def _wait_until_connected() -> None:
    from belltower.edges.sources.models import BridgeState, StandingRow

    while not StandingRow.objects.filter(state=BridgeState.CONNECTED).exists():
        time.sleep(0.05)


def _stored() -> int:
    """What is in the table, not what was said to be."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM observations_reading")
        row = cursor.fetchone()
    return int(row[0])


def _burst(port: int, messages: int) -> tuple[int, float, float]:
    """Publish as fast as the broker takes them (MQTT 3.1.1, written by hand); how many it acknowledged, from when, and in how long."""
    start = int(time.time() * 1000) - messages
    with socket.create_connection(("127.0.0.1", port)) as broker:
        broker.sendall(_packet(0x10, b"\x00\x04MQTT\x04\x02\x00\x3c\x00\x05burst"))
        if broker.recv(4) != b"\x20\x02\x00\x00":
            raise SystemExit("the broker refuses the burst")
        broker.setblocking(False)
        began = time.monotonic()
        sent, answered, waiting = 0, 0, b""
        while answered < 4 * messages:
            if not waiting and sent < messages and sent - answered // 4 < IN_FLIGHT:
                upto = min(messages, sent + 500)
                waiting = b"".join(_publish(number, start) for number in range(sent, upto))
                sent = upto
            readable, writable, _ = select.select([broker], [broker] if waiting else [], [], 30)
            if not readable and not writable:
                break
            if writable:
                waiting = waiting[broker.send(waiting) :]
            if readable:
                answered += len(broker.recv(65_536))
        return answered // 4, began, time.monotonic() - began


def _publish(number: int, start: int) -> bytes:
    topic = f"city/d{number % STREAMS}/up".encode()
    payload: dict[str, Any] = {"ch4": number % 1000 / 10, "t": start + number}
    mid = struct.pack("!H", number % 65_535 + 1)
    return _packet(0x32, struct.pack("!H", len(topic)) + topic + mid + json.dumps(payload).encode())


def _packet(header: int, body: bytes) -> bytes:
    if len(body) > 127:
        raise ValueError("a packet of this burst has one byte of length")
    return bytes((header, len(body))) + body


if __name__ == "__main__":
    main()
