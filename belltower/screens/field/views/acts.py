# SPDX-License-Identifier: Apache-2.0
"""Acts as they come: from a form at once, or from a telephone's queue when it is on-line again."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.datastructures import MultiValueDict
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods, require_POST

from belltower.core.access.rules import Verb
from belltower.core.cases import actions as cases
from belltower.core.cases.table import Step
from belltower.core.evidence.errors import BadFacts
from belltower.core.evidence.plausibility import Taken
from belltower.core.fieldwork import actions
from belltower.core.fieldwork.actions import Photo, Said
from belltower.core.fieldwork.errors import BadAct
from belltower.core.fieldwork.models import Act, Outcome
from belltower.core.places import city
from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text
from belltower.screens.console.doors import ConsoleRequest, door
from belltower.screens.console.refusals import status_of
from belltower.screens.console.views.cases import acting_of
from belltower.screens.field.views.tasks import page_of

SHOWN = 50
_KEY, _STEP, _AT = (
    Text(zh="编号无法读取", en="its key cannot be read"),
    Text(zh="没有这一步骤", en="there is no such step"),
    Text(zh="办理时间无法读取", en="when it was done cannot be read"),
)
_FACTS = ("at", "lon", "lat", "unsure")


@require_http_methods(["GET", "HEAD", "POST"])
@door(Verb.REPORT_CASES)
def acts(request: ConsoleRequest) -> HttpResponse:
    """What I did outside, the newest first; POST does one, once. A script gets JSON, a form the page."""
    if request.method != "POST":
        mine = list(Act.objects.filter(person=request.user.uid).select_related("case")[:SHOWN])
        rows = [(one, Step(one.step).text, Outcome(one.outcome).text) for one in mine]
        return render(request, "field/acts.html", {"rows": rows, "who": request.actor.uid})
    by_script = "application/json" in request.headers.get("Accept", "")
    try:
        act = actions.accept(said_in(request), acting=acting_of(request), now=request.now, zone=city.current().tz)
    except Refusal as refusal:
        if by_script:
            return JsonResponse({"code": refusal.code, "said": _say(refusal)}, status=status_of(refusal))
        return page_of(request, cases.find(request.POST.get("case", "")), refusal)
    if by_script:
        return JsonResponse(told(act), status=200 if act.outcome == Outcome.ACCEPTED else 409)
    return redirect("field:tasks")


@require_POST
@door(Verb.REPORT_CASES)
def lay_aside(request: ConsoleRequest, act: UUID) -> HttpResponse:
    """The author has seen the conflict. Raises NoSuchAct."""
    actions.lay_aside(act, acting=acting_of(request), now=request.now)
    return redirect("field:tasks")


def told(act: Act) -> dict[str, Any]:
    """What came of an act, for the telephone that sent it."""
    said = Text.read(act.why).say(get_language() or "zh") if act.why else ""
    return {"uid": str(act.uid), "key": str(act.key), "outcome": act.outcome, "number": act.number, "said": said}


def said_in(request: ConsoleRequest) -> Said:
    """The act that a request tells. Raises BadAct, BadFacts."""
    sent = request.POST
    step = sent.get("step", "")
    if step not in set(Step):
        raise BadAct(reason=_STEP)
    seen = sent.get("seen", "")
    return Said(
        _uuid(sent.get("key", "")), sent.get("case", ""), Step(step), sent.get("text", ""),
        int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 6 else None,
        _uuid(sent["follows"]) if sent.get("follows") else None, _instant(sent["at"]) if sent.get("at") else None,
        photos_in(request.FILES, sent.get("facts", "")),
    )  # fmt: skip


def photos_in(files: MultiValueDict[str, UploadedFile[Any]], facts: str) -> list[Photo]:
    """The photos that were sent, each with what its sender says of it: a JSON list in their order, or nothing."""
    sent = [one for one in files.getlist("photo") if one.size or one.name]
    said = _listed(facts, len(sent))
    return [
        Photo(file, file.name or "photo", _taken(fact, file.name or "")) for file, fact in zip(sent, said, strict=True)
    ]


def _listed(facts: str, count: int) -> list[Any]:
    if not facts:
        return [{}] * count
    try:
        said = json.loads(facts)
    except (ValueError, RecursionError):
        raise BadFacts(file="facts") from None
    if not isinstance(said, list) or len(said) != count or not all(isinstance(one, dict) for one in said):
        raise BadFacts(file="facts")
    return said


def _taken(fact: dict[str, Any], name: str) -> Taken:
    at, *numbers = (fact.get(key) for key in _FACTS)
    if any(one is not None and (isinstance(one, bool) or not isinstance(one, int | float)) for one in numbers):
        raise BadFacts(file=name)
    try:
        lon, lat, unsure = (None if one is None else float(one) for one in numbers)
        return Taken(None if at is None else datetime.fromisoformat(at), lon, lat, unsure)
    except (TypeError, ValueError, OverflowError):
        raise BadFacts(file=name) from None


def _uuid(said: str) -> UUID:
    try:
        return UUID(said)
    except ValueError:
        raise BadAct(reason=_KEY) from None


def _instant(said: str) -> datetime:
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        raise BadAct(reason=_AT) from None
    if at.tzinfo is None:
        raise BadAct(reason=_AT)
    return at


def _say(refusal: Refusal) -> str:
    return refusal.say(get_language() or "zh")
