# SPDX-License-Identifier: Apache-2.0
"""How long each stage of a case may take: a dated table by kind of case, grade and stage, read from YAML with its lines.

The tables that come with the program are in ``time_limits/``: ``default.yaml``, and one by the code of a city, laid over it.
An installation's own file takes the place of the city's. What is wrong is told with file, line, and what was probably meant.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from belltower.core.cases.kinds import Grade
from belltower.core.cases.table import Stage
from belltower.core.standards.clauses import Source
from belltower.core.standards.reading_parts import entries, known, matching, source, text
from belltower.kernel import written
from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text
from belltower.kernel.written import Part

TABLES = Path(__file__).parent / "time_limits"
_KIND = re.compile(r"[a-z][a-z0-9_]{0,39}|\d{5}")
_CITY = re.compile(r"\w{1,15}")
_ROW = ("kinds", "grade", "stage", "since", "until", "within", "source", "note")


class BadLimits(Refusal):
    """A table of time limits that cannot be used; nothing of it is. ``line`` is where it says so, the first being 1."""

    code = "bad_time_limits"
    sentence = Text(
        zh="时限表 {file} 第 {line} 行：{reason}整个文件未载入；请更正后再试。",
        en="{file}, line {line}: {reason} Nothing of this table of time limits is loaded; correct it and try again.",
    )


class Unit(StrEnum):
    """In what a limit is counted: 工作时, 工作日, 自然时.

    There is no 紧急工作时 (urgent working hour): how it is defined was not verified in any text that we have seen.
    """

    WORKING_HOURS = "working_hours"
    WORKING_DAYS = "working_days"
    NATURAL = "natural"


_LENGTHS: Mapping[Unit, re.Pattern[str]] = {
    Unit.WORKING_HOURS: re.compile(r"PT(?=.)(?:(?P<hours>\d{1,4})H)?(?:(?P<minutes>\d{1,4})M)?"),
    Unit.WORKING_DAYS: re.compile(r"P(?P<days>\d{1,3})D"),
    Unit.NATURAL: re.compile(
        r"P(?=.)(?:(?P<days>\d{1,3})D)?(?:T(?=.)(?:(?P<hours>\d{1,4})H)?(?:(?P<minutes>\d{1,4})M)?)?"
    ),
}
_FOR_EXAMPLE = {Unit.WORKING_HOURS: "PT4H", Unit.WORKING_DAYS: "P7D", Unit.NATURAL: "P1D, PT24H"}


@dataclass(frozen=True, slots=True)
class Limit:
    """One row: how long ``stage`` may take. ``kind`` None: of any kind; ``grade`` None: of any grade.

    ``length`` is ISO 8601 and ``amount`` the same as a number; of WORKING_DAYS each of its days is a counted civil day. It
    is in force from ``since`` until (not including) ``until``.
    """

    kind: str | None
    grade: str | None
    stage: Stage
    since: date
    until: date | None
    unit: Unit
    length: str
    amount: timedelta
    source: Source
    note: Text | None = None

    @property
    def is_assumed(self) -> bool:
        """Whether nothing was seen for it: the installation's own assumption."""
        return self.source.clause == HOUSE


HOUSE = "house default"
Key = tuple[str | None, str | None, Stage]


@dataclass(frozen=True)
class LimitTable:
    """Rows by what they are for. Of the rows of one key the later days win, and no two of them begin on the same day."""

    rows: tuple[Limit, ...]
    _by_key: Mapping[Key, tuple[Limit, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        found: dict[Key, list[Limit]] = {}
        for row in self.rows:
            found.setdefault((row.kind, row.grade, row.stage), []).append(row)
        latest = {key: tuple(sorted(each, key=_since, reverse=True)) for key, each in found.items()}
        object.__setattr__(self, "_by_key", latest)

    def limit(self, kind: str, grade: str, stage: Stage, day: date) -> Limit | None:
        """The row in force on that civil day that says most: of the kind and grade, of the kind, of the grade, of any."""
        for key in ((kind, grade, stage), (kind, None, stage), (None, grade, stage), (None, None, stage)):
            for row in self._by_key.get(key, ()):
                if row.since <= day and (row.until is None or day < row.until):
                    return row
        return None

    def over(self, base: LimitTable) -> LimitTable:
        """This table laid over another: what both have rows for goes by the other's until the first day of this one's."""
        kept = (_cut(row, self._by_key.get((row.kind, row.grade, row.stage), ())) for row in base.rows)
        return LimitTable((*(row for row in kept if row), *self.rows))


def read_limits(text_: str, *, file: str, kinds: Collection[str] | None = None) -> LimitTable:
    """The table that the text holds. ``kinds`` are the declared kinds of case; None: not looked at.

    A kind is a declared name, or the five digits of a matter of GB/T 47678.5. Raises BadLimits at the first fault.
    """

    def refusing(line: int, reason: Text) -> BadLimits:
        ended = Text(zh=f"{reason.zh.strip()}。", en=f"{reason.en.strip().rstrip('?')}.")
        return BadLimits(file=file, line=line, reason=ended)

    whole = written.read(text_, refusing, name="limits")
    whole.keys(known=("title", "limits"))
    text(whole.need("title"))
    seen: set[tuple[object, ...]] = set()
    rows: list[Limit] = []
    for part in whole.each("limits"):
        for row in _rows(part, kinds):
            if (key := (row.kind, row.grade, row.stage, row.since)) in seen:
                raise part.refuse("与前面一行的对象和日期相同", "is for the same, from the same day, as a row above it")
            seen.add(key)
            rows.append(row)
    return LimitTable(tuple(rows))


def load_limits(path: Path, kinds: Collection[str] | None = None) -> LimitTable:
    """The table in that file. Raises BadLimits, also where it cannot be read."""
    try:
        return read_limits(path.read_text(encoding="utf-8"), file=path.name, kinds=kinds)
    except (OSError, UnicodeDecodeError) as error:
        reason = Text(zh=f"无法读取（{type(error).__name__}）。", en=f"it cannot be read ({type(error).__name__}).")
        raise BadLimits(file=path.name, line=1, reason=reason) from None


@lru_cache(maxsize=16)
def table_of(city: str, own: Path | None = None) -> LimitTable:
    """The limits of the city with that code: the installation's ``own`` file, or the one that comes ready for the city, and
    what they leave open by the defaults. Read once a process. Raises BadLimits.
    """
    table = load_limits(TABLES / "default.yaml")
    ready = TABLES / f"{city}.yaml"
    if own is not None:
        return load_limits(own).over(table)
    return load_limits(ready).over(table) if _CITY.fullmatch(city) and ready.is_file() else table


def _rows(part: Part, kinds: Collection[str] | None) -> Iterable[Limit]:
    part.keys(known=_ROW)
    unit, length, amount = _within(part.need("within"))
    since, until = part.need("since").day(), part.get("until")
    if until and until.day() <= since:
        raise until.refuse("应晚于 since", "must be later than since")
    for kind in _kinds(part, kinds):
        yield Limit(
            kind=kind, grade=grade.word(*(one.value for one in Grade)) if (grade := part.get("grade")) else None,
            stage=Stage(part.need("stage").word(*(one.value for one in Stage))), since=since, until=until.day() if until else None,
            unit=unit, length=length, amount=amount, source=source(part.need("source")),
            note=text(note) if (note := part.get("note")) else None,
        )  # fmt: skip


def _kinds(part: Part, declared: Collection[str] | None) -> list[str | None]:
    """Each of the kinds that the row is for; None alone where it is for any."""
    if part.get("kinds") is None:
        return [None]
    found: list[str | None] = []
    for each in part.each("kinds"):
        name = matching(each, _KIND)
        if declared is not None and not name.isdigit():
            known(each, declared, zh="案件类型", en="kind of case")
        found.append(name)
    return found


def _within(part: Part) -> tuple[Unit, str, timedelta]:
    """The one unit and length that the row says."""
    if "urgent_working_hours" in entries(part):
        raise part.refuse(
            "不支持紧急工作时：其定义尚未核实，请写成 working_hours 或 natural",
            "cannot be in urgent working hours: their definition was not verified; write working_hours or natural",
        )
    part.keys(known=tuple(Unit))
    if len(entries(part)) != 1:
        raise part.refuse("应为一个单位和时长", "must say one unit with one length")
    [(name, each)] = entries(part).items()
    unit, length = Unit(name), each.text()
    found = _LENGTHS[unit].fullmatch(length)
    amount = timedelta(**{key: int(value or 0) for key, value in found.groupdict().items()}) if found else timedelta(0)
    if not amount:
        raise each.refuse(f"应为时长，例如 {_FOR_EXAMPLE[unit]}", f"must be a length such as {_FOR_EXAMPLE[unit]}")
    return unit, length, amount


def _cut(row: Limit, later: tuple[Limit, ...]) -> Limit | None:
    """What is left of a row that others take the place of, from the first of their days."""
    if not later:
        return row
    until = min(row.until or date.max, *(one.since for one in later))
    return replace(row, until=until) if row.since < until else None


def _since(row: Limit) -> date:
    return row.since
