# SPDX-License-Identifier: Apache-2.0
"""From a cell as it stands in a file to a declared value: numbers with their units, dates, yes and no, choices, lives.

A cell is known (a value), not known (None) or not readable (Bad, with the reason). Pure: no database, no clock.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from belltower.core.places.loading.guard import unguarded
from belltower.core.places.loading.readers.source import as_text
from belltower.kernel.errors import Refusal
from belltower.kernel.packs import Field, FieldType
from belltower.kernel.texts import Text
from belltower.kernel.units import Quantity, convert

# What registers write where they do not know. "None" and 无 mean "there is none" in a text, so they are not here.
NOT_KNOWN = frozenset({
    "", "n/a", "na", "#n/a", "nan", "null", "<null>", "nil", "-", "--", "---", "/", "\\", "?", "unknown", "not known",
    "tbd", "未知", "不详", "不明", "待定", "待查", "暂无",
})  # fmt: skip
# For a number or a date, "there is none" is not known either.
_NONE = frozenset({"none", "无", "没有"})
_YES = frozenset({"yes", "y", "true", "t", "1", "是", "有", "√", "真"})
_NO = frozenset({"no", "n", "false", "f", "0", "否", "无", "没有", "×", "假", "none"})

LIVES: Mapping[str, tuple[str, ...]] = {
    "planned": ("planned", "proposed", "future", "规划", "拟建", "计划", "待建"),
    "being_built": ("being built", "under construction", "building", "construction", "在建", "建设中", "施工中"),
    "in_service": (
        "in service", "active", "in use", "operational", "working", "existing", "normal", "good", "installed", "open",
        "在用", "完好", "正常", "使用中", "运行", "启用", "现役",
    ),
    "out_of_service": (
        "out of service", "inactive", "not in service", "not working", "suspended", "broken", "missing", "closed",
        "temporarily closed", "停用", "破损", "丢失", "损坏", "故障", "停运", "闲置",
    ),
    "retired": (
        "retired", "removed", "decommissioned", "abandoned", "demolished", "scrapped", "disposed",
        "报废", "拆除", "已拆除", "废弃", "移除", "注销", "退役",
    ),
}  # fmt: skip
"""Status words and the life they mean. 完好 破损 丢失 废弃 移除 are the states of a part in GB/T 47678.5 (GLBJZT)."""

UNIT_WORDS: Mapping[str, str] = {
    "ft": "[ft_i]", "feet": "[ft_i]", "foot": "[ft_i]", "'": "[ft_i]", "英尺": "[ft_i]", "in": "[in_i]", "inch": "[in_i]",
    "inches": "[in_i]", '"': "[in_i]", "英寸": "[in_i]", "mi": "[mi_i]", "mile": "[mi_i]", "miles": "[mi_i]",
    "m": "m", "米": "m", "meter": "m", "meters": "m", "metre": "m", "metres": "m", "mm": "mm", "毫米": "mm", "cm": "cm",
    "厘米": "cm", "km": "km", "公里": "km", "千米": "km", "m2": "m2", "m²": "m2", "㎡": "m2", "sqm": "m2", "平方米": "m2",
    "平米": "m2", "km2": "km2", "km²": "km2", "平方公里": "km2", "ha": "har", "公顷": "har", "sqft": "[sft_i]",
    "ft2": "[sft_i]", "l": "L", "升": "L", "litre": "L", "litres": "L", "liter": "L", "liters": "L", "m3": "m3",
    "m³": "m3", "立方米": "m3", "立方": "m3", "方": "m3", "ml": "mL", "毫升": "mL", "kg": "kg", "公斤": "kg", "千克": "kg",
    "g": "g", "克": "g", "t": "t", "吨": "t", "%": "%", "％": "%", "w": "W", "瓦": "W", "watt": "W", "watts": "W",
    "kw": "kW", "千瓦": "kW", "℃": "Cel", "°c": "Cel", "c": "Cel", "℉": "[degF]", "°f": "[degF]", "k": "K",
    "人": "{person}", "s": "s", "秒": "s", "min": "min", "分钟": "min", "h": "h", "小时": "h", "d": "d", "天": "d",
    "km/h": "km/h", "kmh": "km/h", "m/s": "m/s",
}  # fmt: skip
"""What people write after a number, and the UCUM code they mean. Read only where the quantity allows that unit."""

_NUMBER = re.compile(r"([-+]?(?:\d+(?:,\d{3})*(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*)", re.DOTALL)
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T\s].*)?")
_DATE_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_DATE_SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:\s.*)?")
_EPOCH_MS = re.compile(r"-?\d{12,13}")

_NO_NUMBER = Text(zh="“{raw}”不是数", en="'{raw}' is not a number")
_NO_WHOLE = Text(zh="“{raw}”不是整数", en="'{raw}' is not a whole number")
_NO_UNIT = Text(zh="“{raw}”的单位不可用，可用：{allowed}", en="'{raw}' has a unit that is not allowed here ({allowed})")
_NO_YES = Text(zh="“{raw}”既不是“是”也不是“否”", en="'{raw}' is neither yes nor no")
_NO_DATE = Text(zh="“{raw}”不是日期", en="'{raw}' is not a date")
_TWO_DATES = Text(zh="“{raw}”的日和月分不清，请写成 2026-07-01", en="'{raw}' may be two dates; write it as 2026-07-01")
_NO_CHOICE = Text(zh="“{raw}”不在可选值之内：{choices}", en="'{raw}' is none of: {choices}")
_NO_LIFE = Text(
    zh="“{raw}”不是已知的状态；请在列对应中说明它的含义",
    en="'{raw}' is no status known here; say in the mapping what it means",
)


@dataclass(frozen=True, slots=True)
class Bad:
    """A cell that cannot be read, and why."""

    reason: Text


@dataclass(frozen=True, slots=True)
class Given:
    """A measured value in its field's unit, and what stood in the file where that was another unit."""

    value: float
    given: str | None = None


Convert = Callable[[str], Any]


def is_known(text: str) -> bool:
    """Whether a cell says anything."""
    return text.strip().lower() not in NOT_KNOWN


def converter(field: Field, *, unit: str | None = None, month_first: bool = False) -> Convert:
    """What turns a cell's text into the field's value, None or Bad. ``unit`` is that of numbers without their own."""
    if isinstance(field.holds, Quantity):
        return _measured(field.holds, field.unit or "", unit)
    match field.holds:
        case FieldType.INTEGER:
            return integer
        case FieldType.NUMBER:
            return number
        case FieldType.BOOLEAN:
            return boolean
        case FieldType.DATE:
            return lambda raw: _iso(day(raw, month_first=month_first))
        case FieldType.CHOICE:
            return _choice(field)
        case _:
            return text


def text(raw: str) -> str | None:
    """The text itself, trimmed."""
    return raw.strip() if is_known(raw) else None


def number(raw: str) -> float | Bad | None:
    """A finite number; commas between thousands are allowed."""
    if not is_known(raw) or raw.strip().lower() in _NONE:
        return None
    match = _NUMBER.fullmatch(raw.strip())
    if not match or match[2]:
        return Bad(_NO_NUMBER.format(raw=raw))
    value = float(match[1].replace(",", ""))
    return value if math.isfinite(value) else Bad(_NO_NUMBER.format(raw=raw))


def integer(raw: str) -> int | Bad | None:
    """A whole number; 3.0 is one."""
    value = number(raw)
    if isinstance(value, float):
        return int(value) if value.is_integer() else Bad(_NO_WHOLE.format(raw=raw))
    return value


def boolean(raw: str) -> bool | Bad | None:
    """Yes or no in either language; "not ..." and 非… are no."""
    word = raw.strip().lower()
    if word in _NO or (word.startswith(("not ", "非", "未")) and word not in NOT_KNOWN):
        return False
    if word in _YES:
        return True
    return Bad(_NO_YES.format(raw=raw)) if is_known(raw) else None


def day(raw: str, *, month_first: bool = False) -> date | Bad | None:
    """A civil day from the ways registers write it; ``7/1/2026`` only where the city writes the month first."""
    plain = raw.strip()
    if not is_known(plain) or plain.lower() in _NONE:
        return None
    try:
        if match := _DATE.fullmatch(plain) or _DATE_COMPACT.fullmatch(plain):
            return date(*map(int, match.groups()))
        if _EPOCH_MS.fullmatch(plain):
            return datetime.fromtimestamp(int(plain) / 1000, tz=UTC).date()
        if match := _DATE_SLASHED.fullmatch(plain):
            first, second, year = map(int, match.groups())
            if month_first or second > 12:
                return date(year, first, second)
            return date(year, second, first) if first > 12 or first == second else Bad(_TWO_DATES.format(raw=raw))
    except (ValueError, OverflowError, OSError):
        pass
    return Bad(_NO_DATE.format(raw=raw))


def life(raw: str) -> str | Bad | None:
    """The life a status word means."""
    if not is_known(raw):
        return None
    return _LIFE_OF.get(_plain_word(raw)) or Bad(_NO_LIFE.format(raw=raw))


def _plain_word(raw: str) -> str:
    return re.sub(r"[\s_-]+", " ", raw.strip().lower())


_LIFE_OF = {_plain_word(word): life for life, words in LIVES.items() for word in (*words, life)}


def unit_in_name(column: str, quantity: Quantity) -> str | None:
    """The unit that a column's own name states, as in ``height_ft``, ``杆高(米)`` or ``功率/W``."""
    words = re.split(r"[\s_()（）\[\]/]+", column.strip().lower())
    code = UNIT_WORDS.get(next((word for word in reversed(words) if word), ""))
    return code if code and len(words) > 1 and quantity.allows(code) else None


def _measured(quantity: Quantity, stored_in: str, assumed: str | None) -> Convert:
    units = {word: code for word, code in UNIT_WORDS.items() if quantity.allows(code)}
    units |= {code: code for code in quantity.units}

    def read(raw: str) -> Given | Bad | None:
        plain = raw.strip()
        if not is_known(plain) or plain.lower() in _NONE:
            return None
        match = _NUMBER.fullmatch(plain)
        if not match:
            return Bad(_NO_NUMBER.format(raw=raw))
        value, word = float(match[1].replace(",", "")), match[2].strip().rstrip(".")
        unit = units.get(word) or units.get(word.lower()) if word else assumed or stored_in
        if unit is None:
            return Bad(_NO_UNIT.format(raw=raw, allowed=", ".join(quantity.units)))
        if not math.isfinite(value):
            return Bad(_NO_NUMBER.format(raw=raw))
        if unit == stored_in:
            return Given(value)
        return Given(_tidy(convert(value, unit, stored_in)), plain if word else f"{plain} {unit}")

    return read


def _tidy(value: float) -> float:
    """Twelve digits: enough for any measure, and 16 ft is 4.8768 m, not 4.876800000000001."""
    return float(f"{value:.12g}")


def _choice(field: Field) -> Convert:
    known = {}
    for choice in field.choices:
        for word in (choice.value, choice.title.zh, choice.title.en):
            known[word.strip().lower()] = choice.value
    listed = ", ".join(choice.value for choice in field.choices)

    def read(raw: str) -> str | Bad | None:
        found = known.get(raw.strip().lower())
        if found or not is_known(raw):
            return found
        return Bad(_NO_CHOICE.format(raw=raw, choices=listed))

    return read


def _iso(value: date | Bad | None) -> str | Bad | None:
    return value.isoformat() if isinstance(value, date) else value


class Reading(dict[str, Any]):
    """A conversion that remembers: registers say the same few things again and again.

    ``words`` are the mapping's own translations of cells, looked up first. ``is_guarded``: cells may carry the
    apostrophe that keeps a spreadsheet from running them (guard.py).
    """

    _MOST = 100_000

    def __init__(self, convert: Convert, words: Mapping[str, str] | None = None, *, is_guarded: bool = False) -> None:
        super().__init__()
        self._convert, self.words, self._is_guarded = convert, words or {}, is_guarded
        self.has_bad = False

    def __missing__(self, raw: str) -> Any:
        value = self.read(raw)
        if len(self) < self._MOST:
            self[raw] = value
        return value

    def read(self, raw: Any) -> Any:
        """One cell, not remembered."""
        plain = raw if isinstance(raw, str) else as_text(raw)
        plain = unguarded(plain) if self._is_guarded else plain
        try:
            value = self._convert(self.words.get(plain.strip(), plain))
        except Refusal as refusal:
            value = Bad(Text(zh=refusal.say("zh"), en=refusal.say("en")))
        if "\x00" in plain:
            value = Bad(Text(zh="含有空字符", en="it holds a null character"))
        self.has_bad = self.has_bad or isinstance(value, Bad)
        return value

    def column(self, cells: Sequence[Any]) -> list[Any]:
        """A whole column."""
        if set(map(type, cells)) == {str}:
            return list(map(self.__getitem__, cells))
        return [self[cell] if type(cell) is str else self.read(cell) for cell in cells]
