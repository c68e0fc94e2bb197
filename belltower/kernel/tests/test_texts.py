# SPDX-License-Identifier: Apache-2.0
"""Texts in two languages: one of them is always said, and what is stored comes back."""

from __future__ import annotations

import pytest

from belltower.kernel.texts import Text, has_chinese


def test_a_text_is_said_in_the_language_asked_for() -> None:
    text = Text(zh="路灯", en="Street light")
    assert [text.say(language) for language in ("zh", "zh-hans", "ZH-CN", "en", "fr")] == [
        "路灯", "路灯", "路灯", "Street light", "Street light",
    ]  # fmt: skip
    assert str(text) == "路灯"


@pytest.mark.parametrize("text", [Text(zh="路灯"), Text(en="Street light")])
def test_a_missing_language_is_said_in_the_other_rather_than_not_at_all(text: Text) -> None:
    assert text.say("zh") == text.say("en") != ""


def test_a_text_of_nothing_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="Chinese, English or both"):
        Text()


@pytest.mark.parametrize("text", [Text(zh="路灯"), Text(en="Light"), Text(zh="路灯", en="Light")])
def test_a_stored_text_comes_back_and_holds_no_empty_language(text: Text) -> None:
    assert Text.read(text.as_json()) == text
    assert "" not in text.as_json().values()


def test_a_bare_string_is_taken_by_its_script() -> None:
    assert Text.read("路灯 LED") == Text(zh="路灯 LED")
    assert Text.read("Light") == Text(en="Light")
    assert Text.read(Text(en="Light")) == Text(en="Light")


@pytest.mark.parametrize("empty", ["", {}, {"zh": None}, {"fr": "Lampadaire"}])
def test_what_holds_neither_language_cannot_be_read(empty: object) -> None:
    with pytest.raises(ValueError, match="Chinese, English or both"):
        Text.read(empty)  # type: ignore[arg-type]


def test_facts_are_filled_into_both_languages() -> None:
    filled = Text(zh="共{count}盏", en="{count} lights").format(count=3)
    assert (filled.zh, filled.en) == ("共3盏", "3 lights")


@pytest.mark.parametrize(("text", "found"), [("衡阳", True), ("㐀", True), ("𠀀", True), ("Hengyang，", False), ("ひ", False)])  # fmt: skip
def test_chinese_is_known_by_its_ideographs(text: str, found: bool) -> None:
    assert has_chinese(text) is found
