# SPDX-License-Identifier: Apache-2.0
"""How a day of duty is said in print, in both languages."""

from __future__ import annotations

from belltower.core.duty.models import Answer, What
from belltower.core.duty.rules import Answered, Tally
from belltower.kernel.texts import Text

WORDS = {
    "report": Text(zh="值班日报", en="Daily report of duty"),
    "as_of": Text(zh="截至", en="As of"),
    "not_over": Text(zh="当日尚未结束", en="the day is not over"),
    "shifts": Text(zh="值班人员", en="Who was on duty"),
    "who": Text(zh="值班人", en="Who"),
    "from": Text(zh="开始", en="From"),
    "until": Text(zh="结束", en="Until"),
    "unwatched": Text(zh="无人值班时段", en="With nobody on duty"),
    "none_unwatched": Text(zh="全天均有人值班", en="Somebody was on duty all the time"),
    "hand_overs": Text(zh="交接班", en="Hand-overs"),
    "to": Text(zh="接班人", en="To"),
    "note": Text(zh="交代事项", en="Told"),
    "standing": Text(zh="在位报警", en="Alarms standing"),
    "seen": Text(zh="逐条查看", en="Looked at"),
    "answer": Text(zh="答复", en="Answer"),
    "calls": Text(zh="来电", en="Calls"),
    "rang": Text(zh="来电时间", en="Rang"),
    "answered": Text(zh="接听时间", en="Answered"),
    "about": Text(zh="内容", en="About"),
    "how": Text(zh="判定", en="How"),
    "alarms": Text(zh="报警应答", en="Alarms and their answers"),
    "raised": Text(zh="发生", en="Raised"),
    "alarm": Text(zh="报警", en="Alarm"),
    "priority": Text(zh="级别", en="Priority"),
    "acknowledged": Text(zh="确认", en="Acknowledged"),
    "left_out": Text(zh="另有未列出", en="More that are not listed"),
    "log": Text(zh="值班记录", en="Log"),
    "at": Text(zh="时间", en="At"),
    "what": Text(zh="类别", en="What"),
    "text": Text(zh="内容", en="Text"),
    "none": Text(zh="无", en="None"),
}
ANSWERED = {
    Answered.IN_TIME: Text(zh="按时", en="In time"),
    Answered.LATE: Text(zh="超时", en="Late"),
    Answered.NOT: Text(zh="未应答", en="Not answered"),
    Answered.WAITING: Text(zh="待应答", en="Waiting"),
    Answered.NO_LIMIT: Text(zh="无时限", en="No limit"),
}
ANSWERS = {
    Answer.WAITING: Text(zh="待答复", en="Waiting"),
    Answer.ACCEPTED: Text(zh="已接班", en="Accepted"),
    Answer.REFUSED: Text(zh="拒绝", en="Refused"),
    Answer.WITHDRAWN: Text(zh="已撤回", en="Withdrawn"),
}
WHATS = {
    What.NOTE: Text(zh="记事", en="Note"),
    What.DECISION: Text(zh="决定", en="Decision"),
    What.MESSAGE: Text(zh="传达", en="Message"),
    What.VISIT: Text(zh="巡查", en="Visit"),
}
_NONE = Text(zh="无可计算的应答", en="nothing to count")
_SHARE = Text(
    zh="{in_time} / {among} 按时（{share} %），超时 {late}，未应答 {unanswered}，待应答 {waiting}",
    en="{in_time} of {among} in time ({share} %), {late} late, {unanswered} not answered, {waiting} waiting",
)


def counted(of: Tally) -> Text:
    """Numerator, denominator and share; that there is nothing to count is said, and is not 100 %."""
    if of.share is None:
        return _NONE
    return _SHARE.format(
        in_time=of.in_time, among=of.among, share=f"{100 * of.share:.1f}", late=of.late, unanswered=of.unanswered,
        waiting=of.waiting,
    )  # fmt: skip
