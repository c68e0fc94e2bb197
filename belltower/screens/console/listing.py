# SPDX-License-Identifier: Apache-2.0
"""The asset list's filters as the address states them, the rows they leave, and keyset pages over those."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime

from belltower.core.places import search
from belltower.core.places.kinds import register
from belltower.core.places.models import Area, Asset, Life, Party
from belltower.core.places.scope import Scope
from belltower.kernel.packs import AssetKind

SIZES = (50, 100, 200)
COUNTED_UP_TO = 10_000
# Each order ends in a unique column, so that a page begins exactly after the last row of the one before.
ORDERS = {"newest": ("-id",), "oldest": ("id",), "key": ("key", "id"), "changed": ("-recorded_at", "-id")}
NEVER = Q(pk__in=[])


@dataclass(frozen=True)
class Listing:
    """One asset list as its address states it. What cannot be understood is left out, never guessed."""

    kind: AssetKind | None = None
    area: Area | None = None
    owner: Party | None = None
    life: str = ""
    text: str = ""
    order: str = "newest"
    size: int = SIZES[0]
    after: str = ""
    columns: tuple[str, ...] | None = None
    misunderstood: tuple[str, ...] = ()

    @classmethod
    def read(cls, asked: Mapping[str, Any]) -> Listing:
        """The listing of a query string (Django's QueryDict)."""
        kind = register().kinds.get(asked.get("kind", ""))
        area = Area.objects.current().filter(code=asked["area"]).first() if asked.get("area") else None
        owner = Party.objects.filter(key=asked["owner"]).first() if asked.get("owner") else None
        found = {"kind": kind, "area": area, "owner": owner}
        size = asked.get("size", "")
        return cls(
            kind=kind,
            area=area,
            owner=owner,
            life=asked.get("life", "") if asked.get("life") in Life.values else "",
            text=asked.get("q", "").strip()[:200],
            order=asked.get("order", "") if asked.get("order") in ORDERS else "newest",
            size=int(size) if size in map(str, SIZES) else SIZES[0],
            after=asked.get("after", ""),
            columns=tuple(asked.getlist("column")) if "column" in asked else None,  # type: ignore[attr-defined]
            misunderstood=tuple(name for name, thing in found.items() if asked.get(name) and thing is None),
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.kind or self.area or self.owner or self.life or self.text)

    def rows(self, scope: Scope) -> QuerySet[Asset]:
        """Every asset that this asks for and ``scope`` shows, in no order. A filter that was not understood finds nothing."""
        return Asset.objects.filter(scope.assets(), *self._conditions())

    def _conditions(self) -> list[Q]:
        found = [NEVER] if self.misunderstood else []
        if self.kind:
            found.append(Q(kind=self.kind.name))
        if self.area:
            found.append(Q(area__in=Area.objects.under(self.area).order_by().values("pk")))
        if self.owner:
            found.append(Q(owner=self.owner))
        if self.life:
            found.append(Q(life=self.life))
        if self.text:
            found.append(_holding(self.text))
        return found

    def page(self, scope: Scope) -> Page:
        """The page that follows ``after``; two queries, whatever the size."""
        rows = self.rows(scope).select_related("area", "owner").defer("geometry", "words", "area__geometry")
        found = list(_after(rows, self.order, self.after).order_by(*ORDERS[self.order])[: self.size + 1])
        shown = found[: self.size]
        more = _cursor(shown[-1], self.order) if len(found) > self.size else ""
        return Page(shown, more, is_first=not self.after)

    def count(self, scope: Scope) -> int:
        """How many there are, counted up to COUNTED_UP_TO + 1: beyond that a list says "more than"."""
        return self.rows(scope).order_by()[: COUNTED_UP_TO + 1].count()


@dataclass(frozen=True)
class Page:
    """Some rows, and where to go on ("" on the last page)."""

    rows: list[Asset]
    next: str
    is_first: bool


def _holding(text: str) -> Q:
    words = search.query_of(text)
    return Q(words__matches=words) if words else NEVER


def _cursor(row: Asset, order: str) -> str:
    leading = {"key": row.key, "changed": row.recorded_at.isoformat()}.get(order)
    return str(row.pk) if leading is None else f"{row.pk}~{leading}"


def _after(rows: QuerySet[Asset], order: str, cursor: str) -> QuerySet[Asset]:
    """The rows behind ``cursor`` in ``order``; a cursor that was not made by us begins at the first page."""
    pk, _, leading = cursor.partition("~")
    if not pk.isdigit() or len(pk) > 18:
        return rows
    if order == "newest":
        return rows.filter(pk__lt=int(pk))
    if order == "oldest":
        return rows.filter(pk__gt=int(pk))
    if order == "key":
        return rows.filter(Q(key__gt=leading) | Q(key=leading, pk__gt=int(pk)))
    at = parse_datetime(leading) if leading.isascii() else None
    return rows.filter(Q(recorded_at__lt=at) | Q(recorded_at=at, pk__lt=int(pk))) if at and at.tzinfo else rows
