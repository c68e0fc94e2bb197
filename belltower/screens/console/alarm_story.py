# SPDX-License-Identifier: Apache-2.0
"""The life of an alarm as people read it: each transition and each thing somebody did, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from belltower.core.access.models import User
from belltower.core.alarms.models import Alarm, AlarmState, Command, Transition, What
from belltower.kernel.texts import Text

SHOWN = 100
CAUSES: Mapping[str, Any] = {
    "alarm": _("The condition came true"),
    "return": _("The condition ended"),
    "acknowledge": _("Acknowledged"),
    "reset": _("Latch reset"),
    "shelve": _("Shelved"),
    "unshelve": _("Taken from the shelf"),
    "shelf_expired": _("Woke: the time on the shelf was over"),
    "suppress": _("Suppressed by design"),
    "unsuppress": _("No longer suppressed"),
    "suppressor_alarm": _("Suppressed by another alarm"),
    "suppressor_clear": _("The alarm that suppressed it ended"),
    "out_of_service": _("Taken out of service"),
    "return_to_service": _("Put back into service"),
    "disabled": _("No longer judged: its definition was disabled"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what happened and when, the state before and after (None: it stayed), by whom, and their words."""

    at: datetime
    what: Any
    before: AlarmState | None = None
    after: AlarmState | None = None
    value: float | None = None
    by: Text | str = ""
    note: str = ""
    until: datetime | None = None
    assignee: Text | None = None
    is_waiting: bool = False


def life_of(alarm: Alarm) -> list[Line]:
    """The last SHOWN transitions and commands, newest first; three queries."""
    transitions = list(Transition.objects.filter(alarm=alarm).order_by("-id")[:SHOWN])
    commands = {one.pk: one for one in Command.objects.filter(alarm=alarm).order_by("-id")[:SHOWN]}
    people = _people(commands.values())
    told = {one.command for one in transitions}
    lines = [(one.at, 1, one.pk, _of_transition(one, commands.get(one.command or 0), people)) for one in transitions]
    lines += [(one.at, 0, one.pk, _of_command(one, people)) for one in commands.values() if one.pk not in told]
    return [line for _, _, _, line in sorted(lines, key=lambda each: each[:3], reverse=True)][:SHOWN]


def _of_transition(one: Transition, command: Command | None, people: Mapping[str, Text]) -> Line:
    return Line(
        one.at, CAUSES.get(one.cause, one.cause), AlarmState(one.before), AlarmState(one.after), one.value,
        by=_name(command.by, people) if command else "", note=command.note if command else "",
        until=command.until if command else None,
    )  # fmt: skip


def _of_command(one: Command, people: Mapping[str, Text]) -> Line:
    assignee = people.get(f"person:{one.assignee}") if one.assignee else None
    return Line(one.at, What(one.what).label, by=_name(one.by, people), note=one.note, until=one.until,
                assignee=assignee, is_waiting=one.taken_at is None)  # fmt: skip


def _people(commands: Any) -> dict[str, Text]:
    """The names of those who did something or were assigned, by reference, as far as the viewer may know them."""
    uids = {one.assignee for one in commands if one.assignee}
    uids |= {UUID(one.by.removeprefix("person:")) for one in commands if one.by.startswith("person:")}
    return {f"person:{user.uid}": user.title for user in User.objects.filter(uid__in=uids)}


def _name(reference: str, people: Mapping[str, Text]) -> Text | str:
    """The name behind a reference; of somebody that the viewer does not know, only what they are."""
    return people.get(reference) or reference.partition(":")[0]
