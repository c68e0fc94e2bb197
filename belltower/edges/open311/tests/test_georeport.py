# SPDX-License-Identifier: Apache-2.0
"""A program that speaks GeoReport v2 already reports and follows here, and meets nothing that the public page does not show."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from belltower.core.access.actions import add_service_account, make_token
from belltower.core.access.rules import Verb
from belltower.core.cases.actions import advance
from belltower.core.cases.models import Case, Report
from belltower.core.cases.steps import Told
from belltower.core.cases.table import Step
from belltower.core.cases.tests.scene import BY, LAT, LON, Bureau, bureau
from belltower.core.ledger.models import Entry
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.core.receiving import looks
from belltower.edges.open311 import asking, writing
from belltower.edges.open311.errors import BadGeoReport

pytestmark = pytest.mark.django_db

ROOT = "/open311/v2"
WORDS = "王五家楼下路灯坏了"
PERSON = {
    "first_name": "五",
    "last_name": "王",
    "email": "wu@example.org",
    "phone": "13987654321",
    "device_id": "tt222111",
}
SCRIPT = "\"'><script>alert(1)</script>]]>&amp;"
SECRETS = (WORDS, "13987654321", "wu@example.org", "tt222111", "example.org/p.jpg", "演武坪", "L-17")
# The specification's own tables of fields.
SERVICE = {"service_code", "service_name", "description", "metadata", "type", "keywords", "group"}
ATTRIBUTE = {"variable", "code", "datatype", "required", "datatype_description", "order", "description"}
REQUEST = {
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description", "agency_responsible",
    "service_notice", "requested_datetime", "updated_datetime", "expected_datetime", "address", "address_id", "zipcode",
    "lat", "long", "media_url",
}  # fmt: skip


@dataclass
class App:
    """A program with a key, and the bureau behind the door."""

    client: Client
    people: Bureau
    key: str
    weak_key: str

    def get(self, path: str, **query: str) -> Any:
        answer = self.client.get(f"{ROOT}/{path}", query)
        assert answer.status_code == 200, answer.content.decode()
        return answer.json() if path.endswith("json") else ElementTree.fromstring(answer.content)

    def post(self, form: str = "json", **more: str) -> Any:
        sent = {"api_key": self.key, "service_code": "light_out", "lat": str(LAT), "long": str(LON), **more}
        return self.client.post(f"{ROOT}/requests.{form}", sent)

    def report(self, **more: str) -> str:
        """Report; the token."""
        answer = self.post(description=WORDS, **more)
        assert answer.status_code == 200, answer.content.decode()
        return str(answer.json()[0]["token"])

    def through(self, until: Step) -> Case:
        """The bureau's steps with the newest case, up to ``until``."""
        plan = [
            (Step.FILE, self.people.desk, Told()), (Step.DISPATCH, self.people.desk, Told(party_id=self.people.gas.pk)),
            (Step.TAKE, self.people.worker, Told()), (Step.ANSWER, self.people.worker, Told(reason="内部说明甲乙丙")),
            (Step.VERIFY, self.people.inspector, Told()), (Step.CLOSE, self.people.desk, Told()),
        ]  # fmt: skip
        with seen_as(EVERYTHING):
            held = Case.objects.latest("pk")
            for step, acting, told in plan[: [one for one, *_ in plan].index(until) + 1]:
                held = advance(held, step, told, acting=acting, now=held.changed_at)
        return held


@pytest.fixture
def app() -> App:
    """Nothing is seen until a view says as whom."""
    people = bureau()
    account = add_service_account("an app", by=BY)
    now = datetime.now(UTC)
    key, weak = (
        make_token(account, scopes=[verb], expires_at=None, by=BY, now=now).secret
        for verb in (Verb.REPORT_CASES, Verb.VIEW)
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('belltower.sees', '', true)")
    return App(Client(HTTP_ACCEPT_LANGUAGE="en"), people, key, weak)


def fields(element: ElementTree.Element) -> set[str]:
    return {child.tag for child in element}


def refused(answer: Any, status: int) -> None:
    """The specification's shape of errors, with the status as its code."""
    assert answer.status_code == status, answer.content.decode()
    if answer["Content-Type"].startswith("text/xml"):
        [error] = ElementTree.fromstring(answer.content)
        assert (error.tag, error.findtext("code"), bool(error.findtext("description"))) == ("error", str(status), True)
    else:
        [told] = answer.json()
        assert set(told) == {"code", "description"}
        assert told["code"] == status


def test_a_program_walks_from_the_services_to_the_request(app: App) -> None:
    [service] = [
        one for one in app.get("services.json", jurisdiction_id="430400") if one["service_code"] == "light_out"
    ]
    assert service["keywords"] == "01037"
    [asked] = app.get("services/light_out.json")["attributes"]
    token = app.report(**{f"attribute[{asked['code']}]": "L-17"}, **PERSON, media_url="http://example.org/p.jpg")
    [found] = app.get(f"tokens/{token}.json")
    assert set(found) == {"service_request_id", "token"}
    [request] = app.get(f"requests/{found['service_request_id']}.json")
    assert (request["status"], request["service_code"]) == ("open", "light_out")
    assert [one["service_request_id"] for one in app.get("requests.json")] == [found["service_request_id"]]
    with seen_as(EVERYTHING):
        report = Report.objects.select_related("case").get()
        assert report.case.source == "resident"
        text = looks.look_at(report, acting=app.people.desk).text
        assert Entry.objects.filter(what="open311.reported", actor__startswith="service").exists()
    assert text == f"{WORDS}\nasset_code: L-17\nmedia_url: http://example.org/p.jpg"


def test_answers_have_the_fields_of_the_specification_in_both_forms(app: App) -> None:
    token = app.report()
    [[number]] = [[one["service_request_id"] for one in app.get(f"tokens/{token}.json")]]
    assert all(set(one) == SERVICE and one["type"] == "batch" for one in app.get("services.json"))
    listed = app.get("services.xml")
    assert (listed.tag, {one.tag for one in listed}) == ("services", {"service"})
    assert all(fields(one) == SERVICE for one in listed)
    told = app.get("services/light_out.json")
    assert (set(told), set(told["attributes"][0])) == ({"service_code", "attributes"}, ATTRIBUTE)
    told = app.get("services/light_out.xml")
    assert (told.tag, fields(told)) == ("service_definition", {"service_code", "attributes"})
    assert fields(told.find("attributes/attribute")) == ATTRIBUTE
    assert told.findtext("attributes/attribute/required") == "false"
    for path in ("requests", f"requests/{number}"):
        [row] = app.get(f"{path}.json")
        assert set(row) == REQUEST
        found = app.get(f"{path}.xml")
        assert (found.tag, [one.tag for one in found], fields(found[0])) == ("service_requests", ["request"], REQUEST)
    assert row["requested_datetime"].endswith("Z")
    assert (row["lat"], row["long"]) == (round(LAT, 3), round(LON, 3))
    posted = app.post("xml", description="x")
    assert posted["Content-Type"] == "text/xml; charset=utf-8"
    assert fields(ElementTree.fromstring(posted.content)[0]) == {"token", "service_notice", "account_id"}
    found = app.get(f"tokens/{token}.xml")
    assert (found.tag, fields(found[0])) == ("service_requests", {"service_request_id", "token"})


def test_answered_is_open_and_says_that_it_is_not_checked(app: App) -> None:
    app.report()
    number = app.through(Step.ANSWER).number
    [row] = app.get(f"requests/{number}.json")
    assert (row["status"], row["agency_responsible"]) == ("open", "Hengyang Gas")
    assert row["status_notes"].startswith("Answered, not checked yet")
    assert "内部说明" not in str(row)
    with seen_as(EVERYTHING):
        case = Case.objects.get()
        case = advance(case, Step.VERIFY, acting=app.people.inspector, now=case.changed_at)
        assert app.get(f"requests/{number}.json")[0]["status"] == "open"
        advance(case, Step.CLOSE, acting=app.people.desk, now=case.changed_at)
    assert [one["status"] for one in app.get("requests.json", status="closed")] == ["closed"]
    assert app.get("requests.json", status="open") == []


def test_filters_choose_by_number_service_and_day(app: App) -> None:
    for code in ("light_out", "other", "light_out"):
        app.report(service_code=code)
    numbers = [one["service_request_id"] for one in app.get("requests.json")]
    assert numbers == sorted(numbers, reverse=True)
    assert len(app.get("requests.json", service_code="other")) == 1
    chosen = app.get("requests.json", service_request_id=",".join(numbers[:2]), status="closed")
    assert [one["service_request_id"] for one in chosen] == numbers[:2]
    day = datetime.now(UTC) - timedelta(days=2)
    assert app.get("requests.json", end_date=day.isoformat()) == []
    assert len(app.get("requests.json", start_date=day.isoformat())) == 3


def test_a_window_is_ninety_days_at_most() -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert asking.wanted({}, now=now).since == now - timedelta(days=90)
    early = asking.wanted({"start_date": "2026-01-01T08:00:00 08:00"}, now=now)
    assert (early.since, early.until) == (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
    for wrong in (
        {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-04-01T00:00:01Z"}, {"status": "done"},
        {"start_date": "2026-02-01T00:00:00Z", "end_date": "2026-01-01T00:00:00Z"}, {"start_date": "yesterday"},
        {"start_date": "2026-01-01T00:00:00"}, {"end_date": "0001-01-01T00:00:00Z"}, {"start_date": "9999-12-31T00:00:00-23:00"},
    ):  # fmt: skip
        with pytest.raises(BadGeoReport):
            asking.wanted(wrong, now=now)


@pytest.mark.parametrize("form", ["json", "xml"])
def test_refusals_have_the_shape_and_the_status_of_the_specification(app: App, form: str) -> None:
    refused(app.client.get(f"{ROOT}/services.{form}?jurisdiction_id=sfgov.org"), 404)
    refused(app.client.get(f"{ROOT}/services/breach.{form}"), 404)
    refused(app.client.get(f"{ROOT}/tokens/7K3QM-09XAB-C4RTW-1ZPND.{form}"), 404)
    refused(app.client.get(f"{ROOT}/requests/2026-999999.{form}"), 404)
    refused(app.client.get(f"{ROOT}/requests.{form}?status=done"), 400)
    refused(app.post(form, jurisdiction_id="sfgov.org"), 404)
    refused(app.post(form, service_code="nothing"), 404)
    refused(app.post(form, service_code=""), 400)
    refused(app.post(form, lat="", long=""), 400)
    refused(app.post(form, lat="91"), 400)
    refused(app.post(form, lat="10", long="10"), 400)
    refused(app.post(form, **{"attribute[colour]": "red"}), 400)
    for key in ("", "bt_unknown", app.weak_key):
        refused(app.post(form, api_key=key), 403)
    refused(app.client.post(f"{ROOT}/requests.{form}?api_key={app.key}", {"service_code": "other"}), 403)
    with seen_as(EVERYTHING):
        assert not Case.objects.exists()


def test_a_place_may_be_an_address_alone(app: App) -> None:
    app.report(lat="", long="", address_string="演武坪 7 号", address_id="430408-7")
    with seen_as(EVERYTHING):
        assert Case.objects.get().address == "演武坪 7 号 (address_id 430408-7)"
    [row] = app.get("requests.json")
    assert (row["lat"], row["long"], row["address"]) == (None, None, None)


def test_no_answer_holds_anything_of_a_person(app: App) -> None:
    token = app.report(
        **PERSON,
        media_url="http://example.org/p.jpg",
        address_string="演武坪 7 号",
        **{"attribute[asset_code]": "L-17"},
    )
    number = app.through(Step.CLOSE).number
    for path in ("requests", f"requests/{number}", f"tokens/{token}", "services"):
        for form in ("json", "xml"):
            answer = app.client.get(f"{ROOT}/{path}.{form}")
            assert [one for one in SECRETS if one in answer.content.decode()] == []


def test_what_the_public_page_does_not_show_is_not_there_by_number_either(app: App) -> None:
    app.report()
    with seen_as(EVERYTHING):
        number = Case.objects.get().number
        Case.objects.update(source="inspector")
    assert app.client.get(f"/public/cases/{number}/").status_code == 404
    refused(app.client.get(f"{ROOT}/requests/{number}.json"), 404)
    assert app.get("requests.json") == []
    assert app.get("requests.json", service_request_id=number) == []


def test_a_script_is_text_in_xml_and_queries_are_values(app: App) -> None:
    app.report(first_name=SCRIPT, address_string=SCRIPT)
    case = app.through(Step.CLOSE)
    with seen_as(EVERYTHING):
        looks.let_out(Report.objects.select_related("case").get(), SCRIPT, acting=app.people.desk, now=case.changed_at)
    raw = app.client.get(f"{ROOT}/requests/{case.number}.xml").content.decode()
    assert "<script" not in raw
    [request] = ElementTree.fromstring(raw)
    assert (request.findtext("status_notes") or "").endswith(SCRIPT)
    for name in ("service_request_id", "service_code", "jurisdiction_id", "status", "start_date"):
        for form in ("json", "xml"):
            answer = app.client.get(f"{ROOT}/requests.{form}", {name: f"1' OR '1'='1 {SCRIPT}"})
            assert answer.status_code in (200, 400, 404)
            assert "<script" not in answer.content.decode() or form == "json"
            assert case.number not in answer.content.decode()


def test_what_xml_may_not_hold_is_left_out() -> None:
    told = writing.Listed("errors", "error", [{"code": 400, "description": "a\x0b\x1f\ufffe<b>"}])
    assert ElementTree.fromstring(writing.written(told, "xml")).findtext("error/description") == "a<b>"
