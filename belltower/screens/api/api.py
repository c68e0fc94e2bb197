# SPDX-License-Identifier: Apache-2.0
"""The API put together: operations, how answers are written, how faults are answered, and the OpenAPI document."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI
from ninja.operation import Operation
from ninja.parser import Parser
from ninja.renderers import BaseRenderer

from belltower.screens.api import problems
from belltower.screens.api.addresses import NAMESPACE
from belltower.screens.api.document import ABOUT, OpenApi, finish
from belltower.screens.api.doors import as_caller_sees
from belltower.screens.api.operations import (
    activities,
    alarms,
    areas,
    assets,
    attachments,
    cases,
    catalogue,
    exports,
    grants,
    jobs,
    loads,
    me,
    near,
    parties,
    rates,
    responsibilities,
    search,
    standards,
)

ROOMS = (
    me,
    areas,
    assets,
    attachments,
    near,
    parties,
    responsibilities,
    search,
    catalogue,
    loads,
    exports,
    jobs,
    grants,
    alarms,
    activities,
    standards,
    rates,  # before cases: its address would else be a case's
    cases,
)


class Json(BaseRenderer):
    """JSON with instants in UTC and to the microsecond."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return msgspec.json.encode(data)


class StrictJson(Parser):
    """Bodies that PostgreSQL can hold: JSON by RFC 8259, without NaN and without the NUL character."""

    def parse_body(self, request: HttpRequest) -> Any:
        body = msgspec.json.decode(request.body)
        if b"\\u0000" in request.body and _holds_nul(body):
            raise ValueError("the NUL character")
        return body


class Api(NinjaAPI):
    """Operations are named as their functions are; the document says what Ninja leaves out."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    def _get_urls(self) -> list[URLResolver | URLPattern]:
        patterns = super()._get_urls()
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                pattern.callback = _refusing_methods(pattern.callback)
        return patterns

    def get_openapi_schema(self, **options: Any) -> Any:
        return finish(super().get_openapi_schema(**options))


def build() -> Api:
    """The API with every operation."""
    made = Api(
        title="Belltower 钟鼓楼",
        version="1",
        description=ABOUT,
        docs_url="/docs",
        openapi_url="/openapi.json",
        urls_namespace=NAMESPACE,
        renderer=Json(),
        parser=StrictJson(),
        docs=OpenApi(),
    )
    problems.handle_with(made)
    made.add_decorator(as_caller_sees)
    for room in ROOMS:
        made.add_router("/v1", room.router)
    return made


def _refusing_methods(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """``view``, whose answer to a method that it has not is a problem like all others."""

    @functools.wraps(view)
    def answering(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        answer = view(request, *args, **kwargs)
        if not isinstance(answer, HttpResponseNotAllowed):
            return answer
        refused = problems.answer(problems.no_such(request), status=405)
        refused["Allow"] = answer["Allow"]
        return refused

    return answering


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, list):
        return any(map(_holds_nul, value))
    return isinstance(value, dict) and any(_holds_nul(one) for pair in value.items() for one in pair)


api = build()
