# SPDX-License-Identifier: Apache-2.0
"""An OPC UA client that subscribes to nodes, with their dead bands kept by the server.

asyncua lives in an event loop, so the client has a thread of its own, and hands values over through a queue.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import Mapping
from typing import Any

from asyncua import ua
from asyncua.client.client import Client
from asyncua.ua.attribute_ids import AttributeIds

from belltower.edges.opcua.nodes import Node, Nodes, frame_of
from belltower.edges.opcua.security import refusal_of, secure
from belltower.edges.sources.errors import NoCredential, SourceAway
from belltower.edges.sources.mapping import Source
from belltower.edges.sources.readings import Frame, Taken, Trouble, read_all, trouble

ANSWER_WITHIN_S = 10.0
CHECKED_EVERY_S = 1.0
MOST_AT_ONCE = 5_000
MOST_WAITING = 200_000
"""Values that wait here while the database is away; what comes beyond is lost, and said to be."""
KEPT_BY_SERVER = 100
"""Values of one node that the server keeps between two publications."""


class OpcUaFeed:
    """The Feed of one OPC UA source. While we are away, the server keeps nothing for us."""

    def __init__(self, source: Source, nodes: Nodes, *, publish_every_s: float) -> None:
        self._source, self._nodes, self._publish_every_s = source, nodes, publish_every_s
        self._waiting: queue.Queue[Frame] = queue.Queue(MOST_WAITING)
        self._refused: list[tuple[str, str]] = []
        self._lost = 0
        self._trouble = ""
        self._refusal: SourceAway | NoCredential | None = None
        self._thread: threading.Thread | None = None
        self._stop: Any = None

    def recall(self, memory: Mapping[str, Any]) -> None:
        """There is nothing to remember."""

    def open(self) -> None:
        """Connect and subscribe. Raises SourceAway, NoCredential."""
        self._trouble, self._refusal, self._stop, ready = "", None, None, threading.Event()
        login = self._source.login.given()
        self._thread = threading.Thread(target=self._run, args=(login, ready), name=self._source.key, daemon=True)
        self._thread.start()
        ready.wait(2 * ANSWER_WITHIN_S)
        if self._refusal:
            raise self._refusal
        if self._trouble or not ready.is_set():
            raise self._away(self._trouble or "no answer")

    def take(self, within_s: float) -> Taken:
        """The values that have come. Raises SourceAway once none is left and the connection is lost."""
        frames: list[Frame] = []
        with contextlib.suppress(queue.Empty):
            frames.append(self._waiting.get(timeout=within_s))
            while len(frames) < MOST_AT_ONCE:
                frames.append(self._waiting.get_nowait())
        if not frames and self._trouble and not self._refused:
            raise self._refusal or self._away(self._trouble)
        taken = read_all(self._nodes, frames)
        self._tell_of_losses(taken)
        return taken

    def acknowledge(self, taken: Taken) -> None:
        """The server was told when the values came: OPC UA knows no later word."""

    def close(self) -> None:
        """Leave; values that wait stay to be taken."""
        thread, self._thread = self._thread, None
        if self._stop is not None:
            self._stop()
        if thread is not None:
            thread.join(ANSWER_WITHIN_S)

    def _run(self, login: tuple[str, str] | None, ready: threading.Event) -> None:
        try:
            asyncio.run(self._stay(login, ready))
        except (SourceAway, NoCredential) as refusal:
            self._refusal = refusal
        except Exception as error:  # whatever asyncua raises of a connection: it is told, and tried again
            self._refusal = refusal_of(error, self._source)
        finally:
            self._trouble = self._trouble or "the connection was closed"
            ready.set()

    async def _stay(self, login: tuple[str, str] | None, ready: threading.Event) -> None:
        """Subscribe, and stay as long as the server answers and nobody says stop."""
        stopping, loop = asyncio.Event(), asyncio.get_running_loop()
        self._stop = lambda: loop.is_closed() or loop.call_soon_threadsafe(stopping.set)
        client = client_of(self._source, login)
        await secure(client, self._source)
        async with client:
            subscription = await client.create_subscription(self._publish_every_s * 1e3, self)
            await self._subscribe(client, subscription)
            ready.set()
            refreshed = time.monotonic()
            while not stopping.is_set():
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stopping.wait(), CHECKED_EVERY_S)
                await client.check_connection()
                refreshed = await self._refresh(client, refreshed)

    async def _subscribe(self, client: Client, subscription: Any) -> None:
        """All nodes in one request, those with a dead band with the server's own filter for it."""
        nodes = list(self._nodes.by_id.values())
        if not nodes:  # a source that was put in force to be browsed first
            return
        asked = [_request(subscription, client, node) for node in nodes]
        answers = await subscription.create_monitored_items(asked)
        for node, answer in zip(nodes, answers, strict=True):
            if isinstance(answer, ua.StatusCode):
                self._refused.append((node.id, answer.name))

    async def _refresh(self, client: Client, refreshed: float) -> float:
        """A steady value sends nothing; ask for it now and then, so that silence is not taken for steadiness."""
        steady = [node for node in self._nodes.by_id.values() if node.point.dead_band]
        now = time.monotonic()
        if not steady or now - refreshed < min(node.point.at_least_every_us for node in steady) / 2e6:
            return refreshed
        values = await client.uaclient.read_attributes(
            [ua.NodeId.from_string(node.id) for node in steady], AttributeIds.Value
        )
        for node, data in zip(steady, values, strict=True):
            self._put(frame_of(node.id, data, time.time_ns() // 1000, is_asked=True))
        return now

    def datachange_notification(self, node: Any, value: Any, data: Any) -> None:
        """A value, as asyncua tells it."""
        self._put(frame_of(node.nodeid.to_string(), data.monitored_item.Value, time.time_ns() // 1000))

    def status_change_notification(self, status: Any) -> None:
        """The server ended the subscription."""
        self._trouble = f"the subscription ended: {status}"
        if self._stop is not None:
            self._stop()

    def _put(self, frame: Frame) -> None:
        try:
            self._waiting.put_nowait(frame)
        except queue.Full:
            self._lost += 1

    def _tell_of_losses(self, taken: Taken) -> None:
        """Nodes that the server does not give, and values that found no room here, as frames that are kept aside."""
        refused, self._refused = self._refused, []
        lost, self._lost = self._lost, 0
        told = [(id, f"服务器不提供节点 {id}：{why}", f"the server does not give {id}: {why}") for id, why in refused]
        if lost:
            told.append(("-", f"{lost} 个值未能保留", f"{lost} values found no room while the database was away"))
        for where, zh, en in told:
            made: Trouble = trouble(len(taken.frames), zh, en)
            taken.frames.append(Frame(where, b"", time.time_ns() // 1000))
            taken.troubles.append(made)

    def _away(self, reason: str) -> SourceAway:
        return SourceAway(address=self._source.address.geturl(), reason=reason)


def client_of(source: Source, login: tuple[str, str] | None) -> Client:
    """A client of that server, not connected yet."""
    client = Client(source.address.geturl(), timeout=ANSWER_WITHIN_S)
    client.name = "Belltower"
    if login:
        client.set_user(login[0])
        client.set_password(login[1])
    return client


def _request(subscription: Any, client: Client, node: Node) -> Any:
    only: ua.DataChangeFilter | None = None
    if node.point.dead_band:
        only = ua.DataChangeFilter(
            Trigger=ua.DataChangeTrigger.StatusValue,
            DeadbandType=ua.DeadbandType.Absolute,
            DeadbandValue=node.point.dead_band,
        )
    return subscription._make_monitored_item_request(
        client.get_node(node.id), AttributeIds.Value, only, KEPT_BY_SERVER, ua.MonitoringMode.Reporting,
        node.sample_every_s * 1e3,
    )  # fmt: skip
