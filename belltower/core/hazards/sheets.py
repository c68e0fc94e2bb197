# SPDX-License-Identifier: Apache-2.0
"""A sheet of hazards, column by column: what is where, and each row as a draft, or the reason why it cannot be one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from belltower.core.hazards.errors import HazardColumnsNotKnown
from belltower.core.places.loading.guard import unguarded
from belltower.core.places.loading.readers.source import Shape, as_text
from belltower.kernel.texts import Text

TARGETS: Mapping[str, Text] = {
    "text": Text(zh="隐患描述", en="description"),
    "enterprise": Text(zh="责任企业", en="enterprise"),
    "found_on": Text(zh="发现日期", en="day on which it was found"),
    "category": Text(zh="隐患类别", en="category"),
    "number": Text(zh="编号", en="number"),
    "place": Text(zh="地点", en="place"),
    "area": Text(zh="区域", en="area"),
    "grade": Text(zh="等级", en="grade"),
    "clause": Text(zh="条款", en="clause"),
}
_CALLED: Mapping[str, tuple[str, ...]] = {
    "text": ("隐患描述", "隐患内容", "问题描述", "存在问题", "description", "text", "hazard"),
    "enterprise": ("责任企业", "责任单位", "企业名称", "被检查单位", "enterprise", "company", "responsible"),
    "found_on": ("发现日期", "检查日期", "排查日期", "日期", "found_on", "found", "date"),
    "category": ("隐患类别", "隐患类型", "类别", "category", "kind"),
    "number": ("隐患编号", "编号", "序号", "number", "id"),
    "place": ("隐患地点", "地点", "地址", "place", "address"),
    "area": ("所属区域", "区县", "所属区县", "area", "district"),
    "grade": ("隐患等级", "等级", "grade"),
    "clause": ("违反条款", "条款", "依据", "clause"),
}
NEEDED = ("text", "enterprise", "found_on")
TEXT_LIMIT, PLACE_LIMIT, NUMBER_LIMIT, CATEGORY_LIMIT = 4000, 300, 60, 60
NO_CATEGORY = "未分类"
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T].*)?")
_NO_TEXT = Text(zh="没有隐患描述", en="it does not say what the hazard is")
_NO_PARTY = Text(zh="没有责任企业", en="it does not say whose it is")
_BAD_DAY = Text(zh="日期“{raw}”无法读取", en="the day '{raw}' cannot be read")
_TO_COME = Text(zh="日期“{raw}”晚于今天", en="the day '{raw}' lies in the future")
_LONG = Text(zh="编号过长", en="its number is too long")


@dataclass(frozen=True, slots=True)
class Draft:
    """A hazard as a row tells it; ``enterprise`` and ``area`` are still names."""

    row: int
    text: str
    enterprise: str
    found_on: date
    category: str
    number: str
    place: str
    area: str
    grade: str
    clause: str


def propose(shape: Shape, name: str, said: Mapping[str, str] | None = None) -> dict[str, str]:
    """Which column is what (target to column): as people said, and else as columns are usually called.

    Raises HazardColumnsNotKnown where what is needed stands nowhere, or a column that was named is not there.
    """
    there = {column.strip().lower(): column for column in shape.columns}
    found = dict(said or {})
    for target, called in _CALLED.items():
        column = next((there[word] for word in called if word in there and there[word] not in found.values()), None)
        if target not in found and column is not None:
            found[target] = column
    missing = [TARGETS[target] for target in NEEDED if target not in found]
    missing += [Text(zh=column, en=column) for column in found.values() if column not in shape.columns]
    missing += [Text(zh=target, en=target) for target in found if target not in TARGETS]
    if missing:
        told = Text(zh="、".join(one.zh for one in missing), en=", ".join(one.en for one in missing))
        raise HazardColumnsNotKnown(file=name, missing=told, columns=", ".join(shape.columns))
    return found


def draft(row: int, cells: Mapping[str, Any], today: date) -> Draft | Text:
    """A row as a draft; a text that says why it is none."""
    said = {target: unguarded(as_text(cell)).strip() for target, cell in cells.items()}
    if not said["text"]:
        return _NO_TEXT
    if not said["enterprise"]:
        return _NO_PARTY
    if len(said.get("number", "")) > NUMBER_LIMIT:
        return _LONG
    found_on = _day(cells["found_on"])
    if found_on is None or found_on > today:
        return (_BAD_DAY if found_on is None else _TO_COME).format(raw=said["found_on"][:40])
    return Draft(
        row, said["text"][:TEXT_LIMIT], said["enterprise"], found_on, said.get("category", "")[:CATEGORY_LIMIT] or NO_CATEGORY,
        said.get("number", ""), said.get("place", "")[:PLACE_LIMIT], said.get("area", ""), said.get("grade", ""),
        said.get("clause", ""),
    )  # fmt: skip


def _day(cell: Any) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    found = _DAY.fullmatch(as_text(cell).strip())
    try:
        return date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None
