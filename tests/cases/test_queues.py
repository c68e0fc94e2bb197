# SPDX-License-Identifier: Apache-2.0
"""Queues, rates, committees and evaluations on the console's pages: in both languages, and only of what the viewer sees."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from belltower.core.access.models import RoleName
from belltower.core.cases.actions import Draft, advance, report
from belltower.core.cases.models import Case
from belltower.core.cases.steps import Told
from belltower.core.cases.table import Stage, State, Step
from belltower.core.places.actions.parties import put_party
from belltower.core.places.models import Party
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.core.rates.queues import Queue, boards
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text
from tests.scenes.cased import AT, BUREAU
from tests.scenes.two_enterprises import TwoEnterprises, person

pytestmark = pytest.mark.django_db
PERIOD = "since=2026-11-01&until=2026-11-30"


def client_of(role: RoleName, name: str = "小周") -> Client:
    client = Client()
    client.force_login(person(role.value, name, role))
    return client


@pytest.fixture
def desk(two_enterprises: TwoEnterprises) -> Client:
    return client_of(RoleName.DESK)


@pytest.fixture
def committee(two_enterprises: TwoEnterprises) -> Party:
    return put_party("wei", "committee", Text(zh="燃气专委会", en="Gas committee"), by=Actor.system("scene"))


def said(client: Client, address: str, language: str = "zh-hans") -> str:
    answer = client.get(address, headers={"accept-language": language})
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


def test_queues_count_what_each_holder_has_and_open_to_it(two_enterprises: TwoEnterprises, desk: Client) -> None:
    for hours in (1, 3, 8):
        case = report(Draft("井盖破损"), acting=BUREAU, now=AT - timedelta(hours=hours))
    advance(case, Step.FILE, acting=BUREAU, now=AT)
    with seen_as(EVERYTHING):
        [own, *others] = boards(AT + timedelta(hours=2))
        assert own.party is None
        mine = {one.stage: one for one in own.queues}
        assert mine[Stage.DISPATCHING].waiting == 1
        filing = mine[Stage.FILING]
        assert filing.waiting == Case.objects.filter(state=State.REPORTED).count()
        assert isinstance(filing, Queue)
        assert filing.age == timedelta(hours=4) if filing.waiting == 2 else filing.age
        assert sum(one.waiting for one in others) == Case.objects.filter(state=State.DISPATCHED).count()
    page = said(desk, "/cases/queues/")
    counted = dict(re.findall(r'href="(/cases/\?stage=[^"]+)">([\d,]+)</a>', page))
    assert counted
    for address, number in counted.items():
        assert said(desk, address.replace("&amp;", "&")).count("data-row") == int(number), address


def test_each_figure_opens_to_as_many_cases_as_it_says(two_enterprises: TwoEnterprises, desk: Client) -> None:
    page = said(desk, f"/cases/rates/?{PERIOD}")
    links = re.findall(r'href="(/cases/rates/\w+/\w+/\?[^"]+)">([\d,]+)</a>', page)
    assert len(links) > 30
    assert {number for _, number in links} > {"0"}
    for address, number in links[:12]:
        assert said(desk, address.replace("&amp;", "&")).count("data-row") == int(number), address
    assert desk.get("/cases/rates/filing/elsewhere/").status_code == 404
    assert desk.get("/cases/rates/nothing/among/").status_code == 404
    answer = desk.get(f"/cases/rates/rates.csv?{PERIOD}")
    assert answer["Content-Type"].startswith("text/csv")
    assert answer.content.decode("utf-8-sig").splitlines()[1].startswith("filing,立案率,Filed,")


def test_pages_speak_both_languages_and_refuse_a_period_that_cannot_be(desk: Client, committee: Party) -> None:
    for address, zh, en in (
        ("/cases/queues/", "待办队列", "Queues"), ("/cases/rates/", "按时处置率", "Handled in time"),
        ("/cases/committee/", "燃气专委会", "Gas committee"),
    ):  # fmt: skip
        assert zh in said(desk, address)
        assert en in said(desk, address, "en")
    answer = desk.get("/cases/rates/?since=2026-11-02&until=2026-11-01", headers={"accept-language": "en"})
    assert answer.status_code == 422
    assert "ends before it begins" in answer.content.decode()


def test_a_leader_takes_over_to_a_committee_whose_page_then_has_it_and_not_the_enterprise(
    two_enterprises: TwoEnterprises, committee: Party
) -> None:
    case = Case.objects.get(party=two_enterprises.ours.party)
    leader, ours = client_of(RoleName.LEADER, "老王"), Client()
    ours.force_login(two_enterprises.ours.person)
    assert case.number in said(ours, "/cases/?state=all")
    refused = leader.post(f"/cases/{case.number}/step/", {"step": "take_over", "party": "ours-party", "reason": "因"})
    assert refused.status_code == 422
    done = leader.post(f"/cases/{case.number}/step/", {"step": "take_over", "party": "wei", "reason": "久拖未决"})
    assert done.status_code == 302
    assert case.number in said(leader, "/cases/committee/?committee=wei")
    assert case.number in said(leader, "/cases/committee/?committee=wei&list=took")
    assert case.number not in said(ours, "/cases/?state=all")
    assert case.number not in said(ours, "/cases/committee/?committee=wei&list=took")


def test_a_closed_case_is_evaluated_on_its_page_by_somebody_else(two_enterprises: TwoEnterprises, desk: Client) -> None:
    case = Case.objects.get(party=two_enterprises.ours.party)
    for step in (Step.TAKE, Step.ANSWER, Step.VERIFY, Step.CLOSE):
        by = BUREAU if step in (Step.TAKE, Step.ANSWER) else None
        if by:
            case = advance(case, step, Told("已换灯"), acting=by, now=AT + timedelta(hours=1))
        else:
            assert desk.post(f"/cases/{case.number}/step/", {"step": step.value}).status_code == 302
    assert 'name="mark"' in said(desk, f"/cases/{case.number}/")
    assert desk.post(f"/cases/{case.number}/step/", {"step": "evaluate"}).status_code == 422
    sent = {"step": "evaluate", "mark": "good", "reason": "处理得当 <b>"}
    assert desk.post(f"/cases/{case.number}/step/", sent).status_code == 302
    page = said(desk, f"/cases/{case.number}/")
    assert 'id="evaluation"' in page
    assert "处理得当 &lt;b&gt;" in page
    assert "good" in case.steps.get(step="evaluate").about["mark"]
