# SPDX-License-Identifier: Apache-2.0
"""The short way for what devices send all day: plain numbers, alone or in data arrays, stored with others in one commit.

Whatever is not plain (intervals, texts, features, parameters, X-Upsert) is None here, and goes the long way.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Protocol

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from belltower.core.observations.batches import AHEAD, EARLIEST, NOT_GIVEN, Batch, instant_of, micros
from belltower.edges.sensorthings import actions, shaping
from belltower.edges.sensorthings.model import OBSERVATIONS
from belltower.edges.sensorthings.selecting import number
from belltower.edges.sensorthings.service import Answer, Caller
from belltower.edges.sensorthings.times import written

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
Ints = NDArray[np.int64]
PLACED_FOR_S = 5.0
"""How long a stream that may be reported is not looked at again."""
_EXACT = 2**53
_AHEAD_US = int(AHEAD.total_seconds()) * 1_000_000


class Reference(msgspec.Struct):
    """An entity that is there; what else is said of it does not matter."""

    id: int = msgspec.field(name="@iot.id")


class Plain(msgspec.Struct, forbid_unknown_fields=True):
    """An observation that is a number at an instant."""

    result: int | float
    phenomenonTime: Instant | None = None
    resultTime: Instant | None = None
    Datastream: Reference | None = None


class Block(msgspec.Struct):
    """One Datastream's part of a data array."""

    Datastream: Reference
    components: list[str]
    dataArray: msgspec.Raw


class Stored(Protocol):
    """What was committed."""

    @property
    def ids(self) -> Ints:
        """The ids, by row."""
        ...


Rows = Batch | Sequence[tuple[int, int, float, int, int]]
"""A batch, or few rows of (stream, at, value, quality, result_at)."""

_ONE = msgspec.json.Decoder(Plain)
_BLOCKS = msgspec.json.Decoder(list[Block])
_TYPES: dict[str, Any] = {"phenomenonTime": str, "resultTime": str | None, "result": int | float}
_INSTANT = pa.timestamp("us", "UTC")


class Placed:
    """Streams that were found to be reportable a moment ago, by who reports and what they see."""

    def __init__(self) -> None:
        self._until: dict[tuple[str, str, int], float] = {}

    def missing(self, caller: Caller, streams: Sequence[int]) -> list[int]:
        """Those that must be looked at."""
        now, key = time.monotonic(), (caller.source, caller.scope.key)
        return [each for each in streams if self._until.get((*key, each), 0.0) < now]

    def remember(self, caller: Caller, streams: Sequence[int]) -> None:
        """They may be reported for a while."""
        if len(self._until) > 200_000:
            self._until.clear()
        until, key = time.monotonic() + PLACED_FOR_S, (caller.source, caller.scope.key)
        self._until |= {(*key, each): until for each in streams}

    def forget(self) -> None:
        """Look at all of them again."""
        self._until.clear()


def one(given: bytes, stream: int | None, now: datetime) -> tuple[int, int, float, int, int] | None:
    """A plain observation as (stream, at, value, quality, result_at) in microseconds; None when it is not plain."""
    try:
        read = _ONE.decode(given)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    key = stream if read.Datastream is None else read.Datastream.id
    if key is None or (stream is not None and key != stream) or not _is_exact(read.result):
        return None
    at = micros(read.phenomenonTime or now)
    result_at = NOT_GIVEN if read.resultTime is None else micros(read.resultTime)
    if min(at, at if read.resultTime is None else result_at) < EARLIEST or max(at, result_at) > micros(now) + _AHEAD_US:
        return None
    return key, at, float(read.result), 0, result_at


def _is_exact(number: float) -> bool:
    return isinstance(number, float) or -_EXACT <= number <= _EXACT


def arrays(given: bytes, now: datetime) -> Batch | None:
    """Data arrays of plain numbers as one batch; None when anything in them is not plain."""
    try:
        batch = _together([_part(block) for block in _BLOCKS.decode(given)])
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, pa.ArrowInvalid, OverflowError):
        return None
    if not len(batch):
        return None
    is_good = np.isfinite(batch.value).all() and (np.abs(batch.value) <= _EXACT).all()
    first, last = min(batch.at.min(), batch.results.min()), max(batch.at.max(), batch.results.max())
    return batch if is_good and first >= EARLIEST and last <= micros(now) + _AHEAD_US else None


Columns = tuple[int, Sequence[str], Sequence[float], Sequence[str | None]]


def _part(block: Block) -> Columns:
    """Datastream, instants, numbers and result times of a block. Raises KeyError for a component that is not plain."""
    rows = _rows(tuple(block.components)).decode(block.dataArray)
    columns = dict(zip(block.components, zip(*rows, strict=True), strict=True)) if rows else {}
    told = columns.get("resultTime", (None,) * len(rows))
    return block.Datastream.id, columns.get("phenomenonTime", ()), columns.get("result", ()), told


@lru_cache(64)
def _rows(names: tuple[str, ...]) -> msgspec.json.Decoder[list[tuple[Any, ...]]]:
    if not {"phenomenonTime", "result"} <= set(names) or len(set(names)) != len(names):
        raise KeyError(names)
    return msgspec.json.Decoder(list[tuple.__class_getitem__(tuple(_TYPES[name] for name in names))])  # type: ignore[misc]


def _together(parts: Sequence[Columns]) -> Batch:
    """All blocks as one batch. Raises ArrowInvalid for what is no instant with an offset."""
    streams, sizes = [part[0] for part in parts], [len(part[1]) for part in parts]
    return Batch(
        stream=np.repeat(np.array(streams, np.int64), sizes),
        at=_micros([each for part in parts for each in part[1]]),
        value=np.array([each for part in parts for each in part[2]], np.float64),
        result_at=_micros([each for part in parts for each in part[3]]),
    )


def _micros(instants: Sequence[str | None]) -> Ints:
    """Microseconds since 1970; of what was not given, NOT_GIVEN."""
    read = pa.array(instants, pa.string()).cast(_INSTANT).cast(pa.int64())
    return np.asarray(read.fill_null(NOT_GIVEN).to_numpy(zero_copy_only=False), np.int64)


def place(caller: Caller, streams: Sequence[int]) -> None:
    """In a thread, in a transaction as the caller sees it: these streams may be reported. Raises BadEntity."""
    actions.place_streams(streams, caller.source, by=caller.actor)


def made(base: str, key: int, row: tuple[int, int, float, int, int]) -> Answer:
    """The answer to one that was stored: the whole of it, as a GET would tell it."""
    _stream, at, value, _quality, result_at = row
    link = shaping.self_link(base, OBSERVATIONS, key)
    told = {
        "@iot.id": key, "@iot.selfLink": link, "phenomenonTime": written(instant_of(at)),
        "resultTime": None if result_at == NOT_GIVEN else written(instant_of(result_at)), "result": number(value),
    }  # fmt: skip
    links = {f"{one.name}@iot.navigationLink": f"{link}/{one.name}" for one in OBSERVATIONS.navigations}
    return Answer(201, told | links, {"Location": link})


def made_all(base: str, keys: Ints) -> Answer:
    """The answer to data arrays that were stored."""
    return Answer(201, [f"{base}/Observations({key})" for key in keys.tolist()])
