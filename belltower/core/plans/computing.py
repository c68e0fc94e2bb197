# SPDX-License-Identifier: Apache-2.0
"""A run: the problem as the city stands, the planner with somebody listening, and the plans kept with what their checker says."""

from __future__ import annotations

import hashlib
import json
import time
import zlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import numpy as np

from belltower.core.ledger.entries import action
from belltower.core.places import city
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.core.plans.asking import Asked, limits_of, problem_of
from belltower.core.plans.models import Plan, Run
from belltower.kernel.actors import Actor
from belltower.planners.certifying import certify
from belltower.planners.coverage.planning import Effort, plan_coverage, side_by_side
from belltower.planners.coverage.problem import read_problem
from belltower.planners.coverage.reach import reach_of
from belltower.planners.coverage.staging import curve, plan_stages
from belltower.planners.plan import PlanFile

Listen = Callable[[float, int, int | None], None]
"""Hears the seconds, the value and the bound."""
MOST_TOLD = 200


def compute(run: Run, listen: Listen) -> tuple[list[PlanFile], list[dict[str, Any]], list[list[int | float | None]]]:
    """The plans of a run, one a stage; the curve; and how value and bound got better. Outside of any transaction."""
    with seen_as(EVERYTHING):
        question = run.question
        asked = Asked.read(question.asked)
        problem = problem_of(question.kind, question.area, asked)
    began, told = time.monotonic(), list[list[int | float | None]]()

    def tell(value: int, bound: int | None) -> None:
        seconds = round(time.monotonic() - began, 1)
        if len(told) < MOST_TOLD and (not told or told[-1][1:] != [value, bound]):
            told.append([seconds, value, bound])
        listen(seconds, value, bound)

    effort = Effort(run.seconds, run.seed, tell)
    if len(asked.new) == 1:
        return [plan_coverage(problem, effort)], [], told
    stages = plan_stages(problem, limits_of(asked, int(problem.fixed.sum())), effort)
    return [one.plan for one in stages], curve(stages), told


@action("plans.keep")
def keep(
    run: Run, files: list[PlanFile], curved: list[dict[str, Any]], told: list[Any], *, by: Actor, now: datetime
) -> list[Plan]:
    """Keep the plans of a run, each checked by its own file first. Raises NotCertified: then nothing is kept."""
    with seen_as(EVERYTHING):
        row = Run.objects.select_for_update().get(pk=run.pk)
        if kept := list(row.plans.order_by("stage")):
            return kept
        row.told = told
        row.save()
        return [_kept(row, file, number, len(files), curved, now) for number, file in enumerate(files, 1)]


def _kept(run: Run, file: PlanFile, stage: int, stages: int, curved: list[dict[str, Any]], now: datetime) -> Plan:
    text, plan = file.text(), file.plan
    found = certify(text, file=f"{run.uid}")
    return Plan.objects.create(
        run=run, question_id=run.question_id, stage=stage, stages=stages, status=plan["status"], value=plan["value"],
        bound=plan["bound"], says={**said_of(file.problem, plan), "curve": curved, "checker": found["says"]},
        packed=zlib.compress(text.encode()), digest=hashlib.sha256(text.encode()).hexdigest(),
        problem_digest=json.loads(text)["problem_digest"], is_proof=bool(found.get("is_proof")), made_at=now, checked_at=now,
    )  # fmt: skip


def said_of(problem: Mapping[str, Any], plan: Mapping[str, Any]) -> dict[str, Any]:
    """What pages show of a plan without opening its file."""
    lost = plan["uncoverable_why"]
    return {
        "sites": _sites(problem, plan), "areas": plan["areas"], "people": plan["people"], "reached": plan["reached"],
        **_cells(problem, plan), "worst_area": plan["worst_area"], "side_by_side": plan["side_by_side"],
        "bound_by": plan["bound_by"], "seconds": plan["seconds"], "stage": plan.get("stage"),
        "lost": len(lost), "lost_people": sum(one["people"] for one in lost),
        "lost_why": _whys(lost), "radius_m": max(problem["sites"]["radius"]) // 1000, "over": problem["over"],
    }  # fmt: skip


def _sites(problem: Mapping[str, Any], plan: Mapping[str, Any]) -> list[dict[str, Any]]:
    new, sites = set(plan["new"]), problem["sites"]
    lon, lat = city.plane().to_geographic(
        np.array([sites["x"][one] / 1000 for one in plan["open"]]),
        np.array([sites["y"][one] / 1000 for one in plan["open"]]),
    )
    return [
        {"number": number, "name": sites["names"][number], "is_new": number in new, "lon": round(float(east), 6),
         "lat": round(float(north), 6)}
        for number, east, north in zip(plan["open"], lon, lat, strict=True)
    ]  # fmt: skip


def _cells(problem: Mapping[str, Any], plan: Mapping[str, Any]) -> dict[str, Any]:
    """A letter for each square: reached today (t), by the plan (p), by neither (n); and how many people are today."""
    read = read_problem(dict(problem))
    opened = np.zeros(len(read.sites), dtype=bool)
    opened[plan["open"]] = True
    today, then = (
        np.isin(np.arange(len(read.demand)), reach_of(read, most=np.where(flags, read.radius, -1)).demand)
        for flags in (read.fixed, opened)
    )
    letters = np.where(today & then, "t", np.where(then, "p", "n"))
    return {"cells": "".join(letters.tolist()), "before": int(read.people[today].sum())}


def reached_without(problem: Mapping[str, Any], lost: list[int], opened: list[int] | None = None) -> int:
    """How many people the sites (``opened``; None: all) reach without those that are ``lost``."""
    read = read_problem(dict(problem))
    flags = np.zeros(len(read.sites), dtype=bool)
    flags[range(len(read.sites)) if opened is None else opened] = True
    flags[lost] = False
    return side_by_side(read, flags)[str(read.over)]


def _whys(lost: list[Mapping[str, Any]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in lost:
        found[one["why"]] = found.get(one["why"], 0) + one["people"]
    return found
