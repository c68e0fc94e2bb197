# SPDX-License-Identifier: Apache-2.0
"""Cases: the queues as a list, one with everything that was done with it, and the steps that the viewer may take."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from belltower.core.access.rules import Verb
from belltower.core.answers import actions as answers
from belltower.core.cases import actions, casefile, many
from belltower.core.cases.acting import PARTS, Acting
from belltower.core.cases.errors import BadStep
from belltower.core.cases.kinds import Grade, Source, case_kinds
from belltower.core.cases.models import Case
from belltower.core.cases.steps import Told
from belltower.core.cases.table import RULES, Stage, State, Step
from belltower.core.places.models import Area, Asset, Party
from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text
from belltower.screens.console import case_listing, case_story
from belltower.screens.console.built import FONTS
from belltower.screens.console.case_listing import GROUPS, ORDERS, CaseListing
from belltower.screens.console.case_story import Row
from belltower.screens.console.context import city_name
from belltower.screens.console.dates import sent_instant
from belltower.screens.console.doors import ConsoleRequest, door
from belltower.screens.console.refusals import status_of
from belltower.screens.console.saved_views import saved
from belltower.screens.console.views.learning import pdf

_STEP = Text(zh="步骤", en="step")


@door(Verb.VIEW)
def show_all(request: ConsoleRequest) -> HttpResponse:
    """The cases that the viewer sees, narrowed and in the order that the address asks for."""
    listing = CaseListing.read(request.GET.dict())
    found, has_more = listing.rows(request.now)
    number, is_more = case_listing.count(listing.found(request.now))
    page = {
        "listing": listing,
        "rows": [Row(one, request.now) for one in found],
        "count": number,
        "is_more_than": is_more,
        "next": listing.page + 1 if has_more else None,
        "before": listing.page - 1 if listing.page else None,
        "filters": choices(listing),
        "saved": saved(request, "cases"),
        "many": steps_for_many(request.standing.verbs),
        "most_at_once": many.MOST,
        "parties": list(Party.objects.defer("words").order_by("key")[: case_story.MOST_PARTIES]),
    }
    return render(request, "console/cases/list.html", page)


@door(Verb.VIEW)
def show(request: ConsoleRequest, case: str) -> HttpResponse:
    """One case: what was done with it, by whom, and its clocks; ``template`` fills in the answer. Raises NoSuchCase, NoSuchTemplate."""
    found, chosen = actions.find(case), request.GET.get("template", "")
    sent = {"step": Step.ANSWER.value, "reason": answers.answer(answers.find_named(chosen), found)} if chosen else None
    return _page(request, found, sent=sent)


@door(Verb.VIEW)
def show_file(request: ConsoleRequest, case: str) -> HttpResponse:
    """The case file as a PDF, in the reader's language or the ``language`` (zh or en) asked for. Raises NoSuchCase, NotTypeset, NoFonts."""
    found = actions.find(case)
    language = "en" if request.GET.get("language", get_language() or "zh").startswith("en") else "zh"
    made = casefile.printed(found, now=request.now, fonts=FONTS, language=language, publisher=city_name() or "")
    return pdf(made, f"{found.number}-{language}.pdf")


@require_POST
@door(Verb.REPORT_CASES)
def advance_many(request: ConsoleRequest) -> HttpResponse:
    """Take one step with the chosen cases, and tell of each what came of it. Raises NoneChosen, TooManyCases, BadStep, NoSuchCase."""
    step, told = told_in(request)
    done = many.advance_each(request.POST.getlist("case"), step, told, acting=acting_of(request), now=request.now)
    language = get_language() or "zh"
    lines = [
        (one, State(one.case.state).text if one.case else None, one.refusal and one.refusal.say(language))
        for one in done
    ]
    taken = sum(one.case is not None for one in done)
    page = {"step": step, "lines": lines, "taken": taken, "refused": len(done) - taken}
    return render(request, "console/cases/many.html", page)


@require_POST
@door(Verb.REPORT_CASES)
def advance(request: ConsoleRequest, case: str) -> HttpResponse:
    """Take a step; where it is refused the page is shown again with the reason, and what was written. Raises NoSuchCase."""
    found = actions.find(case)
    try:
        step, told = told_in(request)
        actions.advance(
            found, step, told, acting=acting_of(request), now=request.now, seen=_number(request.POST.get("seen"))
        )
    except Refusal as refusal:
        return _page(request, actions.find(case), refusal)
    if request.POST.get("to") == "duplicates":
        return redirect("console:case_duplicates")
    if not Case.objects.filter(pk=found.pk).exists():  # handed over: it is another's to see
        messages.success(request, _("Case %(number)s went on to somebody else.") % {"number": found.number})
        return redirect("console:cases")
    return redirect("console:case", found.number)


@require_POST
@door(Verb.REPORT_CASES)
def remark(request: ConsoleRequest, case: str) -> HttpResponse:
    """Say something of it. Raises NoSuchCase or BadCase."""
    found = actions.find(case)
    actions.remark(
        found, request.POST.get("text", ""), acting=acting_of(request), now=request.now,
        is_public=request.POST.get("is_public") == "yes" and request.standing.may(Verb.DISPATCH_CASES),
    )  # fmt: skip
    return redirect("console:case", found.number)


@door(Verb.REPORT_CASES)
def new(request: ConsoleRequest) -> HttpResponse:
    """The form of a case, begun about an ``asset`` where the address names one; POST reports it, or says what is wrong."""
    wrong, sent = "", request.POST.dict() or request.GET.dict()
    if request.method == "POST":
        try:
            made = actions.report(_draft(sent), acting=acting_of(request), now=request.now)
        except Refusal as refusal:
            wrong = refusal.say(get_language() or "zh")
        else:
            return redirect("console:case", made.number)
    page = {"sent": sent, "wrong": wrong, "kinds": case_kinds().values(), "grades": Grade,
            "sources": (Source.DESK, Source.INSPECTOR, Source.ASSESSOR)}  # fmt: skip
    return render(request, "console/cases/new.html", page, status=422 if wrong else 200)


def acting_of(request: ConsoleRequest) -> Acting:
    """The viewer as somebody who acts on cases: what they may do, and where."""
    standing = request.standing
    return Acting(request.actor, {verb: standing.scope(verb) for verb in standing.verbs}, request.user.party_id)


def steps_for_many(verbs: Iterable[Verb]) -> list[Step]:
    """The steps that somebody with these verbs may take with some case, in the order of the table."""
    parts = {part for part, verb in PARTS.items() if verb in set(verbs)}
    return list(dict.fromkeys(rule.step for rule in RULES if rule.parts & parts))


def choices(listing: CaseListing) -> dict[str, object]:
    """What can be chosen: all there is, whether or not there are cases of it."""
    chosen = Area.objects.current().filter(code=listing.area).first() if listing.area else None
    areas = Area.objects.current().defer("geometry", "words")
    below = areas.filter(parent__code=chosen.code) if chosen else areas.filter(level__in=("district", "street"))
    return {
        "groups": [(name, title) for name, (title, states) in GROUPS.items()] + [(one.value, one.text) for one in State],
        "stages": Stage, "orders": ORDERS.items(), "grades": Grade, "sources": Source, "kinds": case_kinds().values(),
        "areas": ([chosen] if chosen else []) + list(below.order_by("path")),
        "parties": list(Party.objects.filter(cases__isnull=False).distinct().order_by("key")[:200]),
    }  # fmt: skip


def _page(
    request: ConsoleRequest, case: Case, refusal: Refusal | None = None, *, sent: dict[str, str] | None = None
) -> HttpResponse:
    page: dict[str, Any] = case_story.page_of(case, acting_of(request), request.now)
    page["answers"] = list(answers.offered(case.kind)) if any(one.step is Step.ANSWER for one in page["can"]) else []
    page["sent"] = sent
    page["may_release"] = request.standing.may(Verb.DISPATCH_CASES)
    if refusal:
        page |= {"wrong": refusal.say(get_language() or "zh"), "sent": request.POST.dict()}
    return render(request, "console/cases/one.html", page, status=status_of(refusal) if refusal else 200)


def told_in(request: ConsoleRequest) -> tuple[Step, Told]:
    """The step and what comes with it. Raises BadStep, NoSuchCase."""
    sent = request.POST
    try:
        step = Step(sent.get("step", ""))
    except ValueError:
        raise BadStep(step=sent.get("step", "")[:40], missing=_STEP) from None
    party = Party.objects.filter(key=sent.get("party", "")).only("pk").first()
    into = actions.find(sent["into"].strip()) if sent.get("into", "").strip() else None
    until, party_id = sent_instant(sent.get("until", "")), party.pk if party else None
    return step, Told(sent.get("reason", ""), until, party_id, into, mark=sent.get("mark", ""))


def _draft(sent: dict[str, str]) -> actions.Draft:
    source = sent.get("source", "")
    grade = sent.get("grade", "")
    asset = Asset.objects.filter(key=sent.get("asset", "").strip()).select_related("area").first()
    return actions.Draft(
        sent.get("text", ""), sent.get("kind", ""), Source(source) if source in set(Source) else Source.DESK,
        Grade(grade) if grade in set(Grade) else Grade.NONE, address=sent.get("address", ""), asset=asset,
        lon=_degrees(sent.get("lon", "")), lat=_degrees(sent.get("lat", "")),
    )  # fmt: skip


def _degrees(said: str) -> float | None:
    try:
        return float(said) if said.strip() else None
    except ValueError:
        return 999.0  # no place on earth: the refusal says so


def _number(said: str | None) -> int | None:
    return int(said) if said and said.isascii() and said.isdigit() and len(said) < 6 else None
