# SPDX-License-Identifier: Apache-2.0
"""The verbs of campaigns: begin one, and close it with its report. What was begun is not changed in between."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from belltower.core.campaigns import reporting
from belltower.core.campaigns.errors import BadCampaign, CampaignClosed, ClosedTooEarly
from belltower.core.campaigns.models import Campaign, CampaignArea, CampaignClause, Report
from belltower.core.campaigns.standing import standing
from belltower.core.campaigns.targets import Target
from belltower.core.ledger.entries import action
from belltower.core.places.models import Area
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.core.standards.judging import today
from belltower.core.standards.models import HELD, KeptClause, Revision
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

LONGEST = 1000
LONGEST_DAYS = 1100
"""What lasts longer is an action plan."""
YEARS = range(2000, 2200)
"""Years that a day of a campaign or plan may lie in; any other is a slip of the pen."""
_NO_TITLE = Text(zh="没有名称", en="it has no title")
_NO_CLAUSE = Text(zh="没有选择条款", en="no clause is chosen")
_UNKNOWN_CLAUSE = Text(zh="条款“{clause}”从未生效", en="the clause '{clause}' was never in force")
_UNKNOWN_AREA = Text(zh="没有区域“{area}”", en="there is no area '{area}'")
_ORDER = Text(zh="最后一天早于第一天", en="its last day is before its first")
_TOO_LONG = Text(zh="超过 {days} 天，请改为行动计划", en="it lasts longer than {days} days: make an action plan")
_YEAR = Text(zh="年份有误", en="a year cannot be right")
_NO_TARGET = Text(zh="没有目标", en="it has no target")


@dataclass(frozen=True, slots=True)
class Draft:
    """A campaign as somebody writes it: clauses by key, areas by code (none: the whole city), both its days in it."""

    title: Text
    first_day: date
    last_day: date
    clauses: Sequence[str]
    targets: Sequence[Target]
    areas: Sequence[str] = ()
    purpose: Text | None = None
    is_simulated: bool = field(default=False)


@action("campaigns.begin")
def begin(draft: Draft, *, by: Actor, now: datetime) -> Campaign:
    """Make a campaign. Raises BadCampaign; the days may lie in the past, for findings were kept all the same."""
    if draft.last_day < draft.first_day:
        raise BadCampaign(reason=_ORDER)
    if not {draft.first_day.year, draft.last_day.year} <= set(YEARS):
        raise BadCampaign(reason=_YEAR)
    if (draft.last_day - draft.first_day).days >= LONGEST_DAYS:
        raise BadCampaign(reason=_TOO_LONG.format(days=LONGEST_DAYS))
    if not draft.targets:
        raise BadCampaign(reason=_NO_TARGET)
    clauses, areas = _clauses(draft.clauses), _areas(draft.areas)
    row = Campaign.objects.create(
        title=draft.title.as_json(), purpose=draft.purpose.as_json() if draft.purpose else {},
        first_day=draft.first_day, last_day=draft.last_day, targets=[one.as_json() for one in draft.targets],
        is_simulated=draft.is_simulated, made_by=by.reference, made_at=now,
    )  # fmt: skip
    CampaignClause.objects.bulk_create(CampaignClause(campaign=row, clause=one, kind=kind) for one, kind in clauses)
    CampaignArea.objects.bulk_create(CampaignArea(campaign=row, area=one) for one in areas)
    return row


@action("campaigns.close")
def close(campaign: Campaign, *, remark: str = "", by: Actor, now: datetime) -> Campaign:
    """Close it, and keep its numbers as they are now: all of the city's, whoever closes it.

    Before its last day is over that needs a remark. Raises CampaignClosed or ClosedTooEarly.
    """
    row = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if row.closed_at is not None:
        raise CampaignClosed(campaign=row.name)
    if today(now) <= row.last_day and not remark.strip():
        raise ClosedTooEarly(campaign=row.name, day=row.last_day)
    row.closed_at, row.closed_by, row.remark = now, by.reference, remark.strip()[:LONGEST]
    row.save()
    with seen_as(EVERYTHING):
        numbers = reporting.frozen(standing(row, now))
        Report.objects.create(campaign=row, numbers=numbers, digest=digest_of(numbers))
    return row


def digest_of(numbers: Any) -> str:
    """SHA-256 of a report's numbers, however their keys are ordered."""
    said = json.dumps(numbers, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def title_of(zh: str, en: str) -> Text:
    """A title in one or both languages. Raises BadCampaign for none."""
    if not (zh.strip() or en.strip()):
        raise BadCampaign(reason=_NO_TITLE)
    return Text(zh=zh.strip()[:LONGEST], en=en.strip()[:LONGEST])


def _clauses(keys: Iterable[str]) -> list[tuple[KeptClause, str]]:
    """The clauses of these keys, each with the kind of asset that its newest revision that held is about."""
    wanted = dict.fromkeys(keys)
    held = Revision.objects.filter(state__in=HELD, clause__key__in=wanted).select_related("clause")
    found = {one.clause.key: one for one in held.order_by("since", "number")}
    if missing := next((key for key in wanted if key not in found), None):
        raise BadCampaign(reason=_UNKNOWN_CLAUSE.format(clause=missing))
    if not wanted:
        raise BadCampaign(reason=_NO_CLAUSE)
    return [(found[key].clause, str(found[key].body.get("applies_to") or "")) for key in wanted]


def _areas(codes: Iterable[str]) -> list[Area]:
    """The areas of these codes; one that lies in another of them is left out."""
    wanted = dict.fromkeys(codes)
    found = {one.code: one for one in Area.objects.current().filter(code__in=wanted).defer("geometry", "words")}
    if missing := next((code for code in wanted if code not in found), None):
        raise BadCampaign(reason=_UNKNOWN_AREA.format(area=missing))
    rows = sorted(found.values(), key=lambda one: one.path)
    return [one for one in rows if not any(one.path != top.path and one.path.startswith(top.path) for top in rows)]
