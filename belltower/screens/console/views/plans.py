# SPDX-License-Identifier: Apache-2.0
"""The planning studio: ask, compute with value and bound live, look, compare, adopt; days of what was adopted."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from belltower.core.access.people import today
from belltower.core.access.rules import Verb
from belltower.core.places.kinds import kind_title, register
from belltower.core.places.models import Area, Party
from belltower.core.plans import actions, asking
from belltower.core.plans.errors import BadAdoption, BadQuestion
from belltower.core.plans.models import Adoption, Plan, Question, Run, Site
from belltower.core.plans.reporting import printed
from belltower.core.plans.rules import compared
from belltower.core.plans.verifying import verify
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text
from belltower.screens.console import plan_story
from belltower.screens.console.built import FONTS
from belltower.screens.console.doors import ConsoleRequest, door

QUESTION, PLAN, SITE = Text(zh="规划问题", en="question"), Text(zh="方案", en="plan"), Text(zh="点位", en="site")
MOST = 60
_NO_DAY = Text(zh="“{day}”不是日期", en="'{day}' is no day")


@door(Verb.VIEW)
def show_all(request: ConsoleRequest) -> HttpResponse:
    """What was asked, newest first, and what was adopted."""
    adopted = Adoption.objects.select_related("plan__question").order_by("-pk")[:MOST]
    rows = [(one, plan_story.row(one.plan)) for one in adopted]
    return render(
        request,
        "console/plans/list.html",
        {"questions": Question.objects.select_related("area")[:MOST], "adopted": rows},
    )


@door(Verb.RUN_JOBS)
def new(request: ConsoleRequest) -> HttpResponse:
    """The form; POST asks and has it computed, or says what is wrong."""
    wrong, form = "", request.POST
    if request.method == "POST":
        try:
            area, asked = asking.area_of(form.get("area", "")), asking.asked_of(form)
            seconds = int(said) if (said := form.get("seconds", "60")).isdecimal() else 0
            title = asking.title_of(form.get("title", ""), "")
            row = actions.ask(title, form.get("kind", ""), area, asked, by=request.actor, now=request.now)
            actions.run(row, seconds=seconds, seed=7, by=request.actor, now=request.now)
        except BadQuestion as refusal:
            wrong = refusal.say(get_language() or "zh")
        else:
            return redirect("console:plan_question", row.uid)
    sitings = [(one, kind_title(one.kind)) for one in register().sitings.values()]
    areas = (
        Area.objects.current()
        .filter(level__in=["city", "district", "street"])
        .defer("geometry", "words")
        .order_by("path")
    )
    reach = str(sitings[0][0].reach_m) if sitings else ""
    page = {"wrong": wrong, "form": form, "sitings": sitings, "areas": areas[:400], "reach": reach}
    return render(request, "console/plans/new.html", page, status=422 if wrong else 200)


@door(Verb.VIEW)
def question(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """What was asked, its runs as they go, and their plans. Raises NotFound."""
    row = _question(uid)
    found = plan_story.runs(row)
    page = {
        "question": row, "asked": row.asked, "kind": kind_title(row.kind), "runs": found,
        "is_under_way": any(one["job"] and one["job"]["is_under_way"] for one in found),
        "others": list(Plan.objects.filter(question__kind=row.kind).select_related("question")[:40]),
    }  # fmt: skip
    template = "console/plans/runs.html" if request.headers.get("HX-Request") else "console/plans/question.html"
    return render(request, template, page)


@require_POST
@door(Verb.RUN_JOBS)
def run_again(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Compute it once more, longer or with another seed. Raises NotFound or BadQuestion."""
    form = request.POST
    seconds, seed = (int(said) if (said := form.get(name, "")).isdecimal() else -1 for name in ("seconds", "seed"))
    actions.run(_question(uid), seconds=seconds, seed=seed, by=request.actor, now=request.now)
    return redirect("console:plan_question", uid)


@require_POST
@door(Verb.RUN_JOBS)
def stop(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Stop a run. Raises NotFound or NotThisMove."""
    row = Run.objects.filter(uid=uid).select_related("question").first()
    if row is None:
        raise NotFound(noun=QUESTION, name=uid)
    actions.stop(row, by=request.actor, now=request.now)
    return redirect("console:plan_question", row.question.uid)


@door(Verb.VIEW)
def show(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """One plan: certificate, map, curve, committees; adopted, its days. Raises NotFound."""
    page = plan_story.page_of(_plan(uid), request.now)
    page["words"] = {bar.site.pk: plan_story.stands(bar) for bar in page.get("bars", ())}
    if request.standing.may(Verb.LEAD_CAMPAIGNS):
        page["parties"] = list(Party.objects.order_by("key").defer("words")[:500])
    return render(request, "console/plans/plan.html", page)


@door(Verb.VIEW)
def compare(request: ConsoleRequest) -> HttpResponse:
    """Two plans side by side: ``plan`` twice in the address. Raises NotFound."""
    uids = request.GET.getlist("plan")
    if len(uids) != 2:
        raise NotFound(noun=PLAN, name=", ".join(uids)[:80] or "-")
    first, other = (_plan(_uid(one)) for one in uids)
    is_same = first.problem_digest == other.problem_digest
    page = {
        "rows": [plan_story.row(first), plan_story.row(other)],
        "diff": compared(first.says, other.says, is_same_problem=is_same),
    }
    return render(request, "console/plans/compare.html", page)


@require_POST
@door(Verb.LEAD_CAMPAIGNS)
def adopt(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Adopt a plan. Raises NotFound, BadAdoption or AlreadyAdopted."""
    form, plan = request.POST, _plan(uid)
    every = int(said) if (said := form.get("every_days", "")).isdecimal() else 0
    party = Party.objects.filter(key=form.get("party", "")).first()
    actions.adopt(
        plan, first_day=_day(form.get("first_day")), every_days=every, party=party, by=request.actor, now=request.now
    )
    return redirect("console:plan", uid)


@require_POST
@door(Verb.RUN_JOBS)
def check(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Look now whether an adopted plan is still true. Raises NotFound."""
    plan = _plan(uid)
    if row := Adoption.objects.filter(plan=plan).first():
        verify(row, by=request.actor, now=request.now, day=today(request.now))
    return redirect("console:plan", uid)


@require_POST
@door(Verb.LEAD_CAMPAIGNS)
def move(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Give a site another day. Raises NotFound, BadAdoption or SiteReached."""
    site, form = _site(uid), request.POST
    actions.move(site, _day(form.get("to")), reason=form.get("reason", ""), by=request.actor, now=request.now)
    return redirect("console:plan", site.adoption.plan.uid)


@require_POST
@door(Verb.LEAD_CAMPAIGNS)
def reach(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Report a site built. Raises NotFound, BadAdoption or SiteReached."""
    site = _site(uid)
    actions.reach(site, _day(request.POST.get("on")), by=request.actor, now=request.now)
    return redirect("console:plan", site.adoption.plan.uid)


@door(Verb.EXPORT)
def send(request: ConsoleRequest, uid: UUID, form: str) -> HttpResponse:
    """The plan's file (``json``, for ``belltower certify``), its sites (``geojson``) or its report (``pdf``). Raises NotFound."""
    plan = _plan(uid)
    if form == "geojson":
        return _named(JsonResponse(plan_story.features(plan), content_type="application/geo+json"), plan, form)
    if form == "pdf":
        language = "en" if request.GET.get("language") == "en" else "zh"
        made = printed(plan, language=language, fonts=FONTS, day=today(request.now))
        return _named(HttpResponse(made, content_type="application/pdf"), plan, form)
    if form == "json":
        return _named(HttpResponse(plan.text, content_type="application/json"), plan, form)
    raise NotFound(noun=PLAN, name=form)


def _named(answer: HttpResponse, plan: Plan, form: str) -> HttpResponse:
    answer["Content-Disposition"] = f'attachment; filename="plan-{plan.uid}.{form}"'
    return answer


def _question(uid: UUID) -> Question:
    found = Question.objects.filter(uid=uid).select_related("area").first()
    if found is None:
        raise NotFound(noun=QUESTION, name=uid)
    return found


def _plan(uid: UUID) -> Plan:
    found = Plan.objects.select_related("question__area", "run").filter(uid=uid).first()
    if found is None:
        raise NotFound(noun=PLAN, name=uid)
    return found


def _site(uid: UUID) -> Site:
    found = Site.objects.select_related("adoption__plan").filter(uid=uid).first()
    if found is None:
        raise NotFound(noun=SITE, name=uid)
    return found


def _uid(said: str) -> UUID:
    try:
        return UUID(said)
    except ValueError:
        raise NotFound(noun=PLAN, name=said[:40]) from None


def _day(said: str | None) -> date:
    try:
        return date.fromisoformat(said or "")
    except ValueError:
        raise BadAdoption(reason=_NO_DAY.format(day=(said or "")[:40])) from None
