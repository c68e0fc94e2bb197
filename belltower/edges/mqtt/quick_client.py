# SPDX-License-Identifier: Apache-2.0
"""paho's client with the way of a message through it made short: with MQTT 5, paho spends 50 µs on properties we do not read.

Only what paho does between a whole PUBLISH packet and its callback is replaced (a private method, so a test compares the
two), and acknowledgements are written many at once; connecting, TLS, keep-alive and subscriptions are paho's.
"""

from __future__ import annotations

import select
import ssl
import time
from collections.abc import Callable, Iterable
from typing import Any

from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import MQTTErrorCode

Take = Callable[[bytes, bytes, int], None]
_QOS_1, _QOS_2 = 0x02, 0x04
_PUBACK = b"\x40\x02"


class QuickClient(Client):
    """A client that hands each message to ``take(topic, payload, packet id)``, nought being no id."""

    take: Take

    def _handle_publish(self) -> MQTTErrorCode:
        header, packet = self._in_packet["command"], self._in_packet["packet"]
        if header & _QOS_2:
            return super()._handle_publish()
        try:
            topic, payload, mid = take_apart(header, bytes(packet), is_v5=self._protocol == MQTTv5)
        except IndexError:
            return MQTTErrorCode.MQTT_ERR_PROTOCOL
        self.take(topic, payload, mid)
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def acknowledge(self, mids: Iterable[int], *, within_s: float) -> bool:
        """Write a PUBACK for each of these packet ids; whether the broker took all of them in time."""
        packets = b"".join(_PUBACK + mid.to_bytes(2) for mid in mids)
        return self.write_waiting(within_s=within_s) and self._write(packets, time.monotonic() + within_s)

    def write_waiting(self, *, within_s: float) -> bool:
        """Write what paho has queued; whether all of it went in time."""
        deadline = time.monotonic() + within_s
        while self.want_write():
            if not self._is_writable(deadline):
                return False
            self.loop_write()
        return True

    def _write(self, packets: bytes, deadline: float) -> bool:
        rest = memoryview(packets)
        while len(rest):
            sock: Any = self.socket()
            if sock is None or not self._is_writable(deadline):
                return False
            try:
                rest = rest[sock.send(rest) :]
            except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
                continue
            except OSError:
                return False
        return True

    def _is_writable(self, deadline: float) -> bool:
        sock = self.socket()
        return sock is not None and bool(select.select([], [sock], [], max(0.0, deadline - time.monotonic()))[1])


def take_apart(header: int, packet: bytes, *, is_v5: bool) -> tuple[bytes, bytes, int]:
    """Topic, payload and packet id of what follows the fixed header of a PUBLISH (MQTT 5.0, section 3.3).

    Raises IndexError for a packet that ends too early.
    """
    end = 2 + (packet[0] << 8 | packet[1])
    topic, mid = packet[2:end], 0
    if header & _QOS_1:
        mid = packet[end] << 8 | packet[end + 1]
        end += 2
    if is_v5:
        end = _after_properties(packet, end)
    if end > len(packet):
        raise IndexError("a PUBLISH that ends too early")
    return topic, packet[end:], mid


def _after_properties(packet: bytes, at: int) -> int:
    """Where the properties end, whose length is written in groups of seven bits, the lowest first."""
    length = shift = 0
    while True:
        group = packet[at]
        at += 1
        length |= (group & 0x7F) << shift
        if not group & 0x80:
            return at + length
        shift += 7
