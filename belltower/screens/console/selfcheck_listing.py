# SPDX-License-Identifier: Apache-2.0
"""The assets of a kind in a self-check: narrowed to those behind one number of the overview, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Substr

from belltower.core.places.models import Asset
from belltower.core.selfcheck import standing
from belltower.core.selfcheck.models import OwnWord
from belltower.core.standards.models import Finding, FindingState, Standing
from belltower.core.standards.revisions import InForce

SIZE = 50
LETTERS = {"holds": "h", "broken": "b", "unknown": "u", "exempt": "e"}


@dataclass(frozen=True, slots=True)
class AssetListing:
    """What the address asks for: a clause with what is ``found`` of it or whether the word ``differs``; or the unanswered."""

    clause: str = ""
    found: str = ""
    differs: str = ""
    unanswered: str = ""
    after: int = 0

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> AssetListing:
        """The listing of a query string."""
        after = asked.get("after", "")
        found = asked.get("found", "") if asked.get("found") in LETTERS else ""
        number = int(after) if after.isascii() and after.isdigit() and len(after) < 18 else 0
        return cls(asked.get("clause", "")[:100], found, asked.get("differs", ""), asked.get("unanswered", ""), number)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.clause or self.unanswered)

    def page(
        self, kind: str, parties: frozenset[int], clauses: list[InForce]
    ) -> tuple[list[dict[str, Any]], int | None]:
        """A page of assets, each with its last word and how many clauses it breaks; and where the next page begins."""
        rows = self._rows(kind, parties, clauses).filter(pk__gt=self.after).order_by("pk").select_related("area")
        some = list(rows.defer("geometry", "words", "area__geometry", "area__words")[: SIZE + 1])
        page, more = some[:SIZE], some[SIZE - 1].pk if len(some) > SIZE else None
        ids = [one.pk for one in page]
        words = standing.last_words(parties, ids)
        broken: dict[int, int] = {}
        found = Finding.objects.filter(asset_id__in=ids, state=FindingState.OPEN, outcome="broken").order_by()
        for pk in found.values_list("asset_id", flat=True):
            broken[pk or 0] = broken.get(pk or 0, 0) + 1
        return [{"asset": one, "word": words.get(one.pk), "broken": broken.get(one.pk, 0)} for one in page], more

    def _rows(self, kind: str, parties: frozenset[int], clauses: list[InForce]) -> QuerySet[Asset]:
        rows = Asset.objects.filter(owner_id__in=parties, kind=kind, life__in=standing.JUDGED)
        chosen = next((one for one in clauses if one.clause.id == self.clause), None)
        if self.unanswered:
            rows = rows.exclude(pk__in=OwnWord.objects.filter(party_id__in=parties).order_by().values("asset"))
        if self.clause and chosen is None:
            return rows.none()
        if chosen and self.differs:
            rows = rows.filter(pk__in=standing.different(parties, chosen))
        return rows.filter(pk__in=self._lettered(chosen)) if chosen and self.found else rows

    def _lettered(self, one: InForce) -> Any:
        """The assets of which that was found; where each is not kept by itself, those with an open finding of it."""
        place = standing.places_of([one]).get(one.clause.id)
        if place is None:
            open_ones = Finding.objects.filter(clause_id=one.clause_id, state=FindingState.OPEN, outcome=self.found)
            return open_ones.order_by().values("asset")
        lettered = Standing.objects.filter(kind=one.clause.applies_to).annotate(letter=Substr("letters", place + 1, 1))
        return lettered.filter(letter=LETTERS[self.found]).order_by().values("pk")
