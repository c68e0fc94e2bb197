# SPDX-License-Identifier: Apache-2.0
"""Judgements on templates: which words in braces there are, whether a text is one, and what it becomes. No look-ups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from string import Formatter

from belltower.core.answers.errors import BadTemplate
from belltower.core.places.scope import Scope
from belltower.kernel.texts import Text

LANGUAGES = ("zh", "en")
LONGEST_NAME, LONGEST_TEXT = 80, 2000
PLACEHOLDERS: Mapping[str, Text] = {
    "number": Text(zh="案卷编号", en="the case's number"),
    "title": Text(zh="案卷标题", en="its title"),
    "kind": Text(zh="类别", en="its kind"),
    "area": Text(zh="区域", en="its area"),
    "address": Text(zh="地址", en="its address"),
    "asset": Text(zh="部件编号", en="its asset's code"),
    "party": Text(zh="责任单位", en="who must put it right"),
    "reported": Text(zh="上报日期", en="the day it was reported"),
}
_NO_NAME = Text(zh="名称需要 1 至 80 个字符", en="its name needs 1 to 80 characters")
_NO_TEXT = Text(zh="内容需要 1 至 2000 个字符", en="its text needs 1 to 2000 characters")
_NO_LANGUAGE = Text(zh="语言只能是 zh 或 en", en="its language is zh or en")
_NO_KIND = Text(zh="没有“{kind}”这一类案卷", en="there is no kind of case '{kind}'")
_UNKNOWN = Text(zh="案卷没有 {{{name}}}；可用的有 {known}", en="a case has no {{{name}}}; there are {known}")
_BRACE = Text(zh="花括号不成对；要写花括号本身请写两个", en="a brace stands alone; write two for a brace itself")


def check(name: str, kind: str, language: str, text: str, kinds: Iterable[str]) -> None:
    """Whether these make a template. Raises BadTemplate, which says the first thing that is wrong."""
    if not 0 < len(name.strip()) <= LONGEST_NAME:
        raise BadTemplate(reason=_NO_NAME)
    if language not in LANGUAGES:
        raise BadTemplate(reason=_NO_LANGUAGE)
    if kind and kind not in set(kinds):
        raise BadTemplate(reason=_NO_KIND.format(kind=kind[:40]))
    if not 0 < len(text.strip()) <= LONGEST_TEXT:
        raise BadTemplate(reason=_NO_TEXT)
    for one in _named(text):
        if one not in PLACEHOLDERS:
            known = " ".join(f"{{{each}}}" for each in PLACEHOLDERS)
            raise BadTemplate(reason=_UNKNOWN.format(name=one[:40], known=known))


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with the values in it; what is in a value is never read as a brace. What is not known is written "—"."""
    return "".join(
        said + ("" if name is None else values.get(name) or "—") for said, name, _, _ in Formatter().parse(text)
    )


def may_edit(reach: Scope | None) -> bool:
    """Whether somebody who dispatches cases within ``reach`` writes templates: who does so in the whole city, since all use them."""
    return reach is not None and reach.owner_ids is None and reach.area_ids is None


def _named(text: str) -> Iterable[str]:
    """The names in braces, with anything that was put behind them (``{title.zh}``, ``{title!r}``), which is then no name."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError:
        raise BadTemplate(reason=_BRACE) from None
    for _, name, spec, conversion in parts:
        if name is not None:
            yield name + (f"!{conversion}" if conversion else "") + (f":{spec}" if spec else "")
