# SPDX-License-Identifier: Apache-2.0
"""The message board in the console: list, one message, the queue by form, what residents care about; in both languages."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client

from belltower.core.access.actions import add_user, grant
from belltower.core.access.models import RoleName, User
from belltower.core.ledger.models import Entry
from belltower.core.messages.joining import join_alike
from belltower.core.messages.models import Link, Message
from belltower.core.messages.tests.board import BY, NOW, imported, put_areas_of_two, put_model
from belltower.kernel.texts import Text

pytestmark = pytest.mark.django_db
WASTE = "环境保护/垃圾"


@pytest.fixture
def officer(tmp_path: Path) -> User:
    put_areas_of_two()
    put_model()
    imported(tmp_path)
    join_alike(by=BY, now=NOW)
    user = add_user("desk", Text(zh="值班", en="Desk"), password=None, by=BY)
    grant(user, RoleName.DESK, valid_from=date(2020, 1, 1), by=BY)
    return user


def as_(user: User, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    return client


def text(answer: HttpResponse) -> str:
    return answer.content.decode()


@pytest.mark.parametrize(("language", "said"), [("zh-hans", "待认定：1"), ("en", "Queue: 1")])
def test_the_list_is_narrowed_by_its_address(officer: User, language: str, said: str) -> None:
    client = as_(officer, language)
    assert said in text(client.get("/messages/"))
    narrowed = text(client.get("/messages/?area=430406"))
    assert "垃圾没人清运" in narrowed
    assert "解放路路灯不亮" not in narrowed
    assert "解放路路灯不亮" in text(client.get("/messages/?label=城乡建设&state=replied&month=2026-11"))
    assert "data-row" not in text(client.get("/messages/?month=never"))


def test_the_queue_takes_an_answer_and_goes_on(officer: User) -> None:
    client = as_(officer)
    message = Message.objects.get(is_unsure=True)
    page = text(client.get("/messages/queue/"))
    assert message.subject in page
    assert page.count('type="radio"') == 3
    assert "autofocus" in page
    answer = client.post(f"/messages/{message.uid}/decide/", {"label": WASTE, "to": "queue"})
    assert answer.headers["Location"] == "/messages/queue/"
    assert "Nothing waits" in text(client.get("/messages/queue/"))
    assert Message.objects.get(pk=message.pk).label == WASTE


def test_a_label_that_there_is_not_is_refused_on_the_page(officer: User) -> None:
    message = Message.objects.get(is_unsure=True)
    answer = as_(officer).post(f"/messages/{message.uid}/decide/", {"label": "made up"})
    assert answer.status_code == 422
    assert "no_such_label" in text(answer)


def test_the_writer_is_shown_on_demand_and_the_look_is_an_entry(officer: User) -> None:
    message = Message.objects.get(number="1")
    client = as_(officer)
    assert "李四" not in text(client.get(f"/messages/{message.uid}/"))
    before = Entry.objects.filter(what="messages.writer_read").count()
    assert "李四" in text(client.post(f"/messages/{message.uid}/writer/"))
    assert Entry.objects.filter(what="messages.writer_read").count() == before + 1


def test_what_says_the_same_is_told_with_its_evidence_and_taken_apart(officer: User) -> None:
    link = Link.objects.get()
    client, page = as_(officer), f"/messages/{link.second.uid}/"
    assert "by the same person" in text(client.get(page))
    assert client.post(f"/messages/links/{link.uid}/part/").headers["Location"] == page
    assert "Says the same" not in text(client.get(page))


@pytest.mark.parametrize(("language", "said"), [("zh-hans", "本月人数"), ("en", "People this month")])
def test_the_month_tells_what_residents_care_about(officer: User, language: str, said: str) -> None:
    client = as_(officer, language)
    page = text(client.get("/messages/month/?month=2026-11"))
    assert said in page
    assert "城乡建设/市政/路灯" in page
    assert "month=2026-10" in page
    assert WASTE not in text(client.get("/messages/month/?month=2026-11&area=430408"))
    assert client.get("/messages/month/?month=2020-01").status_code == 200
