# SPDX-License-Identifier: Apache-2.0
"""A campaign over a small lit city: what is counted, what is frozen at its close, and who sees what of it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from belltower.core.campaigns import actions, planning, reporting
from belltower.core.campaigns.actions import Draft
from belltower.core.campaigns.errors import (
    BadActionPlan,
    BadCampaign,
    CampaignClosed,
    ClosedTooEarly,
    MilestoneReached,
)
from belltower.core.campaigns.models import ActionPlan, Campaign, Milestone, Report, Slip
from belltower.core.campaigns.standing import brief, standing
from belltower.core.campaigns.targets import Measure, State, Target
from belltower.core.ledger.models import Entry
from belltower.core.places.models import Area, Asset, Party
from belltower.core.places.scope import Scope, seen_as
from belltower.core.standards.models import Assessment, Count, Finding
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text
from belltower.screens.console.tests import breaches

pytestmark = pytest.mark.django_db
BY = Actor.system("test")
FIRST, LAST = date(2026, 11, 16), date(2026, 11, 22)
NOW = breaches.NOW  # noon of 23 November in the city: the day after the last
FONTS = Path(__file__).parents[1] / "static/built/fonts"


def draft(**more: Any) -> Draft:
    said: dict[str, Any] = {
        "title": Text("横幅专项整治", "Banner campaign"), "first_day": FIRST, "last_day": LAST,
        "clauses": ["poles.banner_size"], "targets": [Target(Measure.PUT_RIGHT, 50), Target(Measure.OVERDUE, 0)],
    }  # fmt: skip
    return Draft(**(said | more))


@pytest.fixture
def lamps(city: None) -> list[Finding]:
    """Five findings about lamps, at known instants."""
    size = breaches.law()["poles.banner_size"]
    some = list(Asset.objects.filter(kind="street_light").order_by("key")[:6])
    day, due = timedelta(days=1), NOW + timedelta(days=30)
    return [
        breaches.breach(size, some[0], opened_at=NOW - 20 * day, due_at=NOW - 5 * day),
        breaches.breach(size, some[1], opened_at=NOW - 4 * day, due_at=due, state="closed", closed_at=NOW - 2 * day,
                        closed_because="holds"),
        breaches.breach(size, some[2], opened_at=NOW - 4 * day, due_at=due, state="closed", closed_at=NOW - 3 * day,
                        closed_because="exempt"),
        breaches.breach(size, some[3], opened_at=NOW - 3 * day, due_at=due, outcome="unknown"),
        # Put right before it began, and found after it ended: neither counts.
        breaches.breach(size, some[4], opened_at=NOW - 30 * day, due_at=due, state="closed", closed_at=NOW - 9 * day,
                        closed_because="holds"),
        breaches.breach(size, some[5], opened_at=NOW, due_at=due),
    ]  # fmt: skip


def test_a_campaign_counts_what_stood_in_its_days(lamps: list[Finding]) -> None:
    row = actions.begin(draft(), by=BY, now=NOW)
    found = standing(row, NOW)
    assert (found.score.found, found.score.put_right, found.score.spared, found.score.open) == (4, 1, 1, 2)
    assert (found.score.overdue, found.score.unknown) == (1, 1)
    assert found.is_over
    assert [one.state for one in found.targets] == [State.MISSED, State.MISSED]
    assert [(one.day.day, one.score.found, one.score.put_right) for one in found.days] == [
        (16, 1, 0), (17, 1, 0), (18, 1, 0), (19, 3, 0), (20, 4, 0), (21, 4, 1), (22, 4, 1),
    ]  # fmt: skip
    [party] = found.parties
    assert (party.who and party.who.key, party.place, party.score.open) == ("lighting", 1, 2)
    [area] = found.areas
    assert (area.who.code, area.place, area.score.found) == ("430405", 1, 4)
    assert all(one.judged is None for one in found.days), "nothing was judged: that is shown as such"
    assert brief(row, NOW).targets == found.targets


def test_past_days_are_derived_and_not_copied(lamps: list[Finding]) -> None:
    """Halfway, a campaign tells of that instant only, whatever came later."""
    row = actions.begin(draft(), by=BY, now=NOW)
    halfway = standing(row, NOW - timedelta(days=3))
    assert not halfway.is_over
    assert (halfway.score.found, halfway.score.put_right) == (3, 0)
    assert halfway.days[-1].day == date(2026, 11, 20)
    assert [one.state for one in halfway.targets] == [State.NOT_YET, State.NOT_YET]


def test_subjects_are_those_of_the_day_s_assessments_in_its_areas(lamps: list[Finding]) -> None:
    clause = lamps[0].clause
    revision = clause.revisions.get()
    areas = {one.code: one for one in Area.objects.all()}
    for ago in (1, 3):
        made = Assessment.objects.create(
            clause=clause, revision=revision, applies_to="street_light", day=NOW.date() - timedelta(days=ago), at=NOW,
            kind="full", took_ms=1,
        )  # fmt: skip
        for code, unknown in (("430405001001", 3), ("430405002001", 4)):
            Count.objects.create(assessment=made, area=areas[code], holds=10 * ago, unknown=unknown)
    row = actions.begin(draft(areas=["430405001", "430405001001"], targets=[Target(Measure.HOLDS, 50)]), by=BY, now=NOW)
    assert [one.area.code for one in row.areas.all()] == ["430405001"], "what lies in another is left out"
    found = standing(row, NOW)
    assert found.judged is not None
    assert (found.judged.holds, found.judged.unknown, found.judged.clauses) == (10, 3, 1)
    assert {one.day.day: one.judged and one.judged.holds for one in found.days} == {
        16: None, 17: None, 18: None, 19: None, 20: 30, 21: None, 22: 10,
    }  # fmt: skip
    assert [one.state for one in found.targets] == [State.MET]
    [first, *_] = found.areas
    assert first.who.code == "430405001001"
    assert first.judged
    assert first.judged.unknown == 3


def test_what_is_closed_keeps_its_numbers_and_is_an_entry(lamps: list[Finding]) -> None:
    """A finding that re-opens later moves what is derived; the report stands as it was."""
    row = actions.close(actions.begin(draft(), by=BY, now=NOW), by=BY, now=NOW)
    report = Report.objects.get(campaign=row)
    assert report.numbers["score"]["put_right"] == 1
    assert report.digest == actions.digest_of(report.numbers)
    assert next(one["subject"]["en"] for one in report.numbers["open"]).startswith("Hubei Road lamp 0")
    assert Entry.objects.filter(what="campaigns.close").exists()
    Finding.objects.filter(pk=lamps[1].pk).update(state="open", closed_at=None, closed_because="", times_opened=2)
    assert standing(row, NOW).score.put_right == 0
    assert Report.objects.get(campaign=row).numbers["score"]["put_right"] == 1
    with pytest.raises(CampaignClosed):
        actions.close(row, by=BY, now=NOW)
    for change in (
        lambda: Report.objects.update(digest="x"),
        lambda: Report.objects.all().delete(),
        lambda: Campaign.objects.update(last_day=LAST + timedelta(days=9)),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_closing_early_needs_a_word(lamps: list[Finding]) -> None:
    row = actions.begin(draft(last_day=LAST + timedelta(days=9)), by=BY, now=NOW)
    with pytest.raises(ClosedTooEarly):
        actions.close(row, remark=" ", by=BY, now=NOW)
    assert actions.close(row, remark="Put right already", by=BY, now=NOW).remark == "Put right already"


@pytest.mark.parametrize(
    "wrong",
    [
        {"last_day": FIRST - timedelta(days=1)},
        {"last_day": date(2031, 1, 1)},
        {"first_day": date(1, 1, 1), "last_day": date(1, 1, 2)},
        {"clauses": []},
        {"clauses": ["poles.banner_size", "no.such"]},
        {"areas": ["999"]},
        {"targets": []},
    ],
)
def test_a_campaign_that_cannot_be_is_refused_whole(lamps: list[Finding], wrong: dict[str, Any]) -> None:
    with pytest.raises(BadCampaign):
        actions.begin(draft(**wrong), by=BY, now=NOW)
    assert not Campaign.objects.exists()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_report_is_set_from_its_frozen_numbers(lamps: list[Finding], language: str) -> None:
    """A character without a glyph is an error of the typesetter; the same numbers give the same bytes."""
    row = actions.close(actions.begin(draft(is_simulated=True), by=BY, now=NOW), by=BY, now=NOW, remark="好")
    report = Report.objects.get(campaign=row)
    made = [reporting.printed(report.numbers, digest=report.digest, fonts=FONTS, language=language) for _ in range(2)]
    assert made[0].startswith(b"%PDF")
    assert made[0] == made[1]


def test_an_owner_sees_what_is_about_its_things_and_no_report(lamps: list[Finding]) -> None:
    row = actions.close(actions.begin(draft(), by=BY, now=NOW), by=BY, now=NOW)
    lamp, bins = (Party.objects.get(key=key) for key in ("lighting", "sanitation"))
    clause = row.clauses.get()
    assert clause.kind == "pole_banner"
    with seen_as(Scope(frozenset({lamp.pk}))):
        assert not Campaign.objects.exists(), "it owns lamps and no banner"
    about_lamps = Campaign.objects.create(
        title={"en": "Lamps"}, first_day=FIRST, last_day=LAST, made_by="x", made_at=NOW
    )
    about_lamps.clauses.create(clause=clause.clause, kind="street_light")
    about_lamps.areas.create(area=Area.objects.get(code="430405001"))
    Report.objects.create(campaign=about_lamps, numbers={}, digest="x")
    with seen_as(Scope(frozenset({lamp.pk}))):
        assert list(Campaign.objects.all()) == [about_lamps]
        assert standing(about_lamps, NOW).score.found == 4
        assert not Report.objects.exists()
    with seen_as(Scope(frozenset({bins.pk}))):
        assert not Campaign.objects.exists()


def test_a_plan_keeps_every_move_of_a_milestone(city: None) -> None:
    plan = planning.make_plan(
        Text("三年行动", "Three years"), first_day=date(2025, 1, 1), last_day=date(2027, 12, 31), by=BY, now=NOW
    )
    pipes, lamps = (
        planning.add_project(plan, Text(en=key), party=Party.objects.get(key=key), by=BY)
        for key in ("sanitation", "lighting")
    )
    assert (pipes.number, lamps.number) == (1, 2)
    stone = planning.add_milestone(pipes, Text(en="Half of it"), due_on=date(2026, 6, 30), by=BY)
    for to, why in ((date(2026, 9, 30), "Rain"), (date(2026, 8, 31), "Faster than thought")):
        planning.move_milestone(stone, to, reason=why, by=BY, now=NOW)
    assert [(one.from_day, one.days, one.reason, one.moved_by, one.moved_at) for one in Slip.objects.all()] == [
        (date(2026, 6, 30), 92, "Rain", BY.reference, NOW),
        (date(2026, 9, 30), -30, "Faster than thought", BY.reference, NOW),
    ]
    assert Milestone.objects.get().due_on == date(2026, 8, 31)
    for wrong in (
        {"to": date(2026, 8, 31), "reason": "x"},
        {"to": date(2027, 1, 1), "reason": " "},
        {"to": date(2024, 1, 1), "reason": "x"},
    ):
        with pytest.raises(BadActionPlan):
            planning.move_milestone(stone, **wrong, by=BY, now=NOW)  # type: ignore[arg-type]
    with pytest.raises(BadActionPlan):
        planning.reach_milestone(stone, NOW.date() + timedelta(days=2), by=BY, now=NOW)
    planning.reach_milestone(stone, date(2026, 11, 1), by=BY, now=NOW)
    with pytest.raises(MilestoneReached):
        planning.move_milestone(stone, date(2027, 1, 1), reason="x", by=BY, now=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        Slip.objects.all().delete()
    _seen_by_the_one_whose_project_it_is(plan, "lighting")


def _seen_by_the_one_whose_project_it_is(plan: ActionPlan, key: str) -> None:
    with seen_as(Scope(frozenset({Party.objects.get(key=key).pk}))):
        assert [one.name.en for one in ActionPlan.objects.get().projects.all()] == [key]
        assert not Milestone.objects.exists()
        assert not Slip.objects.exists()
    with seen_as(Scope(frozenset({Party.objects.get(key="zhuhui").pk}))):
        assert not ActionPlan.objects.exists()


def test_days_of_a_plan_are_checked(city: None) -> None:
    with pytest.raises(BadActionPlan):
        planning.make_plan(Text(en="x"), first_day=LAST, last_day=FIRST, by=BY, now=NOW)
    with pytest.raises(BadActionPlan):
        planning.title_of(" ", "")
    plan = planning.make_plan(Text(en="x"), first_day=FIRST, last_day=LAST, by=BY, now=NOW)
    project = planning.add_project(plan, Text(en="x"), by=BY)
    with pytest.raises(BadActionPlan):
        planning.add_milestone(project, Text(en="x"), due_on=LAST + timedelta(days=1), by=BY)
    assert planning.alter_project(project, Text(en="y"), party=Party.objects.first(), by=BY).name.en == "y"
