# SPDX-License-Identifier: Apache-2.0
"""Who is behind a clause's numbers: the assets that hold, break it, are not known or are exempt, as they were last judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import QuerySet
from django.db.models.functions import Substr
from django.utils.translation import gettext_lazy as _

from belltower.core.standards.clauses import Clause
from belltower.core.standards.models import Basis, Revision, Standing

SIZE = 100
LETTERS = {"broken": "b", "unknown": "u", "holds": "h", "exempt": "e"}
TITLES = {"broken": _("Broken"), "unknown": _("Unknown"), "holds": _("It holds"), "exempt": _("Exempt")}


@dataclass(frozen=True, slots=True)
class SubjectListing:
    """What the address asks for: an outcome, and the asset's id behind which the page begins."""

    outcome: str = "unknown"
    after: int = 0

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> SubjectListing:
        """The listing of a query string."""
        after = asked.get("after", "")
        return cls(
            asked.get("outcome", "") if asked.get("outcome") in LETTERS else "unknown",
            int(after) if after.isascii() and after.isdigit() and len(after) < 18 else 0,
        )

    def page(self, clause: Clause) -> tuple[list[Standing], int | None] | None:
        """A page of standings with their assets, and where the next begins; None where they are not kept one by one."""
        rows = self._rows(clause)
        if rows is None:
            return None
        some = list(rows.filter(asset_id__gt=self.after).order_by("asset_id")[: SIZE + 1])
        return some[:SIZE], some[SIZE - 1].asset_id if len(some) > SIZE else None

    def _rows(self, clause: Clause) -> QuerySet[Standing] | None:
        place = place_of(clause)
        if place is None:
            return None
        lettered = Standing.objects.filter(kind=clause.applies_to).annotate(letter=Substr("letters", place + 1, 1))
        found = lettered.filter(letter=LETTERS[self.outcome]).select_related("asset__area", "asset__owner")
        return found.defer("asset__geometry", "asset__words", "asset__area__geometry", "asset__area__words")


def place_of(clause: Clause) -> int | None:
    """Which letter of an asset's standing is about the clause; None where none is."""
    basis = None if clause.is_of_areas else Basis.objects.filter(kind=clause.applies_to).first()
    if basis is None:
        return None
    ours = set(Revision.objects.filter(clause__key=clause.id).values_list("pk", flat=True))
    return next((n for n, revision in enumerate(basis.revisions) if revision in ours), None)
