# SPDX-License-Identifier: Apache-2.0
"""Texts that people read, in Chinese and English, with one stated fallback."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Text:
    """A name or sentence in Chinese, English or both; at least one must be there."""

    zh: str = ""
    en: str = ""

    def __post_init__(self) -> None:
        if not (self.zh or self.en):
            raise ValueError("A text needs Chinese, English or both.")

    def say(self, language: str) -> str:
        """The text in ``language``; where it is missing, the other language is said rather than nothing."""
        return (self.zh or self.en) if language.lower().startswith("zh") else (self.en or self.zh)

    def format(self, **facts: object) -> Text:
        """Both languages with ``facts`` filled in, each as its own whole sentence; a fact that is a Text is said in it."""
        zh, en = ({name: _said(fact, language) for name, fact in facts.items()} for language in LANGUAGES)
        return Text(zh=self.zh.format(**zh), en=self.en.format(**en))

    def as_json(self) -> dict[str, str]:
        """``{"zh": ..., "en": ...}`` without the language that is missing, as stored and sent."""
        return {language: said for language in LANGUAGES if (said := getattr(self, language))}

    @classmethod
    def read(cls, value: Text | Mapping[str, Any] | str) -> Text:
        """A text from what YAML, JSON or a form holds; a bare string is taken by its script.

        Raises ``ValueError`` when nothing can be read.
        """
        if isinstance(value, Text):
            return value
        if isinstance(value, str):
            return cls(zh=value) if has_chinese(value) else cls(en=value)
        return cls(zh=str(value.get("zh") or ""), en=str(value.get("en") or ""))

    def __str__(self) -> str:
        return self.say("zh")


def _said(fact: object, language: str) -> object:
    return fact.say(language) if isinstance(fact, Text) else fact


def has_chinese(text: str) -> bool:
    """Whether any character is a CJK unified ideograph (the blocks used for names in China)."""
    return any("\u3400" <= character <= "\u9fff" or "\U00020000" <= character <= "\U0003134f" for character in text)
