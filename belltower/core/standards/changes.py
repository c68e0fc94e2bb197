# SPDX-License-Identifier: Apache-2.0
"""What happened since clauses that are judged by themselves were judged last: taken out of the notes that triggers leave."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.db import connection


class What(StrEnum):
    """What happened, and so what a note's name and subject are."""

    ASSET = "asset"
    """An asset (subject) of a kind was made or changed."""
    LIES = "lies"
    """Assets of a kind came to lie in another area; no subject."""
    DONE = "done"
    """An activity was done to an asset."""
    DONE_IN = "done_in"
    """An activity was done in an area."""
    ALARM = "alarm"
    """An alarm that a clause owns, or a stream, changed: of an asset of a kind."""
    AREA = "area"
    """Areas were made or changed; neither name nor subject."""
    CLAUSE = "clause"
    """Who is exempt from a clause changed: one asset, or with no subject anybody."""


Whom = frozenset[int] | None
"""Subjects that are to be judged again; None: all."""
NOBODY: Whom = frozenset()
WHOLE = 20_000
"""More notes of one thing than this, gathered while nobody judged, are about everybody."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Whom each thing that happened was about, and by kind where things were that have moved since (WKB, WGS 84)."""

    subjects: Mapping[tuple[str, str], Whom] = field(default_factory=dict)
    was: Mapping[str, tuple[bytes, ...]] = field(default_factory=dict)

    def of(self, what: What, name: str = "") -> Whom:
        """Whom it was about: nobody where it did not happen."""
        return self.subjects.get((what, name), NOBODY)


def take() -> Changes:
    """All that was noted; it is noted no more."""
    found: dict[tuple[str, str], set[int | None]] = defaultdict(set)
    was: dict[str, list[bytes]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_TAKE)
        for what, name, subject, there in cursor.fetchall():
            found[what, name].add(subject)
            if there is not None:
                was[name].append(bytes(there))
    return Changes(
        {
            key: None if None in whom else frozenset(one for one in whom if one is not None)
            for key, whom in found.items()
        },
        {kind: tuple(there) for kind, there in was.items()},
    )


_TAKE = f"""
    WITH gone AS (DELETE FROM standards_change RETURNING what, name, subject, was),
         names AS (SELECT what, name, count(*) > {WHOLE} AS is_whole FROM gone GROUP BY what, name)
    SELECT what, name, subject, was FROM gone JOIN names USING (what, name) WHERE NOT is_whole
    UNION ALL SELECT what, name, NULL, NULL FROM names WHERE is_whole
"""


def either(*parts: Whom) -> Whom:
    """Whom any of these is about."""
    found: set[int] = set()
    for part in parts:
        if part is None:
            return None
        found |= part
    return frozenset(found)
