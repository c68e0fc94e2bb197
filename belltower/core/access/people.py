# SPDX-License-Identifier: Apache-2.0
"""Who somebody is here: the roles held on a day, and the rows that may be seen."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.db import connection
from django.db.models import Q

from belltower.core.access.models import Grant, RoleName, ServiceAccount, User
from belltower.core.access.rules import Verb, may, sees_own_only
from belltower.core.places import city
from belltower.core.places.scope import EVERYTHING, NOTHING, Scope

# Recursive, and UNION rather than UNION ALL: parties that name each other as parent must not loop for ever.
_FAMILY = """
WITH RECURSIVE family (id) AS (
    SELECT %s::bigint UNION SELECT party.id FROM places_party party JOIN family ON party.parent_id = family.id
) SELECT id FROM family
"""


def roles_of(user: User, on: date) -> frozenset[RoleName]:
    """The roles ``user`` holds on the civil day ``on``; a grant ends before its ``valid_until``.

    Somebody who was deactivated holds none.
    """
    if not user.is_active:
        return frozenset()
    in_force = Grant.objects.filter(Q(valid_until=None) | Q(valid_until__gt=on), user=user, valid_from__lte=on)
    return frozenset(RoleName(role) for role in in_force.values_list("role", flat=True))


def user_may(user: User, verb: Verb, on: date) -> bool:
    """Whether ``user`` may ``verb`` on that day."""
    return may(roles_of(user, on), verb)


def scope_of(viewer: User | ServiceAccount, on: date | None = None) -> Scope:
    """The rows ``viewer`` may see on the civil day ``on`` (today in the city, when not given).

    A service account with a party, and an enterprise user with no other role, see what their party and the parties
    below it own. Somebody without a role sees nothing; everyone else sees everything.
    """
    if isinstance(viewer, ServiceAccount):
        return EVERYTHING if viewer.party_id is None else _owned_by(viewer.party_id)
    return scope_with(viewer, roles_of(viewer, on or today()))


def scope_with(user: User, roles: frozenset[RoleName]) -> Scope:
    """As scope_of, for a caller that knows the roles already."""
    if not roles:
        return NOTHING
    if not sees_own_only(roles):
        return EVERYTHING
    return NOTHING if user.party_id is None else _owned_by(user.party_id)


def family_of(party_id: int) -> frozenset[int]:
    """The ids of a party and of all parties below it."""
    with connection.cursor() as cursor:
        cursor.execute(_FAMILY, [party_id])
        return frozenset(row[0] for row in cursor.fetchall())


def today(now: datetime | None = None) -> date:
    """The civil day in the city's zone at ``now``; before a city is chosen, the day in UTC."""
    instant = now or datetime.now(UTC)
    try:
        return instant.astimezone(city.current().tz).date()
    except city.NoCityChosen:
        return instant.astimezone(UTC).date()


def _owned_by(party_id: int) -> Scope:
    return Scope(family_of(party_id))
