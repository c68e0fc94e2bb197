# SPDX-License-Identifier: Apache-2.0
"""Keyset pages: a list is read on from the last row that was seen, so that no page repeats or skips a row."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from django.db.models import Model, QuerySet
from ninja import Schema
from pydantic import Field

from belltower.screens.api.errors import BadCursor
from belltower.screens.api.words import Cursor

M = TypeVar("M", bound=Model)
LARGEST = 1000
MAX_ID = 2**63 - 1


class PageQuery(Schema):
    """Where to read on, and how much."""

    cursor: Cursor | None = Field(None, description="`next` of the page before; leave it out for the first page")
    limit: int = Field(100, ge=1, le=LARGEST, description="the most items to answer")


def page_of(
    rows: QuerySet[M],
    columns: Sequence[str],
    shape: Callable[[Mapping[str, Any]], dict[str, Any]],
    *,
    at: PageQuery,
    newest_first: bool = False,
) -> dict[str, Any]:
    """One page of ``rows`` in the order of their ids, each read as ``columns`` and put into ``shape``.

    Raises BadCursor.
    """
    if at.cursor is not None:
        last = last_of(at)
        rows = rows.filter(pk__lt=last) if newest_first else rows.filter(pk__gt=last)
    ordered = rows.order_by("-pk" if newest_first else "pk").values("pk", *columns)
    found = list(ordered[: at.limit + 1])
    return _page(found, at.limit, key=lambda row: row["pk"], shape=shape)


def last_of(at: PageQuery) -> int:
    """The id of the last row that was seen, where there is a cursor. Raises BadCursor."""
    last: int = _open(at.cursor or "", int)
    return last


def page_of_declared(things: Iterable[dict[str, Any]], *, at: PageQuery, key: str = "name") -> dict[str, Any]:
    """One page of a short list held in memory, in the order of ``key``. Raises BadCursor."""
    after = None if at.cursor is None else _open(at.cursor, str)
    ordered = sorted((one for one in things if after is None or one[key] > after), key=lambda one: str(one[key]))
    return _page(ordered[: at.limit + 1], at.limit, key=lambda one: one[key], shape=dict)


def page_of_story(lines: Sequence[dict[str, Any]], *, at: PageQuery) -> dict[str, Any]:
    """One page of a list that only ever grows at its end. Raises BadCursor."""
    after = 0 if at.cursor is None else _open(at.cursor, int)
    found = list(enumerate(lines[after : after + at.limit + 1], start=after + 1))
    return _page([{"at": place, "line": line} for place, line in found], at.limit, key=_place, shape=_line)


def _place(row: Mapping[str, Any]) -> object:
    return row["at"]


def _line(row: Mapping[str, Any]) -> dict[str, Any]:
    line: dict[str, Any] = row["line"]
    return line


def _page(
    found: Sequence[Mapping[str, Any]],
    limit: int,
    *,
    key: Callable[[Mapping[str, Any]], object],
    shape: Callable[[Mapping[str, Any]], dict[str, Any]],
) -> dict[str, Any]:
    shown = found[:limit]
    more = len(found) > limit
    return {"items": [shape(row) for row in shown], "next": sealed(key(shown[-1])) if more else None}


def sealed(key: object) -> str:
    """The cursor that reads on after ``key``."""
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def _open(cursor: str, holds: type) -> Any:
    try:
        key: Any = msgspec.json.decode(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=holds)
    except (ValueError, binascii.Error):
        raise BadCursor(cursor=cursor) from None
    if isinstance(key, int) and not 0 <= key <= MAX_ID:
        raise BadCursor(cursor=cursor)
    return key
