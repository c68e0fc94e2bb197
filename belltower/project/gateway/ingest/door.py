# SPDX-License-Identifier: Apache-2.0
"""The address itself: who sends, what they send, and the answer they are given once it is committed."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar.exceptions import MethodNotAllowedException
from litestar.types import HTTPScope, Receive, Send

from belltower.core.access.rules import Verb
from belltower.core.observations.batches import Batch
from belltower.core.observations.errors import UnknownStream
from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text
from belltower.project.gateway.ingest.body import Gone, pieces
from belltower.project.gateway.ingest.few import MOST_BYTES, few
from belltower.project.gateway.ingest.judging import judged
from belltower.project.gateway.ingest.reading import document as a_document
from belltower.project.gateway.ingest.reading import lines, reader_of
from belltower.project.gateway.ingest.receiving import Receipt, Receiving
from belltower.project.gateway.ingest.rows import Columns, RefusedRow
from belltower.project.gateway.problems import MEDIA_TYPE, document, language_of
from belltower.project.gateway.senders import Sender
from belltower.project.gateway.serving import Serving

_MANY = 5_000  # rows: judging more takes long enough to be done beside the event loop


class NothingStored(Refusal):
    """Every row of a request was refused."""

    code = "nothing_stored"
    sentence = Text(
        zh="收到的 {received} 行均未入库，原因见 refused；这些行已单独留存，可更正后重放。",
        en="None of the {received} rows received was stored: see refused. They are kept aside and can be replayed.",
    )


async def ingest(scope: HTTPScope, receive: Receive, send: Send, *, serving: Serving) -> None:
    """Take one request. Raises Refusals, which the application answers."""
    if scope["method"] != "POST":
        raise MethodNotAllowedException(headers={"Allow": "POST"})
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    sender = await serving.senders.sender(headers.get(b"authorization", ""))
    sender.must(Verb.SENSE)
    read, encoding = reader_of(headers.get(b"content-type", "")), headers.get(b"content-encoding", "")
    first: Any = await receive()
    try:
        is_short = not encoding and read in (lines, a_document) and _is_whole(first, headers.get(b"content-length", ""))
        if is_short and (quick := await _at_once(first["body"], serving, sender)):
            await _answer(quick, send, language="")
            return
        receiving = Receiving(serving.writer, _Judge(serving, sender), source=sender.source)
        async for columns in read(pieces(_with(first, receive), encoding)):
            await receiving.take(columns)
        receipt = await receiving.close()
    except Gone:
        return
    except UnknownStream:
        serving.streams.forget()  # deleted since it was looked up; the next request is judged by what there is
        raise
    await _answer(receipt, send, language=language_of(headers.get(b"accept-language")))


def _is_whole(first: Any, announced: str) -> bool:
    """Whether the first piece is a whole, short body; a server may say that more comes when nothing does."""
    size = len(first.get("body", b""))
    return 0 < size <= MOST_BYTES and (not first.get("more_body") or announced == str(size))


async def _at_once(body: bytes, serving: Serving, sender: Sender) -> Receipt | None:
    """The receipt of a few good rows; None: they have to go the long way."""
    own = None if sender.scope.sees_all else await serving.streams.visible(sender.scope)
    rows = few(body, serving.streams.known, source=sender.source, own=own, now_us=time.time_ns() // 1000)
    if not rows:
        return None
    done = await serving.writer.store(rows, source=sender.source)
    return Receipt(done.received, done.stored, done.duplicates)


def _with(first: Any, rest: Receive) -> Receive:
    """A body whose first piece was taken already."""
    held: list[Any] = [first]

    async def receive() -> Any:
        return held.pop() if held else await rest()

    return receive


class _Judge:
    """Judges rows for one sender."""

    def __init__(self, serving: Serving, sender: Sender) -> None:
        self._serving, self._sender = serving, sender

    async def __call__(self, columns: Columns) -> tuple[Batch, list[RefusedRow]]:
        sight = await self._serving.streams.sight(self._sender.scope, columns.stream)
        if columns.unit is not None:
            sight = replace(sight, units=await self._serving.streams.units(columns.stream))
        source, now = self._sender.source, datetime.now(UTC)
        if len(columns) < _MANY:
            return judged(columns, sight, source=source, now=now)
        return await asyncio.to_thread(judged, columns, sight, source=source, now=now)


async def _answer(receipt: Receipt, send: Send, *, language: str) -> None:
    told = receipt.as_json(language)
    status, media_type = 200, b"application/json"
    if receipt.received and receipt.refused_count == receipt.received:
        status, media_type = 422, MEDIA_TYPE.encode()
        told |= document(NothingStored(received=receipt.received), status, language=language)
    body = msgspec.json.encode(told)
    headers = [(b"content-type", media_type), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
