# SPDX-License-Identifier: Apache-2.0
"""Sparkplug B: every number on the wire is read as it was written; births, gaps and deaths are understood, also by the next bridge."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belltower.edges.mqtt import sparkplug_wire as wire
from belltower.edges.mqtt.sparkplug import EdgeNodes
from belltower.edges.mqtt.tests.broker import MOSQUITTO, Broker
from belltower.edges.mqtt.tests.sparkplug_node import EdgeNode, Payload, payload
from belltower.edges.sources.errors import BadMapping
from belltower.edges.sources.mapping import read_source
from belltower.edges.sources.readings import BAD, GOOD, UNCERTAIN, Frame, Reader
from belltower.edges.sources.tests.running import BridgeProcess, asked, make_streams, standing, wait_until

GUIDE = Path(__file__).parents[4] / "docs/guides/mqtt.md"


def mapping(port: int = 1883) -> str:
    """The one of the guide, at a broker of ours."""
    text = GUIDE.read_text(encoding="utf-8").split("```yaml\n# sparkplug\n")[1].split("```")[0]
    return text.replace("mqtts://broker.example:8883", f"mqtt://127.0.0.1:{port}")


def field(name: str, datatype: int, values: st.SearchStrategy[Any], wire_bits: int = 0) -> st.SearchStrategy[Any]:
    """Metrics of one data type, with the value that was meant; negative ones as two's complement of ``wire_bits``."""
    return values.map(
        lambda one: (one, {"datatype": datatype, name: one & ((1 << wire_bits) - 1) if wire_bits else one})
    )


def whole(bits: int, *, signed: bool) -> st.SearchStrategy[int]:
    low, high = (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)
    return st.integers(low, high)


METRICS = st.one_of(
    *(field("int_value", kind, whole(bits, signed=True), on_wire) for kind, bits in ((1, 8), (2, 16), (3, 32)) for on_wire in (bits, 32)),
    *(field("int_value", kind, whole(bits, signed=False)) for kind, bits in ((5, 8), (6, 16), (7, 32))),
    field("long_value", 4, whole(64, signed=True), 64), field("long_value", 8, whole(64, signed=False)),
    field("long_value", 13, whole(48, signed=False)), field("float_value", 9, st.floats(width=32)),
    field("double_value", 10, st.floats()), field("boolean_value", 11, st.booleans()), field("string_value", 12, st.text()),
)  # fmt: skip


@given(st.lists(METRICS, max_size=4), st.integers(0, 2**63), st.integers(0, 255), st.text(max_size=20), st.booleans())
def test_what_another_encoder_writes_is_read(
    metrics: list[Any], at: int, seq: int, name: str, historical: bool
) -> None:
    told = [{"name": name, "alias": at, "is_historical": historical, "quality": 500, **one} for _, one in metrics]
    found = wire.decode(payload(told, timestamp=at, seq=seq, uuid="skipped", body=b"skipped"))
    assert (found.at, found.seq, len(found.metrics)) == (at, seq, len(metrics))
    for (meant, _), one in zip(metrics, found.metrics, strict=True):
        read = wire.plain(one.value, one.datatype)
        assert read == meant or (isinstance(meant, float) and math.isnan(meant) and math.isnan(read))  # type: ignore[arg-type]
        assert (one.name, one.alias, one.is_historical, one.quality) == (name, at, historical, 500)


@given(st.binary(max_size=60))
def test_any_bytes_are_a_payload_or_refused(content: bytes) -> None:
    """Also bytes that a sender broke; nothing but ValueError comes out."""
    try:
        wire.decode(content)
    except ValueError:
        frame = Frame("spBv1.0/City/DDATA/n/d", content, 1)
        assert EdgeNodes().translated(frame) == frame


def test_the_command_for_a_rebirth_is_what_another_decoder_reads() -> None:
    read = Payload.FromString(wire.rebirth(1_795_392_000_000))
    (metric,) = read.metrics
    assert (read.timestamp, metric.name, metric.datatype, metric.boolean_value) == (
        1_795_392_000_000,
        "Node Control/Rebirth",
        11,
        True,
    )


@pytest.fixture
def reader() -> Reader:
    return read_source(mapping()).reader()


def heard(
    nodes: EdgeNodes, reader: Reader, kind: str, metrics: list[dict[str, Any]], device: str = "well", **about: Any
) -> tuple[list[tuple[Any, ...]], list[str]]:
    """What a message becomes, as the feed and then the reader treat it; it came at 9 s."""
    topic = f"spBv1.0/City/{kind}/n1" + (f"/{device}" if device else "")
    frame = nodes.translated(Frame(topic, payload(metrics, **about), 9_000_000))
    readings, troubles = reader.read(frame, 0)
    return [(one.stream, one.at, one.value, one.quality) for one in readings], [one.sentence.en for one in troubles]


CH4 = "gas_detector/n1-well/methane"
BIRTH = [{"name": "Sensors/CH4", "alias": 7, "datatype": 9, "float_value": 1.5, "timestamp": 5_000}]


def test_an_alias_means_what_the_last_birth_said(reader: Reader) -> None:
    nodes = EdgeNodes()
    heard(nodes, reader, "NBIRTH", [{"name": "bdSeq", "datatype": 8, "long_value": 0}], "", seq=0, timestamp=1)
    assert heard(nodes, reader, "DBIRTH", BIRTH, seq=1, timestamp=4) == ([(CH4, 5_000_000, 1.5, GOOD)], [])
    old = {"alias": 7, "float_value": 2.5, "timestamp": 3_000, "is_historical": True}
    new = {"alias": 7, "float_value": 3.5, "quality": 0}
    assert heard(nodes, reader, "DDATA", [old, new], seq=2, timestamp=6_000) == (
        [(CH4, 3_000_000, 2.5, GOOD), (CH4, 6_000_000, 3.5, BAD)],
        [],
    )
    assert list(nodes.to_ask()) == []
    null = {"alias": 7, "is_null": True}
    assert heard(nodes, reader, "DDATA", [null], seq=3, timestamp=7)[1][0].count("the value null of") == 1


def test_what_a_dead_device_said_last_is_uncertain_from_then_on(reader: Reader) -> None:
    nodes = EdgeNodes()
    born = [{"name": "bdSeq", "datatype": 8, "long_value": 4}]
    heard(nodes, reader, "NBIRTH", born, "", seq=0)
    heard(nodes, reader, "DBIRTH", BIRTH, seq=1)
    testament_of_before = [{"name": "bdSeq", "datatype": 8, "long_value": 3}]
    assert heard(nodes, reader, "NDEATH", testament_of_before, "") == ([], [])
    assert heard(nodes, reader, "NDEATH", born, "") == ([(CH4, 9_000_000, 1.5, UNCERTAIN)], [])
    assert heard(nodes, reader, "NDEATH", born, "") == ([], [])  # dead once
    heard(nodes, reader, "NBIRTH", born, "", seq=0)
    heard(nodes, reader, "DBIRTH", BIRTH, seq=1)
    assert heard(nodes, reader, "DDEATH", [], seq=2, timestamp=8_000) == ([(CH4, 8_000_000, 1.5, UNCERTAIN)], [])
    assert list(nodes.to_ask()) == []


def test_a_gap_or_an_unknown_alias_asks_for_a_rebirth_once(reader: Reader) -> None:
    nodes = EdgeNodes()
    readings, troubles = heard(nodes, reader, "DDATA", [{"alias": 7, "float_value": 1.0}], seq=9)
    assert (readings, ["no birth has told the aliases 7" in one for one in troubles]) == ([], [True])
    assert [topic for topic, _ in nodes.to_ask()] == ["spBv1.0/City/NCMD/n1"]
    heard(nodes, reader, "DDATA", [{"alias": 7, "float_value": 1.0}], seq=10)
    assert list(nodes.to_ask()) == []  # it was asked just now
    heard(nodes, reader, "NBIRTH", [], "", seq=255)
    heard(nodes, reader, "DBIRTH", BIRTH, seq=0)
    assert nodes.memory()
    assert nodes.memory() is None
    frame = Frame("spBv1.0/City/DDATA/n1/well", payload([{"alias": 7, "float_value": 1.0}], seq=2), 30_000_000)
    assert len(reader.read(nodes.translated(frame), 0)[0]) == 1  # what came is stored, whatever is missing
    assert len(list(nodes.to_ask())) == 1


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [("spBv1.0/City/+/{node}", "spBv1.0/City/DDATA/{node}", "must be spBv1.0/GROUP/"), ("metric: ", "value: ", "'value' is not known")],
)  # fmt: skip
def test_a_mapping_that_would_hear_half_is_refused(before: str, after: str, said: str) -> None:
    with pytest.raises(BadMapping, match=said):
        read_source(mapping().replace(before, after))


@pytest.fixture
def ends() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.mark.server
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(MOSQUITTO is None, reason="Mosquitto is not installed (`make test` as root installs it)")
def test_a_node_is_followed_from_bridge_to_bridge_until_it_dies(tmp_path: Path, ends: ExitStack) -> None:
    make_streams([CH4])
    broker = Broker(tmp_path / "broker")
    ends.callback(broker.stop)
    node = EdgeNode(broker.port, "n1")
    ends.callback(node.stop)
    first = BridgeProcess(mapping(broker.port), tmp_path)
    ends.callback(first.kill)
    wait_until(lambda: standing("gas-sparkplug")[0] == "connected", "the bridge is connected")
    wait_until(lambda: node.hosts and json.loads(node.hosts[-1])["online"], "the node sees its host")

    def newest() -> list[tuple[Any, ...]]:
        return asked("SELECT value, quality FROM observations_latest")

    node.be_born(1.5)
    wait_until(lambda: newest() == [(1.5, GOOD)], "the birth is stored")
    first.kill()
    wait_until(lambda: not json.loads(node.hosts[-1])["online"], "the node sees that its host is gone")
    node.say({"float_value": 2.5})  # while nobody listens; the broker keeps it, and the next bridge knows the alias
    second = BridgeProcess(mapping(broker.port), tmp_path)
    ends.callback(second.kill)
    wait_until(lambda: newest() == [(2.5, GOOD)], "it is stored by its alias")
    assert node.rebirths_asked == []
    node.lose_one()
    node.say({"float_value": 3.5})
    wait_until(lambda: node.rebirths_asked, "the gap is noticed")
    assert Payload.FromString(node.rebirths_asked[0]).metrics[0].name == "Node Control/Rebirth"
    node.be_born(4.5)
    wait_until(lambda: newest() == [(4.5, GOOD)], "the births come again")
    node.die()
    wait_until(lambda: newest() == [(4.5, UNCERTAIN)], "its last value is uncertain")
    assert asked("SELECT count(*) FROM observations_kept_aside") == [(0,)]
    assert second.stop() == 0
