# SPDX-License-Identifier: Apache-2.0
"""Answers that are somebody's files: never run, never framed, kept by no proxy, and sent in the parts that are asked for."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header, parse_etags

from belltower.core.attachments.content.media import MediaType
from belltower.core.attachments.errors import BadRange
from belltower.core.attachments.rules import part_asked
from belltower.core.attachments.stores import store

# Whatever is in the file: no script, no form, no frame, no other file of ours.
POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; frame-ancestors 'none'; sandbox"
_SHOWN_IN_THE_PAGE = {"picture", "video"}


@dataclass(frozen=True, slots=True)
class Sent:
    """What is answered: a content of the store, what it is, and the name it is saved under."""

    digest: str
    size: int
    media: MediaType
    name: str
    charset: str = ""


def answer(request: HttpRequest, sent: Sent, *, save: bool = False) -> HttpResponseBase:
    """The file, or the part of it that is asked for (RFC 9110, 14), or 304 where it is known already.

    ``save`` lets the browser save pictures and films as well, instead of showing them.
    """
    etag = f'"{sent.digest}"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        return _dressed(HttpResponse(status=304), sent, etag, save=save)
    part = None
    if request.headers.get("If-Range", etag) == etag:
        try:
            part = part_asked(request.headers.get("Range"), sent.size)
        except BadRange:
            return _unsatisfiable(sent, etag, save=save)
    start, end = part or (0, sent.size)
    parts = store().read(sent.digest, start, end)
    found: HttpResponseBase = FileResponse(parts, status=206 if part else 200)
    if part:
        found["Content-Range"] = f"bytes {start}-{end - 1}/{sent.size}"
    found["Content-Length"] = str(end - start)
    return _dressed(found, sent, etag, save=save)


def _unsatisfiable(sent: Sent, etag: str, *, save: bool) -> HttpResponse:
    refused = HttpResponse(status=416)
    refused["Content-Range"] = f"bytes */{sent.size}"
    _dressed(refused, sent, etag, save=save)
    return refused


def _dressed(answer: HttpResponseBase, sent: Sent, etag: str, *, save: bool) -> HttpResponseBase:
    is_shown = sent.media.family in _SHOWN_IN_THE_PAGE and not save
    answer["Content-Type"] = f"{sent.media.name}; charset={sent.charset}" if sent.charset else sent.media.name
    # Chinese names by RFC 6266 and 5987; Django quotes and encodes, so that no name ends the header.
    answer["Content-Disposition"] = content_disposition_header(not is_shown, sent.name) or "inline"
    answer["Content-Security-Policy"] = POLICY
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Cache-Control"] = "private, no-cache"  # asked for again each time: who may see it can change
    answer["Accept-Ranges"] = "bytes"
    answer["ETag"] = etag
    return answer
