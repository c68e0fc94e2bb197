# SPDX-License-Identifier: Apache-2.0
"""What is refused of a case."""

from __future__ import annotations

from belltower.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from belltower.kernel.texts import Text


class NoSuchCase(NotFound):
    """A case that is not there, or that the viewer does not see."""

    code = "no_such_case"
    sentence = Text(zh="没有案卷“{case}”。请检查编号。", en="There is no case '{case}'. Check its number.")


class BadCase(Refusal):
    """A report that says too little, or what cannot be."""

    code = "bad_case"
    sentence = Text(
        zh="案卷未登记：{reason}。请更正后再提交。", en="The case is not taken: {reason}. Correct it and send it again."
    )


class BadStep(Refusal):
    """A step that lacks what it needs."""

    code = "bad_case_step"
    sentence = Text(
        zh="“{step}”还缺少：{missing}。请补充后再提交。", en="'{step}' still needs {missing}. Add it and send it again."
    )


class StepOutOfTurn(Conflict):
    """A step that the case's state does not allow."""

    code = "step_out_of_turn"
    sentence = Text(
        zh="案卷 {case} 现为“{state}”，不能“{step}”。请刷新后查看可办事项。",
        en="Case {case} is '{state}': '{step}' cannot be done now. Reload it to see what can.",
    )


class NotYourStep(NotAllowed):
    """A step that is somebody else's to take: another party's work, or a check by who did the work."""

    code = "not_your_step"
    sentence = Text(
        zh="案卷 {case}：“{step}”不能由您办理（{reason}）。",
        en="Case {case}: '{step}' is not yours to do ({reason}).",
    )


class BadMerge(Conflict):
    """A case merged into itself, or into one that is ended."""

    code = "bad_merge"
    sentence = Text(
        zh="案卷 {case} 不能并入 {into}：{reason}。请另选案卷。",
        en="Case {case} cannot be merged into {into}: {reason}. Choose another.",
    )


class NoneChosen(Refusal):
    """A step with many cases, and none was chosen."""

    code = "no_case_chosen"
    sentence = Text(
        zh="没有选择案卷。请在列表中勾选后再办理。", en="No case was chosen. Tick some in the list, then do it again."
    )


class TooManyCases(Refusal):
    """A step with more cases than go at once."""

    code = "too_many_cases_at_once"
    sentence = Text(
        zh="一次最多办理 {most} 件，所选为 {count} 件，均未办理。请分批办理。",
        en="At most {most} cases go at once and {count} were chosen: none was touched. Do it in parts.",
    )


class CaseChanged(Conflict):
    """Somebody else took a step in the meantime."""

    code = "case_changed"
    sentence = Text(
        zh="案卷 {case} 已有新的办理步骤。您所填写的内容未丢失，请刷新后再提交。",
        en="Somebody took another step in case {case}. Nothing you wrote is lost: reload it and send yours again.",
    )


class WrongCode(NotFound):
    """A tracking code that nobody was given."""

    code = "wrong_tracking_code"
    sentence = Text(
        zh="查询码不正确。请核对回执上的查询码。",
        en="There is no report with this code. Check the one on your receipt.",
    )
