# SPDX-License-Identifier: Apache-2.0
"""What a new report may repeat: near, of the same kind or in the same words, and not long ago."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from belltower.core.cases.duplicates import Told, likely_duplicates, likeness_of_words, metres_between

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
NEW = Told(112.600, 26.900, "light_out", NOW, "路口的路灯不亮了")
KNOWN = Told(112.6003, 26.9002, "light_out", NOW - timedelta(days=2), "路灯不亮", "2026-000001")


def numbers(*known: Told, new: Told = NEW) -> list[str]:
    return [one.number for one in likely_duplicates(new, known)]


def test_the_same_kind_a_few_steps_away_is_likely_the_same() -> None:
    [found] = likely_duplicates(NEW, [KNOWN])
    assert found.metres == pytest.approx(37, abs=2)
    assert found.score > 0.7


@pytest.mark.parametrize(
    "known",
    [
        replace(KNOWN, lon=112.603), replace(KNOWN, lon=None, lat=None),
        replace(KNOWN, at=NOW - timedelta(days=31), is_open=False), replace(KNOWN, kind="full_bin", text="垃圾满了", lon=112.6008),
    ],
)  # fmt: skip
def test_another_place_time_or_matter_is_another_case(known: Told) -> None:
    assert numbers(known) == []


def test_what_is_open_counts_however_old_it_is() -> None:
    assert numbers(replace(KNOWN, at=NOW - timedelta(days=300))) == ["2026-000001"]


def test_the_likest_comes_first_and_five_at_most() -> None:
    known = [replace(KNOWN, lon=112.6 + at * 0.0001, number=str(at)) for at in range(8)]
    assert numbers(*reversed(known)) == ["0", "1", "2", "3", "4"]


def test_words_are_compared_without_blanks_and_punctuation() -> None:
    assert likeness_of_words("路灯 不亮！", "路灯不亮") == 1.0
    assert likeness_of_words("路灯不亮", "垃圾桶满") == 0.0
    assert likeness_of_words("", "垃圾桶满") == 0.0


def test_distance_is_as_on_the_ground() -> None:
    assert metres_between(NEW, replace(NEW, lat=26.901)) == pytest.approx(111.3, abs=0.5)
    assert metres_between(NEW, replace(NEW, lon=112.601)) == pytest.approx(99.3, abs=0.5)
