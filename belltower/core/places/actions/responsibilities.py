# SPDX-License-Identifier: Apache-2.0
"""What is done to responsibilities: assign one, end one. None is ever deleted."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from belltower.core.ledger.entries import action
from belltower.core.places.errors import EndsBeforeItBegins, UnknownResponsibility, UnknownRole
from belltower.core.places.kinds import register
from belltower.core.places.models import Area, Party, Responsibility, Role
from belltower.kernel.actors import Actor


@action("places.assign_responsibility")
def assign_responsibility(
    party: Party,
    role: str,
    *,
    by: Actor,
    valid_from: date,
    kind: str = "",
    area: Area | None = None,
    valid_until: date | None = None,
    basis: str = "",
) -> Responsibility:
    """Give ``party`` the ``role`` for ``kind`` (every kind, when empty) in ``area`` (the whole city, when None).

    The same assignment again changes nothing but its end and basis. Another party's earlier assignment stays as it
    is: the later one wins (rules.py), and when it ends, the earlier one holds again.

    Raises UnknownRole, UnknownKind or EndsBeforeItBegins.
    """
    if role not in Role.values:
        raise UnknownRole(role=role, known=", ".join(Role.values))
    if kind:
        register().kind(kind)
    _refuse_backwards(valid_from, valid_until)
    place = {"area__code": area.code} if area else {"area": None}
    known = (
        Responsibility.objects.select_for_update(of=("self",))
        .filter(party=party, role=role, kind=kind, valid_from=valid_from, **place)
        .first()
    )
    row = known or Responsibility(party=party, role=role, kind=kind, area=area, valid_from=valid_from)
    row.valid_until, row.basis = valid_until, basis
    row.save()
    return row


@action("places.end_responsibility")
def end_responsibility(uid: UUID, *, on: date, by: Actor) -> Responsibility:
    """End a responsibility: ``on`` is the first civil day on which it no longer holds.

    Raises UnknownResponsibility or EndsBeforeItBegins.
    """
    row = Responsibility.objects.select_for_update().filter(uid=uid).first()
    if row is None:
        raise UnknownResponsibility(uid=uid)
    _refuse_backwards(row.valid_from, on)
    row.valid_until = on
    row.save(update_fields=["valid_until"])
    return row


def _refuse_backwards(valid_from: date, valid_until: date | None) -> None:
    if valid_until is not None and valid_until <= valid_from:
        raise EndsBeforeItBegins(since=valid_from, until=valid_until)
