# SPDX-License-Identifier: Apache-2.0
"""What is refused when exams are set, sat and handed in."""

from __future__ import annotations

from belltower.kernel.errors import Conflict, NotAllowed, Refusal
from belltower.kernel.texts import Text


class ExamNotSet(Refusal):
    """An exam that cannot be set as it is written: no title, more questions than there are, an end before its beginning."""

    code = "exam_not_set"
    sentence = Text(
        zh="考试未发布：{reason}。请更正后再提交。", en="The exam is not set: {reason}. Correct it and send it again."
    )


class ExamOutOfReach(NotAllowed):
    """An exam for parties that its setter does not answer for."""

    code = "exam_out_of_reach"
    sentence = Text(
        zh="您只能为本单位及其下属单位设考，且须指明单位。请改选单位。",
        en="You may set exams for your own party and those below it only, and must name them. Choose other parties.",
    )


class ExamNotOpen(Conflict):
    """An exam that has not opened yet, is over, or was withdrawn."""

    code = "exam_not_open"
    sentence = Text(
        zh="考试“{title}”{state}，现在不能开考。请在开放时间内参加。",
        en="The exam '{title}' {state}: it cannot be begun now. Sit it while it is open.",
    )


class NoAttemptsLeft(Conflict):
    """Somebody who sat an exam as often as it may be sat, or has passed it."""

    code = "no_attempts_left"
    sentence = Text(
        zh="考试“{title}”{reason}，不能再考。成绩见“我的考试”。",
        en="You cannot sit '{title}' again: {reason}. Its results stand under my exams.",
    )


class SittingOver(Conflict):
    """An answer to a sitting that was handed in, or whose time has run out."""

    code = "sitting_over"
    sentence = Text(
        zh="本次考试已于 {at} 交卷，答案不能再改。请查看成绩。",
        en="This sitting was handed in at {at}: its answers stay as they are. Look at the result.",
    )


class NoSuchAnswer(Refusal):
    """A question or an answer of a number that the sitting does not have."""

    code = "no_such_answer"
    sentence = Text(
        zh="没有第 {question} 题，或该题没有这个选项。请重新打开本题。",
        en="There is no question {question}, or no such answer to it. Open the question again.",
    )
