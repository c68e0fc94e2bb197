# SPDX-License-Identifier: Apache-2.0
"""The words of a name are written once, and the page that explains them is right."""

import doctest
from pathlib import Path

import pytest

from belltower.core.places import words
from belltower.core.places.words import asked, normal, words_for, words_many
from belltower.kernel.texts import Text

PAGE = Path(__file__).parents[4] / "docs" / "why" / "search.md"


def test_the_page_about_search_runs() -> None:
    result = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert result.attempted > 0
    assert result.failed == 0


def test_each_distinct_name_is_taken_apart_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    monkeypatch.setattr(words, "normal", lambda text: seen.append(text) or text)
    found = words_many([(str(number),) for number in range(500)], [Text(zh="只此一次的路名")] * 500)
    assert seen.count("只此一次的路名") == 1
    assert found[0].startswith("'0' '^0' ")
    assert len(set(found)) == 500


def test_names_come_as_text_as_stored_or_not_at_all() -> None:
    as_text = words_for([], Text(zh="路", en="Road"))
    assert words_for([], {"zh": "路", "en": "Road"}) == as_text
    assert "'road'" in as_text.split()
    assert words_for([], None) == words_for([None], {}) == ""


@pytest.mark.parametrize(
    ("text", "plain"),
    [("Ｚｈ", "zh"), ("Élan", "elan"), ("lü", "lu"), ("ABC", "abc"), ("蒸湘", "蒸湘"), ("a\ud800", "a")],
)
def test_words_are_kept_in_one_plain_form(text: str, plain: str) -> None:
    assert normal(text) == plain


def test_a_query_asks_for_chinese_pairs_and_for_beginnings_of_latin_words() -> None:
    assert list(asked("蒸湘区 zheng|桥 SL-7")) == [
        ("蒸湘", False), ("湘区", False), ("zheng", True), ("桥", False), ("sl", True), ("7", True),
    ]  # fmt: skip


def test_a_very_long_word_counts_by_its_beginning() -> None:
    long = "x" * 500
    assert list(asked(long)) == [("x" * words.LONGEST, True)]
    assert max(map(len, words_for([long], Text(en=long)).split())) <= 120 + 3
