# SPDX-License-Identifier: Apache-2.0
"""What places refuses, each with what happened, to what, and what to do next."""

from __future__ import annotations

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text


class WrongAreaCode(Refusal):
    """A code whose length is not that of its level in this city."""

    code = "wrong_area_code"
    sentence = Text(
        zh="区域代码“{area}”不符合“{level}”级的长度：应为 {expected} 位，实为 {found} 位。请更正代码或级别。",
        en="The area code '{area}' does not fit level '{level}': it should have {expected} characters, not {found}. "
        "Correct the code or the level.",
    )


class MissingParent(Refusal):
    """An area whose parent is neither in the city nor in the same load."""

    code = "missing_parent"
    sentence = Text(
        zh="区域“{area}”的上级区域“{parent}”不存在。请先导入上级区域，或写明正确的上级代码。",
        en="The parent '{parent}' of area '{area}' is not there. Load the parent first, or state the right parent code.",
    )


class ParentTooDeep(Refusal):
    """A parent that is not above its child in the order of levels."""

    code = "parent_too_deep"
    sentence = Text(
        zh="区域“{area}”（{level}）不能隶属于“{parent}”（{parent_level}）：上级必须是更高一级的区域。请更正上级代码。",
        en="Area '{area}' ({level}) cannot lie in '{parent}' ({parent_level}): a parent is of a higher level. "
        "Correct the parent code.",
    )


class AreaTwice(Refusal):
    """The same code given twice in one load, so that nobody can know which is meant."""

    code = "area_twice"
    sentence = Text(
        zh="区域代码“{area}”在同一批中出现了两次。请只保留一行。",
        en="The area code '{area}' comes twice in one load. Keep one of the rows.",
    )


class ChangedTooEarly(Refusal):
    """A change dated before the state it would replace began."""

    code = "changed_too_early"
    sentence = Text(
        zh="区域“{area}”的现行状态自 {since} 起生效，不能从更早的 {on} 起变更。请使用 {since} 或以后的日期。",
        en="Area '{area}' is as it is since {since}; it cannot change from {on}, which is earlier. "
        "Use {since} or a later day.",
    )


class PartyTwice(Refusal):
    """The same natural key given twice in one call."""

    code = "party_twice"
    sentence = Text(
        zh="责任主体“{party}”在同一批中出现了两次。请只保留一行。",
        en="The party '{party}' comes twice in one load. Keep one of the rows.",
    )


class UnknownPartyKind(Refusal):
    """A kind of party that is not one of the stored words."""

    code = "unknown_party_kind"
    sentence = Text(
        zh="责任主体“{party}”的类型“{kind}”不存在。可用类型：{known}。",
        en="Party '{party}' has the kind '{kind}', which there is not. There are: {known}.",
    )


class PartyInCircle(Refusal):
    """A party that would stand above itself."""

    code = "party_in_circle"
    sentence = Text(
        zh="责任主体“{party}”不能成为自己的上级。请更正上级主体。",
        en="The party '{party}' cannot stand above itself. Correct its parent.",
    )


class UnknownParty(Refusal):
    """A party that is not there."""

    code = "unknown_party"
    sentence = Text(
        zh="没有责任主体“{party}”。请检查其编号，或先登记该主体。",
        en="There is no party '{party}'. Check its key, or enter the party first.",
    )
