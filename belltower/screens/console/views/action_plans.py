# SPDX-License-Identifier: Apache-2.0
"""Action plans over years (三年行动): the list, the page of one, and adding and altering projects and milestones."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from belltower.core.access.people import today
from belltower.core.access.rules import Verb
from belltower.core.campaigns import planning
from belltower.core.campaigns.errors import BadActionPlan
from belltower.core.campaigns.models import ActionPlan, Milestone, Project
from belltower.core.places.models import Party
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text
from belltower.screens.console import action_plan_story
from belltower.screens.console.doors import ConsoleRequest, door

PLAN = Text(zh="行动计划", en="action plan")
PROJECT = Text(zh="项目", en="project")
MILESTONE = Text(zh="里程碑", en="milestone")
MOST = 60
_NO_DAY = Text(zh="“{day}”不是日期", en="'{day}' is no day")
_NO_PARTY = Text(zh="没有主体“{party}”", en="there is no party '{party}'")


@door(Verb.VIEW)
def show_all(request: ConsoleRequest) -> HttpResponse:
    """The plans that the viewer sees: all, or those with a project of theirs."""
    plans = ActionPlan.objects.select_related("party").order_by("-last_day", "-pk")[:MOST]
    return render(request, "console/action_plans/list.html", {"rows": action_plan_story.rows(plans, request.now)})


@door(Verb.VIEW)
def show(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """One plan with its projects on a time line. Raises NotFound."""
    page = action_plan_story.page_of(_plan(uid), request.now)
    if request.standing.may(Verb.LEAD_CAMPAIGNS):
        page["parties"] = _parties()
    return render(request, "console/action_plans/one.html", page)


@door(Verb.LEAD_CAMPAIGNS)
def new(request: ConsoleRequest) -> HttpResponse:
    """The form of a plan; POST makes it, or says what is wrong."""
    wrong, form, day = "", request.POST, today(request.now)
    if request.method == "POST":
        try:
            made = planning.make_plan(
                _title(request), first_day=_day(form.get("first_day")), last_day=_day(form.get("last_day")),
                purpose=Text.read(said) if (said := form.get("purpose", "").strip()[:1000]) else None,
                party=_party(request), by=request.actor, now=request.now,
            )  # fmt: skip
        except BadActionPlan as refusal:
            wrong = refusal.say(get_language() or "zh")
        else:
            return redirect("console:action_plan", made.uid)
    page = {
        "wrong": wrong, "form": form, "parties": _parties(), "first_day": date(day.year, 1, 1),
        "last_day": date(day.year + 2, 12, 31),
    }  # fmt: skip
    return render(request, "console/action_plans/new.html", page, status=422 if wrong else 200)


@require_POST
@door(Verb.LEAD_CAMPAIGNS)
def add_project(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Add a project at the end. Raises NotFound or BadActionPlan."""
    planning.add_project(_plan(uid), _title(request), party=_party(request), by=request.actor)
    return redirect("console:action_plan", uid)


@require_POST
@door(Verb.LEAD_CAMPAIGNS)
def alter_project(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Call a project otherwise, or let another party carry it out. Raises NotFound or BadActionPlan."""
    project = _project(uid)
    planning.alter_project(project, _title(request), party=_party(request), by=request.actor)
    return redirect("console:action_plan", project.plan.uid)


@require_POST
@door(Verb.LEAD_CAMPAIGNS)
def add_milestone(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Add a milestone to a project. Raises NotFound or BadActionPlan."""
    project = _project(uid)
    planning.add_milestone(project, _title(request), due_on=_day(request.POST.get("due_on")), by=request.actor)
    return redirect("console:action_plan", project.plan.uid)


@require_POST
@door(Verb.LEAD_CAMPAIGNS)
def move_milestone(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Move a milestone, with the reason. Raises NotFound, BadActionPlan or MilestoneReached."""
    stone, form = _milestone(uid), request.POST
    to, reason = _day(form.get("to")), form.get("reason", "")
    planning.move_milestone(stone, to, reason=reason, by=request.actor, now=request.now)
    return redirect("console:action_plan", stone.project.plan.uid)


@require_POST
@door(Verb.LEAD_CAMPAIGNS)
def reach_milestone(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Report a milestone reached on a day. Raises NotFound, BadActionPlan or MilestoneReached."""
    stone = _milestone(uid)
    planning.reach_milestone(stone, _day(request.POST.get("on")), by=request.actor, now=request.now)
    return redirect("console:action_plan", stone.project.plan.uid)


def _plan(uid: UUID) -> ActionPlan:
    found = ActionPlan.objects.select_related("party").filter(uid=uid).first()
    if found is None:
        raise NotFound(noun=PLAN, name=uid)
    return found


def _project(uid: UUID) -> Project:
    found = Project.objects.select_related("plan").filter(uid=uid).first()
    if found is None:
        raise NotFound(noun=PROJECT, name=uid)
    return found


def _milestone(uid: UUID) -> Milestone:
    found = Milestone.objects.select_related("project__plan").filter(uid=uid).first()
    if found is None:
        raise NotFound(noun=MILESTONE, name=uid)
    return found


def _parties() -> list[Party]:
    return list(Party.objects.order_by("key").defer("words")[:500])


def _title(request: ConsoleRequest) -> Text:
    return planning.title_of(request.POST.get("title_zh", ""), request.POST.get("title_en", ""))


def _party(request: ConsoleRequest) -> Party | None:
    """The party of the form, by its key; None for none. Raises BadActionPlan."""
    key = request.POST.get("party", "").strip()
    if not key:
        return None
    found = Party.objects.filter(key=key).first()
    if found is None:
        raise BadActionPlan(reason=_NO_PARTY.format(party=key[:120]))
    return found


def _day(said: str | None) -> date:
    try:
        return date.fromisoformat(said or "")
    except ValueError:
        raise BadActionPlan(reason=_NO_DAY.format(day=(said or "")[:40])) from None
