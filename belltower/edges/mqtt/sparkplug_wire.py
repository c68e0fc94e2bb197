# SPDX-License-Identifier: Apache-2.0
"""The bytes of Sparkplug B 3.0 (protocol buffers, proto2): payloads and metrics, read; and one small command, written.

Only what a reading needs is kept. Fields that we do not know are skipped, as the format asks.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

Wire = int | memoryview
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
# Field numbers of `message Payload` and `message Metric` (Sparkplug 3.0, 6.4.1).
_TIMESTAMP, _METRICS, _SEQ = 1, 2, 3
_NAME, _ALIAS, _AT, _DATATYPE, _IS_HISTORICAL, _IS_NULL, _PROPERTIES = 1, 2, 3, 4, 5, 7, 9
_INT, _LONG, _FLOAT, _DOUBLE, _BOOLEAN, _STRING, _OTHER = 10, 11, 12, 13, 14, 15, (16, 17, 18, 19)
BOOLEAN: Final = 11
NUMBERS = frozenset((*range(1, 12), 13))
"""Data types that are numbers: Int8 to UInt64, Float, Double, Boolean, and DateTime (milliseconds)."""
_SIGNED_BITS = {1: 8, 2: 16, 3: 32, 4: 64}


@dataclass(slots=True)
class Metric:
    """One metric as it came; ``value`` is the bare field, which ``plain`` reads by the data type. ``at`` is in ms."""

    name: str = ""
    alias: int | None = None
    at: int | None = None
    datatype: int = 0
    is_historical: bool = False
    is_null: bool = False
    value: int | float | bool | str | None = None
    quality: int | None = None


@dataclass(slots=True)
class Payload:
    """One message: when (ms since 1970), its number in the node's row (0 to 255), and metrics."""

    at: int | None = None
    seq: int | None = None
    metrics: list[Metric] = field(default_factory=list)


def plain(value: int | float | bool | str | None, datatype: int) -> int | float | bool | str | None:
    """A value by its data type: signed numbers stand on the wire as two's complement of 8 to 64 bits."""
    bits = _SIGNED_BITS.get(datatype)
    if bits is None or not isinstance(value, int) or isinstance(value, bool):
        return value
    # Some encoders write a negative Int8 in 8 bits, others in 32: the low bits are the same.
    low = value & ((1 << bits) - 1)
    return low - (1 << bits) if low >> (bits - 1) else low


def decode(content: bytes) -> Payload:
    """The payload of a message. Raises ValueError where these bytes are none."""
    made = Payload()
    for number, found in _fields(memoryview(content)):
        if number == _TIMESTAMP:
            made.at = _whole(found)
        elif number == _SEQ:
            made.seq = _whole(found)
        elif number == _METRICS:
            made.metrics.append(_metric(_part(found)))
    return made


def rebirth(at: int) -> bytes:
    """The command that asks an edge node for its births again (6.4.20: "Node Control/Rebirth" is true); ``at`` in ms."""
    name = b"Node Control/Rebirth"
    metric = bytes((_tag(_NAME, _BYTES), len(name))) + name
    metric += bytes((_tag(_DATATYPE, _VARINT), BOOLEAN, _tag(_BOOLEAN, _VARINT), 1))
    return bytes((_tag(_TIMESTAMP, _VARINT),)) + _varint(at) + bytes((_tag(_METRICS, _BYTES), len(metric))) + metric


def _metric(content: memoryview) -> Metric:
    made = Metric()
    for number, found in _fields(content):
        match number:
            case 1:
                made.name = _text(found)
            case 2:
                made.alias = _whole(found)
            case 3:
                made.at = _whole(found)
            case 4:
                made.datatype = _whole(found)
            case 5:
                made.is_historical = bool(_whole(found))
            case 7:
                made.is_null = bool(_whole(found))
            case 9:
                made.quality = _quality(_part(found))
            case _ if _INT <= number <= _STRING or number in _OTHER:
                made.value = _value(number, found)
    return made


def _value(number: int, found: Wire) -> int | float | bool | str | None:
    """The value in one of the fields 10 to 15; data sets, templates and bytes are no values of ours."""
    if number in (_INT, _LONG):
        return _whole(found)
    if number == _FLOAT:
        return _real(found, "<f")
    if number == _DOUBLE:
        return _real(found, "<d")
    if number == _BOOLEAN:
        return bool(_whole(found))
    return _text(found) if number == _STRING else None


def _quality(content: memoryview) -> int | None:
    """The property "Quality" of a property set: 192 good, 500 stale, 0 bad (6.4.6)."""
    keys: list[str] = []
    values: list[int | None] = []
    for number, found in _fields(content):
        if number == 1:
            keys.append(_text(found))
        elif number == 2:
            # Of a property value, fields 3 and 4 are whole numbers.
            values.append(next((_whole(one) for which, one in _fields(_part(found)) if which in (3, 4)), None))
    return next((value for key, value in zip(keys, values, strict=False) if key == "Quality"), None)


def _fields(content: memoryview) -> Iterator[tuple[int, Wire]]:
    """Field numbers with what they hold. Raises ValueError."""
    at, end = 0, len(content)
    while at < end:
        tag, at = _read_varint(content, at)
        number, kind = tag >> 3, tag & 7
        if not number:
            raise ValueError("a field without a number")
        if kind == _VARINT:
            found, at = _read_varint(content, at)
            yield number, found
            continue
        if kind == _BYTES:
            size, at = _read_varint(content, at)
        elif kind in (_FIXED64, _FIXED32):
            size = 8 if kind == _FIXED64 else 4
        else:
            raise ValueError(f"wire type {kind}")
        if at + size > end:
            raise ValueError("it ends too soon")
        yield number, content[at : at + size]
        at += size


def _read_varint(content: memoryview, at: int) -> tuple[int, int]:
    found = shift = 0
    while at < len(content) and shift < 70:
        byte = content[at]
        at += 1
        found |= (byte & 0x7F) << shift
        if byte < 0x80:
            return found & 0xFFFF_FFFF_FFFF_FFFF, at
        shift += 7
    raise ValueError("a number without an end")


def _whole(found: Wire) -> int:
    if isinstance(found, int):
        return found
    raise ValueError("a number was expected")


def _part(found: Wire) -> memoryview:
    if isinstance(found, memoryview):
        return found
    raise ValueError("a part was expected")


def _real(found: Wire, way: str) -> float:
    part = _part(found)
    if len(part) != struct.calcsize(way):
        raise ValueError("a number was expected")
    number: float = struct.unpack(way, part)[0]
    return number


def _text(found: Wire) -> str:
    return str(_part(found), "utf-8")


def _tag(number: int, kind: int) -> int:
    return number << 3 | kind


def _varint(number: int) -> bytes:
    made = bytearray()
    while number > 0x7F:
        made.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*made, number))
