# SPDX-License-Identifier: Apache-2.0
"""Answers that are files, sent as they are made, so that their size does not matter."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import StreamingHttpResponse


def answering(media_type: str, *, holds: str = "string") -> dict[str, Any]:
    """What the OpenAPI document says of an operation that answers a file (of JSON type ``holds``); for ``asking``."""
    content = {media_type: {"schema": {"type": holds}}}
    return {"responses": {200: {"content": content, "description": "The file"}}}


def streamed(parts: Iterable[str | bytes], media_type: str, name: str) -> StreamingHttpResponse:
    """The answer; ``name`` is what the file is called when it is kept."""
    answer = StreamingHttpResponse(parts, content_type=f"{media_type}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
