# SPDX-License-Identifier: Apache-2.0
"""The list of findings: its filters as the address states them, its order, and the pages of what they leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.utils.translation import gettext_lazy as _

from belltower.core.campaigns.counting import extent
from belltower.core.campaigns.models import Campaign
from belltower.core.places.models import Area, Party
from belltower.core.standards.models import Finding, FindingOutcome, FindingState
from belltower.screens.console.boxes import read_box

SIZE = 50
COUNTED_UP_TO = 10_000
STATES = {"open": _("Open"), "closed": _("Closed"), "all": _("Open and closed")}
OUTCOMES = {FindingOutcome.BROKEN.value: _("Broken"), FindingOutcome.UNKNOWN.value: _("Unknown")}
ORDERS = {"newest": _("Newest first"), "oldest": _("Oldest first"), "due": _("Due first"), "grade": _("Gravest first")}
# Each order ends in a unique column, so that no row is on two pages.
_ORDERED: Mapping[str, tuple[str, ...]] = {
    "newest": ("-opened_at", "-pk"), "oldest": ("opened_at", "pk"), "due": ("due_at", "pk"),
    "grade": ("-grade", "-opened_at", "-pk"),
}  # fmt: skip
NEVER = Q(pk__in=[])


@dataclass(frozen=True)
class FindingListing:
    """One list of findings as its address states it. What cannot be understood finds nothing."""

    state: str = "open"
    outcome: str = ""
    clause: str = ""
    document: str = ""
    area: str = ""
    party: str = ""
    kind: str = ""
    grade: str = ""
    overdue: str = ""
    campaign: str = ""
    box: str = ""
    order: str = "newest"
    page: int = 0

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> FindingListing:
        """The listing of a query string."""
        said = {name: asked.get(name, "").strip()[:100] for name in cls.__dataclass_fields__ if name != "page"}
        number = asked.get("page", "")
        page = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0
        said["state"] = said["state"] if said["state"] in STATES else "open"
        said["order"] = said["order"] if said["order"] in ORDERS else "newest"
        return cls(page=page, **said)

    @property
    def is_narrowed(self) -> bool:
        fields = ("outcome", "clause", "document", "area", "party", "kind", "grade", "overdue", "campaign", "box")
        return self.state != "open" or any(getattr(self, name) for name in fields)

    def found(self, now: datetime) -> QuerySet[Finding]:
        """The findings asked for, of those that the viewer sees (the database's policies), in no order."""
        return Finding.objects.filter(*self._conditions(now)).order_by()

    def rows(self, now: datetime) -> tuple[list[Finding], bool]:
        """The page of rows in order, with all that the list draws, and whether there are more."""
        first = self.page * SIZE
        some = list(with_all(self.found(now)).order_by(*self._order())[first : first + SIZE + 1])
        return some[:SIZE], len(some) > SIZE

    def _order(self) -> list[str | OrderBy]:
        if self.order == "due":
            return [F("due_at").asc(nulls_last=True), "pk"]
        return [*_ORDERED[self.order]]

    def _conditions(self, now: datetime) -> list[Q]:
        found = [] if self.state == "all" else [Q(state=self.state)]
        for name, column in (("outcome", "outcome"), ("clause", "clause__key"), ("document", "clause__document__key"),
                             ("kind", "kind"), ("grade", "grade")):  # fmt: skip
            if value := getattr(self, name):
                found.append(Q(**{column: value}))
        if self.area:
            area = Area.objects.current().filter(code=self.area).first()
            below = Area.objects.under(area).order_by().values("pk") if area else None
            found.append(Q(area__in=below) if below is not None else NEVER)
        if self.party:
            found.append(Q(party__in=Party.objects.filter(key=self.party).values("pk")))
        if self.overdue:
            found.append(Q(due_at__lt=now, state=FindingState.OPEN))
        if self.campaign:
            found.append(_of_campaign(self.campaign, now))
        if self.box:
            found.append(_inside(self.box))
        return found


def _of_campaign(uid: str, now: datetime) -> Q:
    """The findings of a campaign's clauses in its areas; of one that is over, those that opened until it was."""
    try:
        campaign = Campaign.objects.filter(uid=UUID(uid)).first()
    except ValueError:
        campaign = None
    if campaign is None:
        return NEVER
    of = extent(campaign, now)
    return of.within & Q(clause__in=of.clauses, opened_at__lt=of.at)


def _inside(box: str) -> Q:
    """The assets, and the areas that are themselves the subject, with their point in that part of the map."""
    if (edges := read_box(box)) is None:
        return NEVER
    west, south, east, north = edges
    of_asset = Q(asset__lon__range=(west, east), asset__lat__range=(south, north))
    return of_asset | Q(asset=None, area__lon__range=(west, east), area__lat__range=(south, north))


def with_all(found: QuerySet[Finding]) -> QuerySet[Finding]:
    """The findings with clause, revision, asset, area and party, without geometry."""
    return found.select_related("clause__document", "revision", "asset", "area", "party").defer(
        "asset__geometry", "asset__words", "area__geometry", "area__words", "party__words"
    )


def count(found: QuerySet[Finding]) -> tuple[int, bool]:
    """How many, and whether there are more than are counted."""
    number = found[: COUNTED_UP_TO + 1].count()
    return min(number, COUNTED_UP_TO), number > COUNTED_UP_TO
