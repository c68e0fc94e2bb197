# SPDX-License-Identifier: Apache-2.0
"""From device to desk, while a whole city reports: seconds from a reading sent to its alarm's event received.

``python -m benchmarks.desk [--quick]``: 50,000 streams with an alarm each, one gateway process, one worker process that runs
the alarms, and a listener at /live. While the city reports at each of RATES, single readings beyond a limit are sent as a
device sends them, and timed until the listener is told.
"""

from __future__ import annotations

import http.client
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np

from benchmarks.ground import fresh_database, report
from benchmarks.ingest import gateway

STREAMS, QUICK_STREAMS = 50_000, 5_000
RATES = (833, 2_500, 5_000, 10_000)  # readings/s; the first is every stream once a minute
SECONDS, QUICK_SECONDS = 12.0, 5.0
FIRST_FACTOR = 2.0  # the promised rate is held this much longer
PROBES_PER_S, LIMIT = 8, 100.0
PROMISED_S = 2.0
_BEATS_PER_S = 10
_LAST_WORD_S, _BEGIN_S = 10.0, 120.0


def main(arguments: list[str]) -> None:
    """Print a line for each rate and the figures."""
    is_quick = "--quick" in arguments
    streams, seconds = (QUICK_STREAMS, QUICK_SECONDS) if is_quick else (STREAMS, SECONDS)
    rates = RATES[:2] if is_quick else RATES
    with fresh_database():
        token, ids = prepare(streams)
        with gateway() as (port, _), worker(), listening(port, token) as heard:
            probes = Probes(port, token, ids, heard)
            probes.begin()
            found = [stage(port, token, ids, probes, rate, seconds * (FIRST_FACTOR if not n else 1))
                     for n, rate in enumerate(rates)]  # fmt: skip
    promised = found[0]
    kept = [one for one in found if one["p95_s"] < PROMISED_S and one["lost"] == 0 and one["readings_per_s"] > 0]
    report(streams=streams, **promised, furthest_per_s=max((one["readings_per_s"] for one in kept), default=0))


def prepare(count: int) -> tuple[str, list[int]]:
    """Streams with a high alarm each, written in bulk, and a token that may report and look."""
    from belltower.core.access import actions
    from belltower.core.access.rules import Verb
    from belltower.core.alarms.models import Alarm, Definition
    from belltower.core.ledger.entries import entry
    from belltower.core.observations.models import Datastream, ObservedProperty, Sensor, Thing
    from belltower.kernel.actors import Actor

    by, none, now = Actor.system("benchmark"), timedelta(0), datetime.now(UTC)
    with entry("benchmark.fill", by=by):
        thing, sensor = Thing.objects.create(name="b"), Sensor.objects.create(name="b")
        observed = ObservedProperty.objects.create(name="b")
        streams = Datastream.objects.bulk_create(
            (Datastream(key=f"b/{n}", name=f"b{n}", thing=thing, sensor=sensor, observed_property=observed)
             for n in range(count)), batch_size=5_000,
        )  # fmt: skip
        definitions = Definition.objects.bulk_create(
            (Definition(stream=one, condition="hi", title={"en": "high"}, limit=LIMIT, on_delay=none, off_delay=none,
                        priority=3, is_enabled=True, cause="c", consequence="c", response="r",
                        time_to_respond=timedelta(hours=1), changed_at=now, changed_by=by.reference)
             for one in streams), batch_size=5_000,
        )  # fmt: skip
        Alarm.objects.bulk_create(
            (Alarm(definition=one, stream_id=one.stream_id, priority=3) for one in definitions), batch_size=5_000
        )
    account = actions.service_account("benchmark", by=by)
    verbs = (Verb.VIEW, Verb.SENSE)
    secret = actions.make_token(account, scopes=verbs, expires_at=None, by=by, now=now).secret
    return secret, [one.pk for one in streams]


@contextmanager
def worker() -> Iterator[None]:
    """One worker process, as `belltower run` starts it."""
    command = [sys.executable, "-m", "belltower.project.serve", "worker"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


@contextmanager
def listening(port: int, token: str) -> Iterator[dict[int, float]]:
    """When each stream's alarm was heard of, by an EventSource's protocol; filled while the block runs."""
    heard: dict[int, float] = {}
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    line.request("GET", "/live", headers={"Authorization": f"Bearer {token}", "Accept": "text/event-stream"})
    answer = line.getresponse()
    if answer.status != 200:
        raise RuntimeError(f"{answer.status} {answer.read(300).decode()}")

    def listen() -> None:
        try:
            while told := answer.readline():
                if told.startswith(b"data: {"):
                    heard.setdefault(msgspec.json.decode(told[6:])["stream"], time.perf_counter())
        except (OSError, ValueError, AttributeError):
            return  # the line was closed: the measurement is over

    threading.Thread(target=listen, daemon=True).start()
    try:
        yield heard
    finally:
        line.close()


class Probes:
    """Single readings beyond the limit, each of a stream that was not used before."""

    def __init__(self, port: int, token: str, ids: list[int], heard: dict[int, float]) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
        self._left, self._heard = iter(np.random.default_rng(7).permutation(ids).tolist()), heard
        self.sent: dict[int, float] = {}

    def begin(self) -> None:
        """Wait until the runner runs: until the first one is heard of."""
        self.send()
        deadline = time.monotonic() + _BEGIN_S
        while not self._heard:
            if time.monotonic() > deadline:
                raise TimeoutError("the worker judged nothing within two minutes")
            time.sleep(0.1)

    def send(self) -> None:
        """One reading, acknowledged."""
        stream, began = next(self._left), time.perf_counter()
        body = msgspec.json.encode({"stream": stream, "at": time.time_ns() // 1000, "value": LIMIT + 50})
        self._line.request("POST", "/ingest", body, self._headers)
        answer = self._line.getresponse()
        if b'"stored":1' not in (told := answer.read()):
            raise RuntimeError(told.decode())
        self.sent[stream] = began

    def delays(self) -> tuple[list[float], int]:
        """Seconds of those that were heard of, and how many were not within some seconds; begins anew."""
        deadline = time.monotonic() + _LAST_WORD_S
        while not self.sent.keys() <= self._heard.keys() and time.monotonic() < deadline:
            time.sleep(0.05)
        sent, self.sent = self.sent, {}
        delays = [self._heard[one] - began for one, began in sent.items() if one in self._heard]
        return delays, len(sent) - len(delays)


def stage(port: int, token: str, ids: list[int], probes: Probes, rate: int, seconds: float) -> dict[str, float]:
    """What probes found while the city reports ``rate`` readings a second."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        city = pool.apply_async(city_reports, (port, token, ids, rate, seconds))
        began, probes.sent = time.monotonic(), {}
        while time.monotonic() - began < seconds:
            probes.send()
            time.sleep(1 / PROBES_PER_S)
        delays, lost = probes.delays()
        per_s = city.get(timeout=seconds + 60)
    p50, p95 = np.percentile(delays, [50, 95])
    print(f"{per_s:8,.0f} readings/s: p50 {p50:.2f} s, p95 {p95:.2f} s, most {max(delays):.2f} s; {len(delays)} alarms, {lost} lost")  # fmt: skip
    return {"readings_per_s": round(per_s), "p50_s": round(float(p50), 3), "p95_s": round(float(p95), 3),
            "alarms": len(delays), "lost": lost}  # fmt: skip


def city_reports(port: int, token: str, ids: list[int], rate: int, seconds: float) -> float:
    """Every stream in turn, in step with the clock, from a process of its own; readings/s that were acknowledged."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
    began, sent = time.perf_counter(), 0
    while (now := time.perf_counter()) < began + seconds:
        if (due := int((now - began) * rate) - sent) >= rate // _BEATS_PER_S:
            at = time.time_ns() // 1000
            rows = ({"stream": ids[n % len(ids)], "at": at + n - sent, "value": 20.5} for n in range(sent, sent + due))
            line.request("POST", "/ingest", b"\n".join(map(msgspec.json.encode, rows)), headers)
            answer = line.getresponse()
            told = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{answer.status} {told[:300].decode()}")
            sent += due
        time.sleep(0.005)
    return sent / (time.perf_counter() - began)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    main(sys.argv[1:])
