# SPDX-License-Identifier: Apache-2.0
"""The field pages as their forms send them: with JavaScript off, from a queue, and by who should not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import QuerySet
from django.test import Client, override_settings

from belltower.core.access.models import RoleName
from belltower.core.attachments.keeping import Keeping
from belltower.core.attachments.models import Attachment
from belltower.core.attachments.tests import files
from belltower.core.attachments.tests.photo import prepared
from belltower.core.cases.actions import advance
from belltower.core.cases.models import Case
from belltower.core.cases.table import State, Step
from belltower.core.evidence.models import Evidence
from belltower.core.fieldwork.models import Act, Outcome
from tests.scenes.cased import AT, BUREAU
from tests.scenes.two_enterprises import TwoEnterprises, person

pytestmark = pytest.mark.django_db
SCRIPT = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>"
JSON = {"Accept": "application/json"}


@pytest.fixture
def two(two_enterprises: TwoEnterprises, tmp_path: Path) -> Iterator[TwoEnterprises]:
    with override_settings(BELLTOWER_ATTACHMENTS=Keeping(tmp_path)):
        yield two_enterprises


@pytest.fixture
def case(two: TwoEnterprises) -> Case:
    return Case.objects.get(uid=two.ours.things["case"])


def evidence() -> QuerySet[Evidence]:
    return Evidence.objects.exclude(by="system:scene")


def acts(two: TwoEnterprises) -> QuerySet[Act]:
    return Act.objects.filter(person__in=(two.ours.person.uid, two.theirs.person.uid))


def client_of(user: object) -> Client:
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]
    return client


@pytest.fixture
def worker(two: TwoEnterprises) -> Client:
    return client_of(two.ours.person)


@pytest.fixture
def stranger(two: TwoEnterprises) -> Client:
    return client_of(two.theirs.person)


def jpeg(content: bytes | None = None, name: str = "IMG_1.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or files.picture(told=files.exif()))


def act(case: Case, step: Step, **more: object) -> dict[str, object]:
    return {"key": str(uuid4()), "case": case.number, "step": step.value, **more}


def test_a_worker_takes_and_answers_with_forms_alone_and_somebody_else_checks(case: Case, worker: Client) -> None:
    page = worker.get("/field/").content.decode()
    assert f'data-task="{case.number}"' in page
    task = worker.get(f"/field/cases/{case.number}/").content.decode()
    assert re.findall(r'data-act="(\w+)"', task) == ["take", "refuse", "answer"]
    assert 'data-follows="take" hidden' in task
    fields = dict(re.findall(r'type="hidden" name="(key|case|step|seen)" value="([^"]+)"', task.split("data-act=")[1]))
    assert worker.post("/field/acts/", fields | {"photo": jpeg()}).status_code == 302
    assert worker.post("/field/acts/", fields | {"photo": jpeg()}).status_code == 302, "a second press does no harm"
    answered = worker.post("/field/acts/", act(case, Step.ANSWER, text="已换灯泡", photo=jpeg()))
    assert answered.status_code == 302
    case.refresh_from_db()
    assert (case.state, evidence().count()) == (State.ANSWERED, 2)
    assert "verify" not in worker.get(f"/field/cases/{case.number}/").content.decode(), "never their own work"
    inspector = client_of(person("inspector", "老李", RoleName.INSPECTOR))
    assert case.number in inspector.get("/field/").content.decode()
    for step in (Step.VERIFY, Step.CLOSE):
        assert inspector.post("/field/acts/", act(case, step)).status_code == 302
    case.refresh_from_db()
    assert case.state == State.CLOSED


def test_a_queue_is_sent_once_and_a_conflict_is_told_and_laid_aside(
    case: Case, worker: Client, two: TwoEnterprises
) -> None:
    state = worker.get("/field/state.json").json()
    [task] = [one for one in state["tasks"] if one["case"] == case.number]
    advance(case, Step.TAKE, acting=BUREAU, now=AT)
    late = act(case, Step.TAKE, seen=task["seen"], text="到场", at="2026-11-24T08:00:00+08:00")
    told = [worker.post("/field/acts/", late, headers=JSON) for _ in range(2)]
    assert [one.status_code for one in told] == [409, 409]
    assert told[0].json() == told[1].json()
    assert told[0].json()["outcome"] == "conflict"
    row = acts(two).get()
    assert "到场" in worker.get("/field/").content.decode()
    assert worker.post(f"/field/acts/{row.uid}/aside/").status_code == 302
    assert "到场" not in worker.get("/field/").content.decode()
    assert "到场" in worker.get("/field/acts/").content.decode(), "and it is kept"
    case.refresh_from_db()
    assert case.steps.count() == 4


def test_what_cannot_be_read_is_refused_and_nothing_is_kept(case: Case, worker: Client, two: TwoEnterprises) -> None:
    facts = (
        "{",
        "[]",
        "[1]",
        '[{"lon": "x"}]',
        '[{"lon": 1}]',
        '[{"at": 5}]',
        '[{"at": "2026-01-01T00:00"}]',
        "[" * 9999,
    )
    bad = [act(case, Step.TAKE, facts=one, **{"photo": jpeg()}) for one in facts]
    bad += [
        {**act(case, Step.TAKE), "key": "x"},
        {**act(case, Step.TAKE), "step": "dragon"},
        act(case, Step.TAKE, at="soon"),
    ]
    bad += [act(case, Step.TAKE, photo=jpeg(files.picture() + b"<script>alert(1)</script>"))]
    bad += [
        act(case, Step.TAKE, photo=jpeg(b"MZ" + bytes(200))),
        act(case, Step.TAKE, photo=jpeg(files.pdf(), "x.pdf")),
    ]
    assert [worker.post("/field/acts/", one, headers=JSON).status_code for one in bad] == [422] * len(bad)
    assert not acts(two).exists()
    assert not evidence().exists()
    case.refresh_from_db()
    assert case.state == State.DISPATCHED


def test_nobody_acts_on_or_looks_at_what_is_another_s(
    case: Case, worker: Client, stranger: Client, two: TwoEnterprises
) -> None:
    worker.post("/field/acts/", act(case, Step.TAKE, photo=jpeg()))
    row = evidence().get()
    prepared(row.attachment)
    for address in (f"/field/evidence/{row.uid}/", f"/field/evidence/{row.uid}/small/"):
        shown = worker.get(address)
        assert shown.status_code == 200
        assert b"Exif" not in b"".join(shown.streaming_content)  # type: ignore[attr-defined]
        assert stranger.get(address).status_code == 404
    assert stranger.get(f"/field/cases/{case.number}/").status_code == 404
    there, nowhere = (
        stranger.post("/field/acts/", act(case, Step.ANSWER, text="x") | {"case": number}, headers=JSON)
        for number in (case.number, "2026-999999")
    )
    assert (there.status_code, nowhere.status_code) == (409, 409)
    assert there.json()["said"].replace(case.number, "N") == nowhere.json()["said"].replace("2026-999999", "N")
    assert set(acts(two).filter(outcome=Outcome.CONFLICT).values_list("case", flat=True)) == {None}
    mine = worker.post("/field/acts/", act(case, Step.TAKE, seen="3"), headers=JSON).json()["uid"]
    assert stranger.post(f"/field/acts/{mine}/aside/").status_code == 404
    case.refresh_from_db()
    assert case.state == State.IN_PROGRESS


def test_a_forged_or_unsigned_act_is_not_taken(case: Case, two: TwoEnterprises) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.get("/field/").status_code == 302
    assert strict.get("/field/state.json").status_code == 302
    strict.force_login(two.ours.person)
    assert strict.post("/field/acts/", act(case, Step.TAKE)).status_code == 403
    token = strict.get("/field/state.json").json()["token"]
    sent = strict.post("/field/acts/", act(case, Step.TAKE), headers={**JSON, "X-CSRFToken": token})
    assert sent.status_code == 200
    viewer = client_of(person("viewer", "小王", RoleName.VIEWER))
    assert viewer.get("/field/").status_code == 403
    assert viewer.post("/field/acts/", act(case, Step.TAKE)).status_code == 403


def test_a_script_in_an_answer_or_a_file_name_is_text_on_every_page(case: Case, worker: Client) -> None:
    worker.post("/field/acts/", act(case, Step.TAKE))
    answer = act(case, Step.ANSWER, text=SCRIPT, photo=jpeg(name="<script>alert(1)<.jpg"))
    assert worker.post("/field/acts/", answer, headers=JSON).status_code == 200
    worker.post("/field/acts/", act(case, Step.ANSWER, text=SCRIPT), headers=JSON)
    refused = worker.post("/field/acts/", act(case, Step.TAKE, text=SCRIPT) | {"key": SCRIPT})
    pages = [
        refused,
        *(
            worker.get(one)
            for one in ("/field/", "/field/acts/", f"/field/cases/{case.number}/", f"/cases/{case.number}/")
        ),
    ]
    for page in pages:
        said = page.content.decode()
        assert page.status_code in (200, 422)
        assert "<script>alert" not in said
        assert "<img src=x" not in said
    assert "&lt;script&gt;" in pages[-1].content.decode()


def test_the_case_s_page_shows_evidence_with_its_verdict(case: Case, worker: Client, two: TwoEnterprises) -> None:
    taken = {"at": "2020-01-01T00:00:00Z", "lon": 0, "lat": 0, "unsure": 5}
    worker.post("/field/acts/", act(case, Step.TAKE, photo=jpeg(files.picture()), facts=json.dumps([taken])))
    page = worker.get(f"/cases/{case.number}/", headers={"Accept-Language": "en"}).content.decode()
    assert 'data-evidence="doubtful"' in page
    assert "taken at another time" in page
    assert Attachment.objects.filter(subject_uid=case.uid, subject_kind="cases.case").count() == 2


def test_it_can_be_installed(worker: Client) -> None:
    manifest = worker.get("/field/manifest.webmanifest")
    assert manifest["Content-Type"] == "application/manifest+json"
    assert manifest.json()["scope"] == manifest.json()["start_url"] == "/field/"
    script = worker.get("/field/worker.js")
    assert script["Content-Type"].startswith("text/javascript")
    assert script["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
    assert b"import" not in script.content
