# SPDX-License-Identifier: Apache-2.0
"""What devices send is read whole, in whatever pieces it arrives; what cannot be read is refused row by row."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as some

from belltower.project.gateway.ingest.arrow import columns_of
from belltower.project.gateway.ingest.cutting import BrokenStream, Lines, Messages
from belltower.project.gateway.ingest.rows import LONGEST_LINE, Columns, micro, of_lines, of_messages

NOON = 1_795_435_200_000_000  # 2026-11-23 12:00 UTC


def only_refusal(line: bytes) -> str:
    columns = of_lines(line, 1)
    [one] = columns.refused
    assert len(columns) == 0
    assert one.row == 1
    return one.code


def test_lines_become_columns() -> None:
    columns = of_lines(
        b'{"stream":"a","at":"2026-11-23T12:00:00Z","value":1}\n\n'
        b'{"stream":7,"at":1795435200000001,"value":2.5,"quality":1,"result_at":"2026-11-23T20:00:01+08:00"}\r\n',
        4,
    )
    assert list(columns.stream) == ["a", 7]
    assert columns.at.tolist() == [NOON, NOON + 1]
    assert columns.value.tolist() == [1.0, 2.5]
    assert columns.quality is not None
    assert columns.quality.tolist() == [0, 1]
    assert columns.result_at is not None
    assert columns.result_at.tolist() == [NOON, NOON + 1_000_000]
    assert columns.number.tolist() == [4, 5]
    assert not columns.refused


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b'{"stream":1,"at":5,"value":NaN}', "unreadable_row"),
        (b'{"stream":1,"at":5,"value":1e999}', "unreadable_row"),
        (b'{"stream":1,"at":5,"value":null}', "unreadable_row"),
        (b'{"stream":1,"at":5,"value":"3"}', "unreadable_row"),
        (b'{"stream":1,"at":5}', "unreadable_row"),
        (b'{"stream":1,"at":"2026-11-23T12:00:00","value":1}', "unreadable_row"),
        (b'{"stream":1,"at":"2026-02-30T12:00:00Z","value":1}', "unreadable_row"),
        (b'{"stream":1,"at":1e30,"value":1}', "unreadable_row"),
        (b'{"stream":1,"at":123456789012345678901234567890,"value":1}', "unreadable_row"),
        (b'{"stream":1,"at":5,"value":1,"quality":9}', "unreadable_row"),
        (b"[" * 100_000, "row_too_long"),
        (b"[" * 10_000, "unreadable_row"),
        (b"hello", "unreadable_row"),
        (b'{"stream":"\xff\xfe","at":5,"value":1}', "broken_utf8"),
    ],
)
def test_a_line_that_is_no_reading_is_refused_with_its_reason(line: bytes, code: str) -> None:
    assert only_refusal(line) == code


def test_a_bad_row_costs_its_neighbours_nothing() -> None:
    columns = of_lines(b'{"stream":1,"at":5,"value":1}\n{"stream":\n{"stream":3,"at":6,"value":2}', 1)
    assert columns.number.tolist() == [1, 3]
    assert list(columns.stream) == [1, 3]
    assert [one.row for one in columns.refused] == [2]
    assert columns.refused[0].frame == b'{"stream":'


def test_many_instants_are_read_as_few_are() -> None:
    """The quick way and the careful one agree, fractions and zones included."""
    written = [
        f"2026-11-23T{hour:02d}:30:00.{hour:03d}{zone}" for hour in range(24) for zone in ("Z", "+08:00", "-05:30")
    ]
    lines = b"\n".join(msgspec.json.encode({"stream": 1, "at": at, "value": 1}) for at in written)
    assert of_lines(lines, 1).at.tolist() == [micro(at) for at in written]


@given(some.lists(some.integers(0, 1 << 40), min_size=1, max_size=40), some.data())
def test_lines_are_the_same_however_they_are_cut(values: list[int], data: Any) -> None:
    body = b"\n".join(b'{"stream":%d,"at":5,"value":1}' % value for value in values)
    cut, found = Lines(), b""
    for piece in _pieces(body, data):
        found += cut.feed(piece)
    found += cut.close()
    assert list(of_lines(found, 1).stream) == values


@given(
    some.lists(some.tuples(some.text(max_size=40), some.floats(allow_nan=False)), min_size=1, max_size=30), some.data()
)
def test_messages_are_the_same_however_they_are_cut(rows: list[tuple[str, float]], data: Any) -> None:
    maps = [
        {"stream": name, "at": 5, "value": value, "more": [None, {"x": [1, -200, 70000, True]}]} for name, value in rows
    ]
    encode = msgspec.msgpack.encode
    body = encode(maps) + b"".join(map(encode, maps))
    cut, frames = Messages(), []
    for piece in _pieces(body, data):
        frames += [bytes(one) for one in cut.feed(piece)]
    cut.close()
    columns = of_messages(frames, 1)
    assert list(columns.stream) == [name for name, _ in rows] * 2
    assert columns.value.tolist() == [value for _, value in rows] * 2


def _pieces(body: bytes, data: Any) -> list[bytes]:
    ends = sorted(data.draw(some.lists(some.integers(0, len(body)), max_size=12)))
    return [body[start:end] for start, end in zip([0, *ends], [*ends, len(body)], strict=True)]


@pytest.mark.parametrize(
    "spoil", [lambda body: body[:-1], lambda body: b"\xc1" + body, lambda body: b"\xc6\xff\xff\xff\xff" + body]
)
def test_a_broken_message_ends_the_reading(spoil: Callable[[bytes], bytes]) -> None:
    cut = Messages()
    with pytest.raises(BrokenStream):  # noqa: PT012  # either call may find it
        cut.feed(spoil(msgspec.msgpack.encode({"stream": 1, "at": 5, "value": 1.0})))
        cut.close()


def test_ten_megabytes_without_a_line_end_are_one_refused_row_and_little_memory() -> None:
    cut, found = Lines(), b""
    for _ in range(160):
        found += cut.feed(b"x" * 65_536)
    found += cut.feed(b'\n{"stream":1,"at":5,"value":1}\n') + cut.close()
    assert len(found) < 2 * LONGEST_LINE
    columns = of_lines(found, 1)
    assert columns.number.tolist() == [2]
    assert [(one.row, one.code, len(one.frame)) for one in columns.refused] == [(1, "row_too_long", 1000)]


def read_arrow(table: pa.Table) -> Columns:
    file = io.BytesIO()
    with pa.ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table)
    file.seek(0)
    [columns] = columns_of(file, most=10)
    return columns


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_arrow_is_read_in_any_unit_of_time(unit: str) -> None:
    at = pa.array([NOON, NOON], pa.timestamp("us", "UTC")).cast(pa.timestamp(unit, "Asia/Shanghai"))
    columns = read_arrow(pa.table({"stream": ["b", "a"], "at": at, "value": pa.array([1, 2], pa.int32())}))
    assert [columns.stream[row] for row in range(2)] == ["b", "a"]
    assert columns.at.tolist() == [NOON, NOON]
    assert columns.value.tolist() == [1.0, 2.0]


def test_a_row_of_arrow_with_nothing_in_it_is_refused() -> None:
    at = pa.array([NOON, None, NOON], pa.timestamp("us", "UTC"))
    columns = read_arrow(
        pa.table({"stream": [1, 2, 3], "at": at, "value": [1.0, 2.0, None], "result_at": [None, None, NOON]})
    )
    assert [one.row for one in columns.refused] == [2, 3]
    assert columns.number.tolist() == [1]
    assert np.asarray(columns.stream).tolist() == [1]


@pytest.mark.parametrize(
    "body", [b"", b"nonsense", b"\xff\xff\xff\xff\xff\xff\xff\x7f" + b"0" * 64], ids=["empty", "nonsense", "huge"]
)
def test_what_is_no_arrow_is_refused(body: bytes) -> None:
    with pytest.raises(BrokenStream):
        list(columns_of(io.BytesIO(body), most=10))


def test_more_arrow_than_may_be_is_refused() -> None:
    with pytest.raises(BrokenStream, match="more than 10"):
        read_arrow(pa.table({"stream": list(range(11)), "at": [NOON] * 11, "value": [1.0] * 11}))
