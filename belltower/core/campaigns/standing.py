# SPDX-License-Identifier: Apache-2.0
"""How a campaign stands, derived anew each time, as far as the viewer sees it: targets, days, areas, parties, clauses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from belltower.core.campaigns import counting, progress
from belltower.core.campaigns.counting import Extent
from belltower.core.campaigns.models import Campaign
from belltower.core.campaigns.progress import Day, Judged, Lot, Score
from belltower.core.campaigns.ranking import Placed, grouped, ranked
from belltower.core.campaigns.targets import Reached, Target, reached
from belltower.core.places.models import Area, Party


@dataclass(frozen=True, slots=True)
class Standing:
    """How a campaign stands at ``at``. ``judged`` are its subjects on the newest day on which any clause was judged.

    ``parties`` has None for what nobody answers for; ``clauses`` are by the kept clause's id.
    """

    extent: Extent
    score: Score
    judged: Judged | None
    judged_on: date | None
    targets: tuple[Reached, ...]
    days: tuple[Day, ...]
    areas: tuple[Placed[Area], ...]
    parties: tuple[Placed[Party | None], ...]
    clauses: dict[int, Score]
    is_over: bool

    @property
    def at(self) -> datetime:
        return self.extent.at


@dataclass(frozen=True, slots=True)
class Brief:
    """What a list tells of a campaign."""

    campaign: Campaign
    score: Score
    targets: tuple[Reached, ...]
    is_over: bool


def brief(campaign: Campaign, now: datetime) -> Brief:
    """The targets of a campaign and its score; five queries."""
    of = counting.extent(campaign, now)
    lots, days = counting.findings(of), counting.subjects(of)
    is_over = _is_over(of, now)
    return Brief(campaign, progress.score(lots), _targets(of, lots, _newest(days), is_over), is_over)


def standing(campaign: Campaign, now: datetime) -> Standing:
    """All of how it stands ``now``; after its last day, and once it is closed, as it stood then."""
    of = counting.extent(campaign, now)
    lots, days = counting.findings(of), counting.subjects(of)
    newest, is_over = _newest(days), _is_over(of, now)
    judged_on = max(days, default=None)
    return Standing(
        of, progress.score(lots), newest, judged_on, _targets(of, lots, newest, is_over),
        tuple(
            Day(day, score, days.get(day)) for day, score in progress.by_day(lots, campaign.first_day, of.until)
        ),
        _areas(of, lots, judged_on), _parties(lots), grouped(lots, {one: one.clause_id for one in lots}), is_over,
    )  # fmt: skip


def _is_over(of: Extent, now: datetime) -> bool:
    """Whether nothing of it can change any more: its last day has ended, or it is closed."""
    return of.at < now or of.campaign.closed_at is not None


def _newest(days: dict[date, Judged]) -> Judged | None:
    return days[max(days)] if days else None


def _targets(of: Extent, lots: Sequence[Lot], judged: Judged | None, is_over: bool) -> tuple[Reached, ...]:
    read = (Target.read(one) for one in of.campaign.targets)
    return tuple(reached(one, lots, judged, clauses=len(of.clauses), is_over=is_over) for one in read)


def _areas(of: Extent, lots: Sequence[Lot], day: date | None) -> tuple[Placed[Area], ...]:
    """The areas that are compared, those in which nothing was found as well."""
    compared = counting.ranked_areas(of)
    subjects = counting.subjects_by_area(of, day) if day else {}
    lies = counting.lying_in(compared, {one.area_id for one in lots} | subjects.keys())
    scores = dict.fromkeys(compared, Score()) | grouped(
        lots, {one: lies[one.area_id] for one in lots if one.area_id in lies}
    )
    judged = counting.added((lies[pk], one) for pk, one in subjects.items() if pk in lies)
    return tuple(ranked(scores, judged))


def _parties(lots: Sequence[Lot]) -> tuple[Placed[Party | None], ...]:
    seen = Party.objects.in_bulk({one.party_id for one in lots if one.party_id is not None})
    return tuple(ranked(grouped(lots, {one: seen.get(one.party_id or 0) for one in lots})))
