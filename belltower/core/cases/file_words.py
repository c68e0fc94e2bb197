# SPDX-License-Identifier: Apache-2.0
"""The house's words of the printed case file, in both languages."""

from __future__ import annotations

from belltower.core.cases.table import Part
from belltower.kernel.texts import Text

WORDS = {
    "file": Text(zh="案卷", en="Case file"), "simulated": Text(zh="模拟数据，仅供演示", en="Simulated data, for demonstration only"),
    "printed": Text(zh="打印时间", en="Printed"), "number": Text(zh="案卷编号", en="Case number"),
    "state": Text(zh="状态", en="State"), "kind": Text(zh="类别", en="Kind"), "source": Text(zh="来源", en="Where it came from"),
    "grade": Text(zh="等级", en="Grade"), "reported": Text(zh="上报时间", en="Reported"), "ended": Text(zh="办结时间", en="Ended"),
    "due": Text(zh="当前环节时限", en="Due"), "holder": Text(zh="现办理方", en="Who has it"),
    "party": Text(zh="责任单位", en="Who must put it right"), "area": Text(zh="区域", en="Area"), "asset": Text(zh="部件", en="Asset"),
    "address": Text(zh="地址", en="Address"), "place": Text(zh="经纬度", en="Longitude, latitude"),
    "what": Text(zh="问题描述", en="What is wrong"), "steps": Text(zh="办理过程", en="What was done"),
    "when": Text(zh="时间", en="When"), "step": Text(zh="步骤", en="Step"), "part": Text(zh="办理身份", en="As"),
    "then_with": Text(zh="此后由谁办理", en="Then with"), "reason": Text(zh="说明", en="Reason"), "entry": Text(zh="账本记录号", en="Ledger entry"),
    "clocks": Text(zh="计时", en="Clocks"), "limit": Text(zh="时限", en="Limit"), "no_limit": Text(zh="无时限", en="no limit"),
    "by": Text(zh="依据", en="Limit by"), "began": Text(zh="开始", en="From"), "until": Text(zh="结束", en="Until"),
    "runs": Text(zh="仍在计时", en="still runs"), "used_up": Text(zh="时限届满", en="Limit used up"), "used": Text(zh="已用", en="Used"),
    "overdue": Text(zh="超期", en="over its limit"), "length": Text(zh="时长", en="Length"),
    "not_counted": Text(zh="不计入原因（空白为计入）", en="Not counted because (blank: counted)"),
    "calendar": Text(zh="工作日历指纹", en="Calendar"),
    "provisional": Text(zh="暂定：当年放假安排尚未公布", en="provisional: the holidays are not published yet"),
    "evidence": Text(zh="证据清单", en="Evidence"), "name": Text(zh="文件", en="File"), "kept": Text(zh="存入时间", en="Kept"),
    "taken": Text(zh="拍摄时间", en="Taken"), "digest": Text(zh="文件摘要（SHA-256）", en="Digest (SHA-256)"),
    "no_files": Text(zh="没有附件。", en="There are no files."), "remarks": Text(zh="备注", en="Remarks"),
    "merged": Text(zh="并入本案的案卷", en="Merged into this case"), "ledger": Text(zh="账本", en="Ledger"),
    "entries": Text(zh="本案记录号", en="Entries of the case"), "head": Text(zh="已签名的树头", en="Signed head"),
    "no_head": Text(zh="尚无已签名的树头。", en="There is no signed head yet."),
    "how": Text(
        zh="核验：belltower ledger proof 记录号 可导出该记录的证明；任何人可用 check_proof.py 离线核验，并与上面的树头比对。缺字以 □ 表示。上报人信息不在案卷中。",
        en="To check: belltower ledger proof ENTRY writes the proof of an entry; anybody checks it off-line with check_proof.py against the head above. □ stands for a character that the fonts have not. Nothing of who reported is in this file.",
    ),
}  # fmt: skip
PART_WORDS = {
    Part.DESK: Text(zh="值班台", en="duty desk"), Part.WORKER: Text(zh="办理人员", en="worker"),
    Part.CHECKER: Text(zh="核查人员", en="checker"), Part.LEADER: Text(zh="领导", en="leader"),
    Part.REPORTER: Text(zh="上报人", en="reporter"), Part.FINDING: Text(zh="系统判定", en="the city's judge"),
    Part.CLOCK: Text(zh="计时", en="the clock"),
}  # fmt: skip
