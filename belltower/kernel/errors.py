# SPDX-License-Identifier: Apache-2.0
"""The one family of refusals: a code, its facts, and a sentence in both languages. No HTTP here."""

from __future__ import annotations

from typing import ClassVar

from belltower.kernel.texts import Text


class Refusal(Exception):
    """Something that is not done, with what happened, to what, and what to do next.

    A subclass states ``code`` (read out by the desk, stable for ever) and ``sentence`` (a template over its facts);
    each edge keeps one table from code to its own status.
    """

    code: ClassVar[str] = "refused"
    sentence: ClassVar[Text] = Text(zh="未能办理：{reason}", en="Not done: {reason}")

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.say("en"))

    def say(self, language: str) -> str:
        """The whole sentence in ``language``; a fact that is a Text is said in that language too."""
        facts = {name: fact.say(language) if isinstance(fact, Text) else fact for name, fact in self.facts.items()}
        return self.sentence.say(language).format(**facts)


class NotFound(Refusal):
    """The thing that was named is not there, or not for you."""

    code = "not_found"
    sentence = Text(
        zh="没有找到{noun}“{name}”。请检查编号，或在搜索中查找。",
        en="There is no {noun} '{name}'. Check the code, or look for it with search.",
    )


class Unreadable(Refusal):
    """Input that cannot be read; it is kept aside for a person to open."""

    code = "unreadable"
    sentence = Text(
        zh="无法读取{what}：{reason}。请更正后重新提交。",
        en="Cannot read {what}: {reason}. Correct it and send it again.",
    )


class NotAllowed(Refusal):
    """A person or service that may not do this."""

    code = "not_allowed"
    sentence = Text(
        zh="您没有权限{verb}。请联系管理员授予相应角色。",
        en="You may not {verb}. Ask an administrator for a role that may.",
    )


class Conflict(Refusal):
    """The thing changed, or is in a state that does not allow this."""

    code = "conflict"
    sentence = Text(
        zh="{thing}目前不能这样办理：{reason}。请刷新后再试。",
        en="{thing} does not allow this now: {reason}. Reload it and try again.",
    )
