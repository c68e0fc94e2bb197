# SPDX-License-Identifier: Apache-2.0
"""With a real Modbus TCP server: registers become readings in the stream's unit, and each poll that was due is accounted for."""

from __future__ import annotations

import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from belltower.edges.modbus.registers import Block, Registers, blocks_of
from belltower.edges.sources.errors import BadMapping
from belltower.edges.sources.mapping import read_source
from belltower.edges.sources.readings import Frame
from belltower.edges.sources.tests.running import (
    BridgeProcess,
    answers,
    asked,
    counts,
    free_port,
    make_streams,
    standing,
    stored_count,
    wait_until,
)  # fmt: skip

MAPPING = """
source: boiler
kind: modbus
since: 2026-11-23
address: modbus://127.0.0.1:{port}
every: PT0.2S
timeout: PT1S
registers:
  - {{stream: b/temperature, unit: Cel, register: 100, type: int16, scale: 0.1}}
  - {{stream: b/outside, unit: Cel, register: 101, type: int16}}
  - {{stream: b/pressure, unit: Cel, register: 102, type: float32}}
  - {{stream: b/count, unit: Cel, register: 104, type: uint32, word_order: little}}
  - {{stream: b/level, unit: Cel, table: input, register: 7, scale: 0.001, offset: -10}}
  - {{stream: b/pump, unit: Cel, table: coil, register: 2}}
"""


def test_neighbours_are_asked_for_together_and_nothing_between() -> None:
    registers = read_source(MAPPING.format(port=502)).reader()
    assert isinstance(registers, Registers)
    assert blocks_of(registers.registers) == [
        Block(1, "coil", 2, 1, 0.2), Block(1, "holding", 100, 6, 0.2), Block(1, "input", 7, 1, 0.2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("type_", "orders", "content", "value"),
    [
        ("float32", "", struct.pack(">f", 1.5), 1.5),
        ("float32", ", word_order: little", struct.pack(">f", 1.5)[2:] + struct.pack(">f", 1.5)[:2], 1.5),
        ("int32", ", byte_order: little", bytes((0xFF, 0xFF, 0xFE, 0xFF)), -2.0),
        ("uint32", ", byte_order: little, word_order: little", struct.pack("<I", 70_000), 70_000.0),
        ("int64", "", struct.pack(">q", -9), -9.0),
        ("uint16", "", b"\xff\xff", 65_535.0),
    ],
)
def test_every_order_of_bytes_and_words_is_read(type_: str, orders: str, content: bytes, value: float) -> None:
    head = MAPPING.format(port=502).split("registers:")[0]
    text = f"{head}registers:\n  - {{stream: x, unit: m, register: 5, type: {type_}{orders}}}"
    readings, troubles = read_source(text).reader().read(Frame("1/holding/5", content, 3), 0)
    assert [(one.value, one.at) for one in readings] == [(value, 3)]
    assert troubles == []


def test_a_login_that_modbus_does_not_know_is_refused() -> None:
    with pytest.raises(BadMapping, match="'login' is not known here"):
        read_source(MAPPING.format(port=502) + 'login: {user: "env:A", password: "env:B"}\n')


@pytest.fixture
def processes() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def _device(port: int, processes: ExitStack) -> subprocess.Popen[bytes]:
    made = subprocess.Popen([sys.executable, "-m", "belltower.edges.modbus.tests.device", str(port)])
    processes.callback(made.wait)
    processes.callback(made.kill)
    wait_until(lambda: answers(port), "the device listens")
    return made


@pytest.mark.server
@pytest.mark.django_db(transaction=True)
def test_a_device_is_polled_and_found_again_and_every_poll_is_accounted_for(
    tmp_path: Path, processes: ExitStack
) -> None:
    make_streams([f"b/{name}" for name in ("temperature", "outside", "pressure", "count", "level", "pump")], unit="K")
    port = free_port()
    device = _device(port, processes)
    bridge = BridgeProcess(MAPPING.format(port=port), tmp_path)
    processes.callback(bridge.kill)
    wait_until(lambda: stored_count() >= 18, "three rounds are stored")
    device.kill()
    device.wait()
    wait_until(lambda: standing("boiler")[0] == "away", "the bridge says that the device is away")
    before = stored_count()
    _device(port, processes)
    wait_until(lambda: stored_count() > before + 6, "it is polled again")
    assert bridge.stop() == 0
    newest = dict(
        asked("SELECT d.key, l.value FROM observations_latest l JOIN observations_datastream d ON d.id = l.stream")
    )
    kelvin = {
        name: round(newest[f"b/{name}"] - 273.15, 6)
        for name in ("temperature", "outside", "pressure", "count", "level", "pump")
    }
    assert kelvin == {"temperature": 21.5, "outside": -5, "pressure": 3.5, "count": 131_073, "level": 30, "pump": 1}
    ((due, answered, timed_out),) = asked(
        "SELECT sum(polls_due), sum(polls_answered), sum(polls_timed_out) FROM observations_count WHERE source = 'boiler'"
    )
    assert due == answered + timed_out
    assert timed_out > 0
    received, stored, duplicates, refused = counts("boiler")
    assert (received, duplicates, refused) == (stored, 0, 0)
    assert stored == 2 * answered  # three blocks hold six values
