# SPDX-License-Identifier: Apache-2.0
"""SensorThings on a Litestar application: the gateway mounts ``routes``; the database is asked in threads of our own."""

from __future__ import annotations

import asyncio
import contextvars
import re
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

import msgspec
from django.db import DataError, connection, transaction
from litestar import HttpMethod, Request, Response, route
from litestar.types import ControllerRouterHandler

from belltower.core.access.rules import Verb
from belltower.core.observations.errors import UnknownStream
from belltower.core.places.scope import seen_as
from belltower.edges.sensorthings import batches, fast, multipart, observing
from belltower.edges.sensorthings.errors import BadQuery, EntityTooLarge, NotHere, StaRefusal, text
from belltower.edges.sensorthings.service import JSON, ROOT, Answer, Asked, Caller, answer, body_of
from belltower.kernel import request_id
from belltower.kernel.errors import Refusal

THREADS = 8
PROBLEM = "application/problem+json"
LARGEST_ENTITY = 4 << 20
"""Bytes of one entity with all that it brings along; data arrays and batches may be larger."""
_OBSERVATIONS = re.compile(r"^(?:Datastreams\((\d{1,18})\)/)?Observations$")
T = TypeVar("T")
_pool = ThreadPoolExecutor(THREADS, thread_name_prefix="sensorthings")


class Gate(Protocol):
    """What the gateway decides for us."""

    def caller(self, request: Request[Any, Any, Any], verb: Verb) -> Awaitable[Caller]:
        """Who asks, if they may ``verb``. Raises refusals."""
        ...

    def store(self, rows: fast.Rows, source: str) -> Awaitable[fast.Stored]:
        """Store rows of ``source``, equal instants too; answers when they are committed. Raises refusals."""
        ...


def routes(gate: Gate) -> list[ControllerRouterHandler]:
    """The route handlers of ``/sta/v1.1`` and everything below."""
    placed = fast.Placed()

    @route(
        [ROOT, ROOT + "/", ROOT + "/{path:path}"],
        http_method=[HttpMethod.GET, HttpMethod.POST, HttpMethod.PATCH, HttpMethod.PUT, HttpMethod.DELETE],
        status_code=200,
    )
    async def sensorthings(request: Request[Any, Any, Any]) -> Response[bytes]:
        """One request of the standard."""
        try:
            is_read = request.method == "GET"
            caller = await gate.caller(request, Verb.VIEW if is_read else Verb.SENSE)
            given = b"" if is_read else await request.body()
            asked = _asked(request)
            found = await _shortly(gate, placed, asked, given, caller) if request.method == "POST" else None
            if found is None:
                found = await in_thread(lambda: _answered(asked, given, caller))
            return _sent(found)
        except StaRefusal as refusal:
            return _refused(refusal, request)

    return [sensorthings]


async def in_thread(work: Callable[[], T]) -> T:
    """``work`` in a thread that keeps its connection, with the request's id."""
    context = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(_pool, context.run, work)


async def _shortly(gate: Gate, placed: fast.Placed, asked: Asked, given: bytes, caller: Caller) -> Answer | None:
    """The answer to plain numbers, stored with those of others; None when it is something else."""
    path = asked.path.strip("/")
    found = _OBSERVATIONS.match(path)
    if (found is None and path != "CreateObservations") or "x-upsert" in asked.headers:
        return None
    row = None
    if found is not None:
        row = fast.one(given, int(found[1]) if found[1] else None, asked.now)
        rows: fast.Rows | None = None if row is None else [row]
        streams = [] if row is None else [row[0]]
    else:
        rows = await in_thread(lambda: fast.arrays(given, asked.now))
        streams = [] if rows is None else sorted(set(rows.stream.tolist()))
    if rows is None:
        return None
    if missing := placed.missing(caller, streams):
        try:
            await in_thread(lambda: as_seen(caller, lambda: fast.place(caller, missing)))
        except StaRefusal:
            return None  # the long way says of each row what is wrong with it
        placed.remember(caller, missing)
    try:
        stored = await gate.store(rows, caller.source)
    except UnknownStream:
        placed.forget()
        return None
    if found is None or row is None:
        return fast.made_all(asked.base, stored.ids)
    return fast.made(asked.base, int(stored.ids[0]), row)


def _asked(request: Request[Any, Any, Any]) -> Asked:
    path = request.scope.get("raw_path") or request.url.path.encode()
    after = path.decode("latin-1").partition("?")[0].partition(ROOT)[2]
    query = request.scope.get("query_string", b"").decode("latin-1")
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Asked(request.method, after, query, None, headers, base=f"{str(request.base_url).rstrip('/')}{ROOT}")


def _answered(asked: Asked, given: bytes, caller: Caller) -> Answer:
    """In a thread: read the body, answer in a transaction as the caller sees the rows."""
    if asked.path.strip("/") == "$batch":
        return _batch(asked, given, caller)
    try:
        if len(given) > LARGEST_ENTITY and asked.path.strip("/") != "CreateObservations":
            raise EntityTooLarge(size=f"{len(given):,}", most=f"{LARGEST_ENTITY:,}")
        body = body_of(given) if asked.method in ("POST", "PATCH", "PUT") else None
        return alone(Asked(**{**vars(asked), "body": body}), caller)
    except StaRefusal as refusal:
        if asked.method == "POST" and asked.path.endswith("Observations"):
            with transaction.atomic():
                observing.keep_refused([(refusal, given)], source=caller.source, now=asked.now)
        raise


def alone(asked: Asked, caller: Caller) -> Answer:
    """One request in a transaction of its own. Raises refusals, and nothing is written then."""
    try:
        return as_seen(caller, lambda: answer(asked, caller))
    except DataError as error:
        raise BadQuery(given=asked.path[:100], reason=text("数值超出范围", "a value is out of range")) from error


def as_seen(caller: Caller, work: Callable[[], T]) -> T:
    """What ``work`` gives in a transaction in which the database shows what the caller may see."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    with transaction.atomic(), seen_as(caller.scope):
        return work()


def _batch(asked: Asked, given: bytes, caller: Caller) -> Answer:
    if asked.method != "POST":
        raise NotHere(method=asked.method, what="$batch")
    said = asked.headers.get("content-type", JSON)
    if said.startswith("multipart/"):
        return multipart.answered(asked, given, said, caller, alone)
    return batches.answered(asked, body_of(given), caller, alone)


def _sent(answered: Answer) -> Response[bytes]:
    is_text = isinstance(answered.body, str) and answered.media_type != JSON
    body = answered.body.encode() if is_text else b"" if answered.body is None else msgspec.json.encode(answered.body)
    return Response(body, status_code=answered.status, headers=dict(answered.headers), media_type=answered.media_type)


def problem(refusal: Refusal, status: int, *, language: str = "en") -> dict[str, Any]:
    """A refusal as RFC 9457 has it, with the ``message`` that SensorThings clients look for."""
    return {
        "type": f"urn:belltower:problem:{refusal.code}",
        "title": refusal.say(language),
        "status": status,
        "code": refusal.code,
        "message": refusal.say(language),
        "request": request_id.current(),
    }


def _refused(refusal: StaRefusal, request: Request[Any, Any, Any]) -> Response[bytes]:
    language = "zh" if request.headers.get("accept-language", "en").startswith("zh") else "en"
    body = msgspec.json.encode(problem(refusal, refusal.status, language=language))
    return Response(body, status_code=refusal.status, media_type=PROBLEM)
