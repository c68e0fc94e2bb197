# SPDX-License-Identifier: Apache-2.0
"""How fast readings are taken through one gateway process: ``python -m benchmarks.ingest [--quick]``.

Single observations over 100 kept connections (and what each costs of the processor, PostgreSQL's processes counted in),
a data array of SensorThings, batches through /ingest, and beside them binary COPY of the same rows into the same table.
Every commit reaches the disk.
"""

from __future__ import annotations

import http.client
import io
import multiprocessing
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import psycopg
import pyarrow as pa

from benchmarks.ground import fresh_database, report

CONNECTIONS = 100
# Streams of their own for each part, so that none finds its rows behind another's.
SINGLES, ARRAYS, BULK = slice(0, 100), slice(100, 200), slice(200, 1200)
BATCHES = (5_000, 50_000)
SENDERS, ROUNDS = 2, 2
SECONDS, QUICK_SECONDS = 10.0, 3.0
ROWS, QUICK_ROWS = 1_000_000, 100_000
FORMS = ("arrow", "messages", "lines")
MEDIA_TYPES = {
    "arrow": "application/vnd.apache.arrow.stream",
    "messages": "application/msgpack",
    "lines": "application/x-ndjson",
}


def main(arguments: list[str]) -> None:
    is_quick = "--quick" in arguments
    seconds, rows = (QUICK_SECONDS, QUICK_ROWS) if is_quick else (SECONDS, ROWS)
    with fresh_database():
        token, ids = prepare()
        with gateway() as (port, pid):
            figures = singles(port, token, pid, seconds)
            figures |= data_array(port, token, pid, ids, seconds)
            figures |= bulk(port, token, ids, rows)
    report(**figures)


def prepare() -> tuple[str, list[int]]:
    """Streams to report, and a token to report them with."""
    from belltower.core.access import actions
    from belltower.core.access.rules import Verb
    from belltower.core.ledger.entries import entry
    from belltower.core.observations.models import Datastream, Location, ObservedProperty, Sensor, Thing
    from belltower.kernel.actors import Actor

    by = Actor.system("benchmark")
    with entry("benchmark.fill", by=by):
        thing, sensor = Thing.objects.create(name="b"), Sensor.objects.create(name="b")
        point = {"type": "Point", "coordinates": [112.6, 26.9]}
        thing.locations.add(Location.objects.create(name="b", encoding_type="application/geo+json", location=point))
        observed = ObservedProperty.objects.create(name="b")
        made = Datastream.objects.bulk_create(
            Datastream(key=key(number), name=key(number), thing=thing, sensor=sensor, observed_property=observed)
            for number in range(BULK.stop)
        )
    account = actions.service_account("benchmark", by=by)
    verbs = (Verb.VIEW, Verb.EDIT, Verb.SENSE)
    secret = actions.make_token(account, scopes=verbs, expires_at=None, by=by, now=datetime.now(UTC)).secret
    return secret, [one.pk for one in made]


def key(number: int) -> str:
    """The key of a stream, as long as they are in a city."""
    return f"street_light/L-{number:06d}/current"


@contextmanager
def gateway() -> Iterator[tuple[int, int]]:
    """One gateway process with one worker, as `belltower run` starts it; its port and pid."""
    port = free_port()
    command = [sys.executable, "-m", "belltower.project.serve", "gateway", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, env={**os.environ, "BELLTOWER_LOG": "plain"}, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), 1):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the gateway did not answer within a minute")


def singles(port: int, token: str, pid: int, seconds: float) -> dict[str, float]:
    """One row a request, one request at a time on each of 100 connections: acknowledged/s, and CPU ms of each."""
    _hammer(port, token, 1.0)
    before = cpu_seconds(pid)
    began = time.perf_counter()
    done = _hammer(port, token, seconds)
    took, used = time.perf_counter() - began, cpu_seconds(pid) - before
    print(f"single rows: {done / seconds:,.0f}/s over {CONNECTIONS} connections, {used / done * 1000:.3f} CPU ms each")
    print(f"  ({used / took:.2f} cores busy of {os.cpu_count()}, the sender beside them)")
    return {"single_per_s": round(done / seconds), "single_cpu_ms": round(used / done * 1000, 3)}


def _hammer(port: int, token: str, seconds: float) -> int:
    """Send from a process of its own, so that its processor time is not ours; how many were acknowledged."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return int(pool.apply(_send_singles, (port, token, seconds)))


def _send_singles(port: int, token: str, seconds: float) -> int:
    ready = selectors.DefaultSelector()
    sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(CONNECTIONS)]
    head = (
        f"POST /ingest HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer {token}\r\nContent-Type: application/x-ndjson\r\n"
    )
    for number, one in enumerate(sockets):
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ready.register(one, selectors.EVENT_READ, number)
        one.sendall(_single(head, number))
    done, until = 0, time.perf_counter() + seconds
    while time.perf_counter() < until:
        for found, _ in ready.select(1.0):
            answer = found.fileobj.recv(65_536)  # type: ignore[union-attr]
            if b'"stored":1' not in answer:
                raise RuntimeError(answer.decode())
            done += 1
            found.fileobj.sendall(_single(head, found.data))  # type: ignore[union-attr]
    for one in sockets:
        one.close()
    return done


def _single(head: str, number: int) -> bytes:
    body = f'{{"stream":"{key(number)}","at":{time.time_ns() // 1000},"value":{number}.5}}'
    return f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()


def cpu_seconds(pid: int) -> float:
    """Processor seconds of a process with its children, and of all processes of the database."""
    roots = {pid, _postmaster()}
    parents: dict[int, int] = {}
    used: dict[int, float] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parts = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(folder.name)] = int(parts[1])
        used[int(folder.name)] = (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")
    return sum(seconds for one, seconds in used.items() if _is_below(one, roots, parents))


def _postmaster() -> int:
    from belltower.project.installation import read

    return int(next(read().postgres_folder.rglob("postmaster.pid")).read_text().split()[0])


def _is_below(one: int, roots: set[int], parents: dict[int, int]) -> bool:
    while one > 1:
        if one in roots:
            return True
        one = parents.get(one, 0)
    return False


def data_array(port: int, token: str, pid: int, ids: list[int], seconds: float) -> dict[str, float]:
    """Observations/s of SensorThings' CreateObservations, 5,000 a request, from as many senders as /ingest has.

    Bodies are prepared ahead: to write 5,000 instants takes a sender in Python as long as the gateway takes to read them.
    """
    each, start = max(2, round(seconds * 5)), datetime.now(UTC) - timedelta(hours=3)
    streams = ids[ARRAYS]
    bodies = [
        [_arrays(streams[sender::SENDERS], start + timedelta(seconds=number)) for number in range(each)]
        for sender in range(SENDERS)
    ]
    began, before = time.perf_counter(), cpu_seconds(pid)
    with ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(lambda own: _post_arrays(port, token, own), bodies))
    sent, took, used = 5_000 * each * SENDERS, time.perf_counter() - began, cpu_seconds(pid) - before
    print(f"data array: {sent / took:,.0f} observations/s, 5,000 a request, {SENDERS} senders")
    return {"dataarray_per_s": round(sent / took), "dataarray_cpu_us": round(used / sent * 1e6, 1)}


def _arrays(streams: list[int], start: datetime) -> bytes:
    """5,000 observations within a second from ``start``, a block a stream."""
    each = 5_000 // len(streams)
    at = [(start + timedelta(microseconds=n * (1_000_000 // each))).isoformat() for n in range(each)]
    rows = [[one, n + 0.5] for n, one in enumerate(at)]
    names = ["phenomenonTime", "result"]
    return msgspec.json.encode(
        [{"Datastream": {"@iot.id": stream}, "components": names, "dataArray": rows} for stream in streams]
    )


def _post_arrays(port: int, token: str, bodies: list[bytes]) -> int:
    for body in bodies:
        told = _post(port, token, "/sta/v1.1/CreateObservations", body, "application/json")
        if b"error" in told[:200]:
            raise RuntimeError(told[:300].decode())
    return len(bodies)


def _post(port: int, token: str, path: str, body: bytes, media_type: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("POST", path, body, {"Authorization": f"Bearer {token}", "Content-Type": media_type})
    answer = connection.getresponse()
    told = answer.read()
    connection.close()
    if answer.status not in (200, 201):
        raise RuntimeError(f"{answer.status} {told[:300].decode()}")
    return told


def bulk(port: int, token: str, ids: list[int], rows: int) -> dict[str, float]:
    """Rows/s through /ingest in each form over two connections, and of COPY over one, in turns on the same day."""
    clock = Clock(ids)
    taken: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for at_once in BATCHES:
            for form in FORMS:
                bodies = [packed(form, clock, at_once) for _ in range(rows // at_once)]
                seconds = _timed(lambda bodies=bodies, form=form: _send_all(port, token, form, bodies))  # type: ignore[misc]
                taken.setdefault(f"{form} {at_once}", []).append(rows / seconds)
            parts = [copied_rows(clock, at_once) for _ in range(rows // at_once)]
            seconds = _timed(lambda parts=parts: _copy_all(parts))  # type: ignore[misc]
            taken.setdefault(f"copy {at_once}", []).append(rows / seconds)
    best = {name: max(each) for name, each in taken.items()}
    for name, per_s in best.items():
        print(f"{name:>16} rows at once: {per_s:10,.0f} rows/s, {per_s / best['copy ' + name.split()[1]]:.0%} of COPY")
    largest = BATCHES[-1]
    per_s, copy_per_s = best[f"arrow {largest}"], best[f"copy {largest}"]
    figures = {f"{form}_per_s": round(best[f"{form} {largest}"]) for form in FORMS}
    figures |= {"copy_per_s": round(copy_per_s), "bulk_5000_per_s": round(best[f"arrow {BATCHES[0]}"])}
    return {**figures, "bulk_per_s": round(per_s), "bulk_vs_copy": round(per_s / copy_per_s, 2)}


class Clock:
    """Instants of yesterday, each batch after the one before, as devices report them: all streams, then all again."""

    def __init__(self, ids: list[int]) -> None:
        self.ids = np.array(ids[BULK], np.int64)
        self.now = int(time.time()) // 86_400 * 86_400_000_000 - 86_400_000_000
        self.id = 1 << 40  # of rows that are copied without a reservation

    def batch(self, rows: int) -> tuple[Any, Any, Any]:
        """Which of the streams, at what instant, how much."""
        at = self.now + np.arange(rows) * 10
        self.now = int(at[-1]) + 10
        return np.arange(rows) % len(self.ids), at, np.sqrt(np.arange(rows, dtype=np.float64))


def packed(form: str, clock: Clock, rows: int) -> bytes:
    """A request's body."""
    which, at, value = clock.batch(rows)
    if form == "arrow":
        names = pa.array([key(BULK.start + one) for one in range(len(clock.ids))])
        stream = pa.DictionaryArray.from_arrays(which.astype(np.int32), names)
        table = pa.table({"stream": stream, "at": pa.array(at).cast(pa.timestamp("us", "UTC")), "value": value})
        file = io.BytesIO()
        with pa.ipc.new_stream(file, table.schema) as writer:
            writer.write_table(table)
        return file.getvalue()
    if form == "messages":
        listed = zip(which.tolist(), at.tolist(), value.tolist(), strict=True)
        return b"".join(
            msgspec.msgpack.encode({"stream": key(BULK.start + one), "at": instant, "value": much})
            for one, instant, much in listed
        )
    written = np.datetime_as_string(at.astype("datetime64[us]")).tolist()
    listed = zip(which.tolist(), written, value.tolist(), strict=True)
    return b"\n".join(
        msgspec.json.encode({"stream": key(BULK.start + one), "at": f"{instant}Z", "value": much})
        for one, instant, much in listed
    )


def copied_rows(clock: Clock, rows: int) -> list[Any]:
    """The same as the parts of a COPY."""
    from belltower.core.observations.packing import copied, rows_of

    which, at, value = clock.batch(rows)
    clock.id += rows
    columns = {"id": clock.id + np.arange(rows), "stream": clock.ids[which], "at": at, "result_at": at, "value": value}
    none = np.zeros(rows, np.int16)
    return copied(rows_of({**columns, "quality": none, "flags": none}))


def _timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _send_all(port: int, token: str, form: str, bodies: list[bytes]) -> None:
    def send(mine: list[bytes]) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": MEDIA_TYPES[form]}
        for body in mine:
            connection.request("POST", "/ingest", body, headers)
            answer = connection.getresponse()
            told = answer.read()
            if answer.status != 200 or b'"duplicates":0,"refused":[]' not in told:
                raise RuntimeError(f"{answer.status} {told[:300].decode()}")
        connection.close()

    with ThreadPoolExecutor(SENDERS) as senders:
        for done in [senders.submit(send, bodies[number::SENDERS]) for number in range(SENDERS)]:
            done.result()


def _copy_all(batches: list[list[Any]]) -> None:
    day = datetime.now(UTC).date() - timedelta(days=1)
    statement = f"COPY observations_reading_{day:%Y%m%d} (id, stream, at, result_at, value, quality, flags) FROM STDIN (FORMAT binary)"
    with psycopg.connect(_address()) as raw:
        for parts in batches:
            with raw.cursor().copy(statement) as copy:
                for part in parts:
                    copy.write(part)
            raw.commit()


def _address() -> str:
    from belltower.project.database import url

    return url()


if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    main(sys.argv[1:])
