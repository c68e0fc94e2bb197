# SPDX-License-Identifier: Apache-2.0
"""Judgements about replies and months, without a database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from belltower.core.messages import rules
from belltower.core.messages.rules import Moved, Reply
from belltower.core.messages.tests.board import REPLY

AT = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        ("", Reply.NONE),
        ("感谢您的留言！", Reply.COURTESY),
        ("您的留言已转交市城管局。", Reply.PASSED_ON),
        ("网友您好，感谢您对我们工作的关心和支持，祝您生活愉快身体健康工作顺利阖家幸福，欢迎您继续关注和支持我们的工作，再见", Reply.COURTESY),
        ("经核实，您所咨询的社保关系转移手续须由本人携带身份证件到窗口办理，办理时间为工作日上午，特此答复，感谢关注支持", Reply.BESIDE),
        (REPLY, Reply.ANSWERED),
    ],
)  # fmt: skip
def test_a_reply_is_an_answer_only_when_it_says_something_of_the_matter(reply: str, found: Reply) -> None:
    assert rules.reply_of("解放路路灯不亮", reply) is found


def test_a_reply_dated_before_its_message_has_no_time() -> None:
    assert rules.days_to_reply(AT, AT + timedelta(hours=36)) == 1.5
    assert rules.days_to_reply(AT, AT - timedelta(hours=1)) is None
    assert rules.days_to_reply(AT, None) is None


def test_at_the_threshold_nobody_is_asked() -> None:
    assert rules.is_unsure(0.69, 0.7)
    assert not rules.is_unsure(0.7, 0.7)


def test_what_moved_tells_both_months_most_first() -> None:
    found = rules.moved({"a": 2, "b": 5}, {"a": 4, "c": 1})
    assert found == [Moved("b", 5, 0), Moved("a", 2, 4), Moved("c", 0, 1)]
    assert [one.change for one in found] == [5, -2, -1]


def test_months_go_over_the_year() -> None:
    assert rules.month_before(date(2026, 1, 1)) == date(2025, 12, 1)
    assert rules.month_after(date(2025, 12, 1)) == date(2026, 1, 1)
    assert rules.month_of("2026-02", date(2026, 11, 20)) == date(2026, 2, 1)
    assert rules.month_of("x", date(2026, 11, 20)) == date(2026, 11, 1)
