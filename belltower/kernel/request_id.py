# SPDX-License-Identifier: Apache-2.0
"""Which request this is about: a short id that goes through logs, answers, error pages and the jobs it asked for."""

from __future__ import annotations

import contextlib
import random
import re
from collections.abc import Iterator
from contextvars import ContextVar

HEADER = "X-Request-ID"
# Without vowels and look-alikes: it is read out on the telephone.
_LETTERS = "23456789bcdfghjkmnpqrstvwxyz"
_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}", re.ASCII)
_current: ContextVar[str | None] = ContextVar("belltower_request_id", default=None)


def current() -> str | None:
    """The id of the request being answered, or of the one that asked for this job; None outside of both."""
    return _current.get()


def new() -> str:
    """A new id of three groups of four, as ``k7xm-3dpq-w9ht``: 57 bits by chance. It is no secret."""
    chance = random.getrandbits(64)  # nosec B311  # names a request, guards nothing
    letters = []
    for _ in range(12):
        chance, letter = divmod(chance, len(_LETTERS))
        letters.append(_LETTERS[letter])
    whole = "".join(letters)
    return f"{whole[:4]}-{whole[4:8]}-{whole[8:]}"


def taken(given: str | None) -> str:
    """``given`` when it is well-formed (8 to 64 letters, digits, ``.``, ``_``, ``-``), else a new id."""
    return given if given and _WELL_FORMED.fullmatch(given) else new()


@contextlib.contextmanager
def carried(one: str | None) -> Iterator[str | None]:
    """Inside, ``one`` is the current id."""
    token = _current.set(one)
    try:
        yield one
    finally:
        _current.reset(token)
