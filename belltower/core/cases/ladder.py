# SPDX-License-Identifier: Apache-2.0
"""The ladder by which what is overdue is escalated: dated rungs, each how long over the limit and whom to tell. Values only.

The ladder that comes with the program is ``ladders/default.yaml``, an assumption. What is wrong is told with its line.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from belltower.core.standards.clauses import Source
from belltower.core.standards.reading_parts import matching, source, text
from belltower.kernel import written
from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text
from belltower.kernel.written import Part

READY = Path(__file__).parent / "ladders" / "default.yaml"
_LENGTH = re.compile(r"P(?=.)(?:(?P<days>\d{1,3})D)?(?:T(?=.)(?:(?P<hours>\d{1,4})H)?(?:(?P<minutes>\d{1,4})M)?)?")


class BadLadder(Refusal):
    """A ladder that cannot be used; nothing of it is. ``line`` is where it says so, the first being 1."""

    code = "bad_ladder"
    sentence = Text(
        zh="提级阶梯 {file} 第 {line} 行：{reason}。整个文件未载入；请更正后再试。",
        en="{file}, line {line}: {reason}. Nothing of this ladder is loaded; correct it and try again.",
    )


class Whom(StrEnum):
    """Who is told: who holds the case, who answers for it in a role, or the parent of who must put it right."""

    HOLDER = "holder"
    TERRITORY = "territory"
    SECTOR = "sector"
    ENTERPRISE = "enterprise"
    PARENT = "parent"

    @property
    def text(self) -> Text:
        return _WHOM[self]


_WHOM = {
    Whom.HOLDER: Text(zh="现办理方", en="who holds it"),
    Whom.TERRITORY: Text(zh="属地", en="territory"),
    Whom.SECTOR: Text(zh="行业主管", en="sector"),
    Whom.ENTERPRISE: Text(zh="企业主体", en="enterprise"),
    Whom.PARENT: Text(zh="上级单位", en="the body above who must put it right"),
}


@dataclass(frozen=True, slots=True)
class Rung:
    """``number`` 1 is the lowest; ``after`` is natural time over the limit, ``length`` the same as ISO 8601."""

    number: int
    after: timedelta
    length: str
    tell: tuple[Whom, ...]


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs in force for limits that run out from the civil day ``since``, until the next ladder begins."""

    since: date
    rungs: tuple[Rung, ...]
    source: Source


def rungs_due(ladder: Ladder, over: timedelta, climbed: int) -> list[Rung]:
    """The rungs to climb, lowest first, for a case so long over its limit that climbed so many already; none twice."""
    return [rung for rung in ladder.rungs if rung.number > climbed and rung.after <= over]


def ladder_on(ladders: Sequence[Ladder], day: date) -> Ladder | None:
    """The ladder in force on that civil day; ``ladders`` in the order of their days."""
    return next((one for one in reversed(ladders) if one.since <= day), None)


def read_ladders(text_: str, *, file: str) -> tuple[Ladder, ...]:
    """The ladders that the text holds, in the order of their days. Raises BadLadder at the first fault."""

    def refusing(line: int, reason: Text) -> BadLadder:
        return BadLadder(file=file, line=line, reason=reason)

    whole = written.read(text_, refusing, name="ladder")
    whole.keys(known=("title", "ladders"))
    text(whole.need("title"))
    found: list[Ladder] = []
    for part in whole.each("ladders"):
        one = _ladder(part)
        if found and one.since <= found[-1].since:
            raise part.refuse("应按日期先后排列", "must stand in the order of their days")
        found.append(one)
    return tuple(found)


@lru_cache(maxsize=4)
def ladders(path: Path = READY) -> tuple[Ladder, ...]:
    """The ladders in that file. Read once a process. Raises BadLadder."""
    return read_ladders(path.read_text(encoding="utf-8"), file=path.name)


def _ladder(part: Part) -> Ladder:
    part.keys(known=("since", "source", "rungs"))
    return Ladder(part.need("since").day(), tuple(_rungs(part.each("rungs"))), source(part.need("source")))


def _rungs(parts: Iterable[Part]) -> Iterable[Rung]:
    last: timedelta | None = None
    for number, part in enumerate(parts, 1):
        part.keys(known=("after", "tell"))
        length = matching(part.need("after"), _LENGTH)
        after = _amount(length)
        if last is not None and after <= last:
            raise part.refuse("应晚于前一级", "must come later than the rung before it")
        last = after
        yield Rung(number, after, length, tuple(Whom(each.word(*Whom)) for each in part.each("tell")))


def _amount(length: str) -> timedelta:
    found = _LENGTH.fullmatch(length)
    return timedelta(**{key: int(value or 0) for key, value in found.groupdict().items()}) if found else timedelta(0)
