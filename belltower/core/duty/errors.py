# SPDX-License-Identifier: Apache-2.0
"""What is refused at a duty desk."""

from __future__ import annotations

from belltower.kernel.errors import Conflict, Refusal
from belltower.kernel.texts import Text


class BadDuty(Refusal):
    """A desk, a line, a call or an answer that says too little, or what cannot be."""

    code = "bad_duty"
    sentence = Text(
        zh="未登记：{reason}。请更正后再提交。", en="It is not written down: {reason}. Correct it and send it again."
    )


class DeskHeld(Conflict):
    """Somebody is on the desk already: it is handed over, not taken."""

    code = "desk_held"
    sentence = Text(
        zh="“{desk}”已有人值班，须由当班人员交班。请让其向您交班。",
        en="Somebody is on '{desk}'. It is handed over, not taken: ask them to hand it over to you.",
    )


class NotOnDuty(Conflict):
    """Only who is on the desk may do this, and the asker is not."""

    code = "not_on_duty"
    sentence = Text(
        zh="您不在“{desk}”当班。请先接班。", en="You are not on duty at '{desk}'. Take over first, then do it again."
    )


class NotLeft(Conflict):
    """A desk is left although alarms stand, or although it is never to be without somebody."""

    code = "desk_not_left"
    sentence = Text(
        zh="不能离开“{desk}”：{reason}。请交班给下一位。",
        en="'{desk}' cannot be left: {reason}. Hand it over to who comes next.",
    )


class NotLookedAt(Conflict):
    """A hand-over is accepted although alarms stand that the successor did not say to have looked at."""

    code = "alarms_not_looked_at"
    sentence = Text(
        zh="接班未完成：尚有报警未逐条查看（{alarms}）。请查看后勾选，再接班。",
        en="Not taken over: alarms stand that were not looked at ({alarms}). Look at each, tick it, and take over again.",
    )


class HandOverAnswered(Conflict):
    """A hand-over that was answered already, or is for somebody else."""

    code = "hand_over_answered"
    sentence = Text(
        zh="这次交班已有答复，或不是交给您的。请重新打开值班页。",
        en="This hand-over was answered already, or is for somebody else. Open the desk's page again.",
    )
