# SPDX-License-Identifier: Apache-2.0
"""One request being received: rows judged and stored some ten thousand at a time, while the next are being read."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec

from belltower.core.observations.batches import Batch
from belltower.core.observations.storing import Aside
from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text
from belltower.project.gateway.ingest.rows import Columns, RefusedRow
from belltower.project.gateway.writer import BUSY_AGAIN_AFTER_S, Acknowledged, Busy, Writer, together

MOST_ROWS = 1_000_000
"""Of one request."""
STORED_AT_ONCE = 50_000
MOST_TOLD = 20
_FRAMES_TOGETHER = 1 << 20  # bytes of refused rows kept aside as one frame
_PATIENCE_S = 20.0
_TRY_EVERY_S = 0.05


class TooManyRows(Refusal):
    """A request with more rows than one may have."""

    code = "too_many_rows"
    sentence = Text(
        zh="一次请求最多 {most} 行。此前的 {stored} 行已入库；请将其余内容分次发送（重复发送不会重复入库）。",
        en="A request may have {most} rows. The {stored} before are stored; send the rest in further requests (sending a row twice stores it once).",
    )


class ToldRow(msgspec.Struct, frozen=True):
    """A refused row, as the answer tells it."""

    row: int
    code: str
    say: str


@dataclass(slots=True)
class Receipt:
    """What became of a request's rows: received = stored + duplicates + refused_count."""

    received: int = 0
    stored: int = 0
    duplicates: int = 0
    refused_count: int = 0
    refused: list[RefusedRow] = field(default_factory=list)

    def as_json(self, language: str) -> dict[str, Any]:
        """The answer's body; of the refused rows the first MOST_TOLD."""
        told = [ToldRow(one.row, one.code, one.say.say(language)) for one in self.refused]
        counts = {"received": self.received, "stored": self.stored, "duplicates": self.duplicates}
        return {**counts, "refused": told, "refused_count": self.refused_count}


class Judge(Protocol):
    """Says of rows that were read which may be stored, and why not the others."""

    async def __call__(self, columns: Columns) -> tuple[Batch, list[RefusedRow]]: ...


class Receiving:
    """Takes columns as they are read; ``close`` when there are no more. One group of rows is stored while another is read."""

    def __init__(self, writer: Writer, judge: Judge, *, source: str) -> None:
        self.receipt = Receipt()
        self._writer, self._judge, self._source = writer, judge, source
        self._held: list[Batch] = []
        self._refused: list[RefusedRow] = []
        self._rows = 0
        self._before: asyncio.Future[Acknowledged] | None = None

    @property
    def seen(self) -> int:
        """Rows that were taken so far."""
        return self.receipt.received

    async def take(self, columns: Columns) -> None:
        """Raises Busy, DatabaseAway, TooManyRows: what was stored before stays stored."""
        if self.seen + columns.received > MOST_ROWS:
            await self.close()
            raise TooManyRows(most=MOST_ROWS, stored=self.receipt.stored + self.receipt.duplicates)
        self.receipt.received += columns.received
        batch, refused = await self._judge(columns)
        refused = sorted([*columns.refused, *refused], key=lambda one: one.row)
        self._note(refused)
        self._held.append(batch)
        self._refused += refused
        self._rows += columns.received
        if self._rows >= STORED_AT_ONCE:
            await self._send()

    async def close(self) -> Receipt:
        """Everything that was taken is committed; what became of it. Raises Busy, DatabaseAway."""
        if self._rows:
            await self._send()
        await self._settle()
        return self.receipt

    def _note(self, refused: Sequence[RefusedRow]) -> None:
        self.receipt.refused_count += len(refused)
        self.receipt.refused += refused[: MOST_TOLD - len(self.receipt.refused)]

    async def _send(self) -> None:
        batch = self._held[0] if len(self._held) == 1 else together(self._held)
        asides = frames(self._refused)
        self._held, self._refused, self._rows = [], [], 0
        await self._settle()
        self._before = await self._submitted(batch, asides)

    async def _submitted(self, batch: Batch, asides: Sequence[Aside]) -> asyncio.Future[Acknowledged]:
        """The first group is refused when the writer is busy; later ones wait, and hold the sender back by that."""
        deadline = asyncio.get_running_loop().time() + (
            _PATIENCE_S if self.receipt.stored or self.receipt.duplicates else 0
        )
        while True:
            try:
                return self._writer.store(batch, source=self._source, asides=asides)
            except Busy:
                if asyncio.get_running_loop().time() >= deadline:
                    raise Busy(seconds=BUSY_AGAIN_AFTER_S) from None
            await asyncio.sleep(_TRY_EVERY_S)

    async def _settle(self) -> None:
        if self._before is not None:
            future, self._before = self._before, None
            done = await future
            self.receipt.stored += done.stored
            self.receipt.duplicates += done.duplicates


def frames(refused: Iterable[RefusedRow]) -> list[Aside]:
    """Refused rows as frames to be kept aside: those of one reason together, a line each, so that garbage costs little."""
    by_code: dict[str, list[RefusedRow]] = defaultdict(list)
    for one in refused:
        by_code[one.code].append(one)
    return [aside for those in by_code.values() for aside in _together(those)]


def _together(those: list[RefusedRow]) -> Iterable[Aside]:
    lines: list[RefusedRow] = []
    size = 0
    for one in those:
        if lines and size + len(one.frame) > _FRAMES_TOGETHER:
            yield _aside(lines)
            lines, size = [], 0
        lines.append(one)
        size += len(one.frame) + 1
    yield _aside(lines)


def _aside(lines: list[RefusedRow]) -> Aside:
    about = {"door": "ingest", "rows": [lines[0].row, lines[-1].row], "media_type": "application/x-ndjson"}
    return Aside(lines[0].code, lines[0].say, b"\n".join(one.frame for one in lines), about=about, rows=len(lines))
