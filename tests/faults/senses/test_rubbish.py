# SPDX-License-Identifier: Apache-2.0
"""Rubbish at each door: a clear refusal with a code and a sentence, the good rows beside it stored, and the door stays open."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pyarrow as pa
import pytest
from asyncua import ua
from litestar.testing import TestClient

from belltower.core.access import actions
from belltower.core.access.rules import Verb
from belltower.core.observations.models import Datastream, KeptAside
from belltower.core.observations.tests.senses import asked, raw
from belltower.edges.opcua.nodes import frame_of
from belltower.edges.sources.intake import Intake
from belltower.edges.sources.mapping import read_source
from belltower.edges.sources.readings import Frame, read_all
from belltower.edges.sources.tests.running import counts, make_streams
from belltower.kernel.actors import Actor
from belltower.project.gateway import application as gateway

BY = Actor.system("tests")
NOW = datetime.now(UTC).replace(microsecond=0)
LINES, PACKED, ARROW = "application/x-ndjson", "application/msgpack", "application/vnd.apache.arrow.stream"
NAN, INFINITE = float("nan"), float("inf")
LONG_AGO, FAR_AHEAD = "1970-01-01T00:00:00Z", "2100-01-01T00:00:00Z"
Row = dict[str, Any]


def row(seconds: int = 0, **changed: Any) -> Row:
    return {"stream": "m/0", "at": (NOW + timedelta(seconds=seconds)).isoformat(), "value": 1.5, **changed}


def json_lines(*rows: Row | bytes) -> bytes:
    return b"\n".join(one if isinstance(one, bytes) else msgspec.json.encode(one) for one in rows)


def packed(*rows: Row | bytes) -> bytes:
    return b"".join(one if isinstance(one, bytes) else msgspec.msgpack.encode(one) for one in rows)


def arrow(*rows: Row) -> bytes:
    file = io.BytesIO()
    columns = {name: [one.get(name) for one in rows] for name in {name: None for one in rows for name in one}}
    at = pa.array([datetime.fromisoformat(one["at"]) for one in rows], pa.timestamp("us", "UTC"))
    table = pa.table({**columns, "at": at})
    with pa.ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table)
    return file.getvalue()


def among_good(form: Callable[..., bytes], bad: Row | bytes) -> bytes:
    return form(row(0), bad, row(1))


# What is sent, in which form; the answer's status, how many rows were stored, and the code that is told.
AT_INGEST: dict[str, tuple[str, bytes, int, int, str]] = {
    "NaN in MessagePack": (PACKED, among_good(packed, row(9, value=NAN)), 200, 2, "not_finite"),
    "an infinity in MessagePack": (PACKED, among_good(packed, row(9, value=-INFINITE)), 200, 2, "not_finite"),
    "1970 in MessagePack": (PACKED, among_good(packed, row(at=LONG_AGO)), 200, 2, "too_early"),
    "2100 in MessagePack": (PACKED, among_good(packed, row(at=FAR_AHEAD)), 200, 2, "too_late"),
    "broken UTF-8 in MessagePack": (
        PACKED, among_good(packed, packed(row(9)).replace(b"m/0", b"m\xff0")), 200, 2, "broken_utf8"),
    "MessagePack that ends early": (PACKED, packed(row(0)) + packed(row(1))[:-3], 422, 0, "unreadable"),
    "another unit in MessagePack": (PACKED, among_good(packed, row(9, unit="kPa")), 200, 2, "wrong_unit"),
    "NaN in Arrow": (ARROW, among_good(arrow, row(9, value=NAN)), 200, 2, "not_finite"),
    "an infinity in Arrow": (ARROW, among_good(arrow, row(9, value=INFINITE)), 200, 2, "not_finite"),
    "1970 in Arrow": (ARROW, among_good(arrow, row(at=LONG_AGO)), 200, 2, "too_early"),
    "2100 in Arrow": (ARROW, among_good(arrow, row(at=FAR_AHEAD)), 200, 2, "too_late"),
    "no value in Arrow": (ARROW, among_good(arrow, row(9, value=None)), 200, 2, "unreadable_row"),
    "another unit in Arrow": (ARROW, among_good(arrow, row(9, unit="kPa")), 200, 2, "wrong_unit"),
    "Arrow that ends early": (ARROW, arrow(row(0), row(1))[:-200], 422, 0, "unreadable"),
    "broken UTF-8 in Arrow": (ARROW, arrow(row(0), row(1)).replace(b"m/0", b"m\xff0"), 422, 0, "unreadable"),
    "another unit in a line": (LINES, among_good(json_lines, row(9, unit="kPa")), 200, 2, "wrong_unit"),
    "another unit in every line": (LINES, json_lines(row(0, unit="kPa")), 422, 0, "nothing_stored"),
    "a stream with a NUL in its name": (LINES, among_good(json_lines, row(9, stream="m\x000")), 200, 2, "unknown_stream"),
    "half a character": (
        LINES, among_good(json_lines, b'{"stream":"\\ud800","at":5,"value":1}'), 200, 2, "unreadable_row"),
    "ten megabytes in MessagePack": (PACKED, among_good(packed, row(9, more="x" * 10_000_000)), 422, 0, "unreadable"),
    "ten megabytes of nothing": (LINES, b"\x00" * 10_000_000, 422, 0, "nothing_stored"),
}  # fmt: skip
AT_SENSORTHINGS: dict[str, tuple[bytes, int]] = {
    "NaN": (b'{"result": NaN}', 400),
    "ten megabytes": (b'{"result": "' + b"x" * 10_000_000 + b'"}', 413),
    "ten megabytes of a nest": (b"[" * 10_000_000, 413),
    "a deep nest": (b'{"result": ' + b"[" * 20_000 + b"]" * 20_000 + b"}", 400),
    "half a character": (b'{"result": "\\ud800"}', 400),
    "a NUL in a text": (b'{"result": "a\\u0000b"}', 400),
    "a unit of its own": (b'{"result": 1, "unitOfMeasurement": {"symbol": "kPa"}}', 400),
}


@pytest.fixture
def door(transactional_db: None) -> Iterator[Callable[[str, bytes, str], Any]]:
    """Send a body to a path, as a device that has a token; streams m/0 and m/1 are in per cent."""
    make_streams(["m/0", "m/1"])
    account = actions.service_account("meter", by=BY)
    secret = actions.make_token(account, scopes=[Verb.SENSE, Verb.VIEW], expires_at=None, by=BY, now=NOW).secret
    with TestClient(gateway.application) as client:

        def send(path: str, body: bytes, media_type: str) -> Any:
            headers = {"content-type": media_type, "authorization": f"Bearer {secret}", "accept-language": "en"}
            return client.post(path, content=body, headers=headers)

        yield send


def test_rubbish_at_the_fast_door_is_refused_row_by_row(door: Callable[[str, bytes, str], Any]) -> None:
    wrong, refused = [], 0
    for what, (media_type, body, status, kept, code) in AT_INGEST.items():
        answer = door("/ingest", body, media_type)
        told = answer.json()
        codes = [told.get("code"), *(one["code"] for one in told.get("refused", []))]
        says = [told.get("title"), *(one["say"] for one in told.get("refused", []))]
        found = (answer.status_code, told.get("stored", 0) + told.get("duplicates", 0))
        refused += told.get("refused_count", 0)
        if found != (status, kept) or code not in codes or not any(says):
            wrong.append(f"{what}: {answer.status_code} {answer.text[:200]}")
    assert not wrong, "\n".join(wrong)
    received, stored, duplicates, counted = counts("meter")
    assert (received, counted) == (stored + duplicates + refused, refused)
    assert sum(KeptAside.objects.filter(source="meter").values_list("rows", flat=True)) == refused
    right = json_lines(row(20, unit="%"), row(21, unit="http://unitsofmeasure.org/%"[-1:]))
    assert door("/ingest", right, LINES).json()["stored"] == 2, (
        "the stream's own unit is no trouble, and the door is open"
    )


def test_rubbish_at_sensorthings_is_refused_with_a_status(door: Callable[[str, bytes, str], Any]) -> None:
    path = f"/sta/v1.1/Datastreams({Datastream.objects.get(key='m/0').pk})/Observations"
    feature = b'"FeatureOfInterest": {"name": "f", "description": "f", "encodingType": "application/geo+json", "feature": {"type": "Point", "coordinates": [112, 27]}}'
    wrong = []
    for what, (body, status) in AT_SENSORTHINGS.items():
        answer = door(path, body, "application/json")
        if answer.status_code != status or not answer.json().get("message"):
            wrong.append(f"{what}: {answer.status_code} {answer.text[:200]}")
    assert not wrong, "\n".join(wrong)
    assert asked("SELECT count(*) FROM observations_reading") == [(0,)]
    assert door(path, b'{"result": 1, ' + feature + b"}", "application/json").status_code == 201, "the door is open"


HEAD = "source: plant\nsince: 2026-11-23\n"
MQTT = HEAD + """
kind: mqtt
address: mqtt://broker
takes:
  - topic: a/{device}
    streams: [{stream: "m/{device}", unit: "1", value: v, at: t}]
  - topic: pressure/{device}
    streams: [{stream: "m/{device}", unit: kPa, value: v, at: t}]
  - topic: rows
    each: rows
    names: {device: id}
    streams: [{stream: "m/{device}", unit: "1", value: v, at: t}]
"""  # fmt: skip
OPCUA = (
    HEAD
    + """
kind: opcua
address: opc.tcp://server:4840
nodes:
  - {node: ns=2;s=A, stream: m/0, unit: "%"}
  - {node: ns=2;s=P, stream: m/1, unit: kPa}
"""
)
MODBUS = (
    HEAD
    + """
kind: modbus
address: modbus://device
every: PT1S
registers:
  - {stream: m/0, unit: "%", register: 0, type: float32}
  - {stream: m/1, unit: kPa, register: 2, type: float32}
"""
)


def message(topic: str, value: object, at: str = NOW.isoformat()) -> Frame:
    return Frame(topic, msgspec.json.encode({"v": value, "t": at}), 0)


def node(id: str, value: object, at: datetime = NOW) -> Frame:
    return frame_of(id, ua.DataValue(ua.Variant(value), SourceTimestamp=at.replace(tzinfo=None)), 0)


def registers(*values: float, address: int = 0) -> Frame:
    return Frame(f"1/holding/{address}", struct.pack(f">{len(values)}f", *values), round(NOW.timestamp() * 1e6))


# The mapping, the frames that come together, the values that are stored, and the reasons for which the others are kept.
BY_SOURCES: dict[str, tuple[str, list[Frame], list[float], list[str]]] = {
    "NaN over MQTT": (MQTT, [message("a/0", 0.5), Frame("a/0", b'{"v": NaN}', 0)], [50.0], ["bad_frame"]),
    "an infinity that JSON can write": (
        MQTT, [Frame("a/0", b'{"v": 1e999, "t": "2026-11-23T00:00:00Z"}', 0)], [], ["bad_frame"]),
    "1970 and 2100 over MQTT": (
        MQTT, [message("a/0", 1, LONG_AGO), message("a/0", 1, FAR_AHEAD), message("a/0", 0.25)], [25.0],
        ["too_early", "too_late"]),
    "a unit that is no share over MQTT": (
        MQTT, [message("pressure/0", 101), message("a/1", 0.5)], [50.0], ["units_do_not_fit"]),
    "broken UTF-8 over MQTT": (MQTT, [Frame("a/0", b'{"v": "\xff"}', 0)], [], ["bad_frame"]),
    "ten megabytes over MQTT": (MQTT, [Frame("a/0", b'"' + b"x" * 10_000_000, 0)], [], ["bad_frame"]),
    "names that no database holds": (
        MQTT, [Frame("rows", b'{"rows": [{"id": "\\u0000", "v": 1, "t": "2026-11-23T00:00:00Z"},'
                             b' {"id": 0, "v": 0.5, "t": "2026-11-23T00:00:00Z"}]}', 0)], [50.0], ["unknown_stream"]),
    "half a character for a name": (
        MQTT, [Frame("rows", b'{"rows": [{"id": "\\ud800", "v": 1, "t": "2026-11-23T00:00:00Z"}]}', 0)], [],
        ["bad_frame"]),
    "OPC UA": (
        OPCUA, [node("ns=2;s=A", NAN), node("ns=2;s=A", INFINITE), node("ns=2;s=A", 5.0),
                node("ns=2;s=A", 5.0, datetime(1970, 1, 1, tzinfo=UTC)), node("ns=2;s=A", 5.0, datetime(2100, 1, 1, tzinfo=UTC)),
                node("ns=2;s=P", 5.0), Frame("ns=2;s=A", b'{"value": \xff', 0)],
        [5.0], ["bad_frame", "bad_frame", "bad_frame", "too_early", "too_late", "units_do_not_fit"]),
    "Modbus": (
        MODBUS, [registers(NAN), registers(INFINITE), registers(7.0, 5.0)], [7.0],
        ["not_finite", "not_finite", "units_do_not_fit"]),
    "an answer of other registers over Modbus": (MODBUS, [registers(1.0, address=90)], [], ["bad_frame"]),
}  # fmt: skip


@pytest.mark.parametrize("what", BY_SOURCES)
@pytest.mark.django_db
def test_rubbish_from_a_source_is_kept_aside_with_its_reason(what: str) -> None:
    mapping, frames, values, reasons = BY_SOURCES[what]
    make_streams(["m/0", "m/1"])
    taken = read_all(read_source(mapping).reader(), frames)
    Intake("plant").write_all(raw(), taken, now=NOW)
    assert asked("SELECT value FROM observations_reading ORDER BY 1") == [(value,) for value in values]
    aside = KeptAside.objects.filter(source="plant")
    assert sorted(one.reason for one in aside) == reasons
    assert all(one.sentence["zh"] and one.sentence["en"] and bytes(one.frame) for one in aside)
    assert all(len(one.frame) <= 1_000_000 for one in aside)
    received, stored, duplicates, refused = counts("plant")
    assert (received, stored, refused) == (stored + duplicates + refused, len(values), len(reasons))
