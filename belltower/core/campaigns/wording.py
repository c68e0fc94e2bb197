# SPDX-License-Identifier: Apache-2.0
"""How the numbers of a campaign are said in print, in both languages."""

from __future__ import annotations

from datetime import date

from belltower.core.standards.outputs import wording
from belltower.kernel.texts import Text

WORDS = {
    "report": Text(zh="专项整治总结报告", en="Closing report of a campaign"),
    "simulated": Text(zh="模拟数据，仅供演示", en="Simulated data, for demonstration only"),
    "from": Text(zh="开始", en="First day"),
    "until": Text(zh="结束", en="Last day"),
    "closed": Text(zh="结案日期", en="Closed on"),
    "where": Text(zh="范围", en="Where"),
    "whole_city": Text(zh="全市", en="The whole city"),
    "purpose": Text(zh="目的", en="Purpose"),
    "remark": Text(zh="说明", en="Remark"),
    "in_short": Text(zh="总体情况", en="In short"),
    "found": Text(zh="发现", en="Found"),
    "put_right": Text(zh="已整改", en="Put right"),
    "open": Text(zh="未整改", en="Open"),
    "overdue": Text(zh="逾期", en="Overdue"),
    "unknown": Text(zh="未知", en="Not known"),
    "spared": Text(zh="豁免或不再适用", en="Spared"),
    "share": Text(zh="整改率", en="Share put right"),
    "judged": Text(zh="判定对象", en="Judged"),
    "holds": Text(zh="符合", en="Holds"),
    "broken": Text(zh="不符合", en="Broken"),
    "exempt": Text(zh="豁免", en="Exempt"),
    "subjects": Text(zh="对象最近一次判定", en="Subjects, as last judged"),
    "targets": Text(zh="目标", en="Targets"),
    "target": Text(zh="目标", en="Target"),
    "reached": Text(zh="结果", en="Reached"),
    "state": Text(zh="状态", en="State"),
    "day_by_day": Text(zh="逐日进展", en="Day by day"),
    "chart": Text(
        zh="每日累计发现（浅色）和已整改（深色）", en="Found so far (light) and put right so far (dark), by day"
    ),
    "not_judged": Text(zh="当日未判定", en="not judged that day"),
    "areas": Text(zh="区域排名", en="Areas in order"),
    "area": Text(zh="区域", en="Area"),
    "parties": Text(zh="责任主体排名", en="Parties in order"),
    "party": Text(zh="责任主体", en="Party"),
    "nobody": Text(zh="未确定责任主体", en="Nobody is known to answer"),
    "place": Text(zh="名次", en="Place"),
    "clauses": Text(zh="条款", en="Clauses"),
    "clause": Text(zh="条款", en="Clause"),
    "left": Text(zh="遗留问题", en="What is left open"),
    "subject": Text(zh="对象", en="Subject"),
    "grade": Text(zh="等级", en="Grade"),
    "due": Text(zh="期限", en="Due"),
    "more": Text(zh="其余未列出：", en="More that are not listed: "),
    "none_left": Text(zh="没有遗留问题。", en="Nothing is left open."),
    "major": Text(zh="重大", en="Major"),
    "general": Text(zh="一般", en="General"),
    "signed": Text(zh="负责人签字", en="Signed"),
    "date": Text(zh="日期", en="Date"),
    "digest": Text(zh="数字摘要（SHA-256）", en="Digest of the numbers (SHA-256)"),
    "how": Text(
        zh="整改率 = 已整改 ÷（发现 − 豁免或不再适用）。发现 = 开始时已存在和期间新发现的问题。未知的不算已整改，也不算符合。"
        "没有需要整改的问题则不排名，这不等于良好。",
        en="Share put right = put right ÷ (found − spared). Found: what stood when the campaign began and what was found since. "
        "What is not known counts neither as put right nor as holding. Who had nothing to put right has no place, which does not "
        "mean that all is well.",
    ),
}


def share_said(part: int, whole: int) -> str:
    """A share to a tenth of a per cent, never rounded up to all; a dash of none."""
    return f"{part * 1000 // whole / 10:.1f} %" if whole else "—"


def counted(part: int, whole: int | None) -> Text:
    """A number; or a share with what it is of: 95.0 % (19 of 20)."""
    if whole is None:
        return Text(en=f"{part:,}")
    if not whole:
        return Text(zh="没有可计数的", en="nothing to count")
    share = share_said(part, whole)
    return Text(zh=f"{share}（{whole:,} 项中 {part:,} 项）", en=f"{share} ({part:,} of {whole:,})")


def day_said(day: date) -> Text:
    """A civil day in words."""
    return wording.day(day)
