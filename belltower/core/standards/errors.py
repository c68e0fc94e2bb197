# SPDX-License-Identifier: Apache-2.0
"""What is refused of a written standard, and of a revision on its way into force."""

from __future__ import annotations

from belltower.kernel.errors import Conflict, Refusal
from belltower.kernel.texts import Text


class BadStandard(Refusal):
    """A standard's file that cannot be used; nothing of it is. ``line`` is where it says so, the first being 1."""

    code = "bad_standard"
    sentence = Text(
        zh="标准文件 {file} 第 {line} 行：{reason}整个文件未载入；请更正后用 belltower standards check 检查。",
        en="{file}, line {line}: {reason} Nothing of the file is loaded; correct it, and check it with belltower standards check.",
    )


class NotThisStep(Conflict):
    """A revision in another state than the step needs, such as approving a draft that nobody submitted."""

    code = "revision_in_other_state"
    sentence = Text(
        zh="条款“{clause}”的第 {number} 版目前为“{state}”，不能{step}。请刷新后再试。",
        en="Revision {number} of '{clause}' is {state}: you cannot {step} it now. Reload it and try again.",
    )


class SecondPerson(Conflict):
    """Who wrote a revision approves or returns it."""

    code = "needs_second_person"
    sentence = Text(
        zh="条款“{clause}”的第 {number} 版由您起草，须由另一人审定。请交由其他有审定权限的人员办理。",
        en="You wrote revision {number} of '{clause}': another person approves it. Ask somebody else who may.",
    )


class BadDay(Refusal):
    """A day from which, or until which, something cannot hold."""

    code = "bad_day_in_force"
    sentence = Text(
        zh="“{day}”不可用：{reason}。请另选日期。",
        en="{day} cannot be used: {reason}. Choose another day.",
    )


class NotItsDocument(Refusal):
    """A clause whose id is another document's, or differs from the one that is revised."""

    code = "clause_of_other_document"
    sentence = Text(
        zh="条款编号“{clause}”{reason}。请更正编号。",
        en="The clause id '{clause}' {reason}. Correct it.",
    )


class ExemptedWithoutReason(Refusal):
    """An exemption without a reason, or of both or neither an asset and an area."""

    code = "exemption_incomplete"
    sentence = Text(
        zh="条款“{clause}”的豁免未登记：{reason}。请补全后再提交。",
        en="The exemption from '{clause}' is not granted: {reason}. Complete it and send it again.",
    )


class BadDocument(Refusal):
    """A document that cannot be begun: its id is no id, or a text is missing in a language."""

    code = "bad_document"
    sentence = Text(
        zh="文件“{key}”未建立：{reason}。请更正后再提交。",
        en="The document '{key}' is not begun: {reason}. Correct it and send it again.",
    )


class DocumentTaken(Conflict):
    """An id that another document has."""

    code = "document_taken"
    sentence = Text(
        zh="已有编号为“{key}”的文件。请另选编号，或在该文件中起草条款。",
        en="There is a document '{key}' already. Choose another id, or write your clause in that one.",
    )


class NothingInForce(Conflict):
    """A clause or document of which nothing holds on that day or after it."""

    code = "nothing_in_force"
    sentence = Text(
        zh="“{name}”自该日起本无现行条款，无需废止。请刷新后查看。",
        en="Nothing of '{name}' holds from that day on, so there is nothing to withdraw. Reload it and look.",
    )
