# SPDX-License-Identifier: Apache-2.0
"""From a step to a letter in a box: sent once, tried again, given up, and never to who was erased or merged away unheard."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings

from belltower.core.access.personal import set_contact
from belltower.core.cases.actions import Draft, advance
from belltower.core.cases.models import Case, Report
from belltower.core.cases.steps import Told
from belltower.core.cases.table import Step
from belltower.core.ledger.anchor_rules import MailServer
from belltower.core.notices import actions, links, subscribing
from belltower.core.notices.errors import BadChannel, BadLink
from belltower.core.notices.kinds import Channel, DeliveryState
from belltower.core.notices.models import AreaSubscription, ChannelSetting, Delivery, Notice
from belltower.core.notices.sending import send_due
from belltower.core.notices.tests.replay import Postbox, answering, post_office
from belltower.core.notices.tests.scene import BY, LAT, LON, NOW, Town, hand_on, town
from belltower.core.notices.tries import WAITS
from belltower.core.notices.wishes import Notifying
from belltower.core.places import city
from belltower.core.receiving import actions as receiving
from belltower.core.receiving.rules import Contact

pytestmark = pytest.mark.django_db
ADDRESS = "https://city.example"
LATER = timedelta(days=2)


@dataclass
class Office:
    """The town, with a mail server beside it."""

    town: Town
    box: Postbox

    def report(self, to: str = "zhang@example.org", language: str = "zh") -> Report:
        draft = Draft("井盖破了", kind="other", lon=LON, lat=LAT)
        contact = Contact(email=to)
        return receiving.report_as_resident(
            draft, contact=contact, now=NOW, zone=city.current().tz, language=language
        ).report

    def post(self, now: datetime | None = None) -> list[tuple[str, str, str]]:
        """Hand events on, send what is due; the new letters as (to, subject, text)."""
        before = len(self.box.letters)
        hand_on()
        send_due(now or NOW + LATER)
        return [read(*one) for one in self.box.letters[before:]]


def read(to: str, raw: bytes) -> tuple[str, str, str]:
    told = email.message_from_bytes(raw, policy=email.policy.default)
    return to, str(told["Subject"]).strip(), told.get_content()  # type: ignore[attr-defined]


@pytest.fixture
def office(db: None, settings: LazySettings) -> Iterator[Office]:
    with post_office() as (box, port):
        settings.BELLTOWER_NOTICES = Notifying(
            address=ADDRESS,
            server=MailServer("127.0.0.1", port),
            mail_from="city@city.example",
            is_private_allowed=True,
        )
        yield Office(town(), box)


def test_a_reporter_is_written_to_and_answered_is_not_put_right(office: Office) -> None:
    case = office.report().case
    office.town.through(case, Step.ANSWER)
    letters = office.post()
    assert [(to, subject) for to, subject, _ in letters] == [
        ("zhang@example.org", "您上报的问题：正在安排"), ("zhang@example.org", "您上报的问题：单位已答复，尚未核实"),
    ]  # fmt: skip
    assert f"{ADDRESS}/public/cases/{case.number}/" in letters[1][2]
    assert "还不算办结" in letters[1][2]
    assert "已更换" not in letters[1][2]
    advance(case, Step.VERIFY, acting=office.town.bureau.inspector, now=NOW)
    advance(case, Step.CLOSE, acting=office.town.bureau.desk, now=NOW)
    [(_, subject, _)] = office.post()
    assert subject == "您上报的问题：已整改到位，经核实"
    assert office.post() == []
    sent = Delivery.objects.filter(notice__report__isnull=False)
    assert {one.state for one in sent} == {DeliveryState.SENT}
    assert {one.answer for one in sent} == {
        "250 OK queued as 1 for …",
        "250 OK queued as 2 for …",
        "250 OK queued as 3 for …",
    }


def test_reporters_of_a_merged_case_are_told_and_then_of_the_parent_s_closing(office: Office) -> None:
    child, parent = office.report("child@example.org", "en").case, office.report("parent@example.org").case
    desk = office.town.bureau.desk
    advance(child, Step.MERGE, Told(reason="重复", into=parent), acting=desk, now=NOW)
    [(to, subject, text)] = office.post()
    assert (to, subject) == ("child@example.org", "What you reported: Joined with another report")
    assert f"/public/cases/{parent.number}/" in text
    office.town.through(Case.objects.get(pk=parent.pk), Step.CLOSE)
    told = office.post()
    assert [to for to, subject, _ in told if "Put right" in subject or "已整改到位" in subject] == [
        "child@example.org", "parent@example.org",
    ]  # fmt: skip
    assert all(child.number not in text for _, _, text in told)


def test_who_was_erased_is_written_to_no_more(office: Office) -> None:
    report = office.report()
    office.town.through(report.case, Step.FILE)
    hand_on()
    receiving.forget(report, now=NOW)
    assert office.post() == []
    [one] = Delivery.objects.all()
    assert (one.state, one.answer) == (DeliveryState.GIVEN_UP, "no address")


def test_a_letter_that_is_put_off_is_tried_again_and_one_refused_for_good_is_given_up(office: Office) -> None:
    office.town.through(office.report().case, Step.FILE)
    office.box.refuses = "451 later, zhang@example.org"
    assert office.post(NOW + LATER) == []
    [one] = Delivery.objects.all()
    assert (one.state, one.attempts, one.answer) == (DeliveryState.FAILED, 1, "451 later, …")
    assert one.due_at == NOW + LATER + WAITS[0]
    assert send_due(NOW + LATER) == 0
    office.box.refuses = ""
    assert send_due(one.due_at) == 1
    one.refresh_from_db()
    assert (one.state, one.attempts) == (DeliveryState.SENT, 2)
    office.box.refuses = "550 no such box"
    office.town.through(office.report().case, Step.FILE)
    assert office.post() == []
    assert Delivery.objects.latest("pk").state == DeliveryState.GIVEN_UP


def test_a_person_is_written_to_where_they_said_so_and_a_party_s_webhook_is_tried_again(office: Office) -> None:
    gas, by = office.town.gas, office.town.gas.as_actor()
    with pytest.raises(BadChannel):
        actions.set_channel(gas, Channel.MAIL, is_on=True, by=by)
    set_contact(gas, email="gas@example.org", phone="", by=by)
    actions.set_channel(gas, Channel.MAIL, is_on=True, language="en", by=by)
    with answering([{"status": 500, "body": ""}, {"status": 200, "body": ""}]) as heard:
        secret = actions.set_channel(office.town.bureau.gas, Channel.WEBHOOK, is_on=True, address=heard.address, by=BY)
        assert secret.startswith("whsec_")
        case = office.town.through(office.town.report(), Step.DISPATCH)
        [(to, subject, text)] = office.post(NOW + LATER)
        hook = Delivery.objects.get(channel=Channel.WEBHOOK)
        assert (hook.state, hook.answer) == (DeliveryState.FAILED, "HTTP 500")
        send_due(hook.due_at)
    assert (to, subject) == ("gas@example.org", f"Dispatched to your party: case {case.number} Something else")
    assert f"{ADDRESS}/cases/{case.number}/" in text
    assert [one["headers"]["webhook-id"] for one in heard.asked] == [str(hook.uid)] * 2
    assert Delivery.objects.get(channel=Channel.WEBHOOK).state == DeliveryState.SENT
    sealed = ChannelSetting.objects.get(channel=Channel.WEBHOOK).address_sealed
    assert sealed is not None
    assert heard.address.encode() not in bytes(sealed)


def test_a_subscription_is_confirmed_by_its_letter_told_once_a_day_and_ended_by_each(office: Office) -> None:
    subscribing.subscribe("430408", "li@example.org", "zh", now=NOW)
    office.town.through(office.report("").case, Step.FILE)
    [(to, subject, text)] = office.post()
    assert (to, subject) == ("li@example.org", "请确认订阅：蒸湘区")
    one = AreaSubscription.objects.get()
    assert links.confirm_link(one.uid, ADDRESS).rpartition("/")[0].rpartition("/")[0] in text
    with pytest.raises(BadLink):
        subscribing.confirm(links.token(one.uid, links.STOP), now=NOW)
    subscribing.confirm(links.token(one.uid, links.CONFIRM), now=NOW)
    first = office.town.through(office.report("").case, Step.CLOSE)
    secret = office.town.through(office.town.report("内部"), Step.FILE)
    hand_on()
    assert send_due(NOW) == 0
    [(to, subject, text)] = office.post(NOW + LATER)
    assert (to, subject) == ("li@example.org", "蒸湘区：2 条新消息")
    assert text.count(first.number + " ") == 2
    assert secret.number not in text
    subscribing.stop(links.token(one.uid, links.STOP), now=NOW)
    office.town.through(office.report("").case, Step.FILE)
    assert office.post() == []
    assert AreaSubscription.objects.get().digest == ""
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in office.box.letters[-1][1]


def test_an_address_is_not_flooded_with_letters_that_others_ask_for(office: Office) -> None:
    for _ in range(9):
        subscribing.subscribe("430408", "li@example.org", "zh", now=NOW)
    assert len(office.post()) == subscribing.LETTERS_A_DAY
    assert Notice.objects.count() == subscribing.LETTERS_A_DAY
