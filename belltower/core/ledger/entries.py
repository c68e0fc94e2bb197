# SPDX-License-Identifier: Apache-2.0
"""Who writes, and what for: said once by the action, read by the database at every row that it changes.

The action says it in settings of its own transaction; triggers on the tables put it into the ledger (docs/why/ledger.md).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import connection, transaction

from belltower.kernel.actors import Actor
from belltower.kernel.identity import uuid7

P = ParamSpec("P")
R = TypeVar("R")

# The columns of a SELECT are worked out in their order: what was said before is told, then replaced.
_SAY = """
    SELECT current_setting('belltower.actor', true), set_config('belltower.actor', %s, true),
           current_setting('belltower.what', true), set_config('belltower.what', %s, true),
           current_setting('belltower.action', true), set_config('belltower.action', %s, true)
"""


@contextmanager
def entry(what: str, *, by: Actor) -> Iterator[None]:
    """One transaction (or savepoint) whose writes are entries: ``by`` did ``what``, such as "places.edit_asset".

    An action inside another says its own; when it is over, the outer one's word holds again.
    """
    is_inside = connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SAY, [by.reference, what, str(uuid7())])
        said: tuple[str | None, ...] | None = cursor.fetchone()[::2] if is_inside else None
        yield
        if said and not connection.needs_rollback:  # rolling back brings the earlier word back by itself
            cursor.execute(_SAY, [word or "" for word in said])


def action(what: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function that is told ``by`` whom an action: its writes are entries named ``what``, all or none."""

    def wrap(verb: Callable[P, R]) -> Callable[P, R]:
        @wraps(verb)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            with entry(what, by=_actor(*args, **kwargs)):
                return verb(*args, **kwargs)

        run.__dict__["what"] = what
        return run

    return wrap


def _actor(*args: object, **kwargs: object) -> Actor:
    """Who acts: the argument that is an Actor, called ``by`` everywhere."""
    by = kwargs.get("by") or next((value for value in args if isinstance(value, Actor)), None)
    if not isinstance(by, Actor):
        raise TypeError("an action is told by whom it is done: by=Actor(...)")
    return by


def record(what: str, *, by: Actor, subject: str = "", about: Mapping[str, Any] | None = None) -> None:
    """Make an entry about something that writes no row: a sign-in, a look at personal data, an export.

    ``subject`` names a thing as "access.user:<uid>"; ``about`` is small JSON, without personal data: it stays for ever.
    """
    with entry(what, by=by), connection.cursor() as cursor:
        cursor.execute(
            "SELECT ledger_note(%s, %s::jsonb)", [subject, None if about is None else json.dumps(dict(about))]
        )
