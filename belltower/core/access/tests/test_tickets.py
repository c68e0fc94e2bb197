# SPDX-License-Identifier: Apache-2.0
"""A ticket carries a viewer's scope to the live stream, unchanged, for some minutes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from belltower.core.access.tickets import TICKET_FOR, BadTicket, opened, ticket
from belltower.core.places.scope import EVERYTHING, NOTHING, Scope
from belltower.kernel.packs import Secrecy

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "scope",
    [EVERYTHING, NOTHING, Scope(frozenset({3, 70_000})), Scope(None, frozenset({9}), Secrecy.PUBLIC)],
)
def test_a_ticket_says_exactly_what_its_bearer_may_see(scope: Scope) -> None:
    found = opened(ticket(scope, now=NOON), now=NOON)
    assert found.scope == scope
    assert found.until == NOON + TICKET_FOR


def test_a_ticket_expires() -> None:
    made = ticket(EVERYTHING, now=NOON)
    assert opened(made, now=NOON + TICKET_FOR - timedelta(seconds=1))
    with pytest.raises(BadTicket):
        opened(made, now=NOON + TICKET_FOR)


@pytest.mark.parametrize(
    "change", [lambda made: made[:-1] + ("A" if made[-1] != "A" else "B"), lambda made: "", lambda made: "é:x:y"]
)
def test_a_ticket_that_somebody_changed_is_refused(change) -> None:  # type: ignore[no-untyped-def]
    made = ticket(Scope(frozenset({3})), now=NOON)
    with pytest.raises(BadTicket):
        opened(change(made), now=NOON)


def test_a_value_signed_for_something_else_is_no_ticket() -> None:
    from django.core import signing

    other = signing.dumps({"owners": None, "areas": None, "secrecy": 2, "until": 2**31}, salt="elsewhere")
    with pytest.raises(BadTicket):
        opened(other, now=NOON)
