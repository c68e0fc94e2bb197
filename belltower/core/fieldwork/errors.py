# SPDX-License-Identifier: Apache-2.0
"""What is refused of acts from outside."""

from __future__ import annotations

from belltower.kernel.errors import Conflict, NotFound, Refusal
from belltower.kernel.texts import Text


class BadAct(Refusal):
    """An act that does not say what is needed to take it."""

    code = "bad_act"
    sentence = Text(zh="未办理：{reason}。请更正后再提交。", en="Not done: {reason}. Correct it and send it again.")


class ActDiffers(Conflict):
    """Another act under a key that was used already."""

    code = "act_differs"
    sentence = Text(
        zh="这个编号已用于另一项办理。请重新填写后提交。",
        en="Another act came under this key already. Fill it in anew and send it again.",
    )


class NoSuchAct(NotFound):
    """An act that is not there, or somebody else's."""

    code = "no_such_act"
    sentence = Text(zh="没有这项办理记录。请返回我的任务。", en="There is no such act. Go back to your tasks.")
