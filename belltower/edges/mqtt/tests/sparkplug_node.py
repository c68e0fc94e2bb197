# SPDX-License-Identifier: Apache-2.0
"""A Sparkplug B edge node, simulated: its payloads are written by Google's protocol buffers, not by our own code."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from belltower.edges.sources.tests.running import wait_until

_F = descriptor_pb2.FieldDescriptorProto
_KINDS = {
    "u32": _F.TYPE_UINT32, "u64": _F.TYPE_UINT64, "float": _F.TYPE_FLOAT, "double": _F.TYPE_DOUBLE, "bool": _F.TYPE_BOOL,
    "str": _F.TYPE_STRING, "bytes": _F.TYPE_BYTES,
}  # fmt: skip
# The messages of Sparkplug 3.0, 6.4.1, as far as the tests use them.
_MESSAGES = {
    "PropertyValue": "1 type u32, 2 is_null bool, 3 int_value u32, 4 long_value u64, 8 string_value str",
    "PropertySet": "1 keys str*, 2 values PropertyValue*",
    "Metric": "1 name str, 2 alias u64, 3 timestamp u64, 4 datatype u32, 5 is_historical bool, 6 is_transient bool,"
    " 7 is_null bool, 9 properties PropertySet, 10 int_value u32, 11 long_value u64, 12 float_value float,"
    " 13 double_value double, 14 boolean_value bool, 15 string_value str, 16 bytes_value bytes",
    "Payload": "1 timestamp u64, 2 metrics Metric*, 3 seq u64, 4 uuid str, 5 body bytes",
}


def _made() -> dict[str, Any]:
    file = descriptor_pb2.FileDescriptorProto(name="sparkplug_b.proto", package="org", syntax="proto2")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for each in fields.split(","):
            number, field, kind = each.split()
            many, kind = kind.endswith("*"), kind.rstrip("*")
            made = message.field.add(name=field, number=int(number))
            made.label = _F.LABEL_REPEATED if many else _F.LABEL_OPTIONAL
            if kind in _KINDS:
                made.type = _KINDS[kind]
            else:
                made.type, made.type_name = _F.TYPE_MESSAGE, f".org.{kind}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)  # type: ignore[no-untyped-call]
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"org.{name}"))  # type: ignore[no-untyped-call]
        for name in _MESSAGES
    }


made = _made()
Payload: Any = made["Payload"]


def payload(metrics: Iterable[dict[str, Any]], **about: Any) -> bytes:
    """A payload of metrics whose fields are called as in the standard; ``quality`` stands for that property."""
    whole = Payload(**about)
    for one in metrics:
        quality = one.pop("quality", None)
        metric = whole.metrics.add(**one)
        if quality is not None:
            metric.properties.keys.append("Quality")
            metric.properties.values.add(type=3, int_value=quality)
    content: bytes = whole.SerializeToString()
    return content


class EdgeNode:
    """A node of group ``City`` with one device ``well`` of one metric ``Sensors/CH4``, which is sent by its alias only."""

    ALIAS = 7

    def __init__(self, port: int, name: str) -> None:
        self.name, self.bd_seq, self._seq = name, 0, 0
        self.rebirths_asked: list[bytes] = []
        self.hosts: list[bytes] = []
        self.client = Client(CallbackAPIVersion.VERSION2, f"node-{name}")
        self.client.will_set(self.topic("NDEATH"), self._death(), qos=1)
        self.client.on_message = self._told
        self.client.connect("127.0.0.1", port)
        self.client.subscribe([(self.topic("NCMD"), 1), ("spBv1.0/STATE/+", 1)])
        self.client.loop_start()
        wait_until(self.client.is_connected, "the node is connected")

    def topic(self, kind: str, device: str = "") -> str:
        return f"spBv1.0/City/{kind}/{self.name}" + (f"/{device}" if device else "")

    def be_born(self, value: float) -> None:
        """NBIRTH and DBIRTH."""
        self._seq = -1
        bd_seq = {"name": "bdSeq", "datatype": 8, "long_value": self.bd_seq}
        self._send("NBIRTH", "", [bd_seq, {"name": "Node Control/Rebirth", "datatype": 11, "boolean_value": False}])
        self._send(
            "DBIRTH", "well", [{"name": "Sensors/CH4", "alias": self.ALIAS, "datatype": 9, "float_value": value}]
        )

    def say(self, *metrics: dict[str, Any]) -> None:
        """DDATA with metrics by alias."""
        self._send("DDATA", "well", [{"alias": self.ALIAS, **one} for one in metrics])

    def lose_one(self) -> None:
        """A number of its row that nobody ever sees."""
        self._seq += 1

    def die(self) -> None:
        """The broker publishes the testament."""
        sock: Any = self.client.socket()
        self.client.loop_stop()
        sock.close()

    def stop(self) -> None:
        self.client.loop_stop()
        self.client.disconnect()

    def _send(self, kind: str, device: str, metrics: list[dict[str, Any]]) -> None:
        self._seq = (self._seq + 1) % 256
        content = payload(metrics, timestamp=time.time_ns() // 1_000_000, seq=self._seq)
        self.client.publish(self.topic(kind, device), content, qos=1).wait_for_publish(10)

    def _death(self) -> bytes:
        return payload([{"name": "bdSeq", "datatype": 8, "long_value": self.bd_seq}])

    def _told(self, client: Any, _: Any, message: Any) -> None:
        (self.hosts if "/STATE/" in message.topic else self.rebirths_asked).append(message.payload)
