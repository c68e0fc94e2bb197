# SPDX-License-Identifier: Apache-2.0
"""The demo's campaigns and its plan of three years (campaigns.yaml): judged day by day in the past, as a city would have been.

The past is made by the same passes and actions as the present: the kinds that a campaign is about are judged on each of its
days, and part of what is open is visited. Nothing is written that a pass did not find.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from belltower.core.activities.actions import Done, record
from belltower.core.campaigns import actions, planning
from belltower.core.campaigns.actions import Draft
from belltower.core.campaigns.models import ActionPlan, Campaign, Project
from belltower.core.campaigns.targets import Target
from belltower.core.places import city
from belltower.core.places.models import Party
from belltower.core.standards import passes
from belltower.core.standards.judging import today
from belltower.core.standards.models import Basis, Finding, FindingState, KeptClause
from belltower.kernel.actors import Actor
from belltower.kernel.instants import civil_instant
from belltower.kernel.texts import Text

BY = Actor.system("demo")
SOURCE = "demo campaign"
_EVENING = time(20, 0)


@cache
def _read() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "campaigns.yaml").read_text(encoding="utf-8"))
    return found


@dataclass(frozen=True, slots=True)
class Made:
    """How many campaigns and plans were made, and how many visits were told."""

    campaigns: int = 0
    plans: int = 0
    visits: int = 0


def begin(now: datetime) -> Made:
    """Make them, once; a campaign of the past only in a city that nobody has judged yet, for its days cannot be caught up."""
    if Campaign.objects.filter(is_simulated=True).exists() or ActionPlan.objects.filter(is_simulated=True).exists():
        return Made()
    is_fresh, made, visits = not Basis.objects.exists(), 0, 0
    for said in _read()["campaigns"]:
        if not _has_clauses(said["clauses"]) or (said.get("is_closed") and not is_fresh):
            continue
        visits += _campaign(said, now, is_fresh=is_fresh)
        made += 1
    _plan(_read()["plan"], now)
    return Made(made, 1, visits)


def _has_clauses(keys: list[str]) -> bool:
    """Whether the packs that lay them down are installed."""
    return KeptClause.objects.filter(key__in=keys).count() == len(keys)


def _campaign(said: Mapping[str, Any], now: datetime, *, is_fresh: bool) -> int:
    """Begin one, live its days until yesterday, and close it where it is closed; how many visits were told."""
    first, last = (today(now) + timedelta(days=said[name]) for name in ("begins", "ends"))
    draft = Draft(
        title=Text.read(said["title"]), purpose=Text.read(said["purpose"]), first_day=first, last_day=last,
        clauses=said["clauses"], targets=[Target.read(one) for one in said["targets"]], is_simulated=True,
    )  # fmt: skip
    campaign = actions.begin(draft, by=BY, now=_evening(first - timedelta(days=1)))
    visits, day = 0, first
    while is_fresh and day < today(now) and day <= last:
        visits += _live(campaign, said, day)
        day += timedelta(days=1)
    if said.get("is_closed"):
        actions.close(campaign, remark=said["remark"], by=BY, now=_evening(last + timedelta(days=1)))
    return visits


def _live(campaign: Campaign, said: Mapping[str, Any], day: date) -> int:
    """Visit part of what stands open on a day, and judge the city in its evening."""
    at = _evening(day)
    standing = Finding.objects.filter(state=FindingState.OPEN, clause__key__in=said["puts_right"])
    keys = sorted(set(standing.values_list("asset__key", flat=True)))
    chosen = [key for key in keys if zlib.crc32(f"{key} {day}".encode()) % 1000 < said["visits"] * 1000]
    done = [Done(said["activity"], key, at - timedelta(hours=4), said["note"], said["by"]) for key in chosen]
    told = record(done, by=BY, now=at, source=SOURCE).recorded if done else 0
    passes.full_of({one for one in campaign.clauses.values_list("kind", flat=True) if one}, now=at, by=BY)
    return told


def _plan(said: Mapping[str, Any], now: datetime) -> None:
    first = date(today(now).year - 1, 1, 1)
    plan = planning.make_plan(
        Text.read(said["title"]), first_day=first, last_day=date(first.year + said["years"] - 1, 12, 31),
        purpose=Text.read(said["purpose"]), party=_party(said["party"]), is_simulated=True, by=BY, now=_evening(first),
    )  # fmt: skip
    for each in said["projects"]:
        project = planning.add_project(plan, Text.read(each["title"]), party=_party(each["party"]), by=BY)
        for one in each["milestones"]:
            _milestone(project, one, now)


def _milestone(project: Project, said: Mapping[str, Any], now: datetime) -> None:
    """A milestone with those of its moves, and its being reached, whose days have come."""
    due = _day(project, said["due"])
    stone = planning.add_milestone(project, Text.read(said["title"]), due_on=due, by=BY)
    for move in said.get("moved", ()):
        at = _evening(due - timedelta(days=move["before"]))
        if at >= now:
            return
        due = _day(project, move["to"])
        planning.move_milestone(stone, due, reason=move["reason"], by=BY, now=at)
    reached = due + timedelta(days=said["reached"]) if "reached" in said else None
    if reached is not None and reached < today(now):
        planning.reach_milestone(stone, reached, by=BY, now=now)


def _day(project: Project, said: list[int]) -> date:
    year, month, day = said
    return date(project.plan.first_day.year + year, month, day)


def _party(key: str) -> Party | None:
    return Party.objects.filter(key=key).first()


def _evening(day: date) -> datetime:
    return civil_instant(datetime.combine(day, _EVENING), city.current().tz)
