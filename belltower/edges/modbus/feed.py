# SPDX-License-Identifier: Apache-2.0
"""A Modbus TCP client that polls each block when it is due, and counts what was due, answered and timed out."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any

from pymodbus.client import ModbusTcpClient
from pymodbus.exceptions import ModbusException

from belltower.edges.modbus.registers import BITS, Block, Registers, blocks_of
from belltower.edges.sources.errors import SourceAway
from belltower.edges.sources.mapping import Source
from belltower.edges.sources.readings import Frame, Taken, Trouble, trouble

PORT = 502
_ASKS = {
    "holding": "read_holding_registers",
    "input": "read_input_registers",
    "coil": "read_coils",
    "discrete": "read_discrete_inputs",
}


class ModbusFeed:
    """The Feed of one Modbus source. Modbus forgets: what was not asked in time is counted as timed out."""

    def __init__(self, source: Source, registers: Registers, *, timeout_s: float) -> None:
        self._source, self._registers, self._timeout_s = source, registers, timeout_s
        self._blocks = blocks_of(registers.registers)
        self._due: list[float] = []
        self._client: ModbusTcpClient | None = None
        self._trouble = ""

    def recall(self, memory: Mapping[str, Any]) -> None:
        """There is nothing to remember."""

    def open(self) -> None:
        """Connect. Raises SourceAway."""
        address = self._source.address
        self._trouble = ""
        self._client = ModbusTcpClient(
            str(address.hostname), port=address.port or PORT, timeout=self._timeout_s, retries=0
        )
        try:
            is_there = self._client.connect()  # type: ignore[no-untyped-call]
        except (ModbusException, OSError) as error:
            raise self._away(str(error)) from None
        if not is_there:
            raise self._away("no connection")
        # The plan outlives the connection, so that what was due while we were away counts.
        self._due = self._due or [time.monotonic()] * len(self._blocks)

    def take(self, within_s: float) -> Taken:
        """Ask for the blocks that are due, waiting at most so long for the first. Raises SourceAway."""
        if self._trouble:
            raise self._away(self._trouble)
        wait = min(self._due) - time.monotonic()
        if wait > within_s:
            time.sleep(within_s)
            return Taken()
        time.sleep(max(0.0, wait))
        taken = Taken()
        now = time.monotonic()
        for place, block in enumerate(self._blocks):
            if self._due[place] <= now:
                missed = math.floor((now - self._due[place]) / block.every_s)
                self._due[place] += (missed + 1) * block.every_s
                taken.due += missed + 1
                self._poll(block, taken)
        return taken

    def acknowledge(self, taken: Taken) -> None:
        """Modbus has nothing to acknowledge."""

    def close(self) -> None:
        """Leave."""
        client, self._client = self._client, None
        if client is not None:
            client.close()  # type: ignore[no-untyped-call]

    def _poll(self, block: Block, taken: Taken) -> None:
        """One request. Without an answer it counts as timed out, and the connection is made anew."""
        if self._trouble or self._client is None:
            return
        try:
            answer: Any = getattr(self._client, _ASKS[block.table])(
                block.address, count=block.count, device_id=block.device
            )
        except (ModbusException, OSError) as error:
            self._trouble = str(error)
            return
        taken.answered += 1
        number = len(taken.frames)
        if answer.isError():
            taken.frames.append(Frame(block.where, bytes([answer.exception_code]), time.time_ns() // 1000))
            taken.troubles.append(_refused(number, block, answer.exception_code))
            return
        content = bytes(answer.bits[: block.count]) if block.table in BITS else _bytes(answer.registers)
        frame = Frame(block.where, content, time.time_ns() // 1000)
        taken.frames.append(frame)
        readings, troubles = self._registers.read(frame, number)
        taken.readings += readings
        taken.troubles += troubles

    def _away(self, reason: str) -> SourceAway:
        return SourceAway(address=self._source.address.geturl(), reason=reason)


def _bytes(registers: list[int]) -> bytes:
    return b"".join(one.to_bytes(2) for one in registers)


def _refused(number: int, block: Block, code: int) -> Trouble:
    asked = f"{block.where}+{block.count}"
    return trouble(number, f"设备拒绝读取 {asked}，异常码 {code}", f"the device refuses {asked} with exception {code}")
