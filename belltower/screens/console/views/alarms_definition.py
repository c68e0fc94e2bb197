# SPDX-License-Identifier: Apache-2.0
"""Defining an alarm: its limit and delays, and the rationalisation without which it cannot be enabled."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from belltower.core.access.rules import SET_ALARMS
from belltower.core.alarms import actions
from belltower.core.alarms.models import Condition, Definition, Priority
from belltower.core.alarms.rules import Draft
from belltower.core.observations.models import Datastream
from belltower.kernel.errors import NotFound, Refusal
from belltower.kernel.texts import Text
from belltower.screens.console.doors import ConsoleRequest, door
from belltower.screens.console.views.alarms_one import find

_STREAM = Text(zh="数据流", en="stream")
_SPANS = ("on_delay", "off_delay", "stale_after", "time_to_respond")
_WORDS = ("cause", "consequence", "response", "suppressed_when")


class NotANumber(Refusal):
    """A field of the form that holds no number."""

    code = "alarm_form_number"
    sentence = Text(
        zh="“{given}”不是数字。请在该字段填写数字后再保存。",
        en="'{given}' is no number. Write a number in that field and save it again.",
    )


@door(SET_ALARMS)
def new(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """A new alarm of the stream of that uid."""
    stream = _stream(str(uid))
    if request.method != "POST":
        return _form(request, stream, None, {"condition": Condition.HI, "priority": "3"})
    try:
        definition = actions.define(stream, _draft(request.POST), by=request.actor, now=request.now,
                                    against=_against(request.POST))  # fmt: skip
    except Refusal as refusal:
        return _form(request, stream, None, request.POST, refusal)
    return redirect("console:alarm_definition", definition.alarm.uid)


@door(SET_ALARMS)
def change(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """The definition of an alarm, to be changed; a refusal stands in the form and loses nothing typed."""
    alarm = find(uid)
    definition = alarm.definition
    if request.method != "POST":
        return _form(request, alarm.stream, definition, _typed(definition))
    try:
        actions.revise(definition, _draft(request.POST), by=request.actor, now=request.now,
                       against=_against(request.POST))  # fmt: skip
    except Refusal as refusal:
        return _form(request, alarm.stream, definition, request.POST, refusal)
    return redirect("console:alarm_definition", uid)


@door(SET_ALARMS)
@require_POST
def switch(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Enable or disable it; a refusal names what its rationalisation lacks."""
    alarm = find(uid)
    turn = actions.enable if request.POST.get("to") == "on" else actions.disable
    try:
        turn(alarm.definition, by=request.actor, now=request.now)
    except Refusal as refusal:
        return _form(request, alarm.stream, alarm.definition, _typed(alarm.definition), refusal)
    return redirect("console:alarm", uid)


def _form(
    request: ConsoleRequest, stream: Datastream, definition: Definition | None, typed: Mapping[str, Any],
    refusal: Refusal | None = None,
) -> HttpResponse:  # fmt: skip
    page = {
        "stream": stream,
        "definition": definition,
        "alarm": definition.alarm if definition else None,
        "typed": typed,
        "conditions": Condition.choices,
        "priorities": [(str(value), title) for value, title in Priority.choices],
        "refusal": refusal and {"sentence": refusal.say(get_language() or "zh"), "code": refusal.code},
    }
    return render(request, "console/alarm_definition.html", page, status=422 if refusal else 200)


def _draft(form: Mapping[str, str]) -> Draft:
    """The definition that the form states. Raises NotANumber."""
    spans = {name: _span(form.get(name, "")) for name in _SPANS}
    return Draft(
        condition=_condition(form.get("condition", "")),
        title=_title(form),
        limit=_number(form.get("limit", "")),
        set_point=_number(form.get("set_point", "")),
        deadband=_number(form.get("deadband", "")) or 0.0,
        on_delay=spans["on_delay"] or timedelta(0),
        off_delay=spans["off_delay"] or timedelta(0),
        stale_after=spans["stale_after"],
        time_to_respond=spans["time_to_respond"],
        is_latching=form.get("is_latching") == "on",
        priority=_priority(form.get("priority", "")),
        **{name: form.get(name, "").strip()[:2000] for name in _WORDS},
    )


def _condition(word: str) -> Condition:
    return Condition(word) if word in Condition.values else Condition.HI


def _priority(word: str) -> int:
    return int(word) if word in map(str, Priority.values) else Priority.MEDIUM


def _title(form: Mapping[str, str]) -> Text:
    zh, en = (form.get(f"title_{language}", "").strip()[:200] for language in ("zh", "en"))
    return Text(zh=zh, en=en) if zh or en else Text(zh="未命名报警", en="Unnamed alarm")


def _typed(definition: Definition) -> dict[str, Any]:
    """The definition as a form holds it: spans in seconds."""
    typed = {name: getattr(definition, name) for name in ("condition", "limit", "set_point", "deadband", *_WORDS)}
    typed |= {name: _seconds(getattr(definition, name)) for name in _SPANS}
    typed |= {f"title_{language}": definition.title.get(language, "") for language in ("zh", "en")}
    typed |= {"priority": str(definition.priority), "is_latching": "on" if definition.is_latching else ""}
    return typed | {"against": str(definition.against.uid) if definition.against else ""}


def _against(form: Mapping[str, Any]) -> Datastream | None:
    return _stream(form["against"].strip()) if form.get("against", "").strip() else None


def _stream(uid: str) -> Datastream:
    """The stream, where the viewer sees it. Raises NotFound."""
    try:
        found = Datastream.objects.filter(uid=UUID(uid)).first()
    except ValueError:
        found = None
    if found is None:
        raise NotFound(noun=_STREAM, name=uid)
    return found


def _number(word: str) -> float | None:
    try:
        return float(word) if word.strip() else None
    except ValueError:
        raise NotANumber(given=word[:40]) from None


def _span(word: str) -> timedelta | None:
    """Seconds as a span, within a century. Raises NotANumber."""
    seconds = _number(word)
    if seconds is None:
        return None
    if not math.isfinite(seconds) or abs(seconds) > 3.2e9:
        raise NotANumber(given=word[:40])
    return timedelta(seconds=seconds)


def _seconds(value: timedelta | None) -> str:
    return "" if value is None else f"{value.total_seconds():g}"
