# SPDX-License-Identifier: Apache-2.0
"""An incremental pass leaves what a full one would, after whatever happened: kept how assets stand, counts and findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from belltower.core.activities.actions import Done, record_one
from belltower.core.activities.models import Activity
from belltower.core.ledger.entries import entry
from belltower.core.places.actions.assets import edit_asset
from belltower.core.places.bulk import AssetBatch, merge_assets
from belltower.core.places.city import current
from belltower.core.places.kinds import register
from belltower.core.places.models import Asset
from belltower.core.standards import actions, passes
from belltower.core.standards.checks import AttributeCheck
from belltower.core.standards.clauses import Clause, Example, Facts, Outcome
from belltower.core.standards.clauses import Done as Noted
from belltower.core.standards.examples import outcome_of_example
from belltower.core.standards.findings import Letter
from belltower.core.standards.installing import install
from belltower.core.standards.judging import today
from belltower.core.standards.keeping import Met, keep, kept_by_clause
from belltower.core.standards.models import Count, Exemption, Finding, KeptClause, Standing
from belltower.core.standards.revisions import revisions_on
from belltower.core.standards.tests.lit_street import ALL_THREE, BY, REVIEWER, WRITER, LitStreet

pytestmark = pytest.mark.django_db
LETTERS = {None: "-", Outcome.HOLDS: "h", Outcome.BROKEN: "b", Outcome.UNKNOWN: "u"}
LIGHT = st.integers(0, 3)
WATTAGE, HEIGHT = st.sampled_from([None, 20, 40, 60]), st.sampled_from([None, 2, 8])
STEPS = st.one_of(
    st.tuples(st.just("edit"), LIGHT, WATTAGE, HEIGHT),
    st.tuples(st.just("life"), LIGHT, st.sampled_from(["in_service", "planned", "out_of_service"])),
    st.tuples(st.just("clean"), LIGHT, st.sampled_from([0, 12, 29, 30, 31]), st.sampled_from([True, False, None])),
    st.tuples(st.just("wait"), st.sampled_from([1, 7, 24, 90, 24 * 31])),
    st.tuples(st.just("exempt"), LIGHT, st.integers(0, 1), st.integers(1, 3)),
    st.tuples(st.just("exempt_area"), st.integers(0, 1), st.integers(1, 3)),
    st.tuples(st.just("revise"), st.sampled_from([10, 50])),
    st.tuples(st.just("pass")),
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, min_size=3, max_size=8))
def test_an_incremental_pass_leaves_what_a_full_one_would(lit_street: LitStreet, steps: list[tuple[Any, ...]]) -> None:
    with transaction.atomic():
        now = lit_street.now
        install([("poles/lights.yaml", ALL_THREE)], by=BY, now=now)
        passes.full(now=now)
        for step in [*steps, ("pass",)]:
            now += timedelta(minutes=1)
            if step[0] == "wait":
                now += timedelta(hours=step[1])
            elif step[0] == "pass":
                _agree(now)
            else:
                DO[step[0]](lit_street, now, *step[1:])
        transaction.set_rollback(True)


def _agree(now: datetime) -> None:
    passes.incremental(now=now)
    stood, counted, found = _standings(), _counted(), _found()
    assert stood == _by_hand(now)
    assert counted == _added_up(stood)
    done = passes.full(now=now)
    assert (done.opened, done.closed) == (0, 0)
    assert (_standings(), _counted(), _found()) == (stood, counted, found)


def _standings() -> dict[int, str]:
    return dict(Standing.objects.values_list("pk", "letters"))


def _counted() -> list[Any]:
    columns = ("assessment__clause__key", "area_id", "holds", "broken", "unknown", "exempt")
    last = Count.objects.order_by("-assessment__day").values_list("assessment__day", flat=True)[:1]
    rows = Count.objects.filter(assessment__day__in=list(last)).order_by(*columns[:2]).values_list(*columns)
    return [row for row in rows if any(row[2:])]


def _found() -> list[Any]:
    hidden = {"seen_at", "uid"}
    return [{k: v for k, v in row.items() if k not in hidden} for row in Finding.objects.order_by("pk").values()]


def _by_hand(now: datetime) -> dict[int, str]:
    """How each light stands, by the plain meaning of each clause, one by one."""
    found = {}
    for asset in Asset.objects.filter(kind="street_light", life__in=("in_service", "out_of_service")):
        found[asset.pk] = "".join(_letter(one.clause, one.clause_id, asset, now) for one in revisions_on(today(now)))
    return found


def _letter(clause: Clause, clause_id: int, asset: Asset, now: datetime) -> str:
    local, day = now.astimezone(current().tz).replace(tzinfo=None), today(now)
    facts = Facts()
    if not isinstance(clause.check, AttributeCheck):
        done = [
            Noted(one.at.astimezone(current().tz).replace(tzinfo=None), one.fields)
            for one in Activity.objects.filter(asset=asset)
        ]
        began = min([asset.valid_from, *asset.past.values_list("valid_from", flat=True)])
        facts = Facts(activities=tuple(done), since=began.astimezone(current().tz).date())
    example = Example("", asset.fields, day, Outcome.HOLDS, 0, local, facts)
    outcome = outcome_of_example(clause, example, register())
    spared = Exemption.objects.filter(clause_id=clause_id, since__lte=day, until__gt=day)
    is_spared = any(
        one.asset_id == asset.pk or (one.area and asset.area.path.startswith(one.area.path)) for one in spared
    )  # type: ignore[union-attr]
    return "e" if is_spared and outcome is not None else LETTERS[outcome]


def _added_up(stood: dict[int, str]) -> list[Any]:
    areas = dict(Asset.objects.filter(pk__in=stood).values_list("pk", "area_id"))
    counts: dict[Any, Counter[str]] = {}
    for pk, letters in stood.items():
        for key, letter in zip(KeptClause.objects.order_by("key").values_list("key", flat=True), letters, strict=True):
            counts.setdefault((key, areas[pk]), Counter())[letter] += 1
    rows = [(*key, *(of[word] for word in "hbue")) for key, of in sorted(counts.items())]
    return [row for row in rows if any(row[2:])]


def _edit(scene: LitStreet, now: datetime, light: int, wattage: int | None, height: int | None) -> None:
    fields = {"wattage": wattage, "height": height}
    edit_asset(scene.lights[light].uid, {"fields": fields}, by=BY, valid_from=now, now=now)


def _live(scene: LitStreet, now: datetime, light: int, life: str) -> None:
    edit_asset(scene.lights[light].uid, {"life": life}, by=BY, valid_from=now, now=now)


def _clean(scene: LitStreet, now: datetime, light: int, days_ago: int, thoroughly: bool | None) -> None:
    fields = {"thoroughly": thoroughly}
    record_one(Done("light_cleaned", scene.lights[light].key, now - timedelta(days=days_ago), fields), by=BY, now=now)


def _clause(number: int) -> KeptClause:
    return KeptClause.objects.order_by("key")[number]


def _exempt(scene: LitStreet, now: datetime, light: int, clause: int, days: int) -> None:
    until = today(now) + timedelta(days=days)
    actions.exempt(
        _clause(clause), asset=scene.lights[light], reason="works", since=today(now), until=until, by=BY, now=now
    )


def _exempt_area(scene: LitStreet, now: datetime, clause: int, days: int) -> None:
    until = today(now) + timedelta(days=days)
    actions.exempt(
        _clause(clause), area=scene.street.district, reason="flood", since=today(now), until=until, by=BY, now=now
    )


def _revise(scene: LitStreet, now: datetime, least: int) -> None:
    kept = _clause(0)
    body = dict(kept.revisions.order_by("-number")[0].body)
    body["values"] = {"least": {"2020-01-01": least}}
    body["examples"] = [
        {"name": "bright", "on": "2026-01-01", "fields": {"height": 8, "wattage": least}, "outcome": "holds"},
        {"name": "dim", "on": "2026-01-01", "fields": {"height": 8, "wattage": least - 1}, "outcome": "broken"},
    ]
    row = actions.submit(actions.draft(kept.document, body, by=WRITER, now=now), by=WRITER)
    actions.approve(row, today(now), by=REVIEWER, now=now)


DO: dict[str, Callable[..., None]] = {
    "edit": _edit, "life": _live, "clean": _clean, "exempt": _exempt, "exempt_area": _exempt_area, "revise": _revise,
}  # fmt: skip


def test_clauses_about_one_activity_read_it_once(lit_street: LitStreet) -> None:
    """The activities of a city are its largest table: one clause more must not be one reading more."""
    install([("poles/lights.yaml", ALL_THREE)], by=BY, now=lit_street.now)
    with CaptureQueriesContext(connection) as asked:
        passes.full(now=lit_street.now)
    [statement] = [one["sql"] for one in asked.captured_queries if "CREATE TEMP TABLE" in one["sql"]]
    assert statement.count("activities_activity") == 1
    assert statement.count("places_asset a") == 1


def test_evidence_is_kept_as_it_was_given(lit_street: LitStreet) -> None:
    """Marks that mean something in a list of the database are letters like others in a finding."""
    now, light = lit_street.now, lit_street.lights[0]
    one = revisions_on(today(now))[0]
    odd = {"said": 'a "b", {c}\\d \n NULL，灯', "NULL": None, "": ["\\"]}
    with entry("standards.judge_clause", by=BY):
        assert keep(one, [Met((light.pk, light.area_id), Letter.BROKEN, odd)], {}, now=now) == (1, 0)
        assert Finding.objects.get(asset=light).evidence == odd
        before = kept_by_clause({one.clause_id: None})[one.clause_id]
        odder = {"said": '\\"'}
        keep(one, [Met((light.pk, light.area_id), Letter.BROKEN, odder)], before, now=now)
    assert Finding.objects.get(asset=light).evidence == odder


BINS = """\
id: waste.bins
title: {zh: 垃圾箱, en: Bins}
issued_by: {zh: 市, en: City}
clauses:
- id: waste.large_enough
  title: {zh: 够大, en: Large enough}
  text: {zh: 够大。, en: It is large enough.}
  source: {document: Order 8, clause: "1", seen: 2026-08-01, verified: unverified}
  applies_to: waste_bin
  values: {least: {2020-01-01: 40}}
  check: {kind: attribute, holds: capacity >= least}
  grade: general
  rectify_within: {2020-01-01: {working: P5D}}
  responsible: owner
  examples:
  - {name: large, on: 2026-01-01, fields: {capacity: 40}, outcome: holds}
  - {name: small, on: 2026-01-01, fields: {capacity: 39}, outcome: broken}
"""


@pytest.mark.django_db(transaction=True)
def test_kinds_judged_side_by_side_come_out_as_one_after_another(lit_street: LitStreet) -> None:
    """Outside a transaction each kind has a connection of its own; inside one there is only the caller's."""
    now, own = lit_street.now, connection.connection.info.backend_pid
    install([("waste/bins.yaml", BINS)], by=BY, now=now)
    bins = AssetBatch(
        kind="waste_bin", keys=["B-1", "B-2"], valid_from=now, fields=[{"capacity": 30}, {"capacity": 60}]
    )
    merge_assets([bins], by=BY, now=now, source="scene")
    edit_asset(lit_street.lights[0].uid, {"fields": {"height": 8, "wattage": 20}}, by=BY, valid_from=now, now=now)
    done = passes.full(now=now)
    assert (done.clauses, done.subjects, connection.connection.info.backend_pid) == (3, 12, own)
    stood, counted, found = _standings(), _counted(), _found()
    assert {row["kind"] for row in found} == {"street_light", "waste_bin"}
    with transaction.atomic():
        again = passes.full(now=now)
    assert (again.clauses, again.subjects, again.opened, again.closed) == (3, 12, 0, 0)
    assert (_standings(), _counted(), _found()) == (stood, counted, found)


def test_the_first_day_is_that_of_the_scene(lit_street: LitStreet) -> None:
    assert today(lit_street.now) == lit_street.today == date(2026, 3, 2)
