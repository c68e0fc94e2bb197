# SPDX-License-Identifier: Apache-2.0
"""A plan is computed with its certificate, adopted with days and cases, and turns void when what it promised does not come true."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from belltower.core.cases.models import Case
from belltower.core.jobs.models import Job
from belltower.core.places.actions.assets import edit_asset
from belltower.core.places.models import Asset
from belltower.core.plans import actions
from belltower.core.plans.asking import Asked, asked_of
from belltower.core.plans.errors import AlreadyAdopted, BadAdoption, BadQuestion, SiteReached
from belltower.core.plans.models import Adoption, Plan
from belltower.core.plans.rules import Standing, broken
from belltower.core.plans.tests.scene import BY, NOW, TODAY, planned, town
from belltower.core.plans.works import look_at_adopted
from belltower.kernel.texts import Text
from belltower.planners.certifying import certify

pytestmark = pytest.mark.django_db


def test_a_plan_is_proven_kept_once_and_never_changed() -> None:
    town()
    [plan] = planned((2,))
    assert plan.status == "proven"
    assert plan.is_proof
    assert plan.says["reached"] == 2100 == plan.value
    assert plan.says["before"] == 300
    assert "public_toilet:T4" in _new(plan)
    assert certify(plan.text, file="plan")["is_proof"]
    assert actions.run(plan.question, seconds=5, seed=1, by=BY, now=NOW).job_uid == Job.objects.latest("pk").uid
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Plan.objects.filter(pk=plan.pk).update(value=1)


def test_stages_are_nested_and_told_with_their_price() -> None:
    town()
    one, two = planned((1, 2))
    assert (one.stage, two.stage, two.stages) == (1, 2, 2)
    assert set(_new(one)) <= set(_new(two))
    assert [row["sites"] for row in two.says["curve"]] == [2, 3]


def test_adopting_makes_planned_assets_days_and_cases() -> None:
    builder = town()
    [plan] = planned((2,))
    adoption = actions.adopt(plan, first_day=TODAY, every_days=30, party=builder, by=BY, now=NOW)
    sites = list(adoption.sites.exclude(due_on=None).order_by("due_on"))
    assert [one.due_on for one in sites] == [TODAY + timedelta(30), TODAY + timedelta(60)]
    assert {one.asset.kind for one in sites} == {"city_station"}
    assert {one.asset.life for one in sites} == {"planned"}
    cases = Case.objects.filter(uid__in=[one.case_uid for one in sites])
    assert {(one.kind, one.state, one.party_id) for one in cases} == {("station_to_build", "dispatched", builder.pk)}
    assert adoption.void_at is None
    with pytest.raises(AlreadyAdopted):
        actions.adopt(plan, first_day=TODAY, every_days=30, party=builder, by=BY, now=NOW)


def test_a_station_built_late_makes_the_plan_void_and_says_why() -> None:
    town()
    [plan] = planned((2,))
    adoption = actions.adopt(plan, first_day=TODAY, every_days=30, party=None, by=BY, now=NOW)
    first, second = adoption.sites.exclude(due_on=None).order_by("due_on")
    actions.reach(first, TODAY + timedelta(20), by=BY, now=NOW + timedelta(days=20))
    adoption.refresh_from_db()
    assert adoption.void_at is None
    actions.move(second, TODAY + timedelta(90), reason="征地", by=BY, now=NOW + timedelta(days=20))
    late = NOW + timedelta(days=70)
    actions.reach(second, TODAY + timedelta(65), by=BY, now=late)
    adoption.refresh_from_db()
    assert adoption.void_at == late
    said = Text.read(adoption.void_because[0])
    assert "晚 5 天" in said.say("zh")
    assert "5 days late" in said.say("en")
    assert len(adoption.void_because) == 2  # and what the checker says
    assert adoption.reached_now is not None
    assert adoption.reached_now < plan.value
    with pytest.raises(SiteReached):
        actions.move(second, TODAY + timedelta(99), reason="again", by=BY, now=late)


def test_a_station_that_closes_is_noticed_by_the_worker() -> None:
    town()
    [plan] = planned((1,))
    adoption = actions.adopt(plan, first_day=TODAY, every_days=300, party=None, by=BY, now=NOW)
    later = NOW + timedelta(minutes=5)
    look_at_adopted(later)
    adoption.refresh_from_db()
    assert adoption.void_at is None
    edit_asset(Asset.objects.get(key="S0").uid, {"life": "out_of_service"}, by=BY, valid_from=later, now=later)
    look_at_adopted(later + timedelta(minutes=1))
    adoption = Adoption.objects.get()
    assert adoption.void_at is not None
    assert "已停用" in Text.read(adoption.void_because[0]).say("zh")


@pytest.mark.parametrize(
    ("standing", "today", "is_broken"),
    [
        (Standing(0, Text("a"), "planned", date(2026, 12, 1)), date(2026, 12, 1), False),
        (Standing(0, Text("a"), "planned", date(2026, 12, 1)), date(2026, 12, 2), True),
        (Standing(0, Text("a"), "in_service", date(2026, 12, 1), date(2026, 12, 1)), date(2027, 1, 1), False),
        (Standing(0, Text("a"), "in_service", date(2026, 12, 1), date(2026, 12, 2)), date(2027, 1, 1), True),
        (Standing(0, Text("a"), "retired", date(2026, 12, 1)), date(2026, 11, 1), True),
        (Standing(0, Text("a"), "in_service"), date(2026, 11, 1), False),
        (Standing(0, Text("a"), "out_of_service"), date(2026, 11, 1), True),
    ],
)  # fmt: skip
def test_what_is_broken(standing: Standing, today: date, is_broken: bool) -> None:
    assert bool(broken([standing], today)) is is_broken


def test_what_cannot_be_asked_is_refused_in_words() -> None:
    town()
    for form in ({}, {"reach": "0", "new": "5"}, {"reach": "1000", "new": "5,3"}, {"reach": "1000", "new": "x"}):
        with pytest.raises(BadQuestion):
            asked_of(form)
    with pytest.raises(BadQuestion):
        actions.ask(Text("x"), "street_light", None, Asked(1000, (1,)), by=BY, now=NOW)
    [plan] = planned((1,))
    with pytest.raises(BadAdoption):
        actions.adopt(plan, first_day=TODAY, every_days=0, party=None, by=BY, now=NOW)


def _new(plan: Plan) -> list[str]:
    return [one["name"] for one in plan.says["sites"] if one["is_new"]]
