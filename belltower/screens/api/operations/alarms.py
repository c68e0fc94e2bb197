# SPDX-License-Identifier: Apache-2.0
"""Alarms: how they stand and have stood, what is done about them, why they are there, and their CAP messages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from ninja import Field, Query, Router, Schema
from pydantic import ConfigDict

from belltower.core.access.rules import ANSWER_ALARMS, EXPORT, VIEW
from belltower.core.alarms import actions, rules
from belltower.core.alarms.models import Alarm, AlarmState, Command, Condition, Definition, Transition, What
from belltower.core.places.models import Area
from belltower.edges.cap.alarms import alert_of
from belltower.edges.cap.message import as_xml
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text
from belltower.screens.api import alarm_shapes
from belltower.screens.api.doors import Request, asking
from belltower.screens.api.pages import PageQuery, page_of
from belltower.screens.api.streams import answering
from belltower.screens.api.words import AreaCode, Instant, Line, Name

router = Router(tags=["alarms"])
ALARM, DEFINITION, AREA = (
    Text(zh="报警", en="alarm"),
    Text(zh="报警定义", en="alarm definition"),
    Text(zh="区域", en="area"),
)
CAP = "application/cap+xml"
COMMANDS = (What.ACKNOWLEDGE, What.SHELVE, What.UNSHELVE, What.RESET, What.OUT_OF_SERVICE, What.RETURN_TO_SERVICE)
_STREAM = ("stream__uid", "stream__key", "stream__name", "stream__unit_symbol")
_PLAIN = (
    "uid", "priority", "state", "since", "raised_at", "value", "occurrences", "chatters", "shelved_until", "assigned_to",
)  # fmt: skip
_COLUMNS = (
    *_PLAIN, *_STREAM, "definition__uid", "definition__title", "definition__condition", "definition__is_enabled",
    "stream__asset__uid", "stream__asset__kind", "stream__asset__key",
)  # fmt: skip
_TRANSITION = ("at", "recorded_at", "before", "after", "cause", "value")
_COMMAND = ("what", "at", "by", "note", "until", "assignee", "taken_at")
_DEFINED = (
    "uid", "title", "condition", "priority", "is_enabled", "limit", "set_point", "deadband", "is_latching", "cause",
    "consequence", "response", "suppressed_when", "revision", "changed_at",
)  # fmt: skip
_SPANS = ("on_delay", "off_delay", "stale_after", "time_to_respond")
_DEFINITION = (*_DEFINED, *_SPANS, *_STREAM, "alarm__uid", "against__uid")


class AlarmQuery(PageQuery):
    state: list[AlarmState] = []
    priority: list[Annotated[int, Field(ge=1, le=4)]] = Field([], description="1 is critical, 4 low")
    condition: list[Condition] = []
    kind: Name | None = Field(None, description="the kind of its asset")
    area: AreaCode | None = Field(None, description="the code of an area; everything below it counts too")
    asset: UUID | None = None
    stream: UUID | None = None
    assigned_to: UUID | None = None
    raised_since: Instant | None = None


class DefinitionQuery(PageQuery):
    stream: UUID | None = None
    is_enabled: bool | None = None


class GivenCommand(Schema):
    """What to do about an alarm. To shelve it, say until when, and why in `note`; to comment, say it in `note`."""

    model_config = ConfigDict(extra="forbid")
    what: Literal[
        "acknowledge", "shelve", "unshelve", "reset", "out_of_service", "return_to_service", "comment", "assign"
    ]
    note: Line = ""
    until: Instant | None = Field(None, description="when it is to wake; at most a day ahead")
    to: Line = Field("", description="the user name to assign it to; nobody when left out")


@router.get("/alarms", response=alarm_shapes.AlarmPage, **asking(VIEW))
def list_alarms(request: Request, where: Query[AlarmQuery]) -> dict[str, Any]:
    """Alarms of the streams that the caller sees; several filters narrow together."""
    return page_of(_wanted(where), _COLUMNS, shown, at=where)


@router.get("/alarms/{uuid:uid}", response=alarm_shapes.Alarm, **asking(VIEW))
def get_alarm(request: Request, uid: UUID) -> dict[str, Any]:
    """How one alarm stands."""
    return _one(uid)


@router.get("/alarms/{uuid:uid}/transitions", response=alarm_shapes.TransitionPage, **asking(VIEW))
def list_alarm_transitions(request: Request, uid: UUID, where: Query[PageQuery]) -> dict[str, Any]:
    """Its life, the latest step first."""
    return page_of(
        Transition.objects.filter(alarm=_key(uid)), _TRANSITION, dict_of(_TRANSITION), at=where, newest_first=True
    )


@router.get("/alarms/{uuid:uid}/commands", response=alarm_shapes.CommandPage, **asking(VIEW))
def list_alarm_commands(request: Request, uid: UUID, where: Query[PageQuery]) -> dict[str, Any]:
    """What was done and said about it, the latest first."""
    return page_of(Command.objects.filter(alarm=_key(uid)), _COMMAND, dict_of(_COMMAND), at=where, newest_first=True)


@router.post("/alarms/{uuid:uid}/commands", response={201: alarm_shapes.Alarm}, **asking(ANSWER_ALARMS))
def command_alarm(request: Request, uid: UUID, given: GivenCommand) -> dict[str, Any]:
    """Acknowledge, shelve or unshelve an alarm, reset its latch, take it out of service or back, comment on it, assign it.

    A command is applied by the engine in its turn: an alarm that is answered as before may be about to change.
    Acknowledging what needs it no longer does nothing.
    """
    by, what = request.auth.actor, What(given.what)
    if what == What.ACKNOWLEDGE:
        actions.acknowledge([uid], note=given.note, by=by)
    elif what == What.SHELVE:
        actions.shelve(uid, until=given.until or timezone.now(), reason=given.note, by=by)
    elif what == What.COMMENT:
        actions.comment(uid, given.note, by=by)
    elif what == What.ASSIGN:
        actions.assign(uid, given.to, by=by)
    else:
        actions.command(uid, what, note=given.note, by=by)
    return _one(uid)


@router.get("/alarms/{uuid:uid}/cap", **asking(EXPORT, **answering(CAP)))
def get_alarm_cap(request: Request, uid: UUID) -> HttpResponse:
    """Its CAP 1.2 message: an Alert, an Update once it is answered, a Cancel once it returned."""
    all_of_it = Alarm.objects.select_related("definition", "stream__asset__area", "stream__observed_property")
    found = all_of_it.filter(uid=uid).first()
    if found is None:
        raise NotFound(noun=ALARM, name=uid)
    return HttpResponse(as_xml(alert_of([found], sent=timezone.now())), content_type=CAP)


@router.get("/alarm-definitions", response=alarm_shapes.AlarmDefinitionPage, **asking(VIEW))
def list_alarm_definitions(request: Request, where: Query[DefinitionQuery]) -> dict[str, Any]:
    """Definitions with their rationalisation records."""
    rows = Definition.objects.filter(Q(stream__uid=where.stream) if where.stream else Q())
    if where.is_enabled is not None:
        rows = rows.filter(is_enabled=where.is_enabled)
    return page_of(rows, _DEFINITION, defined, at=where)


@router.get("/alarm-definitions/{uuid:uid}", response=alarm_shapes.AlarmDefinition, **asking(VIEW))
def get_alarm_definition(request: Request, uid: UUID) -> dict[str, Any]:
    """One definition."""
    row = Definition.objects.filter(uid=uid).values(*_DEFINITION).first()
    if row is None:
        raise NotFound(noun=DEFINITION, name=uid)
    return defined(row)


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """An Alarm."""
    asset = {name: row[f"stream__asset__{name}"] for name in ("uid", "kind", "key")}
    was_raised = row["raised_at"] is not None
    return {
        **{name: row[name] for name in _PLAIN},
        "definition": row["definition__uid"],
        **{name: row[f"definition__{name}"] for name in ("title", "condition", "is_enabled")},
        "stream": _stream(row),
        "asset": asset if asset["uid"] else None,
        "may": [*(one for one in COMMANDS if rules.may_do(row["state"], one)), What.COMMENT, What.ASSIGN],
        "cap": reverse("api:get_alarm_cap", args=[row["uid"]]) if was_raised else None,
    }


def defined(row: Mapping[str, Any]) -> dict[str, Any]:
    """An AlarmDefinition."""
    return {
        **{name: row[name] for name in _DEFINED},
        **{f"{name}_s": _seconds(row[name]) for name in _SPANS},
        "alarm": row["alarm__uid"],
        "against": row["against__uid"],
        "stream": _stream(row),
    }


def dict_of(columns: tuple[str, ...]) -> Any:
    """A shape of those columns and no others."""
    return lambda row: {name: row[name] for name in columns}


def _stream(row: Mapping[str, Any]) -> dict[str, Any]:
    uid, key, name, unit = (row[column] for column in _STREAM)
    return {"uid": uid, "key": key, "name": name, "unit": unit}


def _seconds(span: timedelta | None) -> float | None:
    return span.total_seconds() if span is not None else None


def _wanted(where: AlarmQuery) -> QuerySet[Alarm]:
    """The alarms that were asked for, of those that the database shows. Raises NotFound for an area."""
    asked: dict[str, Any] = {
        "state__in": where.state,
        "priority__in": where.priority,
        "definition__condition__in": where.condition,
        "stream__asset__kind": where.kind,
        "stream__asset__uid": where.asset,
        "stream__uid": where.stream,
        "assigned_to": where.assigned_to,
        "raised_at__gte": where.raised_since,
    }
    rows = Alarm.objects.filter(**{name: value for name, value in asked.items() if value})
    if where.area is None:
        return rows
    area = Area.objects.current().defer("geometry", "words").filter(code=where.area).first()
    if area is None:
        raise NotFound(noun=AREA, name=where.area)
    return rows.filter(stream__asset__area__in=Area.objects.under(area).order_by().values("pk"))


def _one(uid: UUID) -> dict[str, Any]:
    row = Alarm.objects.filter(uid=uid).values(*_COLUMNS).first()
    if row is None:
        raise NotFound(noun=ALARM, name=uid)
    return shown(row)


def _key(uid: UUID) -> int:
    """Raises NotFound where the caller does not see the alarm."""
    found = Alarm.objects.filter(uid=uid).values_list("pk", flat=True).first()
    if found is None:
        raise NotFound(noun=ALARM, name=uid)
    return found
