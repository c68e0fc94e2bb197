# SPDX-License-Identifier: Apache-2.0
"""Every refusal of the house can be told on the telephone: its own code, and a sentence in both languages."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections import Counter

import belltower
from belltower.kernel.errors import Refusal
from belltower.screens.api import problems


def _refusals() -> list[type[Refusal]]:
    """Every subclass of Refusal in the house, found by importing all of it but tests, migrations and programs."""
    for module in pkgutil.walk_packages(belltower.__path__, "belltower."):
        if not re.search(r"\.(tests|migrations|__main__|wsgi)(\.|$)", module.name):
            importlib.import_module(module.name)
    return [one for one in _below(Refusal) if re.match(r"belltower\.(?!.*\.tests\.)", one.__module__)]


def _below(cls: type[Refusal]) -> list[type[Refusal]]:
    return [cls, *(found for below in cls.__subclasses__() for found in _below(below))]


def _facts(sentence: str) -> set[str]:
    """The facts a sentence names; ``reason_zh`` and ``reason_en`` are one fact said in two languages."""
    return {re.sub("_(zh|en)$", "", name) for name in re.findall(r"{(\w+)", sentence)}


def test_no_two_refusals_share_a_code() -> None:
    """A narrower refusal may keep the code of the one it narrows, but may not take another's."""
    own = Counter(one.code for one in _refusals() if "code" in vars(one))
    assert [code for code, times in own.items() if times > 1] == []


def test_no_row_of_the_table_of_statuses_is_about_nothing() -> None:
    assert problems.STATUS_OF.keys() <= {one.code for one in _refusals()}


def test_every_refusal_says_the_same_facts_in_both_languages() -> None:
    wrong = [
        one.__name__
        for one in _refusals()
        if not (one.sentence.zh and one.sentence.en) or _facts(one.sentence.zh) != _facts(one.sentence.en)
    ]
    assert wrong == []
