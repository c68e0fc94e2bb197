# SPDX-License-Identifier: Apache-2.0
"""Who writes, and what for: said once by the action, read by the database at every row that it changes.

The action says it in settings of its own transaction; triggers on the tables put it into the ledger (docs/why/ledger.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import connection, transaction

from belltower.kernel.actors import Actor
from belltower.kernel.identity import uuid7

P = ParamSpec("P")
R = TypeVar("R")

_SAY = """
    SELECT set_config('belltower.actor', %s, true), set_config('belltower.what', %s, true),
           set_config('belltower.action', %s, true)
"""
_SAID = """
    SELECT current_setting('belltower.actor', true), current_setting('belltower.what', true),
           current_setting('belltower.action', true)
"""


@contextmanager
def entry(what: str, *, by: Actor) -> Iterator[None]:
    """One transaction (or savepoint) whose writes are entries: ``by`` did ``what``, such as "places.edit_asset".

    An action inside another says its own; when it is over, the outer one's word holds again.
    """
    is_inside = connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        said: tuple[str | None, ...] | None = None
        if is_inside:
            cursor.execute(_SAID)
            said = cursor.fetchone()
        cursor.execute(_SAY, [by.reference, what, str(uuid7())])
        yield
        if said:
            cursor.execute(_SAY, [word or "" for word in said])


def action(what: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function that takes ``by`` an action: its writes are entries named ``what``, all or none."""

    def wrap(verb: Callable[P, R]) -> Callable[P, R]:
        @wraps(verb)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            by = kwargs["by"]
            assert isinstance(by, Actor)
            with entry(what, by=by):
                return verb(*args, **kwargs)

        return run

    return wrap
