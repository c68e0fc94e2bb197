# SPDX-License-Identifier: Apache-2.0
"""The verbs of action plans: make one, add projects and milestones, move a milestone with a reason, report it reached."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Max

from belltower.core.campaigns.actions import YEARS
from belltower.core.campaigns.errors import BadActionPlan, MilestoneReached
from belltower.core.campaigns.models import ActionPlan, Milestone, Project, Slip
from belltower.core.ledger.entries import action
from belltower.core.places.models import Party
from belltower.core.standards.judging import today
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

LONGEST = 1000
_NO_TITLE = Text(zh="没有名称", en="it has no title")
_ORDER = Text(zh="最后一天早于第一天", en="its last day is before its first")
_OUTSIDE = Text(zh="{day} 不在计划的时间之内", en="{day} is outside the days of the plan")
_YEAR = Text(zh="年份有误", en="a year cannot be right")
_SAME_DAY = Text(zh="新的日期与原来相同", en="the new day is the old one")
_NO_REASON = Text(zh="没有写明延期原因", en="nobody says why the milestone is moved")
_TO_COME = Text(zh="{day} 尚未到来", en="{day} is yet to come")
_BEFORE = Text(zh="{day} 早于计划开始", en="{day} is before the plan began")


@action("campaigns.make_plan")
def make_plan(
    title: Text, *, first_day: date, last_day: date, by: Actor, now: datetime, purpose: Text | None = None,
    party: Party | None = None, is_simulated: bool = False,
) -> ActionPlan:  # fmt: skip
    """Make a plan; both days are in it. Raises BadActionPlan."""
    if last_day < first_day:
        raise BadActionPlan(reason=_ORDER)
    if not {first_day.year, last_day.year} <= set(YEARS):
        raise BadActionPlan(reason=_YEAR)
    return ActionPlan.objects.create(
        title=title.as_json(), purpose=purpose.as_json() if purpose else {}, first_day=first_day, last_day=last_day,
        party=party, is_simulated=is_simulated, made_by=by.reference, made_at=now,
    )  # fmt: skip


@action("campaigns.add_project")
def add_project(plan: ActionPlan, title: Text, *, by: Actor, party: Party | None = None) -> Project:
    """Add a project at the end of a plan."""
    held = ActionPlan.objects.select_for_update().get(pk=plan.pk)
    last = held.projects.aggregate(last=Max("number"))["last"] or 0
    return Project.objects.create(plan=held, number=last + 1, title=title.as_json(), party=party)


@action("campaigns.alter_project")
def alter_project(project: Project, title: Text, *, by: Actor, party: Party | None) -> Project:
    """Call it otherwise, or let another party carry it out."""
    row = Project.objects.select_for_update().get(pk=project.pk)
    row.title, row.party = title.as_json(), party
    row.save()
    return row


@action("campaigns.add_milestone")
def add_milestone(project: Project, title: Text, *, due_on: date, by: Actor) -> Milestone:
    """Promise something for a day within the plan. Raises BadActionPlan."""
    if not project.plan.first_day <= due_on <= project.plan.last_day:
        raise BadActionPlan(reason=_OUTSIDE.format(day=due_on))
    return Milestone.objects.create(project=project, title=title.as_json(), due_on=due_on)


@action("campaigns.move_milestone")
def move_milestone(milestone: Milestone, to: date, *, reason: str, by: Actor, now: datetime) -> Slip:
    """Move it to another day, which may lie after the plan's end; the slip is kept. Raises BadActionPlan, MilestoneReached."""
    row = _open(milestone)
    if to == row.due_on:
        raise BadActionPlan(reason=_SAME_DAY)
    if to.year not in YEARS:
        raise BadActionPlan(reason=_YEAR)
    if to < row.project.plan.first_day:
        raise BadActionPlan(reason=_BEFORE.format(day=to))
    if not reason.strip():
        raise BadActionPlan(reason=_NO_REASON)
    slip = Slip.objects.create(
        milestone=row, from_day=row.due_on, to_day=to, reason=reason.strip()[:LONGEST], moved_by=by.reference,
        moved_at=now,
    )  # fmt: skip
    row.due_on = to
    row.save()
    return slip


@action("campaigns.reach_milestone")
def reach_milestone(milestone: Milestone, on: date, *, by: Actor, now: datetime) -> Milestone:
    """Report it reached on a day, today at the latest. Raises BadActionPlan, MilestoneReached."""
    row = _open(milestone)
    if on > today(now):
        raise BadActionPlan(reason=_TO_COME.format(day=on))
    if on < row.project.plan.first_day:
        raise BadActionPlan(reason=_BEFORE.format(day=on))
    row.reached_on, row.reached_by = on, by.reference
    row.save()
    return row


def title_of(zh: str, en: str) -> Text:
    """A title in one or both languages. Raises BadActionPlan for none."""
    if not (zh.strip() or en.strip()):
        raise BadActionPlan(reason=_NO_TITLE)
    return Text(zh=zh.strip()[:LONGEST], en=en.strip()[:LONGEST])


def _open(milestone: Milestone) -> Milestone:
    row = Milestone.objects.select_for_update(of=("self",)).select_related("project__plan").get(pk=milestone.pk)
    if row.reached_on is not None:
        raise MilestoneReached(milestone=row.name, day=row.reached_on)
    return row
