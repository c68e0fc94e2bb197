# SPDX-License-Identifier: Apache-2.0
"""Which kinds go together: text is never compared with a number, and a limit without a fixed factor is not multiplied."""

from __future__ import annotations

from typing import TypeVar

from belltower.core.standards.predicates.nodes import (
    TODAY,
    Arithmetic,
    Comparison,
    Field,
    Kind,
    Literal,
    Node,
    Not,
    OneOf,
    kind_of,
    parts_of,
)
from belltower.kernel.texts import Text

T = TypeVar("T", bound=Node)
_TITLE = {
    Kind.NUMBER: Text(zh="数", en="a number"),
    Kind.TEXT: Text(zh="文字", en="a text"),
    Kind.BOOLEAN: Text(zh="是否", en="yes or no"),
    Kind.DATE: Text(zh="日期", en="a date"),
    Kind.DURATION: Text(zh="时长", en="a length of time"),
}


class WrongKind(Exception):
    """Why a part of a predicate is not taken; ``why`` is the sentence."""

    def __init__(self, why: Text) -> None:
        super().__init__(why.en)
        self.why = why


def checked(node: T) -> T:
    """The node itself, when its parts go together. Raises WrongKind."""
    match node:
        case Not(of):
            _want(of, Kind.BOOLEAN)
        case OneOf(of, among):
            for one in among:
                _alike(of, one)
        case Comparison(sign, left, right):
            _alike(left, right)
            if kind_of(left) is Kind.DURATION:
                raise WrongKind(
                    Text(
                        zh="时长只能与 today 相加减", en="a length of time can only be added to today or taken from it"
                    )
                )
            if sign not in ("=", "<>") and kind_of(left) in (Kind.TEXT, Kind.BOOLEAN):
                # Engines order text by different alphabets.
                what = _TITLE[kind_of(left)]
                raise WrongKind(
                    Text(zh="{what}只能比较是否相同", en="{what} can only be compared by = and <>").format(what=what)
                )
        case Arithmetic(_, _, _, Kind.DATE):
            _days(node)
        case Arithmetic(sign, left, right, _):
            _want(left, Kind.NUMBER)
            _want(right, Kind.NUMBER)
            if sign in "*/" and _depends(right) and (sign == "/" or _depends(left)):
                raise WrongKind(
                    Text(
                        zh="只能乘除固定的数；例如把 a / b < 2 写成 a < 2 * b",
                        en="only a fixed number may multiply or divide; write a < 2 * b for a / b < 2",
                    )
                )
    return node


def _depends(node: Node) -> bool:
    """Whether it depends on the thing that is judged."""
    return isinstance(node, Field) or any(_depends(part) for part in parts_of(node))


def _days(node: Arithmetic) -> None:
    if node.left != TODAY or kind_of(node.right) is not Kind.DURATION or node.sign not in "+-":
        raise WrongKind(
            Text(
                zh="日期只能写成 today - 时长；例如把 installed + age < today 写成 installed < today - age",
                en="of dates only today - a length of time can be written; write installed < today - age for installed + age < today",
            )
        )


def _alike(left: Node, right: Node) -> None:
    if kind_of(left) is not kind_of(right):
        raise WrongKind(
            Text(zh="{left}不能与{right}相比", en="{left} cannot be compared with {right}").format(
                left=_said(left), right=_said(right)
            )
        )


def _want(node: Node, kind: Kind) -> None:
    if kind_of(node) is not kind:
        raise WrongKind(
            Text(zh="{node}处应为{kind}", en="{node} stands where {kind} is wanted").format(
                node=_said(node), kind=_TITLE[kind]
            )
        )


def _said(node: Node) -> Text:
    """The node for a sentence: its name or value, and what it holds."""
    title = _TITLE[kind_of(node)]
    if isinstance(node, Literal):
        return Text(zh=f"“{node.value}”（{title.zh}）", en=f"'{node.value}' ({title.en})")
    if isinstance(node, Field) or hasattr(node, "name"):
        return Text(zh=f"“{node.name}”（{title.zh}）", en=f"'{node.name}' ({title.en})")
    return title
