# SPDX-License-Identifier: Apache-2.0
"""$batch as multipart/mixed (SensorThings 1.1, 11): requests written out as HTTP, change sets in parts of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import msgspec

from belltower.edges.sensorthings.batches import Alone, one, request_of, together
from belltower.edges.sensorthings.errors import BadEntity, text
from belltower.edges.sensorthings.service import JSON, Answer, Asked, Caller, body_of
from belltower.kernel.identity import uuid7

_BOUNDARY = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)
_LINE = re.compile(r"^\s*([A-Z]+)\s+(\S+?)(?:\s+HTTP/[\d.]+)?\s*$")


def answered(asked: Asked, given: bytes, media_type: str, caller: Caller, alone: Alone) -> Answer:
    """The answers to all parts, as parts. Raises BadEntity when the whole cannot be read."""
    made: dict[str, str] = {}
    parts: list[str] = []
    for headers, body in _parts(_decoded(given), _boundary(media_type)):
        inner = headers.get("content-type", "")
        if inner.startswith("multipart/"):
            parts.append(_change_set(asked, body, inner, caller, alone, made))
        else:
            name = headers.get("content-id", "")
            parts.append(_part(one(_request(asked, body), caller, alone, made, name), name))
    boundary = f"batch_{uuid7()}"
    return Answer(200, _joined(parts, boundary), media_type=f"multipart/mixed; boundary={boundary}")


def _change_set(asked: Asked, body: str, media_type: str, caller: Caller, alone: Alone, made: dict[str, str]) -> str:
    steps = [
        (headers.get("content-id", ""), _request(asked, inner), None)
        for headers, inner in _parts(body, _boundary(media_type))
    ]
    found = together(steps, caller, alone, made)
    boundary = f"changeset_{uuid7()}"
    failed = next((each for each in found if each is not None and each.status >= 400), None)
    if failed is not None:
        return _part(failed, "")
    inside = [_part(each, name) for each, (name, _, _) in zip(found, steps, strict=True) if each is not None]
    return f"Content-Type: multipart/mixed; boundary={boundary}\n\n{_joined(inside, boundary)}"


def _decoded(given: bytes) -> str:
    try:
        return given.decode()
    except UnicodeDecodeError:
        raise _unreadable("UTF-8") from None


def _boundary(media_type: str) -> str:
    found = _BOUNDARY.search(media_type)
    if not found:
        raise _unreadable("boundary")
    return found[1].strip()


def _parts(body: str, boundary: str) -> Iterator[tuple[dict[str, str], str]]:
    """Headers and content of each part."""
    pieces = ("\n" + body.replace("\r\n", "\n")).split(f"\n--{boundary}")
    if len(pieces) < 2:
        raise _unreadable("boundary")
    for piece in pieces[1:]:
        if piece.startswith("--"):
            return
        head, _, content = piece.lstrip("\n").partition("\n\n")
        yield _headers(head), content


def _headers(head: str) -> dict[str, str]:
    lines = (line.partition(":") for line in head.splitlines() if ":" in line)
    return {name.strip().lower(): value.strip() for name, _, value in lines}


def _request(asked: Asked, content: str) -> Asked:
    head, _, body = content.lstrip("\n").partition("\n\n")
    first, _, rest = head.partition("\n")
    found = _LINE.match(first)
    if not found:
        raise _unreadable(first[:100])
    is_write = found[1] in ("POST", "PATCH", "PUT")
    parsed: Any = body_of(body.strip().encode()) if is_write else None
    return request_of(asked, found[1], found[2], _headers(rest), parsed)


def _part(answer: Answer, name: str) -> str:
    lines = ["Content-Type: application/http", *([f"Content-ID: {name}"] if name else []), ""]
    lines.append(f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}")
    lines += [f"{key}: {value}" for key, value in answer.headers.items()]
    if answer.body is not None:
        lines.append(f"Content-Type: {answer.media_type}")
    body = "" if answer.body is None else _written(answer)
    return "\n".join([*lines, "", body])


def _written(answer: Answer) -> str:
    if isinstance(answer.body, str) and answer.media_type != JSON:
        return answer.body
    return msgspec.json.encode(answer.body).decode()


def _joined(parts: list[str], boundary: str) -> str:
    return "".join(f"--{boundary}\n{part}\n" for part in parts) + f"--{boundary}--"


def _unreadable(what: str) -> BadEntity:
    return BadEntity(entity="$batch", reason=text("无法读取 {what}", "cannot read {what}", what=what))
