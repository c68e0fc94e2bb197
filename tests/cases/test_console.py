# SPDX-License-Identifier: Apache-2.0
"""The console's cases: from a report on the form to a close, by the buttons that each page offers to whoever looks."""

from __future__ import annotations

import itertools
import re
from contextlib import nullcontext
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.test import Client
from django.utils import translation

from belltower.core.access.models import RoleName
from belltower.core.answers.models import AnswerTemplate
from belltower.core.attachments.tests.photo import attached
from belltower.core.cases.actions import Draft, report
from belltower.core.cases.models import Case
from belltower.core.cases.table import State
from belltower.core.ledger.proofs import entries_of
from belltower.core.places.actions.parties import put_party
from belltower.core.places.models import SavedView
from belltower.core.places.scope import Scope, seen_as
from belltower.core.standards.outputs.tests.scene import text_of
from belltower.kernel.texts import Text
from belltower.project.commands import cases as command
from tests.scenes.cased import AT, BUREAU
from tests.scenes.two_enterprises import TwoEnterprises, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(two_enterprises: TwoEnterprises) -> Client:
    client = Client()
    client.force_login(person("desk", "小周", RoleName.DESK))
    return client


@pytest.fixture
def worker(two_enterprises: TwoEnterprises) -> Client:
    client = Client()
    client.force_login(two_enterprises.ours.person)
    return client


def offered(client: Client, case: Case) -> list[str]:
    """The steps that the page of a case offers."""
    said = client.get(f"/cases/{case.number}/").content.decode()
    return re.findall(r'name="step" value="(\w+)"', said)


def step(client: Client, case: Case, step: str, **more: str) -> int:
    return client.post(f"/cases/{case.number}/step/", {"step": step, **more}).status_code


def test_each_page_offers_what_its_viewer_may_do_and_the_case_goes_to_its_close(
    two_enterprises: TwoEnterprises, desk: Client, worker: Client
) -> None:
    with translation.override("en"):
        answer = desk.post("/cases/new/", {"text": "路灯不亮", "kind": "light_out", "asset": "ours-L1"})
    case = Case.objects.latest("pk")
    assert answer["Location"] == f"/cases/{case.number}/"
    assert offered(desk, case) == ["file", "decline", "merge"]
    assert step(desk, case, "file", seen="1") == 302
    assert step(desk, case, "dispatch", party="ours-party") == 302
    assert offered(worker, case) == ["take", "refuse", "hand_over"]
    assert step(worker, case, "take") == 302
    assert step(worker, case, "answer", reason="已换灯泡") == 302
    assert offered(worker, case) == []
    assert offered(desk, case) == ["send_back", "verify", "suspend"]
    assert step(desk, case, "verify") == 302
    assert step(desk, case, "close") == 302
    case.refresh_from_db()
    assert case.state == State.CLOSED


def test_a_refused_step_shows_the_page_again_with_the_reason_and_what_was_written(desk: Client) -> None:
    desk.post("/cases/new/", {"text": "井盖", "kind": "other"})
    case = Case.objects.latest("pk")
    with translation.override("en"):
        answer = desk.post(
            f"/cases/{case.number}/step/", {"step": "merge", "reason": "the same <b>", "into": case.number}
        )
    said = answer.content.decode()
    assert answer.status_code == 409
    assert "the same &lt;b&gt;" in said
    assert "the same <b>" not in said
    stale = desk.post(f"/cases/{case.number}/step/", {"step": "file", "seen": "9"})
    assert stale.status_code == 409
    case.refresh_from_db()
    assert case.state == State.REPORTED


def test_what_may_be_the_same_is_merged_from_the_list_of_pairs_and_stands_on_both_pages(
    desk: Client, worker: Client
) -> None:
    for text in ("井盖破损", "井盖破损了"):
        desk.post("/cases/new/", {"text": text, "kind": "other", "lon": "112.6031", "lat": "26.9"})
    later, earlier = Case.objects.order_by("-pk")[:2]
    assert f"/cases/{later.number}/" in desk.get(f"/cases/{earlier.number}/").content.decode()
    form = {"into": earlier.number, "reason": "同一处", "to": "duplicates", "seen": "1"}
    said = desk.get("/cases/duplicates/").content.decode()
    assert f'name="into" value="{earlier.number}"' in said
    assert step(desk, later, "merge", **form) == 302
    assert later.number not in desk.get("/cases/duplicates/").content.decode()
    assert f"/cases/{later.number}/" in desk.get(f"/cases/{earlier.number}/").content.decode()
    assert worker.get("/cases/duplicates/").status_code == 403


def test_one_step_with_many_tells_of_each_what_came_of_it_and_changes_nothing_where_it_is_refused(
    two_enterprises: TwoEnterprises, desk: Client, worker: Client
) -> None:
    for text in ("井盖", "路灯", "护栏"):
        desk.post("/cases/new/", {"text": text, "kind": "other"})
    third, second, first = Case.objects.order_by("-pk")[:3]
    assert step(desk, second, "file") == 302
    chosen = [first.number, second.number, third.number, "2026-<b>"]
    answer = desk.post("/cases/many/", {"step": "file", "reason": "批量", "case": chosen})
    lines = {one.number: one.refusal and one.refusal.code for one, _, _ in answer.context["lines"]}
    assert lines == {
        first.number: None,
        second.number: "step_out_of_turn",
        third.number: None,
        "2026-<b>": "no_such_case",
    }
    assert "2026-<b>" not in answer.content.decode()
    assert [one.steps.count() for one in (first, second, third)] == [2, 2, 2]
    theirs = desk.post("/cases/many/", {"step": "dispatch", "party": "theirs-party", "case": [first.number]})
    assert theirs.context["taken"] == 1
    mine = worker.post("/cases/many/", {"step": "take", "case": [first.number]})
    assert mine.context["lines"][0][0].refusal.code == "no_such_case", "of another's case there is nothing to know"
    for wrong in ([], [f"2026-{number:06}" for number in range(201)]):
        assert desk.post("/cases/many/", {"step": "close", "case": wrong}).status_code == 422


def test_the_case_file_is_printed_for_who_sees_the_case_and_by_command(
    two_enterprises: TwoEnterprises, worker: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, other = (Case.objects.get(uid=one.things["case"]) for one in (two_enterprises.ours, two_enterprises.theirs))
    answer = worker.get(f"/cases/{case.number}/file.pdf?language=en")
    assert answer["Content-Type"] == "application/pdf"
    assert "ours broken" in text_of(answer.content)
    assert "ours-case.jpg" in text_of(answer.content)
    assert worker.get(f"/cases/{other.number}/file.pdf").status_code == 404
    monkeypatch.setattr(command.database, "ready", nullcontext)
    used = CliRunner().invoke(
        command.command, ["print", case.number, "-o", str(tmp_path / "one.pdf")], catch_exceptions=False
    )
    assert used.exit_code == 0
    assert "案卷" in text_of((tmp_path / "one.pdf").read_bytes())


def test_a_template_is_checked_when_it_is_saved_and_begins_an_answer(
    two_enterprises: TwoEnterprises, desk: Client, worker: Client
) -> None:
    words = {"name": "已修复", "kind": "", "language": "zh", "text": "{address} 的{kind}已修复（{number}），{{谢谢}}。"}
    for wrong in ("{owner}", "{title.zh}", "{title!r}", "{title:>9}", "{}", "一个 { 括号", " "):
        assert desk.post("/cases/answers/new/", words | {"text": wrong}).status_code == 422
    assert not AnswerTemplate.objects.exists()
    assert desk.post("/cases/answers/new/", words).status_code == 302
    template = AnswerTemplate.objects.get()
    assert worker.post(f"/cases/answers/{template.uid}/", words).status_code == 403
    case = Case.objects.get(uid=two_enterprises.ours.things["case"])
    assert step(worker, case, "take") == 302
    said = worker.get(f"/cases/{case.number}/?template={template.uid}").content.decode()
    assert f"ours corner 的其他问题已修复（{case.number}），{{谢谢}}。</textarea>" in said
    at = f"/cases/answers/{template.uid}/"
    assert desk.post(at, words | {"text": "好", "seen": "1", "is_withdrawn": "yes"}).status_code == 302
    assert desk.post(at, words | {"text": "又", "seen": "1"}).status_code == 409, "of a wording that is no more"
    assert len(entries_of("answers_template", template.pk)) == 2, "each wording is an entry"
    assert f"template={template.uid}" not in worker.get(f"/cases/{case.number}/").content.decode()
    assert desk.get(f"/cases/{case.number}/?template=<b>").status_code == 404


def test_a_view_of_the_list_is_ones_own_or_of_ones_party_and_of_nobody_else(
    two_enterprises: TwoEnterprises, worker: Client, desk: Client
) -> None:
    other, colleague = Client(), Client()
    other.force_login(two_enterprises.theirs.person)
    colleague.force_login(person("colleague", "小王", RoleName.ENTERPRISE, party=two_enterprises.ours.party))
    for name, more in (("只给自己", {}), ("我方超期", {"is_shared": "on"})):
        assert worker.post("/cases/views/", {"name": name, "query": "overdue=yes", **more}).status_code == 302
    shown = {
        who: client.get("/cases/").content.decode()
        for who, client in (("own", worker), ("near", colleague), ("far", other))
    }
    assert [name in shown[who] for who in ("own", "near", "far") for name in ("只给自己", "我方超期")] == [
        True, True, False, True, False, False,
    ]  # fmt: skip
    view = SavedView.objects.get(name="我方超期")
    for client in (colleague, other):
        assert client.post(f"/cases/views/{view.uid}/forget/").status_code == 404
    with seen_as(Scope(frozenset({two_enterprises.theirs.party.pk}))):
        assert not SavedView.objects.filter(page="cases").exists(), "the database keeps to it too"
    assert worker.post(f"/cases/views/{view.uid}/forget/").status_code == 302


NASTY = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>{{7*7}}"


def test_nothing_that_people_write_runs_on_the_page_of_a_case(two_enterprises: TwoEnterprises, desk: Client) -> None:
    ours = two_enterprises.ours
    party = put_party("ours-party", "enterprise", Text(zh=NASTY, en=NASTY), by=BUREAU.actor)
    desk.post("/cases/new/", {"text": NASTY, "kind": "other", "address": NASTY, "lon": "112.6", "lat": "26.9"})
    case = Case.objects.latest("pk")
    other = report(
        Draft(NASTY, title=Text(zh=NASTY, en=NASTY), lon=112.6, lat=26.9, parent=case), acting=BUREAU, now=AT
    )
    Case.objects.filter(pk=case.pk).update(title={"zh": NASTY, "en": NASTY})
    step(desk, case, "file", reason=NASTY)
    step(desk, case, "dispatch", party=party.key, reason=NASTY)
    desk.post(f"/cases/{case.number}/remark/", {"text": NASTY})
    attached(case, name=f"{NASTY}.jpg".replace("/", ""), noun="cases.case")
    desk.post("/cases/answers/new/", {"name": NASTY[:80], "language": "zh", "text": "<script>alert(2)</script>"})
    desk.post("/cases/views/", {"name": NASTY[:80], "query": f"number={NASTY}", "is_shared": "on"})
    template = AnswerTemplate.objects.get()
    (client := Client()).force_login(ours.person)
    assert step(client, case, "take", reason=NASTY) == 302
    pages = (
        f"/cases/{case.number}/", f"/cases/{case.number}/?template={template.uid}", f"/cases/{other.number}/", "/cases/?state=all",
        "/cases/duplicates/", "/cases/answers/", f"/cases/answers/{template.uid}/", f"/cases/?number={NASTY}",
    )  # fmt: skip
    for who, page in itertools.product((desk, client), pages):
        said = who.get(page).content.decode()
        assert "<img src=x" not in said, page
        assert "<script>alert" not in said, page
        assert "49" not in re.findall(r"script&gt;(.{0,3})", said), page
    refused = desk.post(
        f"/cases/{case.number}/step/", {"step": "answer", "reason": NASTY, "into": NASTY, "party": NASTY}
    )
    many = desk.post("/cases/many/", {"step": "file", "reason": NASTY, "case": [NASTY, case.number]})
    assert "<img src=x" not in refused.content.decode() + many.content.decode()


def test_the_clock_of_a_case_is_shown_with_its_source_and_the_calendar(desk: Client) -> None:
    desk.post("/cases/new/", {"text": "井盖", "kind": "other"})
    case = Case.objects.latest("pk")
    said = desk.get(f"/cases/{case.number}/?", headers={"Accept-Language": "en"}).content.decode()
    assert "2 working hours" in said or "2 工作时" in said
    assert case.due_at is not None


def test_the_list_is_narrowed_by_state_party_and_number(two_enterprises: TwoEnterprises, desk: Client) -> None:
    every = Case.objects.count()
    assert desk.get("/cases/?state=all").content.decode().count("data-row") == every
    assert desk.get("/cases/?state=all&party=ours-party").content.decode().count("data-row") == 1
    assert desk.get("/cases/?state=dragon").status_code == 200
    assert desk.get("/cases/0000-1/").status_code == 404
