# SPDX-License-Identifier: Apache-2.0
"""Answers that are sent while they are made, after their view has returned, and still by its viewer's scope."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast
from uuid import UUID

from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from belltower.core.places.scope import Scope, streamed_as


def streaming_as(scope: Scope, viewer: UUID | None, answer: HttpResponseBase) -> HttpResponseBase:
    """``answer``; where it is a stream that reads as it goes, its parts are made as ``viewer`` sees ``scope``.

    A file that lies ready is sent as it is.
    """
    if isinstance(answer, StreamingHttpResponse) and not isinstance(answer, FileResponse):
        parts = cast(Iterator[bytes], answer.streaming_content)  # nothing here streams asynchronously
        answer.streaming_content = streamed_as(scope, parts, viewer=viewer)
    return answer
