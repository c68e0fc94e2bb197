# SPDX-License-Identifier: Apache-2.0
"""How the assets of some parties stand: what the city makes of them clause by clause, and what was said of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Count

from belltower.core.places.models import Asset, Life
from belltower.core.selfcheck.models import OwnWord
from belltower.core.selfcheck.rules import DIFFERENT, Beside, beside
from belltower.core.standards.clauses import Outcome
from belltower.core.standards.findings import Letter
from belltower.core.standards.models import Basis, Finding, FindingState, Standing
from belltower.core.standards.revisions import InForce

JUDGED = (Life.IN_SERVICE, Life.OUT_OF_SERVICE)
"""Planned, being built and retired assets are not judged."""


@dataclass(slots=True)
class Tally:
    """One clause over the assets: ``found`` by letter, None where they are not kept one by one; open ``findings`` by outcome.

    ``said`` counts own words by outcome under the revision in force, ``beside`` how they stand beside what is found;
    ``older`` are words that an earlier revision judged.
    """

    found: Counter[Letter] | None = None
    findings: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    beside: Counter[Beside] = field(default_factory=Counter)
    older: int = 0

    @property
    def different(self) -> int:
        """Of how many assets the own word is not what is found."""
        return sum(self.beside[one] for one in DIFFERENT)


def kinds_of(parties: Iterable[int]) -> dict[str, int]:
    """How many assets in service, or out of it, the parties own, by kind; those that the viewer sees."""
    owned = Asset.objects.filter(owner_id__in=list(parties), life__in=JUDGED).order_by()
    return dict(owned.values_list("kind").annotate(n=Count("pk")))


def places_of(clauses: Sequence[InForce]) -> dict[str, int]:
    """Which letter of an asset's standing is about each clause, by its id; those without are not kept one by one."""
    bases = {one.kind: one.revisions for one in Basis.objects.all()}
    found = {}
    for one in clauses:
        revisions = bases.get(one.clause.applies_to, [])
        if one.revision_id in revisions:
            found[one.clause.id] = revisions.index(one.revision_id)
    return found


def tallies(parties: Iterable[int], clauses: Sequence[InForce]) -> dict[str, Tally]:
    """Each clause over the assets of the parties, by its id. Four queries, however many assets and words there are."""
    owners, places = list(parties), places_of(clauses)
    found = {one.clause.id: Tally() for one in clauses}
    stood = Standing.objects.filter(asset__owner_id__in=owners).order_by()
    lettered = list(stood.values_list("kind", "letters").annotate(n=Count("pk")))
    for one in clauses:
        if (place := places.get(one.clause.id)) is not None:
            counted = found[one.clause.id].found = Counter()
            for kind, letters, number in lettered:
                if kind == one.clause.applies_to:
                    counted[Letter(letters[place])] += number
    open_ones = Finding.objects.filter(asset__owner_id__in=owners, state=FindingState.OPEN).order_by()
    for clause, outcome, number in open_ones.values_list("clause__key", "outcome").annotate(n=Count("pk")):
        if clause in found:
            found[clause].findings[outcome] += number
    for clause, own, is_current, letter, number in _said(owners, clauses, places):
        _count(found[clause], own, is_current, letter, number)
    return found


def different(parties: Iterable[int], one: InForce) -> list[int]:
    """The ids of the assets whose own word about a clause is not what is found, in their order."""
    rows = _said(list(parties), [one], places_of([one]), by_asset=True)
    return sorted(
        asset for asset, _, own, is_current, letter in rows
        if is_current and beside(_letter(letter), _outcome(own)) in DIFFERENT
    )  # fmt: skip


def last_words(parties: Iterable[int], assets: Iterable[int]) -> dict[int, OwnWord]:
    """The last word about each of these assets, by the asset's id."""
    words = OwnWord.objects.filter(party_id__in=list(parties), asset_id__in=list(assets))
    return {one.asset_id: one for one in words.order_by("asset_id", "-at", "-pk").distinct("asset_id")}


def letters_of(asset: Asset, clauses: Sequence[InForce]) -> dict[str, Letter]:
    """What each clause was last found to say of an asset; those that were not judged of it are left out."""
    stands = Standing.objects.filter(asset=asset).first()
    if stands is None:
        return {}
    return {clause: Letter(stands.letters[place]) for clause, place in places_of(clauses).items()}


def _count(tally: Tally, own: str | None, is_current: bool, letter: str | None, number: int) -> None:
    if not is_current:
        tally.older += number
        return
    tally.said[own or ""] += number
    tally.beside[beside(_letter(letter), _outcome(own))] += number


def _letter(said: str | None) -> Letter | None:
    return Letter(said) if said else None


def _outcome(said: str | None) -> Outcome | None:
    return Outcome(said) if said else None


def _said(
    owners: Sequence[int], clauses: Sequence[InForce], places: dict[str, int], *, by_asset: bool = False
) -> list[Any]:
    """Clause, own outcome, whether the revision in force judged it, the letter found, how many; or asset by asset."""
    facts: dict[str, Any] = {
        "owners": list(owners), "clauses": [one.clause.id for one in clauses],
        "kinds": [one.clause.applies_to for one in clauses], "revisions": [one.revision_id for one in clauses],
        "places": [places.get(one.clause.id) for one in clauses],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_WORDS + (_EACH if by_asset else _COUNTED), facts)
        return list(cursor.fetchall())


_WORDS = """
    WITH latest AS (
        SELECT DISTINCT ON (w.asset_id) w.asset_id, w.says FROM selfcheck_own_word w
        WHERE w.party_id = ANY (%(owners)s) ORDER BY w.asset_id, w.at DESC, w.id DESC),
    compared AS (
        SELECT l.asset_id, c.clause, l.says -> c.clause ->> 'outcome' AS own,
            (l.says -> c.clause ->> 'revision')::bigint = c.revision AS is_current, substr(s.letters, c.place + 1, 1) AS letter
        FROM latest l JOIN places_asset a ON a.id = l.asset_id AND a.owner_id = ANY (%(owners)s)
        JOIN unnest(%(clauses)s::text[], %(kinds)s::text[], %(revisions)s::bigint[], %(places)s::int[])
            AS c (clause, kind, revision, place) ON c.kind = a.kind
        LEFT JOIN standards_standing s ON s.asset_id = l.asset_id AND s.kind = a.kind
        WHERE l.says -> c.clause IS NOT NULL)
"""
_COUNTED = "SELECT clause, own, is_current, letter, count(*) FROM compared GROUP BY 1, 2, 3, 4"
_EACH = "SELECT asset_id, clause, own, is_current, letter FROM compared"
