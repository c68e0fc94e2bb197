# SPDX-License-Identifier: Apache-2.0
"""Refusals as problem answers (RFC 9457), and the one table from a refusal's code to its HTTP status."""

from __future__ import annotations

import logging
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.http.request import RawPostDataException
from django.utils.translation import get_language
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from belltower.kernel import request_id
from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text
from belltower.screens.api.errors import Broken, InvalidRequest, NoSuchOperation, NotSignedIn
from belltower.screens.errors import TRY_AGAIN_AFTER_S, away, is_database_away

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

# A code that is not here has the status of the nearest class above it that is.
STATUS_OF: dict[str, int] = {
    "refused": 422,
    "bad_cursor": 400,
    "features_bad_query": 400,
    "features_bad_filter": 400,
    "features_too_broad": 422,
    "features_read_only": 405,
    "features_no_such_format": 406,
    "invalid_request": 422,
    "unreadable": 422,
    "not_signed_in": 401,
    "bad_ticket": 401,
    "not_allowed": 403,
    "not_open_to_others": 403,
    "no_csrf_token": 403,
    "not_found": 404,
    "no_such_operation": 404,
    "unknown_kind": 404,
    "unknown_activity": 404,
    "unknown_asset": 404,
    "file_too_large": 413,
    "attachment_too_large": 413,
    "attachment_erased": 410,
    "conflict": 409,
    "code_taken": 409,
    "retired_for_good": 409,
    "job_move_not_allowed": 409,
    "no_city_chosen": 409,
    "changed_meanwhile": 412,
    "precondition_required": 428,
    "body_too_large": 413,
    "too_many_rows": 413,
    "unknown_content": 415,
    "unknown_encoding": 415,
    "too_many_requests": 429,
    "busy": 429,
    "broken": 500,
    "database_away": 503,
}


def status_of(refusal: type[Refusal]) -> int:
    """The HTTP status of a refusal."""
    codes = (parent.code for parent in refusal.__mro__ if issubclass(parent, Refusal))
    return next(STATUS_OF[code] for code in codes if code in STATUS_OF)


def answer(refusal: Refusal, *, status: int | None = None) -> HttpResponse:
    """The problem answer of ``refusal``, its title in the language that the request asked for."""
    status = status or status_of(type(refusal))
    problem = {
        "type": f"urn:belltower:problem:{refusal.code}",
        "title": refusal.say(get_language() or "zh"),
        "status": status,
        "code": refusal.code,
        "facts": {name: _plain(fact) for name, fact in refusal.facts.items()},
        "request": request_id.current(),
    }
    response = HttpResponse(msgspec.json.encode(problem), status=status, content_type=MEDIA_TYPE)
    if status == 401:
        response["WWW-Authenticate"] = "Bearer"
    if status == 503:
        response["Retry-After"] = str(TRY_AGAIN_AFTER_S)
    return response


def handle_with(api: NinjaAPI) -> None:
    """Let ``api`` answer everything that goes wrong with a problem."""
    api.add_exception_handler(Refusal, _refused)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(AuthenticationError, _not_signed_in)
    api.add_exception_handler(HttpError, _http_error)
    api.add_exception_handler(Http404, _nowhere)
    # A form where JSON is expected was read as a form already.
    for unreadable in (
        MultiPartParserError,
        BadRequest,
        SuspiciousOperation,
        UnreadablePostError,
        RawPostDataException,
    ):
        api.add_exception_handler(unreadable, _unreadable)
    api.add_exception_handler(Exception, broken)


def no_such(request: HttpRequest) -> NoSuchOperation:
    """The refusal of an address or method that is not there."""
    return NoSuchOperation(method=request.method, path=request.path)


def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(error)


def _not_signed_in(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(NotSignedIn())


def _nowhere(request: HttpRequest, error: Any) -> HttpResponse:
    return answer(no_such(request))


def _http_error(request: HttpRequest, error: Any) -> HttpResponse:
    """Ninja's own refusal, which is always a body that is not JSON."""
    return answer(InvalidRequest(faults=[{"at": "body", "fault": str(error)}]), status=error.status_code)


def _unreadable(request: HttpRequest, error: Any) -> HttpResponse:
    """A body that ended early, is larger than is taken, or is no form."""
    return answer(InvalidRequest(faults=[{"at": "body", "fault": str(error)}]), status=400)


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    faults = [{"at": ".".join(map(str, one["loc"])), "fault": one["msg"]} for one in error.errors]
    return answer(InvalidRequest(faults=faults))


def broken(request: HttpRequest, error: Any) -> HttpResponse:
    """A fault of ours, or of a database that is away; its reference is the request's id, by which the log has it."""
    if is_database_away(error):
        logger.warning("the database is away: %s", error)
        return answer(away(error))
    reference = request_id.current() or request_id.new()
    logger.error("%s %s broke (%s)", request.method, request.path, reference, exc_info=error)
    return answer(Broken(reference=reference))


def _plain(fact: object) -> Any:
    """A fact as JSON: what JSON has stays, the rest is written out."""
    if isinstance(fact, Text):
        return fact.as_json()
    if fact is None or isinstance(fact, bool | int | float | str | list | dict | UUID | date | datetime):
        return fact
    return str(fact)
