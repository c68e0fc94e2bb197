# SPDX-License-Identifier: Apache-2.0
"""What the engine refuses: definitions it cannot judge by, logs it cannot read, states it cannot trust."""

from __future__ import annotations

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text


class BadPoint(Refusal):
    """An alarm point that cannot be judged."""

    code = "alarm_point_wrong"
    sentence = Text(
        zh="第 {row} 个报警点有误：{reason}。请更正其定义。",
        en="Alarm point {row} is wrong: {reason}. Correct its definition.",
    )


class BadLog(Refusal):
    """A log with an entry that names nothing, or an impossible instant. Nothing of it was judged."""

    code = "alarm_log_wrong"
    sentence = Text(
        zh="报警日志第 {position} 条有误：{reason}。整批未处理，请更正后重新提交。",
        en="Entry {position} of the alarm log is wrong: {reason}. Nothing of the batch was judged; correct it and send it again.",
    )


class UnreadableState(Refusal):
    """Bytes that are no state, or the state of other definitions."""

    code = "alarm_state_unreadable"
    sentence = Text(
        zh="报警引擎的状态无法使用：{reason}。请从备份恢复，或以新状态重新开始。",
        en="The alarm engine's state cannot be used: {reason}. Restore it from a backup, or begin with a fresh one.",
    )
