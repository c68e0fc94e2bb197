# SPDX-License-Identifier: Apache-2.0
"""Messages become readings by their mapping; whatever cannot be read is told, and never becomes a number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt import _packet
from paho.mqtt.client import MQTTv5, MQTTv311

from belltower.edges.mqtt.frames import Messages
from belltower.edges.mqtt.gaps import Gaps
from belltower.edges.mqtt.quick_client import take_apart
from belltower.edges.mqtt.topics import read_pattern
from belltower.edges.sources.mapping import read_source
from belltower.edges.sources.readings import BAD, GOOD, UNCERTAIN, Frame

MAPPING = """
source: street
kind: mqtt
since: 2026-11-23
address: mqtt://broker
takes:
  - topic: city/{area}/{device}/up
    streams:
      - {stream: "bin/{device}/fill", unit: "%", value: fill, at: at, quality: status, good: [ok, true], uncertain: drift}
      - {stream: "bin/{device}/battery", unit: "%", value: power.battery, at: at, optional: true}
  - topic: batch/#
    each: data.rows
    names: {device: id}
    streams: [{stream: "pole/{device}/load", unit: kW, value: "w", at: t, at_in: s}]
  - topic: plain/{device}
    payload: number
    streams: [{stream: "plain/{device}", unit: m}]
"""


@pytest.fixture(scope="module")
def messages() -> Messages:
    reader = read_source(MAPPING).reader()
    assert isinstance(reader, Messages)
    return reader


def read(messages: Messages, topic: str, content: bytes) -> tuple[list[tuple[object, ...]], list[str]]:
    readings, troubles = messages.read(Frame(topic, content, 7), 0)
    return [(one.stream, one.at, one.value, one.quality) for one in readings], [one.sentence.en for one in troubles]


def test_topic_payload_time_and_quality_make_a_reading(messages: Messages) -> None:
    content = b'{"fill": 81.5, "at": "2026-11-23T08:00:00+08:00", "status": "ok", "power": {"battery": 97}}'
    at = 1_795_392_000_000_000
    assert read(messages, "city/north/b1/up", content) == (
        [("bin/b1/fill", at, 81.5, GOOD), ("bin/b1/battery", at, 97.0, GOOD)],
        [],
    )


@pytest.mark.parametrize(("said", "quality"), [("true", GOOD), ('"drift"', UNCERTAIN), ('"what"', BAD), ("null", BAD)])
def test_quality_is_what_the_mapping_says_and_bad_where_it_says_nothing(
    messages: Messages, said: str, quality: int
) -> None:
    content = f'{{"fill": 1, "at": "2026-11-23T08:00:00Z", "status": {said}}}'.encode()
    assert read(messages, "city/n/b1/up", content)[0][0][3] == quality


def test_one_message_may_hold_many_devices(messages: Messages) -> None:
    content = b'{"data": {"rows": [{"id": "p1", "w": 1, "t": 1795392000}, {"id": "p2", "w": 2, "t": 1795392000.5}]}}'
    streams = [("pole/p1/load", 1_795_392_000_000_000, 1.0, 0), ("pole/p2/load", 1_795_392_000_500_000, 2.0, 0)]
    assert read(messages, "batch/anything/at/all", content) == (streams, [])


def test_a_bare_number_has_the_instant_it_came(messages: Messages) -> None:
    assert read(messages, "plain/x", b"12.5") == ([("plain/x", 7, 12.5, GOOD)], [])


UNREADABLE = {
    "broken JSON": b'{"fill": ',
    "broken UTF-8": b'{"fill": 1, "at": "\xff\xfe"}',
    "NaN": b'{"fill": NaN, "at": "2026-11-23T08:00:00Z", "status": "ok"}',
    "an infinity": b'{"fill": Infinity, "at": "2026-11-23T08:00:00Z", "status": "ok"}',
    "a number no computer holds": b'{"fill": ' + b"9" * 400 + b', "at": "2026-11-23T08:00:00Z", "status": "ok"}',
    "a word for a number": b'{"fill": "full", "at": "2026-11-23T08:00:00Z", "status": "ok"}',
    "no value": b'{"at": "2026-11-23T08:00:00Z", "status": "ok"}',
    "no zone": b'{"fill": 1, "at": "2026-11-23T08:00:00", "status": "ok"}',
    "no time": b'{"fill": 1, "status": "ok"}',
    "ten megabytes": b'"' + b"x" * 10_000_000 + b'"',
    "a deep nest": b"[" * 100_000,
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_what_cannot_be_read_is_told_and_is_no_reading(messages: Messages, what: str) -> None:
    readings, troubles = read(messages, "city/n/b1/up", UNREADABLE[what])
    assert readings == []
    assert len(troubles) >= 1
    assert all("cannot be read by the mapping" in one for one in troubles)


def test_a_topic_that_nobody_asked_for_is_told(messages: Messages) -> None:
    assert "no mapping takes the topic else/where" in read(messages, "else/where", b"1")[1][0]


@pytest.mark.parametrize(
    ("pattern", "topic", "names"),
    [
        ("a/{x}/c", "a/b/c", {"x": "b"}), ("a/{x}/c", "a/b/d", None), ("a/{x}/c", "a/b/c/d", None), ("a/#", "a", {}),
        ("a/#", "a/b/c", {}), ("#", "$SYS/uptime", None), ("#", "a", {}), ("+/{x}", "/", {"x": ""}), ("a.c", "abc", None),
    ],
)  # fmt: skip
def test_topics_match_as_the_standard_says(pattern: str, topic: str, names: dict[str, str] | None) -> None:
    assert read_pattern(pattern).match(topic) == names


@given(
    topic=st.binary(min_size=1, max_size=40), payload=st.binary(max_size=300), mid=st.integers(1, 65_535), qos=st.integers(0, 1),
    is_v5=st.booleans(), again=st.booleans(),
)  # fmt: skip
def test_a_packet_is_taken_apart_as_paho_does(
    topic: bytes, payload: bytes, mid: int, qos: int, is_v5: bool, again: bool
) -> None:
    header = 0x30 | qos << 1 | again << 3
    properties = b"\x05\x02\x00\x00\x00\x3c" if is_v5 else b""  # a message expiry interval of a minute
    packet = len(topic).to_bytes(2) + topic + (mid.to_bytes(2) if qos else b"") + properties + payload
    theirs = _packet.decode_publish(header, packet, MQTTv5 if is_v5 else MQTTv311)
    ours = take_apart(header, packet, is_v5=is_v5)
    assert ours == (theirs.topic, bytes(theirs.payload), theirs.mid)


def test_a_hole_in_the_numbers_is_asked_for_once_nothing_comes_any_more() -> None:
    gaps = Gaps()
    gaps.begin(0.0)
    for mid in (65_534, 65_535, 1, 2):
        gaps.note(mid)
    assert not gaps.shall_ask_again(100.0)
    gaps.note(4)
    assert not gaps.shall_ask_again(101.0)
    assert gaps.shall_ask_again(103.0)


def test_a_broker_that_numbers_otherwise_is_asked_ever_more_seldom() -> None:
    gaps, asked = Gaps(), 0
    gaps.begin(0.0)
    for second in range(3600):
        if second % 20 == 0:  # two messages, and then nothing for a while
            gaps.note(1 + second * 7919 % 60_000)
            gaps.note(1 + second * 7907 % 60_000)
        if gaps.shall_ask_again(float(second)):
            asked += 1
            gaps.begin(float(second))
    assert 1 <= asked <= 10


def test_the_end_of_a_burst_is_asked_for_once() -> None:
    gaps = Gaps()
    gaps.begin(0.0)
    for mid in range(1, 2_001):
        gaps.note(mid)
    gaps.note_batch(2_000)
    assert not gaps.shall_ask_again(0.5)
    assert gaps.shall_ask_again(2.0)
    gaps.begin(2.0)
    assert not gaps.shall_ask_again(60.0)
