# SPDX-License-Identifier: Apache-2.0
"""$batch in JSON (OData JSON 4.01, 19): requests in order; those of one atomicity group all or none."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Mapping
from itertools import groupby
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction

from belltower.edges.sensorthings.errors import BadEntity, StaRefusal, text
from belltower.edges.sensorthings.service import ROOT, Answer, Asked, Caller
from belltower.kernel.errors import Refusal

MOST_REQUESTS = 10_000
Alone = Callable[[Asked, Caller], Answer]
logger = logging.getLogger(__name__)


class Undone(Exception):
    """Takes a group's transaction back."""


def answered(asked: Asked, body: object, caller: Caller, alone: Alone) -> Answer:
    """The answers to all requests of a batch. Raises BadEntity when it is none."""
    requests = body.get("requests") if isinstance(body, dict) else None
    if not isinstance(requests, list) or not all(isinstance(each, dict) for each in requests):
        raise BadEntity(entity="$batch", reason=text("应为 requests 列表", "a list of requests is wanted"))
    if len(requests) > MOST_REQUESTS:
        raise BadEntity(entity="$batch", reason=text("请求过多", "it has too many requests"))
    made: dict[str, str] = {}
    responses: list[dict[str, Any]] = []
    for group, those in groupby(requests, key=lambda each: each.get("atomicityGroup")):
        steps = [(str(each.get("id", "")), _read(asked, each), each) for each in those]
        found = (
            together(steps, caller, alone, made)
            if group
            else [one(step[1], caller, alone, made, step[0]) for step in steps]
        )
        responses += [
            _response(step[0], answer, group) for step, answer in zip(steps, found, strict=True) if answer is not None
        ]
    return Answer(200, {"responses": responses})


def _read(asked: Asked, given: Mapping[str, Any]) -> Asked:
    method, url = str(given.get("method", "")).upper(), str(given.get("url", ""))
    told = given.get("headers")
    headers = {str(name).lower(): str(value) for name, value in told.items()} if isinstance(told, dict) else {}
    return request_of(asked, method, url, headers, given.get("body"))


def request_of(asked: Asked, method: str, url: str, headers: Mapping[str, str], body: Any) -> Asked:
    """A request inside a batch; its address may be whole, from the root of the host, or from ours."""
    parts = urlsplit(url)
    before, found, after = parts.path.partition(ROOT)
    path = after if found else before.removeprefix("/v1.1")
    kept = {name: asked.headers[name] for name in ("x-upsert",) if name in asked.headers}
    return Asked(method, path.lstrip("/"), parts.query, body, {**kept, **headers}, asked.base, asked.now)


def one(step: Asked, caller: Caller, alone: Alone, made: dict[str, str], name: str) -> Answer:
    """One request by itself; a refusal is its answer."""
    try:
        found = alone(_resolved(step, made), caller)
    except Refusal as refusal:
        return refused(refusal)
    _remember(made, name, found)
    return found


def together(
    steps: list[tuple[str, Asked, Any]], caller: Caller, alone: Alone, made: dict[str, str]
) -> list[Answer | None]:
    """Requests that are all done, or none: then each that was asked answers why not."""
    found: list[Answer | None] = []
    try:
        with transaction.atomic():
            for name, step, _ in steps:
                answer = one(step, caller, alone, made, name)
                found.append(answer)
                if answer.status >= 400:
                    raise Undone
    except Undone:
        for name, _, _ in steps:
            made.pop(name, None)
        failed = found[-1]
        return [failed] * len(steps)
    return found


def _remember(made: dict[str, str], name: str, found: Answer) -> None:
    location = found.headers.get("Location", "")
    if name and location:
        made[name] = location.rpartition("/")[2]


def _resolved(step: Asked, made: Mapping[str, str]) -> Asked:
    """References to what earlier requests made: ``$sensor1`` in an address, and as an @iot.id."""
    if not made:
        return step
    path = step.path
    for name in sorted(made, key=len, reverse=True):
        path = re.sub(rf"^\${re.escape(name)}(?!\w)", made[name], path)
    body = step.body
    if body is not None:
        ids = {f"${name}": int(re.findall(r"\((\d+)\)$", to)[0]) for name, to in made.items()}
        body = _replaced(json.loads(json.dumps(body)), ids)
    return Asked(step.method, path, step.query, body, step.headers, step.base, step.now)


def _replaced(body: Any, ids: Mapping[str, int]) -> Any:
    if isinstance(body, list):
        return [_replaced(each, ids) for each in body]
    if not isinstance(body, dict):
        return body
    return {
        name: ids.get(value, value) if name in ("@iot.id", "id") and isinstance(value, str) else _replaced(value, ids)
        for name, value in body.items()
    }


def _response(name: str, answer: Answer, group: object) -> dict[str, Any]:
    made: dict[str, Any] = {"id": name, "status": answer.status}
    if group:
        made["atomicityGroup"] = group
    if answer.headers:
        made["headers"] = {key.lower(): value for key, value in answer.headers.items()}
        made["location"] = answer.headers.get("Location")
    if answer.body is not None:
        made["body"] = answer.body
    return made


def refused(refusal: Refusal) -> Answer:
    """A refusal inside a batch."""
    status = refusal.status if isinstance(refusal, StaRefusal) else 403
    return Answer(status, {"code": refusal.code, "message": refusal.say("en"), "status": status})
