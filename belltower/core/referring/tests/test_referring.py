# SPDX-License-Identifier: Apache-2.0
"""A message becomes one case, however often it is asked; one that says the same joins it; its reply is kept once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from belltower.core.access.rules import Verb
from belltower.core.cases.acting import everywhere
from belltower.core.cases.models import Case
from belltower.core.cases.tests.scene import person
from belltower.core.messages.joining import join_alike
from belltower.core.messages.models import Message
from belltower.core.messages.rules import days_to_reply
from belltower.core.messages.tests.board import BY, NOW, ROWS, imported, put_areas_of_two, put_model
from belltower.core.referring.actions import refer, reply, without_numbers
from belltower.core.referring.errors import AlreadyReplied, NoReply

pytestmark = pytest.mark.django_db
DESK = everywhere(person(1), [Verb.REPORT_CASES, Verb.DISPATCH_CASES])
TELEPHONE = (
    "9",
    "孙七",
    "",
    "雁峰区先锋路井盖破损",
    "2026-11-08 08:00",
    "井盖破了，请联系13800002222，座机0734-8223344",
    "",
    "",
    "",
)


@pytest.fixture(autouse=True)
def board(tmp_path: Path) -> None:
    put_areas_of_two()
    put_model()
    imported(tmp_path, (*ROWS, TELEPHONE))
    join_alike(by=BY, now=NOW)


def test_a_message_becomes_one_case_in_its_area_without_who_wrote(board: None) -> None:
    message = Message.objects.get(number="9")
    first = refer(message, acting=DESK, now=NOW, kind="other")
    assert refer(message, acting=DESK, now=NOW).pk == first.pk
    case = Case.objects.get()
    assert (case.source, case.kind, case.area_id) == ("message", "other", message.area_id)
    assert case.area_id is not None
    assert "井盖" in case.text
    assert "138" not in case.text
    assert "8223344" not in case.text
    assert "先锋路" in case.address


def test_what_says_the_same_joins_the_open_case(board: None) -> None:
    first = refer(Message.objects.get(number="1"), acting=DESK, now=NOW)
    second = refer(Message.objects.get(number="3"), acting=DESK, now=NOW)
    other = refer(Message.objects.get(number="2"), acting=DESK, now=NOW)
    assert (second.case_id, second.is_joined) == (first.case_id, True)
    assert other.case_id != first.case_id
    assert first.case.remarks.count() == 1


def test_the_reply_is_kept_once_and_timed(board: None) -> None:
    message = Message.objects.get(number="2")
    with pytest.raises(NoReply):
        reply(message, "  ", acting=DESK, now=NOW)
    told = reply(message, "已清运。", acting=DESK, now=message.at + timedelta(days=2))
    assert days_to_reply(told.at, told.replied_at) == 2
    with pytest.raises(AlreadyReplied):
        reply(message, "再答。", acting=DESK, now=NOW)


def test_numbers_of_houses_and_years_stay() -> None:
    assert without_numbers("2026年解放路138号") == "2026年解放路138号"
    assert without_numbers("身份证430400199001011234") == "身份证***"
