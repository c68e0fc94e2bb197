# SPDX-License-Identifier: Apache-2.0
"""Campaigns as pages tell them: in which phase, how long still, the targets as they stand or stood at the close, the ranking."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from belltower.core.access.people import today
from belltower.core.campaigns.models import Campaign, Report
from belltower.core.campaigns.reporting import titles_of
from belltower.core.campaigns.standing import Standing, brief
from belltower.core.campaigns.targets import STATES, Reached, State, Target
from belltower.core.campaigns.wording import counted
from belltower.kernel.texts import Text
from belltower.screens.console.campaign_chart import drawn

MOST_DAYS = 400


@dataclass(frozen=True, slots=True)
class Goal:
    """A target as a page draws it: its sentence, where it stands, and a word with a shape."""

    said: Text
    now: Text
    state: State

    @property
    def word(self) -> Text:
        return STATES[self.state]


@dataclass(frozen=True, slots=True)
class Row:
    """A campaign in the list."""

    campaign: Campaign
    phase: str
    left: str
    goals: list[Goal]
    open: int
    overdue: int

    @property
    def word(self) -> str:
        return word_of(self.phase)


def phase_of(campaign: Campaign, day: date) -> str:
    """``to_come``, ``running``, ``over`` (its last day has passed and nobody closed it) or ``closed``."""
    if campaign.closed_at is not None:
        return "closed"
    if day < campaign.first_day:
        return "to_come"
    return "running" if day <= campaign.last_day else "over"


def word_of(phase: str) -> str:
    """The phase as people call it."""
    return {"to_come": _("To come"), "running": _("Running"), "over": _("Over, not closed"), "closed": _("Closed")}[
        phase
    ]


def left_of(campaign: Campaign, day: date) -> str:
    """How many days are left of a running one, or until it begins."""
    phase = phase_of(campaign, day)
    if phase == "to_come":
        days = (campaign.first_day - day).days
        return ngettext("begins in %(n)s day", "begins in %(n)s days", days) % {"n": days}
    if phase != "running":
        return ""
    days = (campaign.last_day - day).days
    return ngettext("%(n)s day left", "%(n)s days left", days) % {"n": days} if days else _("today is its last day")


def rows(campaigns: Iterable[Campaign], now: datetime) -> list[Row]:
    """Campaigns as the list draws them: counted anew, but for those whose report the viewer sees."""
    day, some = today(now), list(campaigns)
    kept = Report.objects.filter(campaign__in=some).values_list("campaign_id", "numbers__targets", "numbers__score")
    reports = {pk: (targets, score) for pk, targets, score in kept}
    return [_kept_row(one, *reports[one.pk]) if one.pk in reports else _row(one, now, day) for one in some]


def _row(campaign: Campaign, now: datetime, day: date) -> Row:
    told = brief(campaign, now)
    goals = [goal_of(one) for one in told.targets]
    return Row(campaign, phase_of(campaign, day), left_of(campaign, day), goals, told.score.open, told.score.overdue)


def _kept_row(campaign: Campaign, targets: Sequence[Mapping[str, Any]], score: Mapping[str, int]) -> Row:
    return Row(campaign, "closed", "", _kept_goals(targets), score["open"], score["overdue"])


def goal_of(one: Reached) -> Goal:
    return Goal(one.target.said, counted(one.counted, one.among), one.state)


def page_of(standing: Standing, now: datetime, *, sees_all: bool) -> dict[str, Any]:
    """All that the page of a campaign shows. ``sees_all``: places are told, for everybody is counted."""
    campaign, day = standing.extent.campaign, today(now)
    report = Report.objects.filter(campaign=campaign).first()
    return {
        "campaign": campaign, "standing": standing, "phase": phase_of(campaign, day),
        "phase_word": word_of(phase_of(campaign, day)), "left": left_of(campaign, day), "report": report,
        "goals": _kept_goals(report.numbers["targets"]) if report else [goal_of(one) for one in standing.targets],
        "share": counted(standing.score.put_right, standing.score.among),
        "chart": drawn(standing.days, campaign.first_day, campaign.last_day),
        "days": standing.days[::-1][:MOST_DAYS], "has_places": sees_all,
        "areas": [(one, _share(one.score)) for one in standing.areas],
        "parties": [(one, _share(one.score)) for one in standing.parties],
        "clauses": _clauses(standing), "language": get_language() or "zh",
    }  # fmt: skip


def _kept_goals(targets: Sequence[Mapping[str, Any]]) -> list[Goal]:
    """The targets as they were when the campaign was closed."""
    return [Goal(Target.read(one).said, counted(one["counted"], one["among"]), State(one["state"])) for one in targets]


def _clauses(standing: Standing) -> list[dict[str, Any]]:
    titles = titles_of(standing.extent.clauses)
    rows = [{**titles[pk], "score": standing.clauses.get(pk)} for pk in standing.extent.clauses if pk in titles]
    return [{**one, "share": _share(one["score"]) if one["score"] else None} for one in rows]


def _share(score: Any) -> Text | None:
    return counted(score.put_right, score.among) if score.among else None
