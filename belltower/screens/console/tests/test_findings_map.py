# SPDX-License-Identifier: Apache-2.0
"""Findings on the map: the list's filters, a bounded number of marks with nothing lost, and nobody else's."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from belltower.core.access import actions as access
from belltower.core.access.models import RoleName
from belltower.core.places.models import Asset, Party
from belltower.core.standards.models import Finding
from belltower.kernel.texts import Text
from belltower.screens.console import finding_marks
from belltower.screens.console.finding_listing import FindingListing
from belltower.screens.console.tests import breaches, scene
from belltower.screens.console.tests.test_standards import signed_in

pytestmark = pytest.mark.django_db
CLOSE = "19"


@pytest.fixture
def found(city: None) -> list[Finding]:
    return breaches.broken_city()


def place(one: Finding) -> tuple[float, float]:
    """Where it lies, in degrees."""
    subject = one.asset or one.area
    assert subject is not None
    assert subject.lon is not None
    assert subject.lat is not None
    return subject.lon, subject.lat


def told(client: Client, **query: str) -> dict[str, Any]:
    answer = client.get(reverse("console:findings_marks"), query)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    return dict(answer.json())


def test_close_by_each_finding_is_a_mark_that_leads_to_it_with_its_grade_and_whether_it_is_overdue(
    found: list[Finding],
) -> None:
    rows = {row[0]: row for row in told(signed_in(), zoom=CLOSE)["rows"]}
    assert set(rows) == {str(one.uid) for one in (found[0], found[1], found[2], found[4])}
    assert [rows[str(one.uid)][2:4] for one in found[:3]] == [["general", 1], ["major", 0], ["unknown", 0]]
    for one in (found[0], found[4]):
        assert rows[str(one.uid)][4:] == [round(degrees, 6) for degrees in place(one)]


def test_from_far_away_those_close_together_are_one_mark_of_the_gravest_and_none_is_lost(found: list[Finding]) -> None:
    [row] = told(signed_in(), zoom="3")["rows"]
    assert row[:4] == ["", 4, "major", 1]
    west, south, east, north = row[6:]
    assert west < east
    inside = f"{west},{south},{east},{north}"
    assert signed_in().get(reverse("console:findings"), {"box": inside}).context["count"] == 4
    lon, lat = place(found[1])
    near = f"{lon - 1e-6},{lat - 1e-6},{lon + 1e-6},{lat + 1e-6}"
    for query, number in (
        ({"box": near}, 1),
        ({"box": "1,2,3"}, 0),
        ({"box": "0,0,1,1"}, 0),
        ({"box": "nan,0,1,1"}, 0),
    ):
        assert sum(one[1] for one in told(signed_in(), zoom=CLOSE, **query)["rows"]) == number, query


def test_the_filters_are_those_of_the_list_and_every_count_leads_to_what_it_counts(found: list[Finding]) -> None:
    client = signed_in()
    for query in (
        {},
        {"state": "all"},
        {"grade": "general"},
        {"overdue": "yes"},
        {"state": "closed"},
        {"area": "430405002"},
    ):
        page = client.get(reverse("console:findings_map"), query)
        counts = told(client, **query)["counts"]
        lines = page.context["legend"]
        assert lines
        for line in lines:
            behind = {name: value[0] for name, value in parse_qs(urlsplit(line.link).query).items()}
            assert client.get(reverse("console:findings"), behind).context["count"] == counts[line.name], line
        drawn = sum(row[1] for row in told(client, **query, zoom=CLOSE)["rows"])
        assert drawn == client.get(reverse("console:findings"), query).context["count"], query
    assert told(client)["bounds"][0] == min(place(one)[0] for one in found[:3])
    assert told(client, area="no-such")["bounds"] is None
    for nonsense in ("<b>", "²", "1e9", "-3", "999"):
        assert told(client, zoom=nonsense, box="")["rows"] == told(client)["rows"]


def test_of_very_many_the_gravest_are_told_and_that_there_are_more(
    found: list[Finding], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding_marks, "MOST", 2)
    answer = told(signed_in(), zoom=CLOSE)
    assert answer["is_cut"]
    assert [row[2] for row in answer["rows"]] == ["major", "general"]


def test_a_finding_without_a_place_is_counted_and_not_drawn(found: list[Finding]) -> None:
    Asset.objects.filter(findings=found[1]).update(lon=None, lat=None)
    Finding.objects.filter(pk=found[1].pk).update(area=None)
    answer = told(signed_in(), zoom=CLOSE)
    assert answer["nowhere"] == 1
    assert str(found[1].uid) not in {row[0] for row in answer["rows"]}


def test_an_enterprise_is_told_of_its_own_findings_only(found: list[Finding]) -> None:
    party = Party.objects.get(key="sanitation")
    user = access.add_user("sweepers", Text("环卫", "Sweepers"), password=scene.PASSWORD, party=party, by=scene.BY)
    access.grant(user, RoleName.ENTERPRISE, valid_from=date(2024, 1, 1), by=scene.BY)
    own = breaches.breach(found[0].revision, Asset.objects.get(key="B3"))
    for zoom in ("3", CLOSE):
        answer = told(signed_in("sweepers"), zoom=zoom)
        assert [row[:2] for row in answer["rows"]] == [[str(own.uid), 1]]
        assert sum(answer["counts"].values()) == 1


def test_the_page_of_a_clause_has_the_map_of_its_breaches_where_there_are_any(found: list[Finding]) -> None:
    page = signed_in().get(reverse("console:clause", args=["poles.banner_size"])).content.decode()
    assert 'data-query="clause=poles.banner_size"' in page
    Finding.objects.filter(clause__key="poles.banner_size").update(state="closed", closed_because="holds")
    page = signed_in().get(reverse("console:clause", args=["poles.banner_size"])).content.decode()
    assert "data-findings" not in page


def test_a_part_of_the_map_is_a_filter_as_any_other() -> None:
    assert FindingListing.read({"box": "1,2,3,4"}).is_narrowed
