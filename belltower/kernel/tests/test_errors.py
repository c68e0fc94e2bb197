# SPDX-License-Identifier: Apache-2.0
"""Refusals say what happened, to what, and what to do next, in both languages, whatever their facts hold."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

from belltower import kernel
from belltower.kernel.errors import Conflict, NotAllowed, NotFound, Refusal, Unreadable
from belltower.kernel.texts import Text


@pytest.mark.parametrize(
    ("refusal", "zh", "en"),
    [
        (Refusal(reason="x"), "未能办理：x", "Not done: x"),
        (NotFound(noun="asset", name="L-1"), "“L-1”", "There is no asset 'L-1'"),
        (Unreadable(what="a.csv", reason="x"), "无法读取a.csv：x", "Cannot read a.csv: x"),
        (NotAllowed(verb="edit"), "没有权限edit", "You may not edit"),
        (Conflict(thing="Load 1", reason="x"), "Load 1目前", "Load 1 does not allow this now: x"),
    ],
)
def test_a_refusal_says_what_happened_in_both_languages(refusal: Refusal, zh: str, en: str) -> None:
    assert zh in refusal.say("zh")
    assert en in refusal.say("en")
    assert str(refusal) == refusal.say("en")


def test_a_fact_in_two_languages_is_said_in_the_sentences_own() -> None:
    """Else an English sentence would carry Chinese in its middle."""
    refusal = Refusal(reason=Text(zh="没有时区", en="it has no offset"))
    assert refusal.say("zh") == "未能办理：没有时区"
    assert refusal.say("en") == "Not done: it has no offset"


def test_a_fact_with_braces_is_only_a_fact() -> None:
    assert "{person}" in Refusal(reason="{person}").say("en")


def test_every_refusal_of_the_kernel_has_a_code_of_its_own_and_both_languages() -> None:
    for module in pkgutil.iter_modules(kernel.__path__):
        importlib.import_module(f"{kernel.__name__}.{module.name}")
    found = [one for one in _below(Refusal) if one.__module__.startswith("belltower.kernel.")]
    assert sorted(one.code for one in found) == sorted({one.code for one in found})
    assert all(one.sentence.zh and one.sentence.en for one in found)
    assert len(found) > 15


def _below(cls: type[Refusal]) -> list[type[Refusal]]:
    return [cls, *(found for below in cls.__subclasses__() for found in _below(below))]
