# SPDX-License-Identifier: Apache-2.0
"""A message board's export, column by column: what is where, and each row as a draft of a message or the reason why not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from belltower.core.messages.errors import ColumnsNotKnown
from belltower.core.places import city
from belltower.core.places.loading.guard import unguarded
from belltower.core.places.loading.readers.source import Chunk, Shape, as_text
from belltower.core.places.loading.report import Aside
from belltower.kernel.errors import Refusal
from belltower.kernel.instants import civil_instant
from belltower.kernel.texts import Text

TARGETS: Mapping[str, Text] = {
    "text": Text(zh="留言内容", en="text"),
    "at": Text(zh="留言时间", en="time"),
    "subject": Text(zh="留言主题", en="subject"),
    "number": Text(zh="留言编号", en="number"),
    "name": Text(zh="留言人", en="writer's name"),
    "phone": Text(zh="联系电话", en="writer's telephone"),
    "votes": Text(zh="点赞数", en="votes for"),
    "against": Text(zh="反对数", en="votes against"),
    "reply": Text(zh="答复", en="reply"),
    "replied_at": Text(zh="答复时间", en="time of the reply"),
    "place": Text(zh="所在区域", en="area or place"),
    "label": Text(zh="类别", en="category"),
}
_CALLED: Mapping[str, tuple[str, ...]] = {
    "text": ("留言详情", "留言内容", "内容", "诉求内容", "问题描述", "text", "content", "description"),
    "at": ("留言时间", "提交时间", "创建时间", "时间", "at", "time", "created"),
    "subject": ("留言主题", "主题", "标题", "subject", "title"),
    "number": ("留言编号", "编号", "工单编号", "number", "id"),
    "name": ("留言人", "留言用户", "姓名", "网友", "name", "writer"),
    "phone": ("联系电话", "电话", "手机", "phone"),
    "votes": ("点赞数", "点赞", "votes", "likes"),
    "against": ("反对数", "反对", "dislikes"),
    "reply": ("答复意见", "答复内容", "答复", "回复", "reply"),
    "replied_at": ("答复时间", "回复时间", "replied_at"),
    "place": ("所在区域", "区域", "地址", "所属区县", "place", "address", "area"),
    "label": ("一级分类", "类别", "分类", "category", "label"),
}
PERSONAL = ("name", "phone")
NEEDED = ("text", "at")
SUBJECT_LIMIT, NUMBER_LIMIT = 500, 60
_INSTANT = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]+(\d{1,2}):(\d{1,2})(?::(\d{1,2}))?)?")
_NO_TEXT = Text(zh="没有内容", en="it has no text")
_BAD_TIME = Text(zh="时间“{raw}”无法读取", en="the time '{raw}' cannot be read")
_TO_COME = Text(zh="时间“{raw}”晚于现在", en="the time '{raw}' lies in the future")
_LONG_NUMBER = Text(zh="编号过长", en="its number is too long")


@dataclass(frozen=True, slots=True)
class Draft:
    """A message as a row tells it."""

    row: int
    number: str
    subject: str
    text: str
    at: datetime
    name: str
    phone: str
    votes: int
    reply: str
    replied_at: datetime | None
    place: str
    label: str

    @property
    def whole(self) -> str:
        """Subject and text, as they are classified."""
        return "\n".join(part for part in (self.subject, self.text) if part)


def propose(shape: Shape, name: str, said: Mapping[str, str] | None = None) -> dict[str, str]:
    """Which column is what (target to column): as people said, and else as columns are usually called.

    Raises ColumnsNotKnown where the text or the time stands nowhere, or a column that was named is not there.
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
        said_zh, said_en = "、".join(one.zh for one in missing), ", ".join(one.en for one in missing)
        raise ColumnsNotKnown(file=name, missing=Text(zh=said_zh, en=said_en), columns=", ".join(shape.columns))
    return found


class Reader:
    """Reads the chunks of one file by its mapping; local times are those of the city's zone."""

    def __init__(self, columns: Mapping[str, str], *, zone: ZoneInfo, now: datetime) -> None:
        self._columns, self._zone, self._now = columns, zone, now
        self._personal = [columns[target] for target in PERSONAL if target in columns]

    def read(self, chunk: Chunk) -> tuple[list[Draft], list[Aside]]:
        """The rows that can be read, and those kept aside, without what they tell of the writer."""
        cells = {target: chunk.values[column] for target, column in self._columns.items()}
        drafts: list[Draft] = []
        aside = [Aside(one.row, one.reason, self._without_writer(one.values)) for one in chunk.broken]
        for at, row in enumerate(chunk.rows):
            told = self._draft(row, {target: column[at] for target, column in cells.items()})
            if isinstance(told, Draft):
                drafts.append(told)
            else:
                aside.append(Aside(row, told, self._without_writer(chunk.row(at))))
        return drafts, aside

    def _draft(self, row: int, cells: Mapping[str, Any]) -> Draft | Text:
        said = {target: unguarded(as_text(cell)).strip() for target, cell in cells.items()}
        text, subject = plain_text(said.get("text", "")), plain_text(said.get("subject", ""))
        if not text and not subject:
            return _NO_TEXT
        number = said.get("number", "")
        if len(number) > NUMBER_LIMIT:
            return _LONG_NUMBER
        at = self._instant(cells["at"])
        if at is None or at > self._now:
            return (_BAD_TIME if at is None else _TO_COME).format(raw=said["at"][:40])
        votes = _whole(said.get("votes", "")) - _whole(said.get("against", ""))
        return Draft(
            row, number, (subject or text)[:SUBJECT_LIMIT], text, at, said.get("name", ""), said.get("phone", ""), votes,
            plain_text(said.get("reply", "")), self._instant(cells.get("replied_at")), said.get("place", ""),
            said.get("label", ""),
        )  # fmt: skip

    def _instant(self, cell: Any) -> datetime | None:
        if isinstance(cell, datetime | date):
            local = cell if isinstance(cell, datetime) else datetime.combine(cell, time.min)
            return local.astimezone(UTC) if local.tzinfo else self._at(local)
        found = _INSTANT.match(as_text(cell).strip())
        if found is None:
            return None
        try:
            year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
            return self._at(datetime(year, month, day, hour, minute, second))  # noqa: DTZ001  # the city's own time
        except ValueError:
            return None

    def _at(self, local: datetime) -> datetime | None:
        try:
            return civil_instant(local, self._zone)
        except Refusal:
            return None

    def _without_writer(self, values: Mapping[str, str]) -> dict[str, str]:
        return {column: value for column, value in values.items() if column not in self._personal}


def city_zone() -> ZoneInfo:
    """The zone of the city's civil time; UTC before a city is chosen."""
    try:
        return city.current().tz
    except city.NoCityChosen:
        return ZoneInfo("UTC")


def plain_text(raw: str) -> str:
    """A text as it is kept: without escapes and control signs, its lines as they stand."""
    cleaned = raw.replace("_x000D_", "").replace("\r\n", "\n").replace("\x00", "")
    return "\n".join(line.strip() for line in cleaned.split("\n")).strip()


def _whole(said: str) -> int:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 9 else 0
