# SPDX-License-Identifier: Apache-2.0
"""What each rate is: dated rows of YAML with numerator, denominator and source, read with their lines.

The rows that come with the program are ``definitions/default.yaml``. A bureau's own file is laid over them: its row of a rate
holds from its day on. What is wrong is told with file, line, and what was probably meant.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from belltower.core.rates.conditions import CONDITIONS, words_of
from belltower.core.rates.errors import BadRates
from belltower.core.standards.clauses import Source
from belltower.core.standards.reading_parts import known, matching, source, text
from belltower.kernel import written
from belltower.kernel.texts import Text
from belltower.kernel.written import Part

READY = Path(__file__).parent / "definitions" / "default.yaml"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_ROW = ("rate", "title", "since", "of", "counted", "better", "source", "note")


@dataclass(frozen=True, slots=True)
class Definition:
    """A rate from the civil day ``since`` on: the share of the cases ``of`` which ``counted`` holds as well."""

    name: str
    title: Text
    since: date
    of: tuple[str, ...]
    counted: tuple[str, ...]
    is_better_high: bool
    source: Source
    note: Text | None = None

    @property
    def denominator(self) -> Text:
        return words_of(self.of)

    @property
    def numerator(self) -> Text:
        return words_of(self.counted)


@dataclass(frozen=True)
class Definitions:
    """Rows in the order of their file; of one rate the row of the latest day holds, of one day the one written last."""

    rows: tuple[Definition, ...]

    def on(self, day: date) -> list[Definition]:
        """What each rate is on that civil day."""
        found: dict[str, Definition] = {}
        for row in self.rows:
            if row.since <= day and (row.name not in found or found[row.name].since <= row.since):
                found[row.name] = row
        return list(found.values())

    def over(self, base: Definitions) -> Definitions:
        """These rows laid over others."""
        return Definitions((*base.rows, *self.rows))


def read_definitions(text_: str, *, file: str) -> Definitions:
    """The rows that the text holds. Raises BadRates at the first fault."""

    def refusing(line: int, reason: Text) -> BadRates:
        return BadRates(file=file, line=line, reason=reason)

    whole = written.read(text_, refusing, name="rates")
    whole.keys(known=("title", "rates"))
    text(whole.need("title"))
    return Definitions(tuple(_row(part) for part in whole.each("rates")))


@lru_cache(maxsize=8)
def definitions(own: Path | None = None) -> Definitions:
    """The rows that come ready, and a bureau's ``own`` over them. Read once a process. Raises BadRates."""
    ready = _load(READY)
    return _load(own).over(ready) if own else ready


def _load(path: Path) -> Definitions:
    try:
        return read_definitions(path.read_text(encoding="utf-8"), file=path.name)
    except (OSError, UnicodeDecodeError) as error:
        reason = Text(zh=f"无法读取（{type(error).__name__}）", en=f"it cannot be read ({type(error).__name__})")
        raise BadRates(file=path.name, line=1, reason=reason) from None


def _row(part: Part) -> Definition:
    part.keys(known=_ROW)
    note = part.get("note")
    return Definition(
        matching(part.need("rate"), _NAME), text(part.need("title")), part.need("since").day(), _conditions(part, "of"),
        _conditions(part, "counted"), part.need("better").word("high", "low") == "high", source(part.need("source")),
        text(note) if note else None,
    )  # fmt: skip


def _conditions(part: Part, key: str) -> tuple[str, ...]:
    return tuple(known(each, CONDITIONS, zh="条件", en="condition of cases") for each in part.each(key))
