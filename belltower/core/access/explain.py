# SPDX-License-Identifier: Apache-2.0
"""Who can see this, and why: the grants that let somebody reach an asset."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import QuerySet

from belltower.core.access.models import Grant, User
from belltower.core.access.people import in_force, judged, standing_of
from belltower.core.access.rules import SECRECY_OF, VERBS_OF, Verb
from belltower.core.places.kinds import register
from belltower.core.places.models import Asset
from belltower.core.places.scope import Scope
from belltower.kernel.packs import Secrecy

_ABOVE = """
WITH RECURSIVE above (id) AS (
    SELECT %s::bigint UNION
    SELECT party.parent_id FROM places_party party JOIN above ON party.id = above.id WHERE party.parent_id IS NOT NULL
) SELECT id FROM above WHERE id IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Because:
    """A grant that lets its holder reach the asset, with the verbs it allows there.

    ``counts`` is False for a grant whose reach cannot be said in one scope with the holder's broader ones
    (reach.together): it would reach the asset, and does not.
    """

    grant: Grant
    verbs: frozenset[Verb]
    counts: bool = True


def explain(user: User, asset: Asset, on: date) -> list[Because]:
    """The grants of ``user`` that reach ``asset`` on that day; none that counts means it is not there for them."""
    return _because(in_force(on).filter(user=user), asset, on) if user.is_active else []


def who_sees(asset: Asset, on: date) -> list[Because]:
    """Every grant that lets somebody reach ``asset`` on that day, by the user's name."""
    return _because(in_force(on).filter(user__is_active=True), asset, on)


def _because(grants: QuerySet[Grant], asset: Asset, on: date) -> list[Because]:
    """Those of ``grants`` that reach the asset, asked upward: the parties above its owner, the areas above its own."""
    owners = _parties_above(asset.owner_id)
    path = asset.area.path if asset.area else None
    held = [(grant, judged(grant, grant.user.party_id)) for grant in _with_people(grants)]
    secret = secrecy_of(asset.kind)
    reaching = [(grant, one) for grant, one in held if one.reaches(owners, path)]
    scopes = {user: standing_of(user, on).scope() for user in {grant.user for grant, _ in reaching}}
    return [
        Because(grant, one.verbs, counts=holds(scopes[grant.user], asset))
        for grant, one in reaching
        if Verb.VIEW in VERBS_OF[one.role] and secret <= SECRECY_OF[one.role]
    ]


def _with_people(grants: QuerySet[Grant]) -> QuerySet[Grant]:
    related = grants.select_related("user", "user__party", "area", "party")
    return related.order_by("user__username", "pk")


def holds(scope: Scope, asset: Asset) -> bool:
    """Whether the asset is within ``scope``."""
    return (
        (scope.owner_ids is None or asset.owner_id in scope.owner_ids)
        and (scope.area_ids is None or asset.area_id in scope.area_ids)
        and secrecy_of(asset.kind) <= scope.secrecy
    )


def secrecy_of(kind: str) -> Secrecy:
    """How secret a kind is; one whose pack is not installed is public as far as anybody knows."""
    known = register().kinds.get(kind)
    return known.secrecy if known else Secrecy.PUBLIC


def _parties_above(party_id: int | None) -> frozenset[int]:
    """The ids of a party and of all parties above it; none for an asset whose owner is not known."""
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE, [party_id])
        return frozenset(row[0] for row in cursor.fetchall())
