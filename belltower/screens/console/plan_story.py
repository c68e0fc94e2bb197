# SPDX-License-Identifier: Apache-2.0
"""A plan as its page tells it: how good it is, the map before and after, the curve, street committees, and days of an adopted one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from belltower.core.access.people import today
from belltower.core.jobs.models import Job
from belltower.core.plans.models import Adoption, Plan, Run, Site
from belltower.kernel.texts import Text
from belltower.planners.coverage.lost import WORDS, Why
from belltower.screens.console.views.jobs import dressed

WIDTH, MOST_SQUARES = 720, 5_000
LEFT, ROW = 8, 30


@dataclass(frozen=True, slots=True)
class Drawing:
    """A map of squares and sites: a path for each letter, and circles (x, y, is new, name)."""

    height: int
    paths: dict[str, str]
    sites: list[tuple[float, float, bool, str]]
    width: int = WIDTH


@dataclass(frozen=True, slots=True)
class Bar:
    """A site on the time line: where it is due, where it was promised, where it was reached; None: not there."""

    site: Site
    slips: list[Any]
    y: int
    due: float
    promised: float | None
    reached: float | None
    state: str


def drawing(plan: Plan) -> Drawing:
    """Squares and sites, north up; more than MOST_SQUARES are drawn every so many."""
    problem = json.loads(plan.text)["problem"]
    demand, letters = problem["demand"], plan.says["cells"]
    x, y = np.array(demand["x"]) / 1000, np.array(demand["y"]) / 1000
    west, north = x.min(), y.max()
    scale = WIDTH / max(1.0, x.max() - west + 200, (north - y.min() + 200) / 1.2)
    side = max(2.0, round(100 * scale, 1))
    every = -(-len(x) // MOST_SQUARES)
    paths = dict.fromkeys("npt", "")
    for east, up, letter in list(zip(x.tolist(), y.tolist(), letters, strict=True))[::every]:
        left, top = (east - west + 50) * scale, (north - up + 50) * scale
        paths[letter] += f"M{left:.1f} {top:.1f}h{side}v{side}h-{side}z"
    sites = [
        (round((problem["sites"]["x"][one["number"]] / 1000 - west + 100) * scale, 1),
         round((north - problem["sites"]["y"][one["number"]] / 1000 + 100) * scale, 1), one["is_new"], one["name"])
        for one in plan.says["sites"]
    ]  # fmt: skip
    return Drawing(int((north - y.min() + 200) * scale) + 1, paths, sites)


def grade(plan: Plan) -> Text:
    """How good it is at most, in words."""
    if plan.status == "proven" and plan.is_proof:
        return Text(zh="已证明最优", en="Proven best")
    if plan.status == "proven":
        return Text(zh="最优（由求解器证明）", en="Best, by a solver's word")
    share = f"{100 * plan.gap:.2f}"
    return Text(zh=f"距最优至多 {share}%", en=f"At most {share} % from the best")


def share(part: int, whole: int) -> str:
    """As a percentage with one decimal."""
    return f"{100 * part / max(1, whole):.1f}%"


def row(plan: Plan) -> dict[str, Any]:
    """A plan as a list or a comparison shows it."""
    says = plan.says
    return {
        "plan": plan, "grade": grade(plan), "new": sum(one["is_new"] for one in says["sites"]), "says": says,
        "share": share(says["reached"], says["people"]), "before": share(says["before"], says["people"]),
        "adoption": Adoption.objects.filter(plan=plan).first(),
    }  # fmt: skip


def runs(question: Any) -> list[dict[str, Any]]:
    """The runs of a question, newest first, each with its job as it stands."""
    found = []
    for one in Run.objects.filter(question=question).order_by("-pk")[:20]:
        job = Job.objects.filter(uid=one.job_uid).first() if one.job_uid else None
        found.append(
            {"run": one, "job": dressed(job) if job else None, "plans": [row(p) for p in one.plans.order_by("stage")]}
        )
    return found


def page_of(plan: Plan, now: datetime) -> dict[str, Any]:
    """All that the page of a plan shows."""
    says = plan.says
    areas = [
        (one, share(one["reached"], one["people"]))
        for one in sorted(says["areas"], key=lambda a: a["reached"] / max(1, a["people"]))
    ]
    page = {
        **row(plan), "drawing": drawing(plan), "areas": areas, "worst": says["worst_area"],
        "worst_share": share(says["worst_area"]["reached"], says["worst_area"]["people"]),
        "claims": [(name, share(people, says["people"])) for name, people in says["side_by_side"].items()],
        "curve": [(one, share(one["reached"], says["people"])) for one in says["curve"]], "today": today(now),
        "lost": [(WORDS[Why(why)], people) for why, people in says["lost_why"].items()],
        "checker": Text.read(says["checker"]),
    }  # fmt: skip
    if adoption := page["adoption"]:
        page |= _adopted(adoption, today(now))
    return page


def _adopted(adoption: Adoption, day: date) -> dict[str, Any]:
    rows = list(
        adoption.sites.exclude(due_on=None).select_related("asset", "party").prefetch_related("slips")
        .defer("asset__geometry", "asset__words").order_by("promised_on", "number")
    )  # fmt: skip
    days = [each for one in rows for each in (one.due_on, one.reached_on) if each]
    first, last = min(adoption.first_day, day), max([*days, day])
    bars = [_bar(one, n, first, last, day) for n, one in enumerate(rows)]
    return {
        "bars": bars, "void": [Text.read(one) for one in adoption.void_because], "line_height": len(bars) * ROW + 24,
        "day_x": _x(day, first, last), "ends": (first, last), "built": sum(one.reached_on is not None for one in rows),
        "void_share": share(adoption.reached_now or 0, adoption.plan.says["people"]),
    }  # fmt: skip


def _bar(site: Site, nth: int, first: date, last: date, day: date) -> Bar:
    assert site.due_on
    assert site.promised_on
    late = (site.reached_on or day) > site.promised_on
    state = ("reached_late" if late else "reached") if site.reached_on else ("overdue" if late else "to_come")
    return Bar(
        site, list(site.slips.all()), 30 + nth * ROW, _x(site.due_on, first, last),
        _x(site.promised_on, first, last) if site.promised_on != site.due_on else None,
        _x(site.reached_on, first, last) if site.reached_on else None, state,
    )  # fmt: skip


def _x(day: date, first: date, last: date) -> float:
    span = max(1, (last - first) // timedelta(days=1))
    return round(LEFT + (day - first).days / span * (WIDTH - 2 * LEFT), 1)


def features(plan: Plan) -> dict[str, Any]:
    """The open sites as GeoJSON."""
    return {"type": "FeatureCollection", "features": [_feature(one) for one in plan.says["sites"]]}


def _feature(site: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "Feature", "geometry": {"type": "Point", "coordinates": [site["lon"], site["lat"]]},
        "properties": {"site": site["name"], "is_new": site["is_new"]},
    }  # fmt: skip


def stands(bar: Bar) -> str:
    """How a site stands, in a word."""
    return {"reached": _("Built"), "reached_late": _("Built late"), "overdue": _("Late"), "to_come": _("To be built")}[
        bar.state
    ]
