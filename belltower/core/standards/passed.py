# SPDX-License-Identifier: Apache-2.0
"""What passes over kinds and over single clauses go by alike: what one did, one at a time, who is spared, what may open again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import Q

from belltower.core.places.models import Area
from belltower.core.standards.asking import Spared
from belltower.core.standards.findings import Times
from belltower.core.standards.judging import today
from belltower.core.standards.models import Exemption
from belltower.core.standards.revisions import InForce

_LOCK = 0x6A756467  # "judg": one pass at a time over a kind, and over the clauses that are judged by themselves


@dataclass(frozen=True, slots=True)
class Passed:
    """What a pass did: clauses and subjects judged, findings opened and closed, and how long it took."""

    clauses: int = 0
    subjects: int = 0
    opened: int = 0
    closed: int = 0
    seconds: float = 0.0

    def __add__(self, other: Passed) -> Passed:
        return Passed(
            self.clauses + other.clauses, self.subjects + other.subjects, self.opened + other.opened,
            self.closed + other.closed, self.seconds + other.seconds,
        )  # fmt: skip


def spared(asked: Sequence[InForce], day: date) -> dict[int, Spared]:
    """Who is exempt from each clause on ``day``; of an area all that lies in it and below."""
    assets: dict[int, set[int]] = {one.clause_id: set() for one in asked}
    areas: dict[int, set[int]] = {one.clause_id: set() for one in asked}
    rows = Exemption.objects.filter(clause_id__in=assets, since__lte=day, until__gt=day).select_related("area")
    for row in rows:
        if row.asset_id is not None:
            assets[row.clause_id].add(row.asset_id)
        elif row.area is not None:
            below = Q(path__startswith=row.area.path) | Q(pk=row.area_id)
            areas[row.clause_id].update(Area.objects.filter(below).values_list("pk", flat=True))
    return {pk: Spared(frozenset(assets[pk]), frozenset(areas[pk])) for pk in assets}


def closed_since(one: InForce, now: datetime) -> datetime | None:
    """Since when a finding must have closed to be the same one again."""
    within = Times.of(one.clause, today(now)).reopens_within
    return now - within if within else None


def one_at_a_time(what: str) -> None:
    """Wait until no other transaction judges this, and keep others out until this one ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK, what])
