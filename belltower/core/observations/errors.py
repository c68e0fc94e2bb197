# SPDX-License-Identifier: Apache-2.0
"""What observations refuse, and why."""

from __future__ import annotations

from belltower.kernel.errors import NotFound, Refusal
from belltower.kernel.texts import Text


class UnknownStream(NotFound):
    """Readings of a datastream that is not there (any more)."""

    code = "unknown_stream"
    sentence = Text(
        zh="没有数据流 {streams}，本批读数未入库。请检查数据流编号，或先登记数据流。",
        en="There is no datastream {streams}; nothing of the batch was stored. Check the id, or declare the stream first.",
    )


class NotStorable(Refusal):
    """A batch with a row that no batch may have; ``sift`` takes such rows out and says why of each."""

    code = "not_storable"
    sentence = Text(
        zh="批次第 {row} 行不能入库：{reason}。请先筛除这类行。",
        en="Row {row} of the batch cannot be stored: {reason}. Take such rows out first.",
    )


class TooManyDays(Refusal):
    """One batch about more UTC days than can be opened in one transaction."""

    code = "too_many_days"
    sentence = Text(
        zh="一批读数涉及 {days} 天，超过 {most} 天的上限。请按日期分批发送。",
        en="One batch speaks of {days} days; it may be {most}. Send it in parts, by day.",
    )


class NoSuchDeclaration(Refusal):
    """A stream that no pack declares for this kind of asset."""

    code = "no_such_stream"
    sentence = Text(
        zh="部件类型“{kind}”没有声明数据流“{stream}”。已声明：{known}。",
        en="The kind '{kind}' declares no stream '{stream}'. There are: {known}.",
    )


class UnreadableLog(Refusal):
    """A sender's own log that cannot be read."""

    code = "unreadable_log"
    sentence = Text(
        zh="无法读取发送方日志第 {line} 行：{reason}。每行应有来源、小时和发送数。",
        en="Line {line} of the sender's log cannot be read: {reason}. Each says source, hour and sent.",
    )
