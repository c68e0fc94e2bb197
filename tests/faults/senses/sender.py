# SPDX-License-Identifier: Apache-2.0
"""A device in a process of its own: sends readings, sends again until each is acknowledged, and keeps a log of both.

`python -m tests.faults.senses.sender KIND PORT TOKEN IDS LOG`. A line "go" lets it send; "rest" lets it finish what it has
begun, and answer "rested". The log has a line for what is sent, before it is, and one when it is acknowledged.
"""

from __future__ import annotations

import http.client
import io
import json
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeAlias

import msgspec

from tests.faults.senses.scene import keys_of

Row: TypeAlias = tuple[str, int, float]
Message: TypeAlias = tuple[str, str]
ROWS = 40
IN_FLIGHT = 100
PAUSE_S = {"lines": 0.03, "packed": 0.03, "single": 0.01, "broker": 0.005}


class Log:
    """What was sent, and what was acknowledged; on its way to the disk before anybody else hears of it."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8", buffering=1)
        self._lock = threading.Lock()

    def write(self, **line: Any) -> None:
        with self._lock:
            self._file.write(json.dumps(line) + "\n")


class Device:
    """Makes its readings, each later than the last; high for three readings of a stream, then low for three."""

    def __init__(self, kind: str, log: Log) -> None:
        self.keys, self.log, self.made = keys_of(kind), log, 0
        self._at = 0

    def rows(self, count: int) -> tuple[int, list[Row]]:
        """The next readings, with the number of the first; they are in the log."""
        first, rows = self.made, []
        for _ in range(count):
            number, self.made = self.made, self.made + 1
            self._at = max(self._at + 1, time.time_ns() // 1000)
            is_high = number // len(self.keys) // 3 % 2
            rows.append((self.keys[number % len(self.keys)], self._at, (30.0 if is_high else 5.0) + number * 1e-6))
        self.log.write(sent=first, rows=rows, when=time.time())
        return first, rows


class Door:
    """HTTP to the machines' door; nobody there is an answer of status 0."""

    def __init__(self, port: int, token: str) -> None:
        self._port, self._headers = port, {"Authorization": f"Bearer {token}"}
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, body: bytes | None = None, media_type: str = "") -> tuple[int, Any]:
        headers = {**self._headers, **({"Content-Type": media_type} if media_type else {})}
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=15)
            self._connection.request(method, path, body, headers)
            answer = self._connection.getresponse()
            content = answer.read()
            return answer.status, json.loads(content) if content else None
        except (OSError, http.client.HTTPException, ValueError) as error:
            if self._connection is not None:
                self._connection.close()
                self._connection = None
            return 0, repr(error)


def until_acknowledged(
    log: Log, number: int, attempt: Callable[[], tuple[int, Any]], is_kept: Callable[..., bool]
) -> None:
    """Send again while nobody answers, or it is asked for (429, 503); any other answer is a fault, and logged as one."""
    while True:
        status, told = attempt()
        if is_kept(status, told):
            log.write(acknowledged=number)
            return
        if status not in (0, 429, 503):
            log.write(fault=number, status=status, told=told)
            return
        log.write(again=number, status=status)
        time.sleep(0.1)


def ingest(kind: str, device: Device, door: Door, ids: dict[str, int]) -> None:
    """One batch by the fast door."""
    first, rows = device.rows(ROWS)
    forms = [lines] if kind == "lines" else [packed, arrow]
    body, media_type = forms[first // ROWS % len(forms)](rows)

    def is_kept(status: int, told: Any) -> bool:
        return status == 200 and told["stored"] + told["duplicates"] == len(rows)

    until_acknowledged(device.log, first, lambda: door.ask("POST", "/ingest", body, media_type), is_kept)


def lines(rows: list[Row]) -> tuple[bytes, str]:
    body = b"\n".join(msgspec.json.encode({"stream": key, "at": at, "value": value}) for key, at, value in rows)
    return body, "application/x-ndjson"


def packed(rows: list[Row]) -> tuple[bytes, str]:
    maps = [{"stream": key, "at": at, "value": value} for key, at, value in rows]
    return msgspec.msgpack.encode(maps), "application/msgpack"


def arrow(rows: list[Row]) -> tuple[bytes, str]:
    import pyarrow as pa

    stream, at, value = zip(*rows, strict=True)
    table = pa.table({"stream": stream, "at": pa.array(at, pa.timestamp("us", "UTC")), "value": value})
    file = io.BytesIO()
    with pa.ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table)
    return file.getvalue(), "application/vnd.apache.arrow.stream"


def single(kind: str, device: Device, door: Door, ids: dict[str, int]) -> None:
    """One SensorThings Observation. After a doubt it asks first: the standard lets equal observations stand twice."""
    first, [(key, at, value)] = device.rows(1)
    when = _iso(at)
    path = f"/sta/v1.1/Datastreams({ids[key]})/Observations"
    body = json.dumps({"result": value, "phenomenonTime": when}).encode()
    is_doubtful = False

    def attempt() -> tuple[int, Any]:
        nonlocal is_doubtful
        if is_doubtful:
            status, told = door.ask("GET", f"{path}?$filter=phenomenonTime%20eq%20{when}&$select=result")
            if status != 200 or told["value"]:
                return (201 if status == 200 else status), told
        is_doubtful = True
        return door.ask("POST", path, body, "application/json")

    until_acknowledged(device.log, first, attempt, lambda status, told: status == 201)


def _iso(at: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at // 1_000_000)) + f".{at % 1_000_000:06d}Z"


class Publisher:
    """Publishes with QoS 1; what the broker has not acknowledged when the connection breaks, paho sends again.

    So are the last ones that it had acknowledged: Mosquitto answers a moment before its file is written, and may be
    killed in between (docs/guides/mqtt.md).
    """

    def __init__(self, port: int, log: Log) -> None:
        from paho.mqtt.client import Client
        from paho.mqtt.enums import CallbackAPIVersion

        self._log = log
        self._waiting: dict[int, tuple[int | None, Message]] = {}
        self._tail: deque[Message] = deque(maxlen=2 * IN_FLIGHT)
        self._is_broken = False
        # paho holds locks of its own while it tells: what it tells waits here for our thread.
        self._told: SimpleQueue[int] = SimpleQueue()
        self._client = Client(CallbackAPIVersion.VERSION2, "device", clean_session=False)
        self._client.max_queued_messages_set(0)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_publish = lambda client, _, mid, code, properties: self._told.put(mid)
        self._client.on_disconnect = self._broke
        self._client.connect_async("127.0.0.1", port, keepalive=10)
        self._client.loop_start()

    def _broke(self, *_: Any) -> None:
        self._is_broken = True

    def send(self, kind: str, device: Device, door: Door, ids: dict[str, int]) -> None:
        """One message."""
        first, [(key, at, value)] = device.rows(1)
        self._publish(first, (f"up/{key}", json.dumps({"v": value, "t": at})))
        self._note()
        while len(self._waiting) >= IN_FLIGHT:
            self._note()

    def finish(self) -> None:
        """Wait until all is acknowledged."""
        while self._waiting or self._is_broken:
            self._note()

    def _publish(self, number: int | None, message: Message) -> None:
        self._waiting[self._client.publish(*message, qos=1).mid] = number, message

    def _note(self) -> None:
        """Log what was acknowledged; send the last ones again once a broken connection is mended."""
        if self._is_broken and self._client.is_connected():
            self._is_broken = False
            while not self._told.empty():  # acknowledged before it broke, and not yet among the last ones
                self._acknowledged(self._told.get())
            for message in list(self._tail):
                self._publish(None, message)
        with suppress(Empty):
            self._acknowledged(self._told.get(timeout=0.001))

    def _acknowledged(self, mid: int) -> None:
        number, message = self._waiting.pop(mid)
        if number is not None:
            self._tail.append(message)
            self._log.write(acknowledged=number)


def main() -> None:
    kind, port, token, ids, path = sys.argv[1:]
    log = Log(Path(path))
    device, door = Device(kind, log), Door(int(port), token)
    publisher = Publisher(int(port), log) if kind == "broker" else None
    send = publisher.send if publisher else single if kind == "single" else ingest
    sending = threading.Event()
    resting = threading.Event()

    def work() -> None:
        while True:
            sending.wait()
            while sending.is_set():
                send(kind, device, door, json.loads(ids))
                time.sleep(PAUSE_S[kind])
            if publisher:
                publisher.finish()
            resting.set()

    threading.Thread(target=work, daemon=True).start()
    for line in sys.stdin:
        if line.strip() == "go":
            resting.clear()
            sending.set()
        else:
            sending.clear()
            resting.wait()
            print("rested", flush=True)


if __name__ == "__main__":
    main()
