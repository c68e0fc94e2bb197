# SPDX-License-Identifier: Apache-2.0
"""The official rates by every door: who counts what, in how many queries, and that all doors say the same."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from belltower.core.access.models import RoleName
from belltower.core.cases.actions import Draft, advance, report
from belltower.core.cases.models import Case, Report
from belltower.core.cases.steps import Told
from belltower.core.cases.table import Step
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.core.rates.asking import Asked, figures
from belltower.core.rates.errors import BadPeriod, TooManyCases
from tests.scenes.cased import AT, BUREAU
from tests.scenes.two_enterprises import TwoEnterprises, person

pytestmark = pytest.mark.django_db
NOVEMBER = Asked(date(2026, 11, 1), date(2026, 11, 30))


def closed(number: int, stars: int | None = None) -> list[Case]:
    """So many cases at the desk, each closed two days after it was reported, by the finding itself."""
    made = []
    for _ in range(number):
        case = report(Draft("井盖破损"), acting=BUREAU, now=AT)
        for step in (Step.FILE, Step.DECLINE):
            case = advance(case, step, Told("不属本市"), acting=BUREAU, now=AT + timedelta(hours=1))
        Report.objects.create(case=case, code_digest=f"c{case.pk}", at=AT, stars=stars, rated_at=AT + timedelta(days=1))
        made.append(case)
    return made


def told(asked: Asked = NOVEMBER) -> dict[str, tuple[int, int]]:
    with seen_as(EVERYTHING):
        now = timezone.now()
        return {one.definition.name: (one.rate.counted, one.rate.among) for one in figures(asked, now)}


def test_rates_count_what_was_reported_and_rated_and_no_more_queries_with_more_cases(
    two_enterprises: TwoEnterprises,
) -> None:
    before = told()
    closed(2, stars=5)
    with CaptureQueriesContext(connection) as few:
        after = told()
    assert [after["filing"][n] - before["filing"][n] for n in (0, 1)] == [2, 2]
    assert [after["valid_reports"][n] - before["valid_reports"][n] for n in (0, 1)] == [0, 2]
    assert after["satisfied"] == (2, 2)
    assert before["satisfied"] == (0, 0)
    closed(4, stars=1)
    with CaptureQueriesContext(connection) as many:
        assert told()["satisfied"] == (2, 6)
    assert len(many) <= len(few)
    assert told(Asked(date(2026, 11, 1), date(2026, 11, 30), party="nobody"))["filing"] == (0, 0)


def test_a_period_that_cannot_be_and_too_many_cases_are_refused(
    two_enterprises: TwoEnterprises, monkeypatch: pytest.MonkeyPatch
) -> None:
    for since, until in ((date(2026, 11, 2), date(2026, 11, 1)), (date(2998, 1, 1), date(2998, 1, 2))):
        with pytest.raises(BadPeriod):
            told(Asked(since, until))
    monkeypatch.setattr("belltower.core.rates.asking.MOST", 1)
    with pytest.raises(TooManyCases):
        told()


def test_an_enterprise_counts_its_own_cases_and_knows_nothing_of_what_residents_gave(
    two_enterprises: TwoEnterprises,
) -> None:
    closed(1, stars=5)
    client = Client()
    client.force_login(two_enterprises.ours.person)
    answer = client.get("/api/v1/cases/rates?since=2026-11-01&until=2026-11-30")
    assert answer.status_code == 200, answer.content
    by_name = {one["rate"]: one for one in answer.json()["rates"]}
    assert by_name["filing"]["denominator"] == Case.objects.filter(party=two_enterprises.ours.party).count() == 1
    assert by_name["satisfied"]["percent"] is None
    assert by_name["filing"]["interval_95"] is not None
    assert by_name["filing"]["denominator_is"]["en"] == "reported in the period"
    client.force_login(person("desk", "小周", RoleName.DESK))
    wide = client.get("/api/v1/cases/rates?since=2026-11-01&until=2026-11-30").json()["rates"]
    assert {one["rate"]: (one["numerator"], one["denominator"]) for one in wide} == told()
    assert client.get("/api/v1/cases/rates?since=2026-11-02&until=2026-11-01").status_code == 422
