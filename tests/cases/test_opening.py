# SPDX-License-Identifier: Apache-2.0
"""A finding opens one case and closes it by its own return; told twice, or late, it comes to the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import shapely

from belltower.core.cases.escalating import open_missed
from belltower.core.cases.models import Case, CaseStep
from belltower.core.cases.opening import follow_findings
from belltower.core.cases.table import State
from belltower.core.cases.tests.scene import BY, LAT, LON, NOW, Bureau, bureau
from belltower.core.ledger.event_models import EventRecord
from belltower.core.places.bulk import AssetBatch, merge_assets
from belltower.core.places.models import Asset
from belltower.core.standards import passes
from belltower.core.standards.models import Because, Finding, FindingState
from belltower.kernel.texts import Text
from belltower.screens.console.tests import breaches

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(db: None) -> Bureau:
    return bureau()


@pytest.fixture
def found(people: Bureau) -> list[Finding]:
    """Two broken lamps: one of the lighting company's, one of nobody known."""
    batch = AssetBatch(
        kind="street_light", keys=["L1", "L2"], valid_from=datetime(2024, 1, 1, tzinfo=UTC),
        geoms=shapely.points([(LON, LAT), (LON + 0.001, LAT)]), names=[Text("一号灯"), Text("二号灯")],
        owner_ids=[people.lights.pk, None], fields=[{}, {}],
    )  # fmt: skip
    merge_assets([batch], by=BY, now=datetime(2024, 1, 2, tzinfo=UTC), source="scene")
    size = breaches.law()["poles.banner_size"]
    return [breaches.breach(size, lamp) for lamp in Asset.objects.order_by("key")]


def follow(found: list[Finding]) -> tuple[int, int, int, int]:
    told = follow_findings([one.uid for one in found], now=NOW)
    return told.opened, told.reopened, told.closed, told.declined


def settle(one: Finding, because: str) -> None:
    Finding.objects.filter(pk=one.pk).update(state=FindingState.CLOSED, closed_because=because, closed_at=NOW)


def test_each_finding_opens_one_case_at_its_place_and_at_who_answers(found: list[Finding], people: Bureau) -> None:
    assert follow(found) == (2, 0, 0, 0)
    assert follow(found) == (0, 0, 0, 0), "told twice"
    known, unknown = Case.objects.order_by("number")
    assert (known.state, known.holder_id) == (State.DISPATCHED, people.lights.pk)
    assert (unknown.state, unknown.holder_id) == (State.FILED, None)
    assert known.name.zh.startswith("一号灯 L1：")
    assert known.lon == pytest.approx(LON)
    assert [step.step for step in known.steps.all()] == ["report", "file", "dispatch"]


def test_what_an_event_missed_gets_its_case_once_it_stood_open_for_a_while(found: list[Finding]) -> None:
    Finding.objects.update(opened_at=NOW)
    assert open_missed(NOW).opened == 0, "its event may be on its way"
    assert open_missed(NOW + timedelta(hours=1), most=1).opened == 1
    assert [open_missed(NOW + timedelta(hours=1)).opened for _ in range(2)] == [1, 0]


def test_a_case_is_closed_by_the_finding_and_opened_again_with_it(found: list[Finding]) -> None:
    follow(found)
    settle(found[0], Because.HOLDS)
    assert follow(found) == (0, 0, 1, 0)
    case = Case.objects.get(finding=found[0])
    assert case.state == State.CLOSED
    assert {step.part for step in case.steps.all()} == {"finding"}
    Finding.objects.filter(pk=found[0].pk).update(state=FindingState.OPEN)
    assert follow(found) == (0, 1, 0, 0)
    case.refresh_from_db()
    assert (case.state, case.holder_id) == (State.REOPENED, case.party_id)


def test_what_is_no_longer_asked_for_is_declined_and_not_called_put_right(found: list[Finding]) -> None:
    follow(found)
    settle(found[0], Because.EXEMPT)
    assert follow(found[:1]) == (0, 0, 0, 1)
    case = Case.objects.get(finding=found[0])
    assert case.state == State.DECLINED
    last = CaseStep.objects.filter(case=case).last()
    assert last
    assert last.about == {"because": "exempt"}


def test_passes_tell_of_findings_that_close_because_their_clause_is_gone(found: list[Finding]) -> None:
    found[0].revision.clause.revisions.update(state="withdrawn", until=NOW.date() - timedelta(days=1))
    passes.turn_over(NOW, by=BY)
    told = [
        uid for event in EventRecord.objects.filter(topic="standards.found") for uid in event.body.get("closed", ())
    ]
    assert set(told) == {str(one.uid) for one in found}
