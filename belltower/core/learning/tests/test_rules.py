# SPDX-License-Identifier: Apache-2.0
"""Open or over, for whom, when it ends, what passes, and numbers of certificates in which a slip is noticed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belltower.core.learning import rules
from belltower.core.learning.rules import ExamState

OPENS = datetime(2026, 11, 20, tzinfo=UTC)
CLOSES = OPENS + timedelta(days=1)
INSTANT = timedelta(microseconds=1)
SYMBOLS = st.lists(st.sampled_from(rules.ALPHABET), min_size=rules.LENGTH, max_size=rules.LENGTH)


@pytest.mark.parametrize(
    ("now", "withdrawn_at", "state"),
    [
        (OPENS - INSTANT, None, ExamState.TO_COME),
        (OPENS, None, ExamState.OPEN),
        (CLOSES - INSTANT, None, ExamState.OPEN),
        (CLOSES, None, ExamState.OVER),
        (OPENS, OPENS, ExamState.WITHDRAWN),
        (OPENS, CLOSES, ExamState.OPEN),
    ],
)
def test_an_exam_is_open_from_its_first_instant_until_before_its_last(
    now: datetime, withdrawn_at: datetime | None, state: ExamState
) -> None:
    assert rules.state_of(OPENS, CLOSES, withdrawn_at, now) is state


def test_a_sitting_ends_after_its_minutes_and_never_after_the_exam() -> None:
    assert rules.end_of(OPENS, 30, CLOSES) == OPENS + timedelta(minutes=30)
    assert rules.end_of(CLOSES - timedelta(minutes=5), 30, CLOSES) == CLOSES
    assert not rules.is_overdue(CLOSES, None, CLOSES - INSTANT)
    assert rules.is_overdue(CLOSES, None, CLOSES)
    assert not rules.is_overdue(CLOSES, OPENS, CLOSES)
    assert [rules.seconds_left(CLOSES, CLOSES + step) for step in (-timedelta(seconds=1.2), INSTANT)] == [2, 0]


@pytest.mark.parametrize(
    ("questions", "percent", "least"), [(5, 60, 3), (20, 80, 16), (3, 80, 3), (1, 1, 1), (7, 100, 7)]
)
def test_exactly_on_the_mark_passes(questions: int, percent: int, least: int) -> None:
    assert rules.least_points(questions, percent) == least


def test_no_role_named_means_everybody() -> None:
    assert rules.is_meant([], [])
    assert rules.is_meant(["desk", "inspector"], ["inspector"])
    assert not rules.is_meant(["desk"], ["inspector"])


@given(SYMBOLS, st.integers(0, rules.LENGTH), st.sampled_from(rules.ALPHABET))
def test_a_number_is_read_as_it_was_printed_and_one_wrong_symbol_is_noticed(
    symbols: list[str], at: int, other: str
) -> None:
    number = rules.numbered(symbols)
    assert rules.read_number(f" {number.lower().replace('-', ' ')} ") == number
    plain = number.replace("-", "")
    slip = plain[:at] + other + plain[at + 1 :]
    assert (rules.read_number(slip) is None) == (slip != plain)


@given(SYMBOLS, st.integers(0, rules.LENGTH - 1))
def test_two_symbols_that_changed_places_are_noticed(symbols: list[str], at: int) -> None:
    plain = rules.numbered(symbols).replace("-", "")
    turned = plain[:at] + plain[at + 1] + plain[at] + plain[at + 2 :]
    assert (rules.read_number(turned) is None) == (turned != plain)


@pytest.mark.parametrize("typed", ["", "K7QF", "K7QF-2M9X-A4O", "钟鼓楼", "K7QF-2M9X-A4H-2"])
def test_what_is_no_number_is_none(typed: str) -> None:
    assert rules.read_number(typed) is None
