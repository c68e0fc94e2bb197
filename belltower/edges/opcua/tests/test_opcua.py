# SPDX-License-Identifier: Apache-2.0
"""With a real OPC UA server of 1,000 nodes: all of them report, dead bands are kept at the source, a restart is survived."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from asyncua import ua

from belltower.edges.opcua.nodes import frame_of
from belltower.edges.opcua.source import browse
from belltower.edges.opcua.tests.server import NODES
from belltower.edges.sources.errors import BadMapping
from belltower.edges.sources.mapping import read_source
from belltower.edges.sources.tests.running import (
    BridgeProcess,
    asked,
    counts,
    free_port,
    make_streams,
    standing,
    stored_count,
    wait_until,
)  # fmt: skip

HEAD = """
source: plant
kind: opcua
since: 2026-11-23
address: opc.tcp://127.0.0.1:{port}
publish_every: PT0.1S
nodes:
"""
ONE = "  - {{node: ns=2;s=T{n}, stream: t/{n}, unit: Cel, sample_every: PT0.05S{more}}}\n"


def mapping(port: int) -> str:
    """All nodes; the last has a dead band of five degrees; and one that the server has not."""
    nodes = "".join(
        ONE.format(n=n, more=", dead_band: 5, at_least_every: PT1H" if n == NODES - 1 else "") for n in range(NODES)
    )
    return HEAD.format(port=port) + nodes + ONE.format(n="Nowhere", more="")


class ServerProcess:
    """The server, and the way to write to its nodes."""

    def __init__(self, port: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "belltower.edges.opcua.tests.server", str(port)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        assert self.process.stdout
        assert self.process.stdout.readline() == "ready\n"

    def write(self, which: str | int, value: float) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{which} {value}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()  # waits, and closes the pipes


@pytest.fixture
def processes() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def newest(key: str) -> float | None:
    rows = asked(
        "SELECT l.value FROM observations_latest l JOIN observations_datastream d ON d.id = l.stream WHERE d.key = %s",
        [key],
    )
    value: float | None = rows[0][0]
    return value


@pytest.mark.server
@pytest.mark.django_db(transaction=True)
def test_a_thousand_nodes_report_and_a_restarted_server_is_found_again(tmp_path: Path, processes: ExitStack) -> None:
    make_streams([f"t/{n}" for n in [*range(NODES), "Nowhere"]], unit="K")
    port = free_port()
    server = ServerProcess(port)
    processes.callback(lambda: server.kill())
    bridge = BridgeProcess(mapping(port), tmp_path)
    processes.callback(bridge.kill)
    wait_until(lambda: stored_count() == NODES, "every node has reported")
    assert newest("t/20") == pytest.approx(293.15)
    assert asked("SELECT reason, sentence->>'en' LIKE %s FROM observations_kept_aside", ["%BadNodeIdUnknown%"]) == [
        ("bad_frame", True)
    ]

    server.write(NODES - 1, NODES + 2)  # three degrees more: within the dead band
    server.write(0, 100)
    wait_until(lambda: newest("t/0") == pytest.approx(373.15), "the change arrives")
    assert newest(f"t/{NODES - 1}") == pytest.approx(273.15 + NODES - 1)
    server.write(NODES - 1, NODES + 20)
    wait_until(lambda: newest(f"t/{NODES - 1}") == pytest.approx(273.15 + NODES + 20), "the big change arrives")
    assert stored_count() == NODES + 2

    server.kill()
    wait_until(lambda: standing("plant")[0] == "away", "the bridge says that the server is away")
    server = ServerProcess(port)
    wait_until(lambda: standing("plant")[0] == "connected", "it is connected again")
    server.write("all", 7)
    wait_until(
        lambda: newest("t/500") == pytest.approx(280.15) and newest("t/0") == pytest.approx(280.15),
        "values arrive again",
    )
    received, stored, duplicates, refused = counts("plant")
    assert received == stored + duplicates + refused


@pytest.mark.server
def test_a_server_is_browsed(processes: ExitStack) -> None:
    port = free_port()
    processes.callback(ServerProcess(port).kill)
    source = read_source(HEAD.format(port=port) + ONE.format(n=1, more=""))
    assert ("ns=2;s=Plant", "Plant", False) in [(one.id, one.name, one.is_variable) for one in browse(source)]
    children = browse(source, "ns=2;s=Plant")
    assert len(children) == NODES
    assert (children[3].id, children[3].name, children[3].is_variable) == ("ns=2;s=T3", "T3", True)


@pytest.mark.parametrize(
    ("value", "status", "quality"),
    [
        (1.5, ua.StatusCodes.Good, 0),
        (True, ua.StatusCodes.UncertainLastUsableValue, 1),
        (2, ua.StatusCodes.BadSensorFailure, 2),
    ],
)
def test_a_status_code_says_how_good_a_value_is(value: float, status: int, quality: int) -> None:
    reader = read_source(HEAD.format(port=4840) + ONE.format(n=1, more="")).reader()
    data = ua.DataValue(ua.Variant(value), StatusCode=ua.StatusCode(status))
    readings, troubles = reader.read(frame_of("ns=2;s=T1", data, 9), 0)
    assert [(one.value, one.quality, one.at, one.stream) for one in readings] == [(float(value), quality, 9, "t/1")]
    assert troubles == []


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "open", None, [1.0, 2.0]])
def test_what_is_no_number_is_told(value: object) -> None:
    reader = read_source(HEAD.format(port=4840) + ONE.format(n=1, more="")).reader()
    readings, troubles = reader.read(frame_of("ns=2;s=T1", ua.DataValue(ua.Variant(value)), 9), 0)
    assert readings == []
    assert "is no number" in troubles[0].sentence.en


def test_a_node_id_that_is_none_is_told_with_its_line() -> None:
    with pytest.raises(BadMapping, match="Line 8"):
        read_source(HEAD.format(port=4840) + "  - {stream: x, unit: m, node: 'boiler temperature'}\n")
