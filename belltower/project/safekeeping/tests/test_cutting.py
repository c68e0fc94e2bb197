# SPDX-License-Identifier: Apache-2.0
"""Cuts follow the content: a changed row changes its own chunk and no other."""

from __future__ import annotations

import hashlib
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from belltower.project.safekeeping.cutting import LEAST, MOST, cut


def rows(count: int, width: int, seed: int = 1) -> list[bytes]:
    chance = random.Random(seed)
    return [f"{number}\t{chance.random()}\t{'x' * chance.randrange(width)}\t\\N\n".encode() for number in range(count)]


def digests(chunks: list[bytes]) -> set[bytes]:
    return {hashlib.sha256(chunk).digest() for chunk in chunks}


def in_parts(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize("width", [20, 300, 5000])
def test_a_changed_an_added_and_a_removed_row_touch_three_chunks_at_most(width: int) -> None:
    before = rows(40_000_000 // (width // 2 + 30), width)
    after = list(before)
    after[len(after) // 5] = b"changed\n"
    after.insert(len(after) // 2, b"new\n")
    del after[4 * len(after) // 5]
    old, new = list(cut(in_parts(b"".join(before), 65536))), list(cut(in_parts(b"".join(after), 65536)))
    assert len(digests(new) - digests(old)) <= 4
    assert len(old) > 30


def test_the_same_bytes_are_cut_alike_however_they_arrive() -> None:
    data = b"".join(rows(60_000, 300))
    assert list(cut([data])) == list(cut(in_parts(data, 7919))) == list(cut(in_parts(data, 262144)))


@pytest.mark.parametrize(
    "data", [b"", b"x", b"\n", bytes(5 * MOST), b"\n" * (3 * MOST), random.Random(3).randbytes(6 * MOST)]
)
def test_any_bytes_come_back_joined_and_no_chunk_is_too_large(data: bytes) -> None:
    chunks = list(cut(in_parts(data, 100_000)))
    assert b"".join(chunks) == data
    assert all(len(chunk) <= MOST for chunk in chunks)
    assert all(len(chunk) >= LEAST for chunk in chunks[:-1])


@settings(max_examples=30)
@given(st.lists(st.binary(max_size=2000), max_size=20), st.integers(1, 50))
def test_joined_chunks_are_the_stream(parts: list[bytes], times: int) -> None:
    assert b"".join(cut(parts * times)) == b"".join(parts * times)
