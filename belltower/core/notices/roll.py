# SPDX-License-Identifier: Apache-2.0
"""Who the people of a party, and of the duty desk, are on a day: looked up once a batch of notices."""

from __future__ import annotations

from datetime import datetime

from belltower.core.access.models import RoleName, User
from belltower.core.access.people import in_force, standing_of, today
from belltower.core.access.rules import VERBS_OF, Verb
from belltower.core.cases.acting import Acting, Standing, parts_of
from belltower.core.cases.models import Case
from belltower.core.cases.table import Part

DESK_ROLES = [
    role for role, verbs in VERBS_OF.items() if Verb.DISPATCH_CASES in verbs and role != RoleName.ADMINISTRATOR
]
"""Who is told what comes to the desk. Administrators may dispatch too, and it is not their work."""


class Roll:
    """The people who are told on the civil day of ``now``; each question is asked of the database once."""

    def __init__(self, now: datetime) -> None:
        self._on = today(now)
        self._parties: dict[int, list[User]] = {}
        self._dispatchers: list[tuple[User, Acting]] | None = None

    def party(self, party_id: int) -> list[User]:
        """Those of the party who hold any role today."""
        if party_id not in self._parties:
            held = in_force(self._on).values("user_id")
            people = User.objects.filter(party=party_id, is_active=True, pk__in=held).order_by("pk")
            self._parties[party_id] = list(people)
        return self._parties[party_id]

    def desk(self, case: Case) -> list[User]:
        """Those who may dispatch this case today."""
        standing = Standing(case.party_id, case.area_id, case.asset_kind)
        return [user for user, acting in self._all_dispatchers() if Part.DESK in parts_of(acting, standing)]

    def _all_dispatchers(self) -> list[tuple[User, Acting]]:
        if self._dispatchers is None:
            held = in_force(self._on).filter(role__in=DESK_ROLES).values("user_id")
            users = User.objects.filter(is_active=True, pk__in=held).order_by("pk")
            verb = Verb.DISPATCH_CASES
            self._dispatchers = [
                (user, Acting(user.as_actor(), {verb: standing_of(user, self._on).scope(verb)})) for user in users
            ]
        return self._dispatchers
