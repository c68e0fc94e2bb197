# SPDX-License-Identifier: Apache-2.0
"""The essential path with JavaScript off: report, receipt, track, answered or put right, contest, rate."""

from __future__ import annotations

import pytest
from django.test import Client

from belltower.analytics.text.classifying import train
from belltower.analytics.text.keeping import as_bytes
from belltower.core.attachments.models import Attachment
from belltower.core.cases.actions import advance
from belltower.core.cases.models import Case, Report
from belltower.core.cases.table import State, Step
from belltower.core.cases.tests.scene import NOW
from belltower.core.messages.actions import use_model
from belltower.core.messages.models import Purpose
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.core.receiving import looks
from belltower.core.receiving.actions import RESIDENT
from belltower.screens.public.tests.conftest import LAT, LON, WORDS, Door, code_on, form, photo

pytestmark = pytest.mark.django_db


def test_a_report_with_a_photo_leads_to_a_receipt_and_is_tracked(door: Door) -> None:
    code = door.report(photo=photo(), phone="13987654321")
    receipt = door.client.get(f"/public/r/{code}/receipt/").content.decode()
    assert "<svg" in receipt
    found = door.client.post("/public/track/", {"code": code.lower().replace("-", " ")}, follow=True)
    page = found.content.decode()
    assert found.redirect_chain[-1][0] == f"/public/r/{code}/"
    assert "已收到" in page
    assert WORDS not in page
    with seen_as(EVERYTHING):
        assert Attachment.objects.get().subject_uid == Case.objects.get().uid


def test_answered_and_put_right_are_told_apart(door: Door) -> None:
    code = door.report()
    door.through(Step.ANSWER)
    page = door.client.get(f"/public/r/{code}/").content.decode()
    assert "尚未核实" in page
    assert "已整改到位，经核实" not in page
    assert "是的，已解决" not in page
    with seen_as(EVERYTHING):
        case = Case.objects.get()
    assert "内部说明甲乙丙" not in page
    assert "衡阳燃气" in page
    with seen_as(EVERYTHING):
        advance(case, Step.VERIFY, acting=door.people.inspector, now=case.changed_at)
    assert "已整改到位，经核实" in door.client.get(f"/public/r/{code}/").content.decode()


def test_a_contest_goes_back_to_the_unit_and_another_case_s_code_is_refused(door: Door) -> None:
    mine = door.report()
    case = door.through(Step.CLOSE)
    other = door.report(text="另一处", lon="112.65", lat="26.85", kind="other")
    wrong = door.client.post(f"/public/r/{other}/contest/", {"case": case.number, "complaint": "partly"})
    assert wrong.status_code == 403
    assert "不是案卷" in wrong.content.decode()
    with seen_as(EVERYTHING):
        assert Case.objects.get(pk=case.pk).state == State.CLOSED
    right = door.client.post(f"/public/r/{mine}/contest/", {"case": case.number, "complaint": "partly"}, follow=True)
    assert "责任单位已收到" in right.content.decode()
    with seen_as(EVERYTHING):
        case.refresh_from_db()
    assert (case.state, case.holder_id) == (State.REOPENED, door.people.gas.pk)


def test_confirm_rate_comment_and_erase(door: Door) -> None:
    code = door.report()
    door.through(Step.VERIFY)
    for what, sent in (("confirm", {}), ("rate", {"stars": "5"}), ("comment", {"text": "谢谢"}), ("forget", {})):
        answer = door.client.post(f"/public/r/{code}/{what}/", sent)
        assert answer.status_code == 302, what
    with seen_as(EVERYTHING):
        report = Report.objects.select_related("case").get()
        assert report.stars == 5
        assert report.confirmed_at is not None
        assert looks.look_at(report, acting=door.people.desk).text is looks.Erased.ERASED
    assert door.client.get(f"/public/r/{code}/").status_code == 200
    assert door.client.post(f"/public/r/{code}/rate/", {"stars": "9"}).status_code == 422
    assert door.client.post(f"/public/r/{code}/close/", {}).status_code == 404


def test_what_is_likely_known_is_shown_before_it_is_taken_and_can_be_followed(door: Door) -> None:
    door.report()
    with seen_as(EVERYTHING):
        first = Case.objects.get()
    asked = door.client.post("/public/report/", form(text="路灯不亮"))
    assert asked.status_code == 409
    assert first.number in asked.content.decode()
    assert "路灯不亮" in asked.content.decode(), "nothing that was typed is lost"
    part = door.client.get("/public/report/near/", {"lon": LON, "lat": LAT, "text": "路灯不亮"}).content.decode()
    assert first.number in part
    followed = door.client.post(f"/public/cases/{first.number}/follow/", {}, follow=True)
    assert "您已关注此案" in followed.content.decode()
    with seen_as(EVERYTHING):
        assert Case.objects.count() == 1
    again = door.client.post("/public/report/", form(text="路灯不亮", considered=[first.number]), follow=True)
    assert code_on(again.content.decode())
    with seen_as(EVERYTHING):
        assert Case.objects.count() == 2


def test_a_disguised_file_is_refused_with_a_sentence_and_the_words_stay(door: Door) -> None:
    for content, name in (
        (b"MZ" + bytes(300), "IMG.jpg"),
        (b"%PDF-1.7\n%%EOF\n", "IMG.jpg"),
        (b"<svg></svg>", "a.svg"),
    ):
        answer = door.client.post("/public/report/", form(photo=photo(content, name)))
        assert answer.status_code == 422, name
        assert 'role="alert"' in answer.content.decode()
        assert WORDS in answer.content.decode()
    with seen_as(EVERYTHING):
        assert not Case.objects.exists()


def test_every_page_is_there_in_both_languages_and_without_anything(door: Door) -> None:
    english = Client(HTTP_ACCEPT_LANGUAGE="en")
    for address in ("", "report/", "track/", "nearby/", "data/", "verify/"):
        assert "上报问题" in door.client.get(f"/public/{address}").content.decode()
        assert "Report a problem" in english.get(f"/public/{address}").content.decode()
    assert door.client.get("/public/map/").json()["layers"]
    assert door.client.get("/public/tiles/assets/12/3329/1727.mvt").status_code == 200


def test_the_kind_that_the_words_suggest_is_shown_once_before_it_is_taken(door: Door) -> None:
    """Without a model the form says that the desk will; with one the suggestion is confirmed, and both are kept."""
    assert "由值班台确定" in door.client.get("/public/report/").content.decode()
    words = (
        ("路灯不亮", "路灯坏了", "路灯杆倾斜", "晚上没有路灯"),
        ("垃圾没人清运", "垃圾桶满了", "垃圾发臭", "清运车没来"),
    )
    told = [(f"{said}{chr(0x4E00 + 9 * n)}", kind) for kind, each in zip(("light_out", "other"), words, strict=True)
            for said in each for n in range(10)]  # fmt: skip
    model = train([text for text, _ in told], [kind for _, kind in told])
    with seen_as(EVERYTHING):
        use_model(as_bytes(model), threshold=0.6, by=RESIDENT, now=NOW, purpose=Purpose.KINDS)
    assert 'value="light_out"' in door.client.get("/public/report/near/", {"text": "门口路灯坏了"}).content.decode()
    asked = door.client.post("/public/report/", form(kind="", text="门口路灯坏了"))
    assert asked.status_code == 409
    page = asked.content.decode()
    assert '<input type="hidden" name="suggested" value="light_out">' in page
    assert "门口路灯坏了" in page, "nothing that was typed is lost"
    door.report(kind="", text="门口路灯坏了", suggested="light_out")
    with seen_as(EVERYTHING):
        case = Case.objects.get()
        about = case.steps.get(number=1).about
    assert case.kind == "light_out"
    assert (about["suggested"], about["chosen"], about["unsure"]) == ("light_out", "", False)
