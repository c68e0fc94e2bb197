# SPDX-License-Identifier: Apache-2.0
"""An MQTT client that acknowledges a message (PUBACK) only when its readings are committed.

The session is kept by the broker while we are away, so that what was not acknowledged comes again. One thread reads the
socket, and gives away what has arrived in one go, to be committed together.
"""

from __future__ import annotations

import contextlib
import select
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from paho.mqtt.client import Client, ConnectFlags, MQTTv5, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from belltower.edges.mqtt.frames import Messages
from belltower.edges.mqtt.gaps import Gaps
from belltower.edges.mqtt.quick_client import QuickClient
from belltower.edges.mqtt.sparkplug import SPACE, EdgeNodes
from belltower.edges.sources.errors import SourceAway
from belltower.edges.sources.mapping import Source
from belltower.edges.sources.readings import Frame, Taken, read_all

PORTS = {"mqtt": 1883, "mqtts": 8883}
KEEP_ALIVE_S = 15
ANSWER_WITHIN_S = 10.0
WRITTEN_WITHIN_S = 2.0
MOST_AT_ONCE = 5_000
# How many messages the broker may send before it waits for an acknowledgement. Mosquitto's own default of 20 (and its
# queue of 1,000 behind that) would make small batches, and drop what a burst brings beyond; a client of MQTT 5 may ask.
RECEIVE_MAXIMUM = 65_535
# After the first message of a batch, wait this long for more: a commit costs about as much for a thousand as for one.
GATHER_S = 0.02


@dataclass(frozen=True, slots=True)
class Session:
    """Our name at the broker, how long it keeps what we missed, the version of MQTT, and our name as Sparkplug's host."""

    name: str
    keep_s: int
    is_v5: bool
    host: str


class MqttFeed:
    """The Feed of one MQTT source."""

    def __init__(self, source: Source, messages: Messages, session: Session) -> None:
        self._source = source
        self._messages = messages
        self._session, self._is_v5 = session, session.is_v5
        self._client: QuickClient | None = None
        self._arrived: list[tuple[Frame, int]] = []
        self._is_subscribed = False
        self._trouble = ""
        self._gaps = Gaps()
        self._online_since_ms = 0
        self._nodes = EdgeNodes() if messages.metrics else None

    def open(self) -> None:
        """Connect, take up the session and subscribe. Raises SourceAway, NoCredential."""
        self._arrived, self._is_subscribed, self._trouble = [], False, ""
        client = self._client = self._made()
        self._gaps.begin(time.monotonic())
        address = self._source.address
        port = address.port or PORTS[address.scheme]
        try:
            if self._is_v5:
                client.connect(str(address.hostname), port, KEEP_ALIVE_S, clean_start=False, properties=self._asked())
            else:
                client.connect(str(address.hostname), port, KEEP_ALIVE_S)
        except (OSError, ValueError) as error:
            raise self._away(str(error)) from None
        deadline = time.monotonic() + ANSWER_WITHIN_S
        # What the session kept for us may come before the answer to the subscription.
        while not (self._is_subscribed or self._arrived):
            self._turn(0.2)
            if time.monotonic() > deadline:
                raise self._away("no answer")

    def take(self, within_s: float) -> Taken:
        """The messages that have arrived, as readings. Raises SourceAway when the connection is lost."""
        self._turn(within_s)
        if not self._arrived and self._gaps.shall_ask_again(time.monotonic()):
            # Taking up the session again makes the broker send what it holds; MQTT knows no other way to ask for it.
            self._leave()
            self.open()
        if self._arrived:
            deadline = time.monotonic() + GATHER_S
            while len(self._arrived) < MOST_AT_ONCE and (left := deadline - time.monotonic()) > 0:
                self._turn(left)
        arrived, self._arrived = self._arrived[:MOST_AT_ONCE], self._arrived[MOST_AT_ONCE:]
        self._gaps.note_batch(len(arrived))
        frames = [frame for frame, _ in arrived]
        taken = read_all(self._messages, map(self._nodes.translated, frames) if self._nodes else frames)
        if self._nodes and frames:
            taken.memory = self._nodes.memory()
            for topic, command in self._nodes.to_ask():
                assert self._client
                self._client.publish(topic, command)
        taken.receipts = [mid for _, mid in arrived]
        return taken

    def recall(self, memory: Mapping[str, Any]) -> None:
        """Know again what is known of Sparkplug's edge nodes."""
        if self._nodes:
            self._nodes.recall(memory)

    def acknowledge(self, taken: Taken) -> None:
        """A PUBACK for each message of the batch. Raises SourceAway; the broker then sends them again."""
        client = self._client
        assert client
        # A part of a packet that was written in vain would spoil the connection: it is given up then.
        if not client.acknowledge(filter(None, taken.receipts), within_s=ANSWER_WITHIN_S):
            raise self._away("the connection was lost")

    def close(self) -> None:
        """Leave, the session staying with the broker."""
        if self._client is not None and self._session.host and self._is_subscribed:
            with contextlib.suppress(OSError, ValueError):
                self._tell_state(self._client, is_online=False)
        self._leave()

    def _leave(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(OSError, ValueError):
                client.write_waiting(within_s=WRITTEN_WITHIN_S)
                client.disconnect()

    def _made(self) -> QuickClient:
        source, version = self._source, MQTTv5 if self._is_v5 else MQTTv311
        clean = None if self._is_v5 else False
        client = QuickClient(CallbackAPIVersion.VERSION2, self._session.name, clean, protocol=version, manual_ack=True)
        if given := source.login.given():
            client.username_pw_set(*given)
        if source.address.scheme == "mqtts":
            client.tls_set_context(source.tls.context())
        if self._session.host:
            # A testament: the broker tells Sparkplug's edge nodes that we are gone, and they store until we are back.
            self._online_since_ms = time.time_ns() // 1_000_000
            client.will_set(*self._state(is_online=False), qos=1, retain=True)
        client.connect_timeout = ANSWER_WITHIN_S
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.take = self._on_message
        return client

    def _asked(self) -> Properties:
        asked: Any = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        asked.SessionExpiryInterval = self._session.keep_s
        asked.ReceiveMaximum = RECEIVE_MAXIMUM
        found: Properties = asked
        return found

    def _turn(self, within_s: float) -> None:
        """Read all that the socket has, waiting at most so long for the first byte; write what is due."""
        client = self._client
        assert client
        sock: Any = client.socket()
        if sock is None:
            raise self._away(self._trouble or "the connection was lost")
        has_more = bool(getattr(sock, "pending", int)())  # TLS holds what the socket gave already
        readable, writable, _ = select.select(
            [sock], [sock] if client.want_write() else [], [], 0 if has_more else within_s
        )
        if writable:
            self._check(client.loop_write())
        before = -1
        if readable or has_more:
            while len(self._arrived) != before and len(self._arrived) < MOST_AT_ONCE:
                before = len(self._arrived)
                self._check(client.loop_read())
        self._check(client.loop_misc())

    def _check(self, code: MQTTErrorCode) -> None:
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS or self._trouble:
            raise self._away(self._trouble or str(MQTTErrorCode(code).name))

    def _on_connect(self, client: Client, _: Any, flags: ConnectFlags, code: ReasonCode, properties: Any) -> None:
        if code.is_failure:
            self._trouble = str(code)
            return
        filters = self._messages.filters
        if self._is_v5:
            client.subscribe([(one, SubscribeOptions(qos=1)) for one in filters])
        else:
            client.subscribe([(one, 1) for one in filters])

    def _on_subscribe(self, client: Client, _: Any, mid: int, codes: list[ReasonCode], properties: Any) -> None:
        refused = [str(code) for code in codes if code.is_failure]
        if refused:
            self._trouble = f"the broker refuses a subscription: {refused[0]}"
        self._is_subscribed = not refused
        if self._session.host and not refused:
            self._tell_state(client, is_online=True)

    def _on_message(self, topic: bytes, payload: bytes, mid: int) -> None:
        frame = Frame(topic.decode("utf-8", "backslashreplace"), payload, time.time_ns() // 1000)
        self._arrived.append((frame, mid))
        self._gaps.note(mid)

    def _tell_state(self, client: Client, *, is_online: bool) -> None:
        client.publish(*self._state(is_online=is_online), qos=1, retain=True)

    def _state(self, *, is_online: bool) -> tuple[str, bytes]:
        """Topic and message by which Sparkplug's edge nodes know whether their primary host is there (5.15)."""
        said = {"online": is_online, "timestamp": self._online_since_ms}
        return f"{SPACE}/STATE/{self._session.host}", msgspec.json.encode(said)

    def _away(self, reason: str) -> SourceAway:
        return SourceAway(address=self._source.address.geturl(), reason=reason)
