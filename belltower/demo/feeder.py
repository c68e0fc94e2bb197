# SPDX-License-Identifier: Apache-2.0
"""The demo's sensors at work: a process that reports through the machines' door, as devices do, while the city runs.

It begins where the last reading is. What the door did not take is sent again with what came since.
"""

from __future__ import annotations

import http.client
import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec

from belltower.core.access import actions
from belltower.core.access.rules import Verb
from belltower.core.observations.batches import Batch
from belltower.demo import desk, done
from belltower.demo.sensed import Sensors
from belltower.demo.senses import PAST, all_sensors, readings, reported_until
from belltower.kernel.actors import Actor

logger = logging.getLogger(__name__)
EVERY_S = 2.0
_AT_ONCE_S = 600  # of what is behind, in one request
_DONE_EVERY_S = 60  # what people did is told once a minute
_TOKEN_FOR = timedelta(days=30)
_ACCOUNT = "demo sensors"


def feed(host: str, port: int, stopping: threading.Event, *, clock: Callable[[], float] = time.time) -> None:
    """Report until told to stop, what people did once a minute. The duty desk settles in meanwhile, once there are alarms."""
    sensors = list(all_sensors())
    since = max(reported_until() or 0, int(clock() - PAST.total_seconds()))
    door, has_settled, told, who = _Door(host, port), not sensors, clock(), done.subjects()
    while sensors and not stopping.wait(EVERY_S):
        until = min(int(clock()), since + _AT_ONCE_S)
        if door.take(sensors, since, until):
            since = until
        if clock() - told >= _DONE_EVERY_S:
            told = clock()
            done.catch_up(datetime.fromtimestamp(told, UTC), who)
        has_settled = has_settled or desk.settle_in(datetime.fromtimestamp(clock(), UTC))


class _Door:
    """The machines' door of this installation, knocked at with a token of its own."""

    def __init__(self, host: str, port: int) -> None:
        self._host, self._port, self._token = host, port, ""

    def take(self, sensors: list[Sensors], since: int, until: int) -> bool:
        """Send what is reported after ``since`` and until ``until``; whether it is acknowledged."""
        batch = readings(sensors, since, until)
        try:
            status = self._post(lines(batch)) if len(batch) else 200
        except OSError as error:
            logger.warning("the machines' door is not there: %s", error)
            return False
        if status in (401, 403):
            self._token = ""
        if status != 200:
            logger.warning("the machines' door answered %s", status)
        return status == 200

    def _post(self, body: bytes) -> int:
        self._token = self._token or _token()
        line = http.client.HTTPConnection(self._host, self._port, timeout=10)
        try:
            headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/x-ndjson"}
            line.request("POST", "/ingest", body, headers)
            answer = line.getresponse()
            answer.read()
            return answer.status
        finally:
            line.close()


def lines(batch: Batch) -> bytes:
    """The batch as a device sends it: one JSON object a line."""
    rows = zip(batch.stream.tolist(), batch.at.tolist(), batch.value.tolist(), strict=True)
    return b"\n".join(msgspec.json.encode({"stream": one, "at": at, "value": value}) for one, at, value in rows)


def _token() -> str:
    """A fresh token that may report and nothing else; those of earlier processes are revoked."""
    from belltower.core.access.models import Token

    by, now = Actor.system("demo"), datetime.now(UTC)
    account = actions.service_account(_ACCOUNT, by=by)
    for old in Token.objects.filter(account=account, revoked_at=None):
        actions.revoke_token(old, by=by, now=now)
    return actions.make_token(account, scopes=(Verb.SENSE,), expires_at=now + _TOKEN_FOR, by=by, now=now).secret
