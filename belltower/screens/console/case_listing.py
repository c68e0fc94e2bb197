# SPDX-License-Identifier: Apache-2.0
"""The list of cases: its filters as the address states them, its order, and the pages of what they leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy

from belltower.core.cases.models import Case
from belltower.core.cases.table import ENDED, OPEN, Stage, State
from belltower.core.places.models import Area, Party
from belltower.core.rates.queues import HELD_BY_PARTY, is_soon
from belltower.kernel.texts import Text

SIZE = 50
COUNTED_UP_TO = 10_000
ALL = "all"
GROUPS: Mapping[str, tuple[Text, frozenset[State] | None]] = {
    "open": (Text(zh="未办结", en="Open"), frozenset(OPEN)),
    "ended": (Text(zh="已办结", en="Ended"), frozenset(ENDED)),
    ALL: (Text(zh="全部", en="All"), None),
}
ORDERS = {"newest": Text(zh="最新在前", en="Newest first"), "due": Text(zh="先到期在前", en="Due first")}
WITH = {"desk": Text(zh="值班台", en="The duty desk"), "party": Text(zh="责任单位", en="A party")}
NEVER = Q(pk__in=[])


@dataclass(frozen=True)
class CaseListing:
    """One list of cases as its address states it. What cannot be understood finds nothing."""

    state: str = "open"
    stage: str = ""
    kind: str = ""
    source: str = ""
    grade: str = ""
    area: str = ""
    party: str = ""
    asset: str = ""
    number: str = ""
    overdue: str = ""
    soon: str = ""
    holder: str = ""
    order: str = "newest"
    page: int = 0

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> CaseListing:
        """The listing of a query string."""
        said = {name: asked.get(name, "").strip()[:100] for name in cls.__dataclass_fields__ if name != "page"}
        number = asked.get("page", "")
        page = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0
        said["state"] = said["state"] if said["state"] in GROUPS or said["state"] in set(State) else "open"
        said["order"] = said["order"] if said["order"] in ORDERS else "newest"
        return cls(page=page, **said)

    @property
    def is_narrowed(self) -> bool:
        fields = ("stage", "kind", "source", "grade", "area", "party", "asset", "number", "overdue", "soon", "holder")
        return self.state != "open" or any(getattr(self, name) for name in fields)

    def found(self, now: datetime) -> QuerySet[Case]:
        """The cases asked for, of those that the viewer sees (the database's policies), in no order."""
        return Case.objects.filter(*self._conditions(now)).order_by()

    def rows(self, now: datetime) -> tuple[list[Case], bool]:
        """The page of rows in order, with all that the list draws, and whether there are more."""
        first = self.page * SIZE
        some = list(with_all(self.found(now)).order_by(*self._order())[first : first + SIZE + 1])
        return some[:SIZE], len(some) > SIZE

    def _order(self) -> list[str | OrderBy]:
        return [F("due_at").asc(nulls_last=True), "pk"] if self.order == "due" else ["-pk"]

    def _conditions(self, now: datetime) -> list[Q]:
        states = GROUPS[self.state][1] if self.state in GROUPS else {State(self.state)}
        found = [] if states is None else [Q(state__in=sorted(states))]
        columns = {
            "kind": "kind",
            "source": "source",
            "grade": "grade",
            "number": "number__endswith",
            "asset": "asset__key",
        }
        found += [Q(**{column: value}) for name, column in columns.items() if (value := getattr(self, name))]
        if self.stage:
            found.append(Q(stage=self.stage) if self.stage in set(Stage) else NEVER)
        if self.area:
            area = Area.objects.current().filter(code=self.area).first()
            found.append(Q(area__in=Area.objects.under(area).order_by().values("pk")) if area else NEVER)
        if self.party:
            found.append(Q(party__in=Party.objects.filter(key=self.party).values("pk")))
        if self.overdue:
            found.append(Q(due_at__lt=now, ended_at=None))
        if self.soon:
            found.append(is_soon(now))
        if self.holder:
            found.append(
                HELD_BY_PARTY if self.holder == "party" else ~HELD_BY_PARTY if self.holder == "desk" else NEVER
            )
        return found


def with_all(found: QuerySet[Case]) -> QuerySet[Case]:
    """The cases with asset, area and party, without geometry."""
    return found.select_related("asset", "area", "party").defer(
        "asset__geometry", "asset__words", "area__geometry", "area__words", "party__words"
    )


def count(found: QuerySet[Case]) -> tuple[int, bool]:
    """How many, and whether there are more than are counted."""
    number = found[: COUNTED_UP_TO + 1].count()
    return min(number, COUNTED_UP_TO), number > COUNTED_UP_TO
