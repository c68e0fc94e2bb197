# SPDX-License-Identifier: Apache-2.0
"""Within what time a call is to be answered: a dated table, read from YAML with its lines. Values only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from belltower.core.standards.clauses import Source
from belltower.core.standards.reading_parts import matching, source, text
from belltower.kernel import written
from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text
from belltower.kernel.written import Part

READY = Path(__file__).parent / "answer_limits.yaml"
_LENGTH = re.compile(r"PT(?=.)(?:(?P<minutes>\d{1,3})M)?(?:(?P<seconds>\d{1,4})S)?")


class BadAnswerLimits(Refusal):
    """Limits of answering that cannot be used; nothing of them is. ``line`` is where it says so, the first being 1."""

    code = "bad_answer_limits"
    sentence = Text(
        zh="接听时限 {file} 第 {line} 行：{reason}。整个文件未载入；请更正后再试。",
        en="{file}, line {line}: {reason}. Nothing of these limits is loaded; correct it and try again.",
    )


@dataclass(frozen=True, slots=True)
class AnswerLimit:
    """A call that rings on the civil day ``since`` or later, until the next limit begins, is answered ``within``."""

    since: date
    within: timedelta
    source: Source


def limit_on(limits: Sequence[AnswerLimit], day: date) -> AnswerLimit | None:
    """The limit in force on that civil day; ``limits`` in the order of their days."""
    return next((one for one in reversed(limits) if one.since <= day), None)


def read_limits(text_: str, *, file: str) -> tuple[AnswerLimit, ...]:
    """The limits that the text holds, in the order of their days. Raises BadAnswerLimits at the first fault."""

    def refusing(line: int, reason: Text) -> BadAnswerLimits:
        return BadAnswerLimits(file=file, line=line, reason=reason)

    whole = written.read(text_, refusing, name="answer limits")
    whole.keys(known=("title", "limits"))
    text(whole.need("title"))
    found: list[AnswerLimit] = []
    for part in whole.each("limits"):
        one = _limit(part)
        if found and one.since <= found[-1].since:
            raise part.refuse("应按日期先后排列", "must stand in the order of their days")
        found.append(one)
    return tuple(found)


@lru_cache(maxsize=4)
def limits(path: Path = READY) -> tuple[AnswerLimit, ...]:
    """The limits in that file. Read once a process. Raises BadAnswerLimits."""
    return read_limits(path.read_text(encoding="utf-8"), file=path.name)


def _limit(part: Part) -> AnswerLimit:
    part.keys(known=("since", "within", "source"))
    length = _LENGTH.fullmatch(matching(part.need("within"), _LENGTH))
    amounts = {key: int(value or 0) for key, value in length.groupdict().items()} if length else {}
    return AnswerLimit(part.need("since").day(), timedelta(**amounts), source(part.need("source")))
