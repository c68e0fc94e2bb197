# SPDX-License-Identifier: Apache-2.0
"""A clause on its way: written, handed to a second person, compared, put in force on a day; and who is spared it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from belltower.core.access.people import today
from belltower.core.access.rules import Verb
from belltower.core.places.kinds import register
from belltower.core.places.models import Area, Asset
from belltower.core.standards import actions
from belltower.core.standards.errors import BadDay, ExemptedWithoutReason
from belltower.core.standards.models import KeptClause, KeptDocument, Revision
from belltower.core.standards.withdrawing import withdraw_clause, withdraw_document
from belltower.kernel.errors import NotFound, Refusal
from belltower.kernel.texts import Text
from belltower.screens.console import standard_shelf, standard_writing
from belltower.screens.console.doors import ConsoleRequest, door
from belltower.screens.console.standard_sentences import sentence
from belltower.screens.console.standard_writing import Written, understand

REVISION = Text(zh="条款版本", en="revision")


@door(Verb.WRITE_STANDARDS)
def write(request: ConsoleRequest) -> HttpResponse:
    """The editor of a clause, new or ``from`` a revision; POST keeps what was typed as a draft. Raises NotFound."""
    begun = _revision(request, request.GET["from"]) if request.GET.get("from") else None
    document = (
        begun.clause.document if begun else _document(request.GET.get("document") or request.POST.get("document"))
    )
    if document is None:
        return render(request, "console/standards/choose.html", {"documents": KeptDocument.objects.order_by("key")})
    typed = _typed(request, document, begun)
    written = understand(typed, document)
    if request.method == "POST" and written.clause:
        kept = actions.draft(document, written.body, by=request.actor, now=request.now)
        return redirect("console:revision", kept.uid)
    page = {"document": document, "begun": begun, "typed": typed, **_told(request, written)}
    return render(request, "console/standards/write.html", page, status=422 if request.method == "POST" else 200)


@require_POST
@door(Verb.WRITE_STANDARDS)
def check(request: ConsoleRequest) -> HttpResponse:
    """What was typed so far, as it is understood: a part of the editor. Raises NotFound."""
    document = _document(request.POST.get("document"))
    if document is None:
        raise NotFound(noun=standard_shelf.DOCUMENT, name="")
    written = understand(request.POST.get("text", ""), document)
    return render(request, "console/standards/checked.html", _told(request, written))


@door(Verb.VIEW)
def show(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """A revision: what it changes, who wrote it, and what can be done with it. Raises NotFound."""
    revision = _revision(request, str(uid))
    before = standard_writing.compared_with(revision)
    names = standard_writing.names_of([revision.written_by, revision.reviewed_by])
    page = {
        "revision": revision,
        "before": before,
        "differences": standard_writing.differences(before, revision),
        "written": standard_writing.text_of(revision),
        "writer": names[revision.written_by],
        "reviewer": names.get(revision.reviewed_by, ""),
        "is_own": revision.written_by == request.actor.reference,
        "today": today(request.now).isoformat(),
    }
    return render(request, "console/standards/revision.html", page)


@require_POST
@door(Verb.WRITE_STANDARDS)
def submit(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Hand it to a second person. Raises NotFound, NotThisStep or BadStandard."""
    actions.submit(_revision(request, str(uid)), by=request.actor)
    return redirect("console:revision", uid)


@require_POST
@door(Verb.APPROVE_STANDARDS)
def decide(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Put it in force from a day, or give it back with a remark. Raises NotFound, SecondPerson, NotThisStep or BadDay."""
    revision = _revision(request, str(uid))
    if request.POST.get("to") == "return":
        actions.return_(revision, request.POST.get("remark", ""), by=request.actor, now=request.now)
    else:
        actions.approve(revision, _day(request.POST.get("since", "")), by=request.actor, now=request.now)
    return redirect("console:revision", uid)


@door(Verb.WRITE_STANDARDS)
def begin(request: ConsoleRequest) -> HttpResponse:
    """The form of a new document; POST begins it. A refusal stands in the form and loses nothing typed."""
    typed, refusal = request.POST.dict(), None
    if request.method == "POST":
        said = {name: typed.get(name, "").strip() for name in ("title_zh", "title_en", "issued_zh", "issued_en")}
        title, issued_by = Text(said["title_zh"], said["title_en"]), Text(said["issued_zh"], said["issued_en"])
        key = f"{typed.get('pack', '').strip()}.{typed.get('name', '').strip()}"
        try:
            document = actions.begin_document(
                key, title, issued_by, source=str(typed.get("source", "")), by=request.actor
            )
            return redirect("console:standard", document.key)
        except Refusal as told:
            refusal = told
    language = get_language() or "zh"
    page = {
        "typed": typed,
        "packs": sorted(register().packs, key=lambda one: one.title.say(language)),
        "refusal": refusal and {"sentence": refusal.say(language), "code": refusal.code},
    }
    return render(request, "console/standards/begin.html", page, status=422 if refusal else 200)


@require_POST
@door(Verb.APPROVE_STANDARDS)
def withdraw(request: ConsoleRequest, key: str) -> HttpResponse:
    """Let a clause hold until before a day. Raises NotFound, SecondPerson, NothingInForce or BadDay."""
    clause = KeptClause.objects.filter(key=key).first()
    if clause is None:
        raise NotFound(noun=standard_shelf.CLAUSE, name=key)
    withdraw_clause(clause, _day(request.POST.get("until", "")), by=request.actor, now=request.now)
    return redirect("console:clause", key)


@require_POST
@door(Verb.APPROVE_STANDARDS)
def withdraw_all(request: ConsoleRequest, key: str) -> HttpResponse:
    """Let every clause of a document hold until before a day. Raises as ``withdraw``."""
    document = _document(key)
    if document is None:
        raise NotFound(noun=standard_shelf.DOCUMENT, name=key)
    withdraw_document(document, _day(request.POST.get("until", "")), by=request.actor, now=request.now)
    return redirect("console:standard", key)


@require_POST
@door(Verb.APPROVE_STANDARDS)
def exempt(request: ConsoleRequest, key: str) -> HttpResponse:
    """Spare an asset (by its key) or an area (by its code) a clause. Raises NotFound, BadDay or ExemptedWithoutReason."""
    clause = KeptClause.objects.filter(key=key).first()
    if clause is None:
        raise NotFound(noun=standard_shelf.CLAUSE, name=key)
    who, form = request.POST.get("who", "").strip(), request.POST
    kinds = {str(one.body.get("applies_to")) for one in clause.revisions.exclude(since=None)}
    asset = Asset.objects.filter(request.scope.assets(), key=who, kind__in=kinds).first()
    area = None if asset else Area.objects.current().filter(code=who).first()
    if asset is None and area is None:
        reason = Text(zh=f"没有部件或区域“{who}”", en=f"there is no asset or area '{who}' that it is about")
        raise ExemptedWithoutReason(clause=key, reason=reason)
    actions.exempt(
        clause, asset=asset, area=area, reason=form.get("reason", ""), since=_day(form.get("since", "")),
        until=_day(form.get("until", "")), by=request.actor, now=request.now,
    )  # fmt: skip
    return redirect("console:clause", key)


def _told(request: ConsoleRequest, written: Written) -> dict[str, object]:
    """How what was typed is understood: in words, or where it is wrong."""
    said = ""
    if written.clause:
        values = written.clause.values_on(today(request.now)) or {}
        said = sentence(written.clause, register(), values, get_language() or "zh")
    return {"fault": written.fault, "clause": written.clause, "sentence": said}


def _typed(request: HttpRequest, document: KeptDocument, begun: Revision | None) -> str:
    if request.method == "POST":
        return request.POST.get("text", "")
    return standard_writing.text_of(begun) if begun else standard_writing.new_text(document, today().isoformat())


def _document(key: str | None) -> KeptDocument | None:
    if not key:
        return None
    found = KeptDocument.objects.filter(key=key).first()
    if found is None:
        raise NotFound(noun=standard_shelf.DOCUMENT, name=key)
    return found


def _revision(request: ConsoleRequest, uid: str) -> Revision:
    try:
        found = Revision.objects.select_related("clause__document").filter(uid=UUID(uid)).first()
    except ValueError:
        found = None
    if found is None:
        raise NotFound(noun=REVISION, name=uid)
    return found


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        reason = Text(zh="不是日期", en="it is no day")
        raise BadDay(day=text or "–", reason=reason) from None
