# SPDX-License-Identifier: Apache-2.0
"""What the machines' door refuses or cannot do, as problem answers (RFC 9457), like those of the API."""

from __future__ import annotations

import logging
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from belltower.kernel import request_id
from belltower.kernel.errors import Refusal
from belltower.screens.api.errors import Broken, InvalidRequest, NoSuchOperation
from belltower.screens.api.problems import MEDIA_TYPE, status_of
from belltower.screens.errors import TRY_AGAIN_AFTER_S, away, is_database_away

logger = logging.getLogger(__name__)
__all__ = ["MEDIA_TYPE", "document", "failed", "headers_of", "language_of", "told"]


def document(refusal: Refusal, status: int, *, language: str = "en") -> dict[str, Any]:
    """The problem document of ``refusal``."""
    return {
        "type": f"urn:belltower:problem:{refusal.code}",
        "title": refusal.say(language),
        "status": status,
        "code": refusal.code,
        "facts": {name: str(fact) for name, fact in refusal.facts.items()},
        "request": request_id.current(),
    }


def language_of(accepted: str | None) -> str:
    """The language to answer in: Chinese first, as everywhere."""
    return "zh" if (accepted or "zh").startswith("zh") else "en"


def failed(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """The answer to whatever went wrong: a refusal, an address that is not there, the database, or a fault of ours."""
    refusal, status, headers = told(error, method=request.method, path=request.url.path)
    language = language_of(request.headers.get("accept-language"))
    body = msgspec.json.encode(document(refusal, status, language=language))
    return Response(body, status_code=status, headers=headers, media_type=MEDIA_TYPE)


def headers_of(error: Refusal, status: int) -> dict[str, str]:
    """What a program needs to know besides: when to come again, how to sign in."""
    if status == 401:
        return {"WWW-Authenticate": getattr(error, "schemes", "Bearer")}
    if status == 405:
        return {"Allow": "GET, HEAD"}
    return {"Retry-After": str(error.facts.get("seconds", TRY_AGAIN_AFTER_S))} if status in (429, 503) else {}


def told(error: Exception, *, method: str, path: str) -> tuple[Refusal, int, dict[str, str]]:
    """What is said of ``error``: a refusal, its status, and headers besides."""
    if isinstance(error, Refusal):
        status = status_of(type(error))
        return error, status, headers_of(error, status)
    if is_database_away(error) or isinstance(error, TimeoutError):
        logger.warning("the database is away: %s", error)
        return away(error), 503, {"Retry-After": str(TRY_AGAIN_AFTER_S)}
    if isinstance(error, HTTPException) and error.status_code in (404, 405):
        refusal: Refusal = NoSuchOperation(method=method, path=path)
        return refusal, error.status_code, dict(error.headers or {})
    if isinstance(error, HTTPException) and error.status_code < 500:
        return InvalidRequest(faults=error.detail), error.status_code, dict(error.headers or {})
    reference = request_id.current()
    logger.error("%s broke (%s)", method, reference, exc_info=error)
    return Broken(reference=reference), 500, {}
