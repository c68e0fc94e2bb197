# SPDX-License-Identifier: Apache-2.0
"""A resident reports, follows, comments, contests and is forgotten; nobody but the desk learns what they wrote."""

from __future__ import annotations

import io
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import override_settings

from belltower.core.access.errors import BadContact
from belltower.core.attachments.errors import Disguised, NotTaken
from belltower.core.attachments.keeping import Keeping
from belltower.core.attachments.models import Attachment
from belltower.core.attachments.tests import files
from belltower.core.cases.actions import Draft, advance
from belltower.core.cases.errors import WrongCode
from belltower.core.cases.models import Case, CaseStep, Report
from belltower.core.cases.steps import Told
from belltower.core.cases.table import State, Step
from belltower.core.cases.tests.scene import LAT, LON, NOW, Bureau, bureau
from belltower.core.ledger.models import Entry
from belltower.core.ledger.personal import ERASED, SubjectErased
from belltower.core.places.scope import Scope, seen_as
from belltower.core.receiving import actions, looks
from belltower.core.receiving.actions import Received
from belltower.core.receiving.errors import IncompleteReport, NotAPhoto, NotYet, NotYourCase
from belltower.core.receiving.models import Comment
from belltower.core.receiving.rules import Complaint, Contact
from belltower.core.receiving.showing import SEEN, one_shown, told
from belltower.kernel.errors import NotAllowed

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
EXACT = LON + 0.0002347
WORDS = "张三家门口井盖破了，电话13812345678"
CONTACT = Contact("张三", "13812345678", "zhang@example.org")


@pytest.fixture
def people(db: None) -> Bureau:
    return bureau()


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path):  # type: ignore[no-untyped-def]
    with override_settings(BELLTOWER_ATTACHMENTS=Keeping(tmp_path)):
        yield


def upload(content: bytes, name: str = "IMG_1.jpg") -> io.BytesIO:
    made = io.BytesIO(content)
    made.name = name
    return made


def received(text: str = WORDS, **more: object) -> Received:
    draft = Draft(text, lon=EXACT, lat=LAT)
    return actions.report_as_resident(draft, contact=CONTACT, now=NOW, zone=UTC, **more)  # type: ignore[arg-type]


def through(case: Case, people: Bureau, until: Step) -> Case:
    plan = [
        (Step.FILE, people.desk, Told()), (Step.DISPATCH, people.desk, Told(party_id=people.gas.pk)),
        (Step.TAKE, people.worker, Told()), (Step.ANSWER, people.worker, Told(reason="已更换（内部说明）")),
        (Step.VERIFY, people.inspector, Told()), (Step.CLOSE, people.desk, Told()),
    ]  # fmt: skip
    for number, (step, acting, said) in enumerate(plan, 1):
        case = advance(case, step, said, acting=acting, now=NOW + number * MINUTE)
        if step is until:
            break
    return case


def everything_in(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")
        return str(cursor.fetchone()[0])


def test_what_a_resident_wrote_is_sealed_and_the_code_is_kept_by_nobody(people: Bureau) -> None:
    got = received(photos=[upload(files.picture(told=files.exif()))])
    assert actions.by_code(got.code.lower().replace("-", " ")).pk == got.report.pk
    stored = "".join(map(everything_in, ("cases_case", "cases_step", "cases_report", "cases_remark", "ledger_entry")))
    assert not [
        word for word in ("张三", "13812345678", "zhang@", got.code, got.code.replace("-", "")) if word in stored
    ]
    assert Attachment.objects.get().subject_uid == got.report.case.uid
    assert got.report.case.state == State.REPORTED
    assert Entry.objects.filter(what__startswith="receiving.report").exists()


def test_every_wrong_code_is_answered_alike(people: Bureau) -> None:
    received()
    said = set()
    for code in ("", "x", "7K3QM-09XAB-C4RTW-1ZPND", "0" * 20, "张三" * 10, "'; --"):
        with pytest.raises(WrongCode) as refused:
            actions.by_code(code)
        said.add(refused.value.say("zh"))
    assert len(said) == 1


@pytest.mark.parametrize(
    ("draft", "refusal"),
    [
        (Draft("井盖破了"), IncompleteReport), (Draft(" ", lon=LON, lat=LAT), IncompleteReport),
        (Draft("海里", lon=0.0, lat=0.0), IncompleteReport),
    ],
)  # fmt: skip
def test_a_report_needs_a_place_in_the_city_and_says_what_is_wrong(
    people: Bureau, draft: Draft, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        actions.report_as_resident(draft, contact=Contact(), now=NOW, zone=UTC)
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("content", "name", "refusal"),
    [
        (files.pdf(), "photo.jpg", Disguised), (files.pdf(), "photo.pdf", NotAPhoto),
        (b"MZ" + bytes(200), "photo.jpg", NotTaken), (b"<svg onload=alert(1)>", "photo.svg", (NotTaken, NotAPhoto)),
        (b"<html><script>alert(1)</script>", "photo.png", (NotTaken, NotAPhoto)),
    ],
)  # fmt: skip
def test_a_file_that_is_no_photo_is_refused_and_nothing_is_kept(
    people: Bureau, content: bytes, name: str, refusal: type[Exception] | tuple[type[Exception], ...]
) -> None:
    with pytest.raises(refusal):
        received(photos=[upload(content, name)])
    assert not Case.objects.exists()
    assert not Report.objects.exists()


def test_a_bad_contact_is_refused(people: Bureau) -> None:
    with pytest.raises(BadContact):
        actions.report_as_resident(Draft("x", lon=LON, lat=LAT), contact=Contact(email="<script>"), now=NOW, zone=UTC)


def test_following_is_no_second_case_and_has_a_code_of_its_own(people: Bureau) -> None:
    first = received()
    second = actions.follow(first.report.case, contact=Contact(), now=NOW)
    assert Case.objects.count() == 1
    assert second.report.follows_only
    assert second.code != first.code
    assert actions.case_of(actions.by_code(second.code)) == first.report.case


def test_a_contest_reopens_at_the_unit_and_only_with_a_code_of_that_case(people: Bureau) -> None:
    mine, other = received(), received("路灯不亮")
    case = through(mine.report.case, people, Step.VERIFY)
    with pytest.raises(NotYourCase):
        actions.contest(other.report, case, Complaint.NOTHING_DONE, now=NOW)
    after = actions.contest(mine.report, case, Complaint.NOTHING_DONE, now=NOW + 9 * MINUTE, text="我是张三")
    assert (after.state, after.holder_id) == (State.REOPENED, people.gas.pk)
    last = CaseStep.objects.filter(case=case).order_by("number").last()
    assert last is not None
    assert (last.part, "张三" in last.reason, last.about["complaint"]) == ("reporter", False, "nothing_done")


def test_who_reported_what_was_merged_may_contest_what_it_was_merged_into(people: Bureau) -> None:
    one, two = received(), received("同一个井盖")
    target = one.report.case
    advance(two.report.case, Step.MERGE, Told(reason="同一问题", into=target), acting=people.desk, now=NOW)
    through(target, people, Step.CLOSE)
    assert actions.contest(two.report, target, Complaint.CAME_BACK, now=NOW).state == State.REOPENED


def test_confirming_and_rating_wait_until_somebody_has_checked(people: Bureau) -> None:
    got = received()
    case = through(got.report.case, people, Step.ANSWER)
    for early in (lambda: actions.confirm(got.report, now=NOW), lambda: actions.rate(got.report, 5, now=NOW)):
        with pytest.raises(NotYet):
            early()
    with pytest.raises(NotYet):
        actions.contest(got.report, case, Complaint.PARTLY, now=NOW)
    advance(case, Step.VERIFY, acting=people.inspector, now=NOW)
    actions.confirm(got.report, now=NOW)
    actions.rate(got.report, 4, now=NOW)
    got.report.refresh_from_db()
    assert (got.report.confirmed_at, got.report.stars) == (NOW, 4)


def test_a_look_at_a_reporter_is_an_entry_and_the_unit_gets_none(people: Bureau) -> None:
    got = received()
    actions.comment(got.report, "晚上更危险", now=NOW)
    through(got.report.case, people, Step.DISPATCH)
    report = Report.objects.select_related("case").get()
    with pytest.raises(NotAllowed):
        looks.look_at(report, acting=people.worker)
    seen = looks.look_at(report, acting=people.desk)
    assert (seen.name, seen.phone, seen.text) == ("张三", "13812345678", WORDS)
    assert seen.comments[0][1] == "晚上更危险"
    note = Entry.objects.get(what="receiving.reporter_read")
    assert (note.actor, note.subject) == (people.desk.actor.reference, report.reference)
    assert looks.masked(report).phone == "138****5678"
    with seen_as(Scope(frozenset({people.gas.pk}))):
        assert Case.objects.count() == 1
        assert not Report.objects.exists()
        assert not Comment.objects.exists()


def test_a_reporter_who_is_forgotten_leaves_case_and_ledger_as_they_were(people: Bureau) -> None:
    got = received()
    actions.comment(got.report, "晚上更危险", now=NOW)
    steps, rows = CaseStep.objects.count(), everything_in("cases_report")
    assert actions.forget(got.report, now=NOW)
    assert not actions.forget(got.report, now=NOW)
    seen = looks.look_at(Report.objects.get(), acting=people.desk)
    assert {seen.name, seen.phone, seen.email, seen.text, seen.comments[0][1]} == {ERASED}
    assert (CaseStep.objects.count(), everything_in("cases_report")) == (steps, rows)
    assert actions.by_code(got.code).pk == got.report.pk
    with pytest.raises(SubjectErased):
        actions.comment(got.report, "还在吗", now=NOW)


def test_the_public_reads_neither_reasons_nor_reporters_nor_what_stays_inside(people: Bureau) -> None:
    got = received()
    case = through(got.report.case, people, Step.ANSWER)
    looks.let_out(got.report, "井盖破损，位于人行道", acting=people.desk, now=NOW)
    with seen_as(SEEN):
        public = told(one_shown(case.number))
    said = repr(public)
    assert "井盖破损，位于人行道" in said
    assert not [word for word in ("张三", "138", "内部说明", str(EXACT)[:8], "person") if word in said]
    assert public.standing.value == "answered"
    assert (public.lon, public.lat) == (112.603, 26.9)
    assert public.unit is not None
    assert public.unit.zh == "衡阳燃气"
