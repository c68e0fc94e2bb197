# SPDX-License-Identifier: Apache-2.0
"""Modbus registers into readings: where a value lies, of which type, in which order of bytes and words, and its scale."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass

from belltower.edges.sources.document import Part
from belltower.edges.sources.mapping import POINT, read_point
from belltower.edges.sources.readings import GOOD, Frame, Point, Reading, Trouble, trouble

TYPES = {
    "int16": ("h", 1), "uint16": ("H", 1), "int32": ("i", 2), "uint32": ("I", 2), "int64": ("q", 4), "uint64": ("Q", 4),
    "float32": ("f", 2), "float64": ("d", 4),
}  # fmt: skip
TABLES = ("holding", "input", "coil", "discrete")
BITS = ("coil", "discrete")
MOST_AT_ONCE = 125
"""Registers in one request (Modbus Application Protocol 1.1b3, 6.3); we ask for no more bits either."""
_KNOWN = (*POINT, "device", "table", "register", "type", "byte_order", "word_order", "scale", "offset", "every")


@dataclass(frozen=True, slots=True)
class Register:
    """One value: value = raw x scale + offset, in the point's unit."""

    point: Point
    device: int
    table: str
    address: int
    type: str
    is_byte_swapped: bool
    is_word_swapped: bool
    scale: float
    offset: float
    every_s: float

    @property
    def size(self) -> int:
        """How many registers (or bits) it takes."""
        return 1 if self.table in BITS else TYPES[self.type][1]

    def value(self, content: bytes) -> float:
        """The number in these bytes, as they came: two for each register, or one for a bit."""
        if self.table in BITS:
            return content[0] * self.scale + self.offset
        words = [content[at : at + 2] for at in range(0, len(content), 2)]
        if self.is_byte_swapped:
            words = [word[::-1] for word in words]
        if self.is_word_swapped:
            words.reverse()
        (raw,) = struct.unpack(f">{TYPES[self.type][0]}", b"".join(words))
        return float(raw) * self.scale + self.offset


@dataclass(frozen=True, slots=True)
class Block:
    """What one request asks for: neighbours of one table, polled at one interval."""

    device: int
    table: str
    address: int
    count: int
    every_s: float

    @property
    def where(self) -> str:
        """How its frames are called."""
        return f"{self.device}/{self.table}/{self.address}"


def read_register(part: Part, *, every_s: float) -> Register:
    """The register that a mapping declares, polled every ``every_s`` where it says nothing else. Raises BadMapping."""
    part.keys(known=_KNOWN)
    device, table, kind = part.get("device"), part.get("table"), part.get("type")
    byte_order, word_order = part.get("byte_order"), part.get("word_order")
    scale, offset, every = part.get("scale"), part.get("offset"), part.get("every")
    return Register(
        point=read_point(part, names=()),
        device=device.whole(least=0, most=255) if device else 1,
        table=table.word(*TABLES) if table else "holding",
        address=part.need("register").whole(least=0, most=65_535),
        type=kind.word(*TYPES) if kind else "uint16",
        is_byte_swapped=bool(byte_order and byte_order.word("big", "little") == "little"),
        is_word_swapped=bool(word_order and word_order.word("big", "little") == "little"),
        scale=scale.number() if scale else 1.0,
        offset=offset.number() if offset else 0.0,
        every_s=every.seconds() if every else every_s,
    )


def blocks_of(registers: Iterable[Register]) -> list[Block]:
    """The requests that ask for all of them: only direct neighbours go together, for a hole may be refused."""
    made: list[Block] = []
    for one in sorted(registers, key=lambda one: (one.device, one.table, one.every_s, one.address)):
        last = made[-1] if made else None
        alike = last and (last.device, last.table, last.every_s) == (one.device, one.table, one.every_s)
        if last and alike and one.address <= last.address + last.count:
            count = max(last.count, one.address + one.size - last.address)
            if count <= MOST_AT_ONCE:
                made[-1] = Block(one.device, one.table, last.address, count, one.every_s)
                continue
        made.append(Block(one.device, one.table, one.address, one.size, one.every_s))
    return made


class Registers:
    """The reader of one Modbus source. A frame is what a request was answered with."""

    def __init__(self, registers: tuple[Register, ...]) -> None:
        self.registers = registers

    def read(self, frame: Frame, number: int) -> tuple[list[Reading], list[Trouble]]:
        """As Reader says: the registers that lie in the frame."""
        device, table, address = frame.where.split("/")
        width = 1 if table in BITS else 2
        readings: list[Reading] = []
        for one in self.registers:
            begin = (one.address - int(address)) * width
            end = begin + one.size * width
            if one.device == int(device) and one.table == table and begin >= 0 and end <= len(frame.content):
                value = one.value(frame.content[begin:end])
                readings.append(Reading(one.point, one.point.stream, frame.received_at, value, GOOD, number))
        if not readings:
            return [], [
                trouble(number, f"映射中没有 {frame.where} 的寄存器", f"the mapping has no register of {frame.where}")
            ]
        return readings, []
