# SPDX-License-Identifier: Apache-2.0
"""From a body in pieces to columns, by its media type. Large work is done beside the event loop."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, TypeVar

import msgspec

from belltower.kernel.errors import Refusal, Unreadable
from belltower.kernel.texts import Text
from belltower.project.gateway.ingest.arrow import columns_of
from belltower.project.gateway.ingest.cutting import BrokenStream, Lines, Messages
from belltower.project.gateway.ingest.receiving import MOST_ROWS
from belltower.project.gateway.ingest.rows import Columns, of_lines, of_messages
from belltower.screens.errors import BodyTooLarge

T = TypeVar("T")
Pieces = AsyncIterator[bytes]
Reader = Callable[[Pieces], AsyncIterator[Columns]]
_BESIDE_THE_LOOP = 32_768  # bytes: what takes longer than about a millisecond
_FEW = 500  # rows, the same
_BLOCK = 1 << 20
_IN_MEMORY = 8 << 20
_WHOLE_MIB = 10
BODY = Text(zh="请求内容", en="the body")


class UnknownContent(Refusal):
    """A body in a form that is not read here."""

    code = "unknown_content"
    sentence = Text(
        zh="不支持的内容类型“{media_type}”。请用 {known}。",
        en="The content type '{media_type}' is not read here. Send one of {known}.",
    )


async def lines(pieces: Pieces) -> AsyncIterator[Columns]:
    """A row in each line, as JSON."""
    cut, first = Lines(), 1
    async for block in _blocks(pieces):
        if whole := cut.feed(block):
            columns = await _beside(of_lines, whole, first)
            first += columns.received
            yield columns
    if rest := cut.close():
        yield of_lines(rest, first)


async def document(pieces: Pieces) -> AsyncIterator[Columns]:
    """One JSON document: a row, or an array of rows; or, as some clients call them so, lines."""
    held = bytearray()
    async for piece in pieces:
        held += piece
        if len(held) > _WHOLE_MIB << 20:
            raise BodyTooLarge(limit_mib=_WHOLE_MIB)
    body = bytes(held)
    try:
        found = msgspec.json.decode(body, type=list[msgspec.Raw]) if body.lstrip()[:1] == b"[" else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(what=BODY, reason=str(error)[:200]) from None
    if isinstance(found, list):
        body = b"\n".join(bytes(one).replace(b"\n", b" ").replace(b"\r", b" ") for one in found)
    elif b"\n" in body.strip() and _is_one(body):
        body = body.replace(b"\n", b" ").replace(b"\r", b" ")
    yield await _beside(of_lines, body, 1)


def _is_one(body: bytes) -> bool:
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


async def messages(pieces: Pieces) -> AsyncIterator[Columns]:
    """MessagePack maps one after another, or arrays of them."""
    cut, first = Messages(), 1
    try:
        async for block in _blocks(pieces):
            frames = await _beside(cut.feed, block)
            if frames:
                columns = await _beside(of_messages, frames, first)
                first += columns.received
                yield columns
        cut.close()
    except BrokenStream as error:
        raise Unreadable(what=BODY, reason=str(error)) from None


async def arrow(pieces: Pieces) -> AsyncIterator[Columns]:
    """An Arrow IPC stream, laid on disk where it is large: its reader must be able to wait for bytes."""
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        async for piece in pieces:
            file.write(piece)
        file.seek(0)
        found = columns_of(file, most=MOST_ROWS)  # type: ignore[arg-type]
        try:
            while (columns := await asyncio.to_thread(next, found, None)) is not None:
                yield columns
        except BrokenStream as error:
            raise Unreadable(what=BODY, reason=str(error)) from None


READERS: dict[str, Reader] = {
    "application/x-ndjson": lines,
    "application/ndjson": lines,
    "application/jsonl": lines,
    "application/json": document,
    "application/msgpack": messages,
    "application/x-msgpack": messages,
    "application/vnd.msgpack": messages,
    "application/vnd.apache.arrow.stream": arrow,
}
TOLD = "application/x-ndjson, application/json, application/msgpack, application/vnd.apache.arrow.stream"


def reader_of(content_type: str) -> Reader:
    """Raises UnknownContent."""
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type not in READERS:
        raise UnknownContent(media_type=media_type[:80], known=TOLD)
    return READERS[media_type]


async def _blocks(pieces: Pieces) -> Pieces:
    """Small pieces put together to blocks, so that rows are read many at a time."""
    held: list[bytes] = []
    size = 0
    async for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= _BLOCK:
            yield b"".join(held)
            held, size = [], 0
    if held:
        yield b"".join(held)


async def _beside(work: Callable[..., T], data: Sequence[Any], *given: Any) -> T:
    """``work`` on ``data``: at once where that is little, else in another thread."""
    if len(data) < (_BESIDE_THE_LOOP if isinstance(data, bytes) else _FEW):
        return work(data, *given)
    return await asyncio.to_thread(work, data, *given)
