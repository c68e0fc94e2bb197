# SPDX-License-Identifier: Apache-2.0
"""The parameter ``datetime``: an instant, or an interval whose ends may be open (``..`` or nothing)."""

from __future__ import annotations

from datetime import UTC, datetime

from belltower.edges.features.declaring import Times
from belltower.edges.features.errors import BadFeaturesQuery, text

OPEN = ("", "..")


def condition(given: str | None, times: Times | None) -> tuple[str, dict[str, object]]:
    """The SQL condition that a feature is so at some time within ``given``, and its values. Raises BadFeaturesQuery."""
    if given is None or times is None:
        return "", {}
    start, slash, end = given.partition("/")
    if not slash:
        start = end = given
    if start in OPEN and end in OPEN:
        if not slash:
            raise bad()
        return "", {}
    since, until = instant(start), instant(end, is_end=True)
    if since and until and until < since:
        raise bad()
    parts, values = [], {}
    if until:
        parts.append(f"{times.start} <= %(until)s::{_type(times)}")
        values["until"] = until
    if since and times.end:
        parts.append(f"({times.end} IS NULL OR {times.end} > %(since)s::{_type(times)})")
        values["since"] = since
    return "".join(f" AND {part}" for part in parts), {name: _value(at, times) for name, at in values.items()}


def instant(given: str, *, is_end: bool = False) -> datetime | None:
    """The instant in UTC; a day alone is its beginning, or its last instant; None for an open end."""
    if given in OPEN:
        return None
    try:
        at = datetime.fromisoformat(given)
    except ValueError:
        raise bad() from None
    if len(given) == 10 and is_end:
        at = at.replace(hour=23, minute=59, second=59, microsecond=999_999)
    if len(given) != 10 and at.tzinfo is None:
        raise bad()
    try:
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:
        raise bad() from None


def bad() -> BadFeaturesQuery:
    """Said of a value that is neither an instant nor an interval."""
    reason = text("应为带时区的时刻或区间，例如 2026-01-01T00:00:00Z/..", "it is an instant with an offset, or an interval such as 2026-01-01T00:00:00Z/..")  # fmt: skip
    return BadFeaturesQuery(parameter="datetime", reason=reason)


def _type(times: Times) -> str:
    return "date" if times.are_days else "timestamptz"


def _value(at: datetime, times: Times) -> object:
    return at.date() if times.are_days else at
