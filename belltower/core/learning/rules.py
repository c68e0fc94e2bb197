# SPDX-License-Identifier: Apache-2.0
"""Judgements of learning: when an exam is open, for whom it is, when a sitting ends, the number of a certificate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from belltower.kernel.texts import Text

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""31 symbols that nobody mistakes for one another: no 0 and O, no 1, I and L. 31 is a prime, which the check needs."""
LENGTH = 10
"""Symbols of a certificate's number before its check: 31 to the tenth are enough that nobody finds one by trying."""


class ExamState(StrEnum):
    """How an exam stands at an instant."""

    TO_COME = "to_come"
    OPEN = "open"
    OVER = "over"
    WITHDRAWN = "withdrawn"


STATES: dict[ExamState, Text] = {
    ExamState.TO_COME: Text(zh="尚未开放", en="has not opened yet"),
    ExamState.OPEN: Text(zh="正在进行", en="is open"),
    ExamState.OVER: Text(zh="已经结束", en="is over"),
    ExamState.WITHDRAWN: Text(zh="已撤回", en="was withdrawn"),
}


def state_of(opens_at: datetime, closes_at: datetime, withdrawn_at: datetime | None, now: datetime) -> ExamState:
    """The exam's state; open from its first instant until before its last."""
    if withdrawn_at is not None and withdrawn_at <= now:
        return ExamState.WITHDRAWN
    if now < opens_at:
        return ExamState.TO_COME
    return ExamState.OPEN if now < closes_at else ExamState.OVER


def is_meant(wanted: Iterable[str], held: Iterable[str]) -> bool:
    """Whether who holds those roles is meant by a list of wanted ones; an empty list means everybody."""
    roles = set(wanted)
    return not roles or bool(roles & set(held))


def end_of(begun_at: datetime, minutes: int, closes_at: datetime) -> datetime:
    """When a sitting ends: after its minutes, and never later than the exam itself."""
    return min(begun_at + timedelta(minutes=minutes), closes_at)


def is_overdue(ends_at: datetime, handed_in_at: datetime | None, now: datetime) -> bool:
    """Whether its time ran out before it was handed in; the last instant is past the end."""
    return handed_in_at is None and now >= ends_at


def seconds_left(ends_at: datetime, now: datetime) -> int:
    """Whole seconds until the end, rounded up, never below none."""
    left = (ends_at - now).total_seconds()
    return max(0, int(left) + (left > int(left)))


def least_points(questions: int, pass_percent: int) -> int:
    """The fewest right answers that pass: exactly on the mark passes, and a part of a point is a whole one."""
    return -(-questions * pass_percent // 100)


def numbered(symbols: Sequence[str]) -> str:
    """A certificate's number from ten symbols of ALPHABET: with its check symbol, in groups: ``K7QF-2M9X-A4H``."""
    whole = "".join(symbols) + _check(symbols)
    return f"{whole[:4]}-{whole[4:8]}-{whole[8:]}"


def read_number(typed: str) -> str | None:
    """The number as it is kept, from what somebody typed; None where it was mistyped: the check does not fit.

    Every single wrong symbol and every two that changed places are found.
    """
    plain = "".join(letter for letter in typed.upper() if letter.isalnum())
    if len(plain) != LENGTH + 1 or any(letter not in ALPHABET for letter in plain):
        return None
    return numbered(plain[:LENGTH]) if plain[LENGTH] == _check(plain[:LENGTH]) else None


def _check(symbols: Sequence[str]) -> str:
    return ALPHABET[sum((at + 2) * ALPHABET.index(one) for at, one in enumerate(symbols)) % len(ALPHABET)]
