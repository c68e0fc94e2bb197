# SPDX-License-Identifier: Apache-2.0
"""Learning in the console: home, an exam from its first question to its certificate, results for who set it, and who may see what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from belltower.core.access.models import User
from belltower.core.learning import actions
from belltower.core.learning.models import Exam, Sitting
from belltower.core.learning.tests.classroom import Classroom, answer_rightly, begin
from belltower.core.learning.tests.classroom import classroom as classroom
from belltower.core.ledger.models import Entry
from belltower.core.places.scope import EVERYTHING
from belltower.kernel.texts import Text

pytestmark = pytest.mark.django_db


def as_(user: User, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    return client


def open_exam(classroom: Classroom, **more: Any) -> Exam:
    """One that is open as the clock on the wall says, for pages ask that."""
    now = datetime.now(UTC)
    facts: dict[str, Any] = {
        "title": Text("路灯考试", "Street lights"), "questions": 5, "pass_percent": 60, "minutes": 30,
        "opens_at": now - timedelta(hours=1), "closes_at": now + timedelta(days=2),
    }  # fmt: skip
    draft = actions.ExamDraft(**(facts | more))
    return actions.set_exam(draft, within=EVERYTHING, by=classroom.officer.as_actor(), now=now)


def text(answer: HttpResponse) -> str:
    return answer.content.decode()


@pytest.mark.parametrize(("language", "said"), [("zh-hans", "我的口袋书"), ("en", "My books")])
def test_home_has_my_books_and_my_exams(classroom: Classroom, language: str, said: str) -> None:
    exam = open_exam(classroom)
    page = text(as_(classroom.wang, language).get("/learning/"))
    assert said in page
    assert f"/learning/exams/{exam.uid}/" in page
    assert "/learning/book.pdf?sector=poles&amp;role=owner&amp;language=zh&amp;paper=a6" in page
    assert "/learning/exams/set/" not in page
    assert "/learning/exams/set/" in text(as_(classroom.officer, language).get("/learning/"))


def test_an_exam_is_taken_a_question_a_page_and_survives_a_reload(classroom: Classroom) -> None:
    """Each answer is kept at once; nothing tells which is right before it is handed in."""
    client, exam = as_(classroom.li), open_exam(classroom)
    first = client.post(f"/learning/exams/{exam.uid}/begin/")
    sitting = Sitting.objects.get()
    assert first["Location"] == f"/learning/sittings/{sitting.uid}/1/"
    page = text(client.get(first["Location"]))
    assert "29 minutes left" in page or "30 minutes left" in page
    why = sitting.questions[0]["why"]
    assert why is None or why["en"] not in page
    for number, one in enumerate(sitting.questions, 1):
        at = f"/learning/sittings/{sitting.uid}/{number}/"
        chosen = one["right"] if number <= 4 else (one["right"] + 1) % len(one["answers"])
        assert "answered and kept" in text(client.post(at, {"answer": chosen}, headers={"HX-Request": "true"}))
        assert f'value="{chosen}" checked' in " ".join(text(client.get(at)).split())
    assert client.post(at, {"answer": chosen, "to": "next"})["Location"] == f"/learning/sittings/{sitting.uid}/"
    assert client.post(at, {"to": "previous"})["Location"] == f"/learning/sittings/{sitting.uid}/4/"
    assert "5 of 5 answered" in text(client.get(f"/learning/sittings/{sitting.uid}/"))
    client.post(f"/learning/sittings/{sitting.uid}/hand-in/")
    result = text(client.get(f"/learning/sittings/{sitting.uid}/"))
    assert "1 answer was not right" in result
    assert "/standards/clauses/poles.bright_enough/" in result
    assert "A light above three metres is bright enough." in result
    done = Sitting.objects.get()
    assert (done.points, done.is_passed) == (4, True)
    made = client.get(f"/learning/sittings/{sitting.uid}/certificate.pdf?language=en")
    assert made["Content-Type"] == "application/pdf"
    assert made.content.startswith(b"%PDF")
    checked = text(Client(headers={"accept-language": "en"}).get(f"/learning/certificates/?number={done.certificate}"))
    assert "This certificate is ours" in checked
    assert "李*" in checked
    assert "李雷" not in checked
    assert "No certificate has the number" in text(
        Client(headers={"accept-language": "en"}).get("/learning/certificates/?number=x")
    )


def test_when_the_time_is_over_every_page_of_it_leads_to_the_result(classroom: Classroom) -> None:
    now = datetime.now(UTC)
    exam = open_exam(classroom, opens_at=now - timedelta(hours=3))
    sitting = answer_rightly(
        begin(exam, classroom.li, now=now - timedelta(hours=1)), classroom.li, 3, now=now - timedelta(hours=1)
    )
    client, at = as_(classroom.li), f"/learning/sittings/{sitting.uid}/"
    assert client.get(f"{at}clock/", headers={"HX-Request": "true"})["HX-Redirect"] == at
    assert client.get(f"{at}1/")["Location"] == at
    assert client.post(f"{at}1/", {"answer": "0"})["Location"] == at
    assert "by the clock" in text(client.get(at))
    done = Sitting.objects.get()
    assert (done.points, done.is_timed_out) == (3, True)


def test_a_sitting_is_opened_by_its_person_and_its_result_by_who_sets_exams_which_is_an_entry(
    classroom: Classroom,
) -> None:
    exam = open_exam(classroom)
    sitting = begin(exam, classroom.li, now=datetime.now(UTC))
    at = f"/learning/sittings/{sitting.uid}/"
    assert as_(classroom.officer).get(at).status_code == 404  # nothing is seen of it while it is under way
    actions.hand_in(sitting, by=classroom.li.as_actor(), now=datetime.now(UTC))
    for other in (classroom.wang, classroom.zhao):
        assert as_(other).get(at).status_code == 404
        assert as_(other).get(f"/learning/exams/{exam.uid}/results/").status_code == 403
    before = Entry.objects.filter(what="learning.result_read").count()
    assert "李雷" in text(as_(classroom.officer).get(at))
    assert Entry.objects.filter(what="learning.result_read").count() == before + 1
    assert as_(classroom.officer).get(f"{at}certificate.pdf").status_code == 404
    results = text(as_(classroom.officer).get(f"/learning/exams/{exam.uid}/results/"))
    assert "Lighting" in results
    assert "0 % (0–79), 0/1" in results
    assert "李雷" not in results
    assert "too few" in results


def test_an_officer_sets_an_exam_and_withdraws_it(classroom: Classroom) -> None:
    """What is wrong is said in the form, and nothing typed is lost."""
    client = as_(classroom.officer)
    form = {
        "title_zh": "季度考", "questions": "99", "pass_percent": "80", "minutes": "20", "attempts": "2",
        "opens_at": "2026-01-01T08:00", "closes_at": "2099-01-01T08:00", "sector": ["poles"], "party": ["company"],
        "role": ["enterprise"],
    }  # fmt: skip
    refused = client.post("/learning/exams/set/", form)
    assert refused.status_code == 422
    assert "6 questions only" in text(refused) or "5 questions only" in text(refused)
    assert "季度考" in text(refused)
    for wrong in ({"minutes": "x"}, {"closes_at": "never"}, {"title_zh": " "}):
        assert client.post("/learning/exams/set/", form | {"questions": "4"} | wrong).status_code == 422
    set_at = client.post("/learning/exams/set/", form | {"questions": "4"})["Location"]
    exam = Exam.objects.get()
    assert set_at == f"/learning/exams/{exam.uid}/results/"
    assert (exam.party_ids, exam.roles, exam.sectors) == ([classroom.company.pk], ["enterprise"], ["poles"])
    assert exam.opens_at == datetime(2026, 1, 1, tzinfo=UTC)  # eight in the morning in Hengyang
    assert "季度考" in text(client.get("/learning/exams/"))
    assert as_(classroom.zhao).get(f"/learning/exams/{exam.uid}/").status_code == 404
    assert as_(classroom.wang).get("/learning/exams/set/").status_code == 403
    client.post(f"/learning/exams/{exam.uid}/withdraw/")
    assert as_(classroom.wang).post(f"/learning/exams/{exam.uid}/begin/").status_code in (404, 409)
    assert not Sitting.objects.exists()


def test_a_book_opens_as_pdf_and_another_paper_is_not_there(classroom: Classroom) -> None:
    client = as_(classroom.zhao)
    made = client.get("/learning/book.pdf?sector=poles&language=en&paper=a4")
    assert (made.status_code, made["Content-Type"]) == (200, "application/pdf")
    assert made["Content-Disposition"].startswith("inline")
    assert client.get("/learning/book.pdf?paper=a0").status_code == 404
    assert client.get("/learning/book.pdf?sector=gas").status_code == 422
    assert "/learning/book.pdf?document=poles.lights" in text(client.get("/standards/documents/poles.lights/"))
