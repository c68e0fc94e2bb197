# SPDX-License-Identifier: Apache-2.0
"""From when on what is plausible: dated thresholds, read from YAML with its lines. What is wrong is told with its line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from belltower.core.standards.clauses import Source
from belltower.core.standards.reading_parts import source, text
from belltower.kernel import written
from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text
from belltower.kernel.written import Part

READY = Path(__file__).parent / "limits" / "default.yaml"
_METRES, _SECONDS = ("near_m", "unsaid_m", "apart_m"), ("within_s", "ahead_s", "apart_s")


class BadThresholds(Refusal):
    """A table of thresholds that cannot be used; nothing of it is. ``line`` is where it says so, the first being 1."""

    code = "bad_evidence_thresholds"
    sentence = Text(
        zh="证据阈值表 {file} 第 {line} 行：{reason}。整个文件未载入；请更正后再试。",
        en="{file}, line {line}: {reason}. Nothing of this table of thresholds is loaded; correct it and try again.",
    )


@dataclass(frozen=True, slots=True)
class Thresholds:
    """In force from the civil day ``since`` until the next row begins; metres and lengths of time."""

    since: date
    near_m: float
    unsaid_m: float
    apart_m: float
    within: timedelta
    ahead: timedelta
    apart: timedelta
    source: Source


def thresholds_on(table: Sequence[Thresholds], day: date) -> Thresholds:
    """The row in force on that civil day; before the first, the first. ``table`` in the order of its days."""
    return next((one for one in reversed(table) if one.since <= day), table[0])


def read_thresholds(text_: str, *, file: str) -> tuple[Thresholds, ...]:
    """The rows that the text holds. Raises BadThresholds at the first fault."""

    def refusing(line: int, reason: Text) -> BadThresholds:
        return BadThresholds(file=file, line=line, reason=reason)

    whole = written.read(text_, refusing, name="thresholds")
    whole.keys(known=("title", "thresholds"))
    text(whole.need("title"))
    found: list[Thresholds] = []
    for part in whole.each("thresholds"):
        one = _row(part)
        if found and one.since <= found[-1].since:
            raise part.refuse("应按日期先后排列", "must stand in the order of their days")
        found.append(one)
    if not found:
        raise whole.refuse("至少应有一行", "must have a row")
    return tuple(found)


@lru_cache(maxsize=4)
def thresholds(path: Path = READY) -> tuple[Thresholds, ...]:
    """The rows in that file. Read once a process. Raises BadThresholds."""
    return read_thresholds(path.read_text(encoding="utf-8"), file=path.name)


def _row(part: Part) -> Thresholds:
    part.keys(known=("since", "source", *_METRES, *_SECONDS))
    metres = {name: part.need(name).number(least=0) for name in _METRES}
    within, ahead, apart = (timedelta(seconds=part.need(name).number(least=0)) for name in _SECONDS)
    return Thresholds(
        part.need("since").day(), within=within, ahead=ahead, apart=apart, source=source(part.need("source")), **metres
    )
