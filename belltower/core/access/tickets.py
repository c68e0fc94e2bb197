# SPDX-License-Identifier: Apache-2.0
"""Short-lived tickets for the live stream: what a viewer may see, signed, so that another process believes it.

An EventSource can send no header and the machines' door knows no session: whoever serves the page makes the ticket.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core import signing

from belltower.core.places.scope import Scope
from belltower.kernel.errors import Refusal
from belltower.kernel.packs import Secrecy
from belltower.kernel.texts import Text

TICKET_FOR = timedelta(minutes=10)
"""How long a ticket opens the stream, and how long a stream that it opened lasts: grants change while people look."""
_SALT = "belltower.live"


class BadTicket(Refusal):
    """No ticket, one that is not ours, or one that is too old."""

    code = "bad_ticket"
    sentence = Text(
        zh="实时数据凭证无效或已过期。请刷新页面以取得新的凭证。",
        en="The ticket for live data is not valid or has expired. Reload the page to be given another.",
    )


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the bearer may see, until when."""

    scope: Scope
    until: datetime


def ticket(scope: Scope, *, now: datetime) -> str:
    """A ticket with which somebody who sees ``scope`` may listen for TICKET_FOR; fit for an address."""
    until = int((now + TICKET_FOR).timestamp())
    facts = {"owners": _listed(scope.owner_ids), "areas": _listed(scope.area_ids), "secrecy": scope.secrecy.value}
    return signing.dumps({**facts, "until": until}, salt=_SALT, compress=True)


def opened(text: str, *, now: datetime) -> Ticket:
    """The ticket that ``text`` is. Raises BadTicket."""
    try:
        facts = signing.loads(text, salt=_SALT)
    except signing.BadSignature:
        raise BadTicket() from None
    until = datetime.fromtimestamp(facts["until"], tz=UTC)
    if until <= now:
        raise BadTicket()
    scope = Scope(_taken(facts["owners"]), _taken(facts["areas"]), Secrecy(facts["secrecy"]))
    return Ticket(scope, until)


def _listed(ids: frozenset[int] | None) -> list[int] | None:
    return None if ids is None else sorted(ids)


def _taken(ids: Any) -> frozenset[int] | None:
    return None if ids is None else frozenset(ids)
