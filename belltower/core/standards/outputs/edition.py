# SPDX-License-Identifier: Apache-2.0
"""What written standards say on a day, worked out once: book, form, questions, catalogue and table all print this and nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from belltower.core.standards.clauses import Clause, Dated, Document, Role, TimeAllowed
from belltower.core.standards.outputs import wording
from belltower.core.standards.outputs.errors import NothingToPrint
from belltower.core.standards.outputs.examples import Shown, shown_on
from belltower.core.standards.outputs.limits import Limit
from belltower.core.standards.outputs.named import uses_of
from belltower.core.standards.outputs.rules import rule_of
from belltower.core.standards.outputs.vocabulary import subject_of
from belltower.kernel.packs import Register
from belltower.kernel.texts import Text


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which part is meant: of one document (its id), one sector (a pack's name), one role; nothing chosen is everything."""

    document: str | None = None
    sector: str | None = None
    role: Role | None = None

    def __str__(self) -> str:
        return ", ".join(str(one) for one in (self.document, self.sector, self.role) if one) or "*"


@dataclass(frozen=True, slots=True)
class ClauseOnDay:
    """A clause with all that it says on a day. ``rule`` is what the machine looks at, in words."""

    clause: Clause
    day: date
    subject: Text
    limits: tuple[Limit, ...]
    rule: Text
    rectify: TimeAllowed | None
    examples: tuple[Shown, ...]

    @property
    def is_doubtful(self) -> bool:
        """Whether its numbers are known from second hand only, or not at all."""
        return self.clause.source.verified in wording.DOUBTFUL

    def stated(self) -> dict[str, Any]:
        """All of it as plain JSON: what the digest is taken of."""
        clause = self.clause
        return {
            "id": clause.id, "title": clause.title.as_json(), "text": clause.text.as_json(), "rule": self.rule.as_json(),
            "source": [clause.source.document, clause.source.clause, str(clause.source.seen), str(clause.source.verified)],
            "applies_to": clause.applies_to,
            "values": [[one.name, one.said.say("en"), one.unit, str(one.since)] for one in self.limits],
            "grade": str(clause.grade), "responsible": str(clause.responsible),
            "rectify_within": [self.rectify.length, self.rectify.is_working] if self.rectify else None,
            "not_covered": clause.not_covered.as_json() if clause.not_covered else None,
        }  # fmt: skip

    @property
    def digest(self) -> str:
        """SHA-256 in hex of what it says on the day."""
        return _digest(self.stated())


@dataclass(frozen=True, slots=True)
class Chapter:
    """A document with those of its clauses that are in force and chosen; at least one."""

    document: Document
    clauses: tuple[ClauseOnDay, ...]


@dataclass(frozen=True, slots=True)
class Edition:
    """The chosen part of the standards on a day."""

    day: date
    chosen: Chosen
    chapters: tuple[Chapter, ...]

    @property
    def clauses(self) -> tuple[ClauseOnDay, ...]:
        return tuple(one for chapter in self.chapters for one in chapter.clauses)

    @property
    def digest(self) -> str:
        """SHA-256 in hex of all that it says; equal texts and values on two days have the same."""
        return _digest([[chapter.document.id, [one.stated() for one in chapter.clauses]] for chapter in self.chapters])


def edition(documents: Iterable[Document], *, day: date, register: Register, chosen: Chosen | None = None) -> Edition:
    """What the chosen clauses say on ``day``, in the order in which they stand. Raises NothingToPrint."""
    part = chosen or Chosen()
    found = []
    for document in documents:
        if part.document in (None, document.id):
            clauses = tuple(_clauses(document, day, register, part))
            if clauses:
                found.append(Chapter(document, clauses))
    if not found:
        raise NothingToPrint(day=day, chosen=part)
    return Edition(day, part, tuple(found))


def on_day(clause: Clause, *, day: date, register: Register) -> ClauseOnDay | None:
    """The clause with the values in force on ``day``; None where it is not in force."""
    values = clause.values_on(day)
    if values is None or clause.rectify_within.on(day) is None:
        return None
    limits = tuple(_limits(clause, day, register))
    return ClauseOnDay(
        clause, day, subject_of(clause, register), limits, rule_of(clause, values, register),
        clause.rectify_within.on(day), shown_on(clause, day, register),
    )  # fmt: skip


def sector_of(clause: Clause, register: Register) -> str:
    """The pack whose things the clause is about; else the one that its id begins with."""
    pack = register.pack_of.get(clause.applies_to)
    return pack.name if pack else clause.id.partition(".")[0]


def _clauses(document: Document, day: date, register: Register, part: Chosen) -> Iterator[ClauseOnDay]:
    for clause in document.clauses:
        if part.sector not in (None, sector_of(clause, register)) or part.role not in (None, clause.responsible):
            continue
        if said := on_day(clause, day=day, register=register):
            yield said


def _limits(clause: Clause, day: date, register: Register) -> Iterator[Limit]:
    used = uses_of(clause, register)
    for name, dated in clause.values.items():
        since, until = _span(dated, day)
        use = used.get(name)
        value = dated.on(day)
        assert value is not None
        yield Limit(
            name, value, use.unit if use else None, since, until,
            use.label if use and use.label else wording.words(name), use.field if use else None, bool(use and use.is_technical),
        )  # fmt: skip


def _span(dated: Dated[Any], day: date) -> tuple[date, date | None]:
    """Since when the value of ``day`` holds, and the first day of the next one."""
    starts = [start for start, _ in dated.since]
    return max(start for start in starts if start <= day), next((start for start in starts if start > day), None)


def _digest(stated: Mapping[str, Any] | list[Any]) -> str:
    return hashlib.sha256(json.dumps(stated, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
