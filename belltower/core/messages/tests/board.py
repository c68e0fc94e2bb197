# SPDX-License-Identifier: Apache-2.0
"""A small message board for the tests: a model of three labels, a file of some rows, two areas."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from belltower.core.messages import actions
from belltower.core.messages.importing import import_file
from belltower.core.messages.models import Batch, Trained
from belltower.core.places.actions.areas import AreaDraft, put_areas
from belltower.core.places.actions.city import use_profile
from belltower.core.places.city import load_profile
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

BY = Actor.system("test")
NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
COLUMNS = ("留言编号", "留言用户", "联系电话", "留言主题", "留言时间", "留言详情", "点赞数", "答复意见", "答复时间")
ABOUT = {
    "城乡建设/市政/路灯": ("路灯不亮", "路灯坏了", "路灯杆倾斜", "路灯一直不亮走路看不见"),
    "环境保护/垃圾": ("垃圾没人清运", "垃圾桶满了", "垃圾堆在路边发臭", "清运车几天没来"),
    "环境保护/噪声": ("工地夜里施工噪音", "广场舞音响噪音太吵", "半夜打桩噪音睡不着", "噪音扰民"),
}
REPLY = "网友您好，关于您反映的路灯不亮问题，经现场核实，该路段电缆老化，已完成更换并恢复照明，感谢您的监督和支持，如仍有问题请再次留言。"
ROWS = (
    ("1", "李四", "13800001111", "蒸湘区解放路路灯不亮", "2026/11/3 20:15:00", "解放路三天没有路灯，路灯坏了，晚上看不见", "3", REPLY, "2026/11/5 20:15:00"),
    ("2", "王五", "", "雁峰区中山路垃圾没人清运", "2026-11-04 08:00", "垃圾桶满了没人清运，发臭", "0", "", ""),
    ("3", "李四", "13800001111", "蒸湘区解放路的路灯还是不亮", "2026年11月6日 9:00", "解放路还是没有路灯，路灯坏了，晚上看不见", "1", "", ""),
    ("4", "", "", "咨询一件事", "2026-10-02 10:00:00", "请问怎么办理", "", "已转交相关部门处理。", "2026-10-03 10:00:00"),
    ("5", "赵六", "13900002222", "时间不对", "昨天", "内容", "", "", ""),
    ("6", "", "", "", "2026-11-05 10:00:00", "", "", "", ""),
    ("2", "王五", "", "同一编号", "2026-11-07 10:00:00", "再来一次", "", "", ""),
)  # fmt: skip


@cache
def model() -> bytes:
    """A model as a file; trained once for all tests of a process."""
    from belltower.analytics.text.classifying import train
    from belltower.analytics.text.keeping import as_bytes

    streets = ("解放路", "中山路", "船山路", "雁城花园", "立新村", "衡州大道")
    pairs = [
        (f"{streets[n % 6]}{said}{chr(0x4E00 + 9 * n)}", label)
        for label, all_said in ABOUT.items()
        for said in all_said
        for n in range(10)
    ]
    return as_bytes(train([text for text, _ in pairs], [label for _, label in pairs]))


def put_model(threshold: float = 0.7) -> Trained:
    actions.put_categories([label.split("/") for label in ABOUT], by=BY)
    return actions.use_model(model(), threshold=threshold, by=BY, now=NOW)


def put_areas_of_two() -> None:
    use_profile(load_profile("hengyang"), by=BY)
    drafts = [
        AreaDraft(code=code, level=level, name=Text(zh=name))
        for code, level, name in (
            ("430400", "city", "衡阳市"), ("430408", "district", "蒸湘区"), ("430406", "district", "雁峰区")
        )
    ]  # fmt: skip
    put_areas(drafts, by=BY, on=date(2020, 1, 1), source="test")


def write(path: Path, rows: tuple[tuple[str, ...], ...] = ROWS) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    return path


def imported(folder: Path, rows: tuple[tuple[str, ...], ...] = ROWS) -> Batch:
    return import_file(write(folder / "留言.csv", rows), by=BY, now=NOW)
