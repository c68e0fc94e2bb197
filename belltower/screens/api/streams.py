# SPDX-License-Identifier: Apache-2.0
"""Answers that are files, sent as they are made, so that their size does not matter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import StreamingHttpResponse

from belltower.core.access.rules import Verb
from belltower.screens.api.doors import asking


def streaming(media_type: str, verb: Verb) -> dict[str, Any]:
    """The part of a declaration that says an operation answers a file, and which verb it needs."""
    declared = asking(verb)
    content = {"content": {media_type: {"schema": {"type": "string"}}}, "description": "The file"}
    return {**declared, "openapi_extra": {**declared["openapi_extra"], "responses": {200: content}}}


def streamed(parts: Iterable[str | bytes], media_type: str, name: str) -> StreamingHttpResponse:
    """The answer; ``name`` is what the file is called when it is kept."""
    answer = StreamingHttpResponse(parts, content_type=f"{media_type}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
