# SPDX-License-Identifier: Apache-2.0
"""The service without its server: a request of SensorThings in, an answer out, as the caller sees the rows."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from belltower.core.places.scope import Scope
from belltower.edges.sensorthings import actions, arrays, json_patch, shaping
from belltower.edges.sensorthings.actions import Asking
from belltower.edges.sensorthings.addresses import Address, address
from belltower.edges.sensorthings.errors import BadEntity, BadQuery, NotHere, text
from belltower.edges.sensorthings.model import ENTITY_SETS, OBSERVATIONS
from belltower.edges.sensorthings.options import options
from belltower.edges.sensorthings.syntax import Options
from belltower.kernel.actors import Actor
from belltower.kernel.errors import NotAllowed
from belltower.kernel.texts import Text

logger = logging.getLogger(__name__)
ROOT = "/sta/v1.1"
JSON = "application/json"
PLAIN = "text/plain; charset=utf-8"
_REQUIREMENTS = "http://www.opengis.net/spec/iot_sensing/1.1/req/"
CONFORMANCE = tuple(
    _REQUIREMENTS + name
    for name in (
        "datamodel", "resource-path/resource-path-to-entities", "request-data", "request-data/select",
        "request-data/expand", "request-data/filter", "request-data/built-in-filter-operations",
        "request-data/built-in-query-functions", "request-data/orderby", "request-data/top", "request-data/skip",
        "request-data/count", "request-data/pagination", "request-data/status-code",
        "create-update-delete/create-entity", "create-update-delete/link-to-existing-entities",
        "create-update-delete/deep-insert", "create-update-delete/deep-insert-status-code",
        "create-update-delete/update-entity", "create-update-delete/delete-entity",
        "create-update-delete/historical-location-auto-creation",
        "create-update-delete/historical-location-manual-creation", "batch-request/batch-request",
        "data-array/data-array",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: by whom writes are, which rows are seen, and under what name readings come."""

    actor: Actor
    scope: Scope
    source: str
    may_write: bool = True


@dataclass(frozen=True)
class Asked:
    """One request. ``path`` is what stands after the root, ``base`` the root as the client wrote it."""

    method: str
    path: str
    query: str = ""
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    base: str = ROOT
    now: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; ``body`` is JSON, or a text where ``media_type`` says so, or None."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = JSON


def answer(asked: Asked, caller: Caller) -> Answer:
    """The answer to one request, in the transaction that is open. Raises refusals."""
    path = asked.path.strip("/")
    if not path:
        _only(asked, "GET")
        return Answer(200, root(asked.base))
    if path == "CreateObservations":
        _only(asked, "POST")
        _writes(caller)
        return Answer(201, arrays.create(asked.body, _asking(asked, caller), by=caller.actor, base=asked.base))
    if asked.method not in _METHODS:
        raise NotHere(method=asked.method, what=path)
    return _METHODS[asked.method](asked, caller, address(path))


def root(base: str) -> dict[str, Any]:
    """The service's first page: the entity sets, and the requirements that it meets."""
    sets = [{"name": name, "url": f"{base}/{name}"} for name in ENTITY_SETS]
    return {"value": sets, "serverSettings": {"conformance": list(CONFORMANCE)}}


def _get(asked: Asked, _: Caller, at: Address) -> Answer:
    wanted = options(_pairs(asked.query))
    if at.inside:
        return _property(asked, at)
    if at.is_reference:
        return Answer(200, shaping.references(at, wanted, base=asked.base, path=asked.path.strip("/")))
    if at.id is not None:
        return Answer(200, shaping.one(at, wanted, base=asked.base))
    return Answer(200, shaping.collection(at, wanted, base=asked.base, path=asked.path.strip("/")))


def _property(asked: Asked, at: Address) -> Answer:
    name, *inside = at.inside
    key = "@iot.id" if name in ("id", "@iot.id") else name
    value = shaping.one(at, Options(select=(name,)), base=asked.base).get(key)
    for step in inside:
        value = _into(value, step)
    if value is None:
        return Answer(204)
    if at.is_value:
        is_json = isinstance(value, dict | list)
        return Answer(200, value, media_type=JSON) if is_json else Answer(200, _plain(value), media_type=PLAIN)
    return Answer(200, {at.shown: value})


def _into(value: Any, step: str) -> Any:
    if isinstance(value, dict):
        return value.get(step)
    return value[int(step)] if isinstance(value, list) and step.isdigit() and int(step) < len(value) else None


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _post(asked: Asked, caller: Caller, at: Address) -> Answer:
    if at.id is not None or at.inside or at.is_reference:
        raise NotHere(method="POST", what=asked.path)
    _writes(caller, at)
    _knows(asked.headers.get("x-upsert"), at)
    made = actions.create(at, asked.body, _asking(asked, caller), by=caller.actor)
    link = shaping.self_link(asked.base, made.entity, made.id)
    whole = shaping.one(address(f"{made.entity.name}({made.id})"), Options(), base=asked.base)
    return Answer(201 if made.is_new else 200, whole, {"Location": link})


def _knows(upsert: str | None, at: Address) -> None:
    """Raises BadQuery for an X-Upsert that is no property of what is posted; Observations are known by their times."""
    first = (upsert or "").replace(".", "/").partition("/")[0]
    if upsert and at.entity is not OBSERVATIONS and first not in at.entity.fields:
        reason = text("{entity}没有此属性", "{entity} has no such property", entity=at.entity.one)
        raise BadQuery(given=f"X-Upsert: {upsert[:60]}", reason=reason)


def _patch(asked: Asked, caller: Caller, at: Address) -> Answer:
    return _changed(asked, caller, at, is_whole=False)


def _put(asked: Asked, caller: Caller, at: Address) -> Answer:
    return _changed(asked, caller, at, is_whole=True)


def _changed(asked: Asked, caller: Caller, at: Address, *, is_whole: bool) -> Answer:
    if at.id is None or at.inside or at.is_reference:
        raise NotHere(method=asked.method, what=asked.path)
    _writes(caller, at)
    body = asked.body
    if asked.headers.get("content-type", "").startswith(json_patch.MEDIA_TYPE):
        now = shaping.one(at, Options(), base=asked.base)
        body = json_patch.changed({name: now.get(name) for name in at.entity.fields}, body)
    actions.change(at, body, _asking(asked, caller), by=caller.actor, is_whole=is_whole)
    whole = replace(at, owner=None)
    return Answer(200, shaping.one(whole, Options(), base=asked.base))


def _delete(asked: Asked, caller: Caller, at: Address) -> Answer:
    if at.id is None or at.inside or at.is_reference:
        raise NotHere(method="DELETE", what=asked.path)
    _writes(caller, at)
    actions.delete(at, by=caller.actor)
    return Answer(200)


_METHODS: Mapping[str, Callable[[Asked, Caller, Address], Answer]] = {
    "GET": _get, "POST": _post, "PATCH": _patch, "PUT": _put, "DELETE": _delete,
}  # fmt: skip


def _only(asked: Asked, method: str) -> None:
    if asked.method != method:
        raise NotHere(method=asked.method, what=asked.path or "/")


def _writes(caller: Caller, at: Address | None = None) -> None:
    """Readings are written by who may report; what describes them, by who may and sees everything."""
    describes = at is not None and at.entity is not OBSERVATIONS
    if not caller.may_write or (describes and not caller.scope.sees_all):
        raise NotAllowed(verb=Text(zh="写入 SensorThings", en="write by SensorThings"))


def _asking(asked: Asked, caller: Caller) -> Asking:
    return Asking(source=caller.source, now=asked.now, upsert=asked.headers.get("x-upsert"))


def _pairs(query: str) -> Sequence[tuple[str, str]]:
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=40, errors="strict")
    except ValueError:
        raise BadQuery(given=query[:100], reason=text("无法读取", "it cannot be read")) from None


def body_of(given: bytes) -> Any:
    """The JSON of a body. Raises BadEntity."""
    try:
        body = msgspec.json.decode(given)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadEntity(
            entity="body", reason=text("不是 JSON：{error}", "it is no JSON: {error}", error=error)
        ) from None
    if b"\\u0000" in given and _has_nul(body):
        raise BadEntity(entity="body", reason=text("含有 NUL 字符", "a text has the character NUL in it"))
    return body


def _has_nul(value: Any) -> bool:
    """Whether a text in it has the one character that PostgreSQL cannot hold."""
    if isinstance(value, dict):
        return any(_has_nul(one) for pair in value.items() for one in pair)
    if isinstance(value, list):
        return any(map(_has_nul, value))
    return isinstance(value, str) and "\0" in value
