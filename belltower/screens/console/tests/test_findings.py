# SPDX-License-Identifier: Apache-2.0
"""Findings: narrowed and ordered as the address says, and one that tells by which values and rule it is so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from belltower.core.places.models import Asset
from belltower.core.standards.models import Finding
from belltower.screens.console.finding_listing import FindingListing
from belltower.screens.console.finding_story import length
from belltower.screens.console.tests import breaches
from belltower.screens.console.tests.test_standards import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(city: None) -> list[Finding]:
    return breaches.broken_city()


def keys(client: Client, **query: str) -> list[str]:
    answer = client.get(reverse("console:findings"), query)
    assert answer.status_code == 200
    return [row.finding.asset.key if row.finding.asset else row.finding.area.code for row in answer.context["rows"]]


def test_the_list_is_narrowed_and_ordered_by_its_address(found: list[Finding]) -> None:
    client = signed_in()
    everything = {"LD-0000", "LD-0001", "LD-0002", "430405001"}
    for query, wanted in (
        ({}, everything),
        ({"state": "closed"}, {"LD-0003"}),
        ({"state": "all"}, everything | {"LD-0003"}),
        ({"outcome": "unknown"}, {"LD-0002"}),
        ({"clause": "poles.banner_clearance"}, {"430405001"}),
        ({"document": breaches.DOCUMENT, "grade": "major"}, {"LD-0001"}),
        ({"overdue": "yes"}, {"LD-0000"}),
        ({"party": "zhuhui"}, {"430405001"}),
        ({"kind": "street_light"}, {"LD-0000", "LD-0001", "LD-0002", "430405001"}),
        ({"area": "430405"}, everything),
        ({"area": "430405002"}, set()),
        ({"area": "no-such"}, set()),
        ({"party": "nobody"}, set()),
        ({"state": "<b>", "order": "x", "page": "²"}, everything),
    ):  # fmt: skip
        assert set(keys(client, **query)) == wanted, query
    assert keys(client, order="due")[0] == "LD-0000"
    assert keys(client, order="grade")[0] == "LD-0001"
    assert keys(client, page="3") == []


def test_a_finding_tells_why_it_is_broken_by_which_rule_who_answers_and_until_when(found: list[Finding]) -> None:
    page = signed_in().get(reverse("console:finding", args=[found[0].uid])).content.decode()
    for word in ("Why is this broken?", "no higher and no wider than laid down", "2.4", "CJJ/T 149-2021", "LD-0000",
                 "not known", "Street Lighting Office", "scene, clause 4", "overdue by", "Found broken", "LD-0000"):  # fmt: skip
        assert word in page, word
    unknown = signed_in().get(reverse("console:finding", args=[found[2].uid])).content.decode()
    assert "Why is this not known?" in unknown
    assert "Recorded as its owner" in unknown
    closed = signed_in(language="zh-hans").get(reverse("console:finding", args=[found[3].uid])).content.decode()
    assert "已整改" in closed
    area = signed_in().get(reverse("console:finding", args=[found[4].uid])).content.decode()
    assert "Chashan&#x27;ao" in area
    assert signed_in().get(reverse("console:finding", args=[Asset.objects.first().uid])).status_code == 404


def test_a_city_without_findings_teaches_what_they_are(city: None) -> None:
    assert "No open findings" in signed_in().get(reverse("console:findings")).content.decode()


def test_the_list_asks_as_often_for_a_hundred_rows_as_for_one(
    found: list[Finding], django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    for lamp in Asset.objects.filter(kind="street_light")[10:50]:
        breaches.breach(found[0].revision, lamp)
    client = signed_in()
    client.get(reverse("console:findings"))
    with django_assert_max_num_queries(24):
        assert len(keys(client)) == 44


@pytest.mark.parametrize(
    ("time", "said"), [({"minutes": 1}, "1 minute"), ({"minutes": 130}, "2 hours"), ({"hours": 49}, "2 days")]
)
def test_a_time_left_is_told_in_one_unit(time: dict[str, int], said: str) -> None:
    with translation.override("en"):
        assert length(timedelta(**time)) == said


def test_an_address_states_the_whole_list() -> None:
    assert FindingListing.read({"state": "closed", "order": "due"}).is_narrowed
    assert not FindingListing.read({}).is_narrowed
