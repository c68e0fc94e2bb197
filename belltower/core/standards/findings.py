# SPDX-License-Identifier: Apache-2.0
"""A finding's life, as a judgement alone: what becomes of it when the clause is judged again. No look-ups here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from belltower.core.standards.clauses import Clause

AT_ONCE = timedelta(0)


class Letter(StrEnum):
    """What a clause says of one subject, in one letter: ``-`` not meant, ``h`` holds, ``b`` broken, ``u`` unknown, ``e`` exempt."""

    NOT_MEANT = "-"
    HOLDS = "h"
    BROKEN = "b"
    UNKNOWN = "u"
    EXEMPT = "e"


@dataclass(frozen=True, slots=True)
class Times:
    """For how long the clause must hold before a finding closes, and within what time after that it is the same one again."""

    closes_after: timedelta = AT_ONCE
    reopens_within: timedelta | None = None

    @classmethod
    def of(cls, clause: Clause, day: date) -> Times:
        """Those of a clause on a day."""
        closes = clause.closes_after.on(day) if clause.closes_after else None
        return cls(closes or AT_ONCE, clause.reopens_within.on(day) if clause.reopens_within else None)


@dataclass(frozen=True, slots=True)
class Life:
    """How a finding stands. ``because`` is why it was closed: holds, exempt, not_meant or not_in_force."""

    is_open: bool = True
    outcome: str = "broken"
    holds_since: datetime | None = None
    closed_at: datetime | None = None
    because: str = ""
    times_opened: int = 1


_CLOSED_BY = {Letter.EXEMPT: "exempt", Letter.NOT_MEANT: "not_meant"}


def after(before: Life | None, letter: Letter, now: datetime, times: Times) -> Life | None:
    """How the finding stands once the subject was judged ``now``; None where there is none and none opens.

    It opens when the subject is broken, never when that is only unknown. An open one becomes unknown when it cannot be
    told any more; it closes when the clause has held for ``closes_after``, or when the clause does not mean the subject
    any more or spares it. A closed one opens again where its subject is broken within ``reopens_within`` of its closing;
    later, or where no such time is declared, another one opens. What does not change is returned as it was.
    """
    if before is None or not before.is_open:
        return _opened(before, now, times) if letter is Letter.BROKEN else before
    if letter is Letter.BROKEN:
        return _standing(before, "broken")
    if letter is Letter.UNKNOWN:
        return _standing(before, "unknown")
    if letter is Letter.HOLDS:
        return _holding(before, now, times)
    return closed(before, now, _CLOSED_BY[letter])


def closed(before: Life, now: datetime, because: str) -> Life:
    """The finding, closed."""
    return replace(before, is_open=False, holds_since=None, closed_at=now, because=because)


def _opened(before: Life | None, now: datetime, times: Times) -> Life:
    is_same = before and before.closed_at and times.reopens_within and now - before.closed_at <= times.reopens_within
    return Life(times_opened=before.times_opened + 1) if before and is_same else Life()


def _standing(before: Life, outcome: str) -> Life:
    is_so = before.outcome == outcome and before.holds_since is None
    return before if is_so else replace(before, outcome=outcome, holds_since=None)


def _holding(before: Life, now: datetime, times: Times) -> Life:
    since = before.holds_since or now
    if now - since >= times.closes_after:
        return closed(before, now, "holds")
    return before if before.holds_since else replace(before, holds_since=now)
