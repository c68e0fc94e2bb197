# SPDX-License-Identifier: Apache-2.0
"""Who somebody is here: the grants held on a day, what they allow, and the rows that may be seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db import connection
from django.db.models import Q, QuerySet

from belltower.core.access.models import Grant, RoleName, ServiceAccount, User
from belltower.core.access.reach import Held, Reach, held_for, together
from belltower.core.access.rules import SECRECY_OF, Verb
from belltower.core.places import city
from belltower.core.places.models import Area
from belltower.core.places.scope import EVERYTHING, NOTHING, Scope, seen_as

# Recursive, and UNION rather than UNION ALL: parties that name each other as parent must not loop for ever.
_FAMILIES = """
WITH RECURSIVE family (head, id) AS (
    SELECT id, id FROM places_party WHERE id = ANY(%s)
    UNION SELECT family.head, party.id FROM places_party party JOIN family ON party.parent_id = family.id
) SELECT head, array_agg(id) FROM family GROUP BY head
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """What somebody holds on one day: their grants, each with the rows it reaches."""

    reaches: tuple[Reach, ...] = ()

    @property
    def roles(self) -> frozenset[RoleName]:
        return frozenset(one.held.role for one in self.reaches)

    @property
    def verbs(self) -> frozenset[Verb]:
        """Everything that some grant allows somewhere; ``scope`` says where."""
        return frozenset().union(*(one.held.verbs for one in self.reaches))

    def may(self, verb: Verb) -> bool:
        return verb in self.verbs

    def scope(self, verb: Verb = Verb.VIEW) -> Scope:
        """The rows on which ``verb`` is allowed: the reach of those grants that allow it, and of no others."""
        return together(one.scope for one in self.reaches if verb in one.held.verbs)


def standing_of(user: User, on: date) -> Standing:
    """The grants ``user`` holds on the civil day ``on`` and what they reach; one to three queries.

    A grant ends before its ``valid_until``. Somebody who was deactivated holds none.
    """
    if not user.is_active:
        return Standing()
    held = [judged(grant, user.party_id) for grant in in_force(on).filter(user=user)]
    families = families_of({one.party_id for one in held if one.party_id is not None})
    areas = _areas_under({one.area_path for one in held if one.area_path is not None})
    return Standing(tuple(Reach(one, _scope(one, families, areas)) for one in held))


def in_force(on: date) -> QuerySet[Grant]:
    """The grants that are held on that civil day, with the path of their area."""
    held = Grant.objects.filter(Q(valid_until=None) | Q(valid_until__gt=on), valid_from__lte=on)
    return held.select_related("area").defer("area__geometry", "area__words")


def judged(grant: Grant, own_party_id: int | None) -> Held:
    """A grant of a user of that party, as it is judged."""
    path = grant.area.path if grant.area else None
    return held_for(grant.uid, grant.role, area_path=path, party_id=grant.party_id, own_party_id=own_party_id)


def roles_of(user: User, on: date) -> frozenset[RoleName]:
    """The roles ``user`` holds on the civil day ``on``, wherever it is; somebody who was deactivated holds none."""
    if not user.is_active:
        return frozenset()
    return frozenset(RoleName(role) for role in in_force(on).filter(user=user).values_list("role", flat=True))


def user_may(user: User, verb: Verb, on: date) -> bool:
    """Whether ``user`` may ``verb`` on that day, somewhere."""
    return standing_of(user, on).may(verb)


def scope_of(viewer: User | ServiceAccount, on: date | None = None, *, verb: Verb = Verb.VIEW) -> Scope:
    """The rows on which ``viewer`` may ``verb`` on the civil day ``on`` (today in the city, when not given).

    A service account with a party reaches what that party and the parties below it own; without one, everything.
    Somebody without a grant sees nothing.
    """
    if isinstance(viewer, ServiceAccount):
        return EVERYTHING if viewer.party_id is None else Scope(family_of(viewer.party_id))
    return standing_of(viewer, on or today()).scope(verb)


def family_of(party_id: int) -> frozenset[int]:
    """The ids of a party and of all parties below it."""
    return families_of({party_id}).get(party_id, frozenset())


def families_of(party_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """For each of these parties, its id and those of all parties below it; asked before there is a scope."""
    wanted = sorted(party_ids)
    if not wanted:
        return {}
    with seen_as(EVERYTHING), connection.cursor() as cursor:
        cursor.execute(_FAMILIES, [wanted])
        return {head: frozenset(ids) for head, ids in cursor.fetchall()}


def today(now: datetime | None = None) -> date:
    """The civil day in the city's zone at ``now``; before a city is chosen, the day in UTC."""
    instant = now or datetime.now(UTC)
    try:
        return instant.astimezone(city.current().tz).date()
    except city.NoCityChosen:
        return instant.astimezone(UTC).date()


def _areas_under(paths: Iterable[str]) -> dict[str, frozenset[int]]:
    """For each path, the areas under it, ended ones too: what is left in an area that ended stays within reach."""
    wanted = sorted(paths)
    if not wanted:
        return {}
    below = Q()
    for path in wanted:
        below |= Q(path__startswith=path)
    found = list(Area.objects.filter(below).order_by().values_list("pk", "path"))
    return {one: frozenset(pk for pk, path in found if path.startswith(one)) for one in wanted}


def _scope(held: Held, families: dict[int, frozenset[int]], areas: dict[str, frozenset[int]]) -> Scope:
    if held.is_nowhere:
        return NOTHING
    return Scope(
        owner_ids=None if held.party_id is None else families.get(held.party_id, frozenset()),
        area_ids=None if held.area_path is None else areas.get(held.area_path, frozenset()),
        secrecy=SECRECY_OF[held.role],
    )
