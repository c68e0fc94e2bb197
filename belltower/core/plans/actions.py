# SPDX-License-Identifier: Apache-2.0
"""The verbs of plans: ask, compute, stop, adopt; move a site's day, and report it built."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import shapely

from belltower.core.access.people import today
from belltower.core.cases import actions as cases
from belltower.core.cases.acting import Acting
from belltower.core.cases.kinds import OTHER, Source, case_kinds
from belltower.core.cases.steps import Told
from belltower.core.cases.table import Part, Step
from belltower.core.jobs import actions as jobs
from belltower.core.jobs.models import Job
from belltower.core.ledger.entries import action
from belltower.core.places import city
from belltower.core.places.actions.assets import edit_asset
from belltower.core.places.bulk import AssetBatch, merge_assets
from belltower.core.places.models import Area, Asset, Life, Party
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.core.plans import errors
from belltower.core.plans.asking import MOST_SECONDS, Asked, asset_named, siting_of
from belltower.core.plans.errors import AlreadyAdopted, BadAdoption, BadQuestion, SiteReached
from belltower.core.plans.models import Adoption, Plan, Question, Run, Site, Slip
from belltower.core.plans.rules import days_of, in_order
from belltower.core.plans.verifying import verify
from belltower.kernel.actors import Actor
from belltower.kernel.instants import day_bounds
from belltower.kernel.siting import Siting
from belltower.kernel.texts import Text

WORK = "plans.compute"
LONGEST, FEWEST_DAYS, MOST_DAYS = 1000, 1, 1000
_TO_BUILD = Text(zh="按方案“{plan}”于 {day} 前建成", en="To be built by {day}, as the plan '{plan}' has it")
_BUILD = Text(zh="建设{name}", en="Build {name}")


@action("plans.ask")
def ask(title: Text, kind: str, area: Area | None, asked: Asked, *, by: Actor, now: datetime) -> Question:
    """Keep what is to be planned. Raises BadQuestion for a kind that no pack has places planned for."""
    siting_of(kind)
    with seen_as(EVERYTHING):
        return Question.objects.create(
            title=title.as_json(), kind=kind, area=area, asked=asked.as_json(), made_by=by.reference, made_at=now
        )


@action("plans.run")
def run(question: Question, *, seconds: int, seed: int, by: Actor, now: datetime) -> Run:
    """Have it computed by a worker, in at most so many seconds. Raises BadQuestion."""
    if not 1 <= seconds <= MOST_SECONDS:
        raise BadQuestion(reason=errors.NO_NUMBER.format(name="seconds", least=1, most=MOST_SECONDS))
    if not 0 <= seed < 2**31:
        raise BadQuestion(reason=errors.NO_NUMBER.format(name="seed", least=0, most=2**31 - 1))
    with seen_as(EVERYTHING):
        row = Run.objects.create(question=question, seconds=seconds, seed=seed, asked_by=by.reference, asked_at=now)
        job = jobs.ask(WORK, by=by, why=question.name.say("zh"), arguments={"run": str(row.uid)}, attempts_allowed=2)
        row.job_uid = job.uid
        row.save()
        return row


def stop(run: Run, *, by: Actor, now: datetime) -> None:
    """Stop a run: at once while it waits, at the planner's next word while it computes. Raises NotThisMove."""
    jobs.cancel(Job.objects.get(uid=str(run.job_uid)), by=by, now=now)


@action("plans.adopt")
def adopt(plan: Plan, *, first_day: date, every_days: int, party: Party | None, by: Actor, now: datetime) -> Adoption:
    """Let the plan be what is built: planned assets, a day for each new site, and a case for who builds it.

    The first stands ``every_days`` after ``first_day``, the others one after the other. Raises AlreadyAdopted, BadAdoption.
    """
    with seen_as(EVERYTHING):
        held = Plan.objects.select_for_update(of=("self",)).select_related("question").get(pk=plan.pk)
        if kept := Adoption.objects.filter(plan=held).first():
            raise AlreadyAdopted(day=today(kept.adopted_at))
        if not FEWEST_DAYS <= every_days <= MOST_DAYS:
            raise BadAdoption(reason=errors.NO_NUMBER.format(name="every_days", least=FEWEST_DAYS, most=MOST_DAYS))
        file = json.loads(held.text)
        if not file["plan"]["new"]:
            raise BadAdoption(reason=errors.NOTHING_NEW)
        row = Adoption.objects.create(
            plan=held, party=party, first_day=first_day, adopted_by=by.reference, adopted_at=now, checked_at=now
        )
        assets = _assets(held, file, party, by, now)
        _sites(row, file, assets, every_days)
        for site in row.sites.exclude(due_on=None).select_related("asset"):
            _open_case(site, by, now)
        return verify(row, by=by, now=now, day=today(now))


def _assets(plan: Plan, file: Mapping[str, Any], party: Party | None, by: Actor, now: datetime) -> dict[int, Asset]:
    """By number the asset of each open site; a place of another kind gets a planned one of its own beside it."""
    names, found, missing = file["problem"]["sites"]["names"], {}, {}
    for number in file["plan"]["open"]:
        asset = asset_named(names[number])
        if asset is None:
            raise BadAdoption(reason=errors.NO_SITES)
        found[number] = asset
        if asset.kind != plan.question.kind:
            missing[number] = asset
    if missing:
        keys = {number: f"{asset.key}-{plan.pk}" for number, asset in missing.items()}
        merge_assets([_planned(plan, list(keys.values()), list(missing.values()), party, now)], by=by, now=now, source=f"plan:{plan.uid}")  # fmt: skip
        made = {one.key: one for one in Asset.objects.filter(kind=plan.question.kind, key__in=keys.values())}
        found |= {number: made[key] for number, key in keys.items()}
    return found


def _planned(plan: Plan, keys: list[str], places: list[Asset], party: Party | None, now: datetime) -> AssetBatch:
    count = len(keys)
    return AssetBatch(
        kind=plan.question.kind, keys=keys, valid_from=now, lives=[Life.PLANNED] * count,
        geoms=shapely.points([[one.lon, one.lat] for one in places]), names=[one.title for one in places],
        owner_ids=[party.pk if party else None] * count,
    )  # fmt: skip


def _sites(adoption: Adoption, file: Mapping[str, Any], assets: Mapping[int, Asset], every_days: int) -> None:
    order = in_order(file["plan"]["new"], file["certificate"]["ways"], file["problem"]["demand"]["people"])
    days = dict(zip(order, days_of(len(order), adoption.first_day, every_days), strict=True))
    Site.objects.bulk_create(
        Site(
            adoption=adoption, number=number, asset=asset, party=adoption.party if number in days else None,
            promised_on=days.get(number), due_on=days.get(number),
        )
        for number, asset in assets.items()
    )  # fmt: skip


def _open_case(site: Site, by: Actor, now: datetime) -> None:
    """A case for whoever builds the site: dispatched where the plan says who that is, else the desk's."""
    question, asset, party = site.adoption.plan.question, site.asset, site.adoption.party
    siting, acting = siting_of(question.kind), Acting(by, fixed=Part.DESK)
    case = cases.report(
        cases.Draft(
            text=_TO_BUILD.format(plan=question.name, day=site.due_on).say("zh"), kind=_case_kind(siting), source=Source.DESK,
            title=_BUILD.format(name=asset.title or Text(asset.key)), asset=asset, party=party, lon=asset.lon, lat=asset.lat,
        ),
        acting=acting, now=now,
    )  # fmt: skip
    if party is not None:
        case = cases.advance(case, Step.FILE, acting=acting, now=now)
        cases.advance(case, Step.DISPATCH, Told(party_id=party.pk), acting=acting, now=now)
    Site.objects.filter(pk=site.pk).update(case_uid=case.uid)


def _case_kind(siting: Siting) -> str:
    return siting.case if siting.case in case_kinds() else OTHER


@action("plans.move_site")
def move(site: Site, to: date, *, reason: str, by: Actor, now: datetime) -> Slip:
    """Give a site another day; the slip is kept, and what was promised stays what was promised. Raises BadAdoption, SiteReached."""
    with seen_as(EVERYTHING):
        row = _open_site(site)
        if to == row.due_on:
            raise BadAdoption(reason=errors.SAME_DAY)
        if to < row.adoption.first_day:
            raise BadAdoption(reason=errors.TOO_EARLY.format(day=to))
        if not reason.strip():
            raise BadAdoption(reason=errors.NO_REASON)
        assert row.due_on is not None
        slip = Slip.objects.create(
            site=row,
            from_day=row.due_on,
            to_day=to,
            reason=reason.strip()[:LONGEST],
            moved_by=by.reference,
            moved_at=now,
        )
        row.due_on = to
        row.save()
        return slip


@action("plans.reach_site")
def reach(site: Site, on: date, *, by: Actor, now: datetime) -> Site:
    """Report a site built on a day: its asset is in service from then, and the certificate is looked at again.

    Raises BadAdoption, SiteReached.
    """
    with seen_as(EVERYTHING):
        row, day = _open_site(site), today(now)
        if on > day:
            raise BadAdoption(reason=errors.TO_COME.format(day=on))
        if on < row.adoption.first_day:
            raise BadAdoption(reason=errors.TOO_EARLY.format(day=on))
        row.reached_on, row.reached_by = on, by.reference
        row.save()
        since = min(now, max(day_bounds(on, city.current().tz)[0], row.asset.valid_from))
        edit_asset(row.asset.uid, {"life": Life.IN_SERVICE}, by=by, valid_from=since, now=now)
        verify(row.adoption, by=by, now=now, day=day)
        return row


def _open_site(site: Site) -> Site:
    row = (
        Site.objects.select_for_update(of=("self",)).select_related("adoption__plan__question", "asset").get(pk=site.pk)
    )
    if row.due_on is None:
        raise BadAdoption(reason=errors.NOT_TO_BUILD)
    if row.reached_on is not None:
        raise SiteReached(site=row.asset.title or row.asset.key, day=row.reached_on)
    return row
