# SPDX-License-Identifier: Apache-2.0
"""Who listens hears newest values and alarms' steps, of the streams they may see and of no others."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from asgiref.sync import sync_to_async
from litestar.testing import TestClient

from belltower.core.access.tickets import ticket
from belltower.core.observations.models import Datastream
from belltower.core.observations.tests.senses import NOON, streams
from belltower.core.places.scope import EVERYTHING, NOTHING, Scope
from belltower.project.gateway import application as gateway
from belltower.project.gateway import live as door
from belltower.project.gateway.hub import MOST_BEHIND, Hub, Listener, Transition, event
from belltower.project.gateway.live import UnreadableStreams, streams_of
from belltower.project.gateway.serving import address, begin

WITHIN_S = 20.0


def test_without_ticket_or_token_nobody_listens(transactional_db: None) -> None:
    with TestClient(gateway.application) as client:
        assert client.get("/live").json()["code"] == "bad_ticket"
        assert client.get("/live?ticket=guess").status_code == 401
        assert client.get("/live", headers={"authorization": "Bearer bt_guess"}).status_code == 401


@pytest.mark.parametrize(
    ("listed", "found"), [("", frozenset()), ("all", None), ("3", frozenset({3})), ("1,20,", frozenset({1, 20}))]
)
def test_streams_are_listed_by_id(listed: str, found: frozenset[int] | None) -> None:
    assert streams_of(listed) == found


@pytest.mark.parametrize("listed", ["x", "1;2", "-1", "1" * 30, ",".join(["7"] * 5001)])
def test_what_is_no_list_of_streams_is_refused(listed: str) -> None:
    with pytest.raises(UnreadableStreams):
        streams_of(listed)


def step(number: int, stream: int) -> Transition:
    return Transition(number, f"a{number}", stream, "normal", "unacknowledged", "limit", 9.5, NOON, 1)


def test_an_enterprise_hears_of_its_own_streams_only(transactional_db: None) -> None:
    own = Listener(NOTHING, None, sees=frozenset({7}))
    bureau = Listener(EVERYTHING, frozenset({8}), sees=None)
    hub = Hub(address, lambda scope: asyncio.sleep(0, None))
    for listener in (own, bureau):
        hub._tell(listener, [step(1, 7), step(2, 8)], [])
    assert [_read(own.waiting.get_nowait())["stream"] for _ in range(own.waiting.qsize())] == [7]
    assert [_read(bureau.waiting.get_nowait())["stream"] for _ in range(bureau.waiting.qsize())] == [7, 8]


def test_one_who_cannot_keep_up_is_let_go_to_come_again() -> None:
    slow = Listener(EVERYTHING)
    for number in range(MOST_BEHIND + 1):
        slow.put(event("alarm", step(number, 1), id=number))
    assert slow.waiting.get_nowait() is None
    assert slow.waiting.empty()


def _read(sent: bytes | None) -> dict[str, Any]:
    assert sent is not None
    return dict(msgspec.json.decode(re.search(rb"^data: (.*)$", sent, re.MULTILINE)[1]))  # type: ignore[index]


async def heard(query: str, put: Callable[[Any], Any], enough: Callable[[bytes], bool]) -> bytes:
    """What one hears over the door itself, from when ``put`` was done until it is enough."""
    serving = begin(is_open=False)
    sent, done = bytearray(), asyncio.Event()

    async def send(message: Any) -> None:
        sent.extend(message.get("body", b""))
        if message["type"] == "http.response.body" and b": belltower" in message["body"]:
            asyncio.get_running_loop().create_task(put(serving))
        if enough(bytes(sent)):
            done.set()

    async def receive() -> Any:
        await done.wait()
        return {"type": "http.disconnect"}

    scope: Any = {"type": "http", "headers": [], "query_string": query.encode(), "path": "/live"}
    try:
        await asyncio.wait_for(door.live(scope, receive, send, hub=serving.hub, senders=serving.senders), WITHIN_S)
    finally:
        await serving.close()
    return bytes(sent)


def test_a_value_is_heard_when_it_is_stored(transactional_db: None) -> None:
    [one, two] = streams(2)
    at = int(datetime.now(UTC).timestamp()) * 1_000_000

    async def put(serving: Any) -> None:
        await serving.writer.store([(one, at, 4.5, 0, at), (two, at, 5.5, 0, at)], source="a")

    query = f"ticket={ticket(EVERYTHING, now=datetime.now(UTC))}&streams={one}"
    sent = asyncio.run(heard(query, put, lambda so_far: b"event: values" in so_far)).decode()
    [data] = re.findall(r"^data: (.*)$", sent, re.MULTILINE)
    assert [(told["stream"], told["value"], told["quality"]) for told in msgspec.json.decode(data)] == [(one, 4.5, 0)]


def test_a_stream_that_is_not_theirs_is_not_heard(transactional_db: None) -> None:
    """An enterprise listens to everything, and hears nothing of a stream without an asset of its own."""
    [one] = streams(1)
    at = int(datetime.now(UTC).timestamp()) * 1_000_000

    async def put(serving: Any) -> None:
        await serving.writer.store([(one, at, 4.5, 0, at)], source="a")
        scope = Scope(frozenset({1}))
        assert await serving.streams.visible(scope) == frozenset()
        assert await sync_to_async(Datastream.objects.count)() == 1

    query = f"ticket={ticket(Scope(frozenset({1})), now=datetime.now(UTC))}&streams=all"
    sent = asyncio.run(heard(query, put, _several_rounds()))
    assert b"event:" not in sent


def _several_rounds() -> Callable[[bytes], bool]:
    """Enough when the heartbeat came: until then the hub looked many times."""
    return lambda so_far: b": still here" in so_far


@pytest.fixture(autouse=True)
def _quick_heart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "HEARTBEAT_S", 2.0)
