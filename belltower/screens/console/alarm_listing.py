# SPDX-License-Identifier: Apache-2.0
"""The alarm list's filters as the address states them, and its rows with what the desk needs to see at a glance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from belltower.core.access.models import User
from belltower.core.alarms.models import (
    CALLING,
    QUIET,
    SAID_ONLY,
    STANDING,
    Alarm,
    AlarmState,
    Command,
    Condition,
    Priority,
)
from belltower.core.alarms.rules import may_do
from belltower.core.places.kinds import register
from belltower.core.places.models import Area
from belltower.kernel.packs import AssetKind

SHOWN = 200
GROUPS: Mapping[str, tuple[Any, tuple[str, ...]]] = {
    "standing": (_("Standing"), tuple(STANDING)),
    "calling": (_("To acknowledge"), tuple(CALLING)),
    "shelved": (_("Shelved"), (AlarmState.SHELVED,)),
    "suppressed": (_("Suppressed by design"), (AlarmState.SUPPRESSED,)),
    "out_of_service": (_("Out of service"), (AlarmState.OUT_OF_SERVICE,)),
    "all": (_("All alarms"), tuple(AlarmState)),
}
# What the map's legend leads to as well; a tab of its own only while it is asked for.
ASKED: Mapping[str, tuple[Any, tuple[str, ...]]] = {
    **GROUPS,
    "acknowledged": (_("Acknowledged"), tuple(one for one in STANDING if one not in CALLING)),
    "quiet": (_("Shelved or suppressed"), tuple(QUIET)),
}
ORDERS = {"urgent": _("Most urgent first"), "newest": _("Latest raised first"), "oldest": _("Earliest raised first")}
_IS_CALLING = Case(When(state__in=CALLING, then=Value(0)), default=Value(1))
_ORDERED = {
    "urgent": (_IS_CALLING, "priority", "-raised_at", "pk"),
    "newest": ("-raised_at", "-pk"),
    "oldest": ("raised_at", "pk"),
}


@dataclass(frozen=True)
class Row:
    """One alarm as the list draws it. ``waiting`` are commands that the runner has not taken yet."""

    alarm: Alarm
    assignee: User | None
    waiting: int

    @property
    def is_calling(self) -> bool:
        return self.alarm.state in CALLING

    @property
    def may(self) -> dict[str, bool]:
        """Which commands its state allows, by their words."""
        return {what: may_do(self.alarm.state, what) for what in ("acknowledge", "shelve", "unshelve", "reset",
                                                                  "out_of_service", "return_to_service")}  # fmt: skip

    @property
    def answer_by(self) -> datetime | None:
        """Until when it is to be answered: its time to respond, from when it was raised; once acknowledged, nothing."""
        within = self.alarm.definition.time_to_respond
        return self.alarm.raised_at + within if self.is_calling and within and self.alarm.raised_at else None


@dataclass(frozen=True)
class AlarmListing:
    """One alarm list as its address states it. What cannot be understood is left out."""

    group: str = "standing"
    priority: int | None = None
    condition: str = ""
    kind: AssetKind | None = None
    area: Area | None = None
    order: str = "urgent"

    @classmethod
    def read(cls, asked: Mapping[str, Any]) -> AlarmListing:
        """The listing of a query string."""
        priority = asked.get("priority", "")
        area = Area.objects.current().filter(code=asked["area"]).first() if asked.get("area") else None
        return cls(
            group=asked.get("state", "") if asked.get("state") in ASKED else "standing",
            priority=int(priority) if priority in map(str, Priority.values) else None,
            condition=asked.get("condition", "") if asked.get("condition") in Condition.values else "",
            kind=register().kinds.get(asked.get("kind", "")),
            area=area,
            order=asked.get("order", "") if asked.get("order") in ORDERS else "urgent",
        )

    def found(self) -> QuerySet[Alarm]:
        """The alarms that this asks for, of those that the viewer sees (the database's policies), in no order."""
        wanted = Q(state__in=ASKED[self.group][1])
        wanted &= Q(priority=self.priority) if self.priority else Q()
        wanted &= Q(definition__condition=self.condition) if self.condition else Q()
        wanted &= Q(stream__asset__kind=self.kind.name) if self.kind else Q()
        if self.area:
            wanted &= Q(stream__asset__area__in=Area.objects.under(self.area).order_by().values("pk"))
        return Alarm.objects.filter(wanted)

    def rows(self) -> list[Row]:
        """The first SHOWN of them in order; three queries."""
        found = list(with_all(self.found()).order_by(*_ORDERED[self.order])[:SHOWN])
        return rows_of(found)


def with_all(alarms: QuerySet[Alarm]) -> QuerySet[Alarm]:
    """The alarms with definition, stream, asset and area, without their geometry."""
    return alarms.select_related("definition", "stream__asset__area", "stream__observed_property").defer(
        "stream__asset__geometry", "stream__asset__words", "stream__asset__area__geometry"
    )


def rows_of(alarms: list[Alarm]) -> list[Row]:
    """What the list draws of these alarms; two queries."""
    assigned = {one.assigned_to for one in alarms if one.assigned_to}
    people = {user.uid: user for user in User.objects.filter(uid__in=assigned)}
    untaken = Command.objects.filter(alarm__in=alarms, taken_at=None).exclude(what__in=SAID_ONLY)
    waiting = dict(untaken.values_list("alarm").annotate(Count("pk")))
    return [
        Row(one, people.get(one.assigned_to) if one.assigned_to else None, waiting.get(one.pk, 0)) for one in alarms
    ]


def counts() -> dict[str, int]:
    """How many alarms there are in each group."""
    by_state = dict(Alarm.objects.order_by().values_list("state").annotate(Count("pk")))
    return {group: sum(by_state.get(state, 0) for state in states) for group, (_, states) in ASKED.items()}
