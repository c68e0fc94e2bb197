# SPDX-License-Identifier: Apache-2.0
"""An action plan as its page tells it: projects, milestones with every move, and the time line they stand on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from belltower.core.access.people import today
from belltower.core.campaigns.milestones import STANDS, Stand, Tally, first_due, stand, tally
from belltower.core.campaigns.models import ActionPlan, Milestone, Project, Slip
from belltower.kernel.texts import Text
from belltower.screens.console.standard_writing import names_of

WIDTH, LEFT, RIGHT, TOP, ROW = 900, 16, 16, 26, 46


@dataclass(frozen=True, slots=True)
class Stone:
    """A milestone as it is drawn: where it stands, the day first promised, and its moves with who moved it."""

    milestone: Milestone
    state: Stand
    first: date
    slips: list[tuple[Slip, str]]

    @property
    def word(self) -> Text:
        return STANDS[self.state]

    @property
    def days(self) -> int:
        """By how many days it has slipped in all."""
        return (self.milestone.due_on - self.first).days

    @property
    def slipped(self) -> str:
        return slipped(self.days)


@dataclass(frozen=True, slots=True)
class Work:
    """A project with its milestones in the order of their days."""

    project: Project
    stones: list[Stone]
    tally: Tally


@dataclass(frozen=True, slots=True)
class Dot:
    """A milestone on the line: ``x`` where it is due, ``from_x`` where it first was (None: it was never moved)."""

    x: float
    from_x: float | None
    stone: Stone


@dataclass(frozen=True, slots=True)
class Line:
    """One project's line."""

    work: Work
    y: float
    dots: list[Dot]


@dataclass(frozen=True, slots=True)
class Timeline:
    """A drawing of ``width`` x ``height`` units; ``ticks`` are the first days of years."""

    lines: list[Line]
    ticks: list[tuple[float, int]]
    today: float | None
    height: int
    width: int = WIDTH
    left: int = LEFT
    right: int = WIDTH - RIGHT


def slipped(days: int) -> str:
    """By how much a milestone was moved, in words; nothing for not at all."""
    if not days:
        return ""
    if days > 0:
        return ngettext("%(n)s day later", "%(n)s days later", days) % {"n": days}
    return ngettext("%(n)s day earlier", "%(n)s days earlier", -days) % {"n": -days}


def works(plan: ActionPlan, day: date) -> list[Work]:
    """The projects of a plan that the viewer sees, with everything about them; four queries."""
    slips = Prefetch("slips", Slip.objects.order_by("pk"))
    stones = Prefetch("milestones", Milestone.objects.order_by("due_on", "pk").prefetch_related(slips))
    rows = plan.projects.select_related("party").order_by("number").prefetch_related(stones)
    names = names_of(slip.moved_by for row in rows for one in row.milestones.all() for slip in one.slips.all())
    return [_work(row, names, day) for row in rows]


def rows(plans: Iterable[ActionPlan], now: datetime) -> list[tuple[ActionPlan, int, Tally]]:
    """Plans as the list draws them: how many projects, and how their milestones stand."""
    found = []
    for plan in plans:
        there = works(plan, today(now))
        found.append((plan, len(there), _together(there)))
    return found


def page_of(plan: ActionPlan, now: datetime) -> dict[str, Any]:
    """All that the page of a plan shows."""
    day = today(now)
    there = works(plan, day)
    return {
        "plan": plan, "works": there, "tally": _together(there), "timeline": drawn(plan, there, day), "today": day,
        "phase": _phase(plan, day),
    }  # fmt: skip


def drawn(plan: ActionPlan, there: Sequence[Work], day: date) -> Timeline | None:
    """The time line from the plan's first day to the last of all; None without a milestone."""
    dues = [one for work in there for stone in work.stones for one in (stone.first, stone.milestone.due_on)]
    if not dues:
        return None
    first, last = min(plan.first_day, *dues), max(plan.last_day, *dues)
    years = [date(year, 1, 1) for year in range(first.year, last.year + 1)]
    lines = []
    for nth, work in enumerate(there):
        dots = [_dot(stone, first, last) for stone in work.stones]
        lines.append(Line(work, TOP + nth * ROW + 32, dots))
    return Timeline(
        lines, [(_x(max(one, first), first, last), one.year) for one in years],
        _x(day, first, last) if first <= day <= last else None, TOP + len(there) * ROW + 12,
    )  # fmt: skip


def _dot(stone: Stone, first: date, last: date) -> Dot:
    due = stone.milestone.due_on
    return Dot(_x(due, first, last), _x(stone.first, first, last) if stone.days else None, stone)


def _x(day: date, first: date, last: date) -> float:
    span = max(1, (last - first) // timedelta(days=1))
    return round(LEFT + (day - first).days / span * (WIDTH - LEFT - RIGHT), 1)


def _work(project: Project, names: dict[str, str], day: date) -> Work:
    stones = [_stone(one, names, day) for one in project.milestones.all()]
    return Work(project, stones, tally((one.state, one.days) for one in stones))


def _stone(one: Milestone, names: dict[str, str], day: date) -> Stone:
    slips = [(slip, _who(slip.moved_by, names)) for slip in one.slips.all()]
    first = first_due(one.due_on, [(slip.from_day, slip.to_day) for slip, _name in slips])
    return Stone(one, stand(one.due_on, one.reached_on, day), first, slips)


def _who(reference: str, names: dict[str, str]) -> str:
    """Who moved it; of a person whom the viewer may not see only that it was one of the bureau."""
    name = names.get(reference, reference)
    return _("somebody of the bureau") if name == reference and name.startswith("person:") else name


def _together(there: Sequence[Work]) -> Tally:
    return tally((stone.state, stone.days) for work in there for stone in work.stones)


def _phase(plan: ActionPlan, day: date) -> str:
    if day < plan.first_day:
        return _("To come")
    if day > plan.last_day:
        return _("Over")
    year = day.year - plan.first_day.year + 1
    return _("Year %(n)s of %(all)s") % {"n": year, "all": plan.last_day.year - plan.first_day.year + 1}
