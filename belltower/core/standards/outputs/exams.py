# SPDX-License-Identifier: Apache-2.0
"""Exams drawn from a bank of questions: put together, marked, counted by unit and by question; a certificate for who passed."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from belltower.core.standards.outputs import wording
from belltower.core.standards.outputs.book import LANGUAGES, in_words
from belltower.core.standards.outputs.codes import qr
from belltower.core.standards.outputs.errors import BadExam
from belltower.core.standards.outputs.quiz import Item, shuffled
from belltower.core.standards.outputs.typesetting import typeset
from belltower.kernel.texts import Text

PASS_MARK = 0.8


@dataclass(frozen=True, slots=True)
class Question:
    """An item as it is put: the answers in their order, and the number (from 0) of the right one."""

    item: Item
    answers: tuple[Text, ...]
    right: int


@dataclass(frozen=True, slots=True)
class Exam:
    """The questions of one sitting. The same bank, number and seed give the same exam. ``pass_mark`` is a share of them."""

    questions: tuple[Question, ...]
    seed: int
    pass_mark: float


@dataclass(frozen=True, slots=True)
class Marked:
    """What a sitting came to: by question whether it was answered rightly, in the exam's order."""

    exam: Exam
    rightly: tuple[bool, ...]

    @property
    def points(self) -> int:
        return sum(self.rightly)

    @property
    def share(self) -> float:
        return self.points / len(self.rightly)

    @property
    def is_passed(self) -> bool:
        """Whether it reached the pass mark, exactly on it included (within a rounding of the share)."""
        return self.share + 1e-9 >= self.exam.pass_mark


@dataclass(frozen=True, slots=True)
class Tally:
    """How often something was asked and answered rightly."""

    asked: int
    rightly: int

    @property
    def share(self) -> float:
        return self.rightly / self.asked


def exam(bank: Sequence[Item], n: int, seed: int, *, pass_mark: float = PASS_MARK) -> Exam:
    """``n`` questions of the bank, spread over its clauses: no clause is asked a second time before every one was once.

    Raises BadExam where the bank has fewer, or the pass mark is no share.
    """
    if not 0 < n <= len(bank):
        reason = Text(zh=f"题库有 {len(bank)} 题，不能出 {n} 题", en=f"the bank has {len(bank)} questions, not {n}")
        raise BadExam(reason=reason)
    if not 0 < pass_mark <= 1:
        raise BadExam(reason=Text(zh="及格线应在 0 与 1 之间", en="the pass mark must lie between 0 and 1"))
    chance = random.Random(seed)  # nosec B311  # an exam must come out the same again
    by_clause: dict[str, list[Item]] = defaultdict(list)
    for item in chance.sample(sorted(bank, key=lambda one: one.id), len(bank)):
        by_clause[item.clause].append(item)
    rounds = [(turn, order, item) for order, items in enumerate(by_clause.values()) for turn, item in enumerate(items)]
    chosen = [item for _, _, item in sorted(rounds, key=lambda one: one[:2])[:n]]
    return Exam(tuple(_put(item, seed) for item in chosen), seed, pass_mark)


def mark(sat: Exam, given: Sequence[int | None]) -> Marked:
    """The sitting marked: ``given`` holds the number of the answer chosen for each question, None where none was.

    Raises BadExam where it is not one answer a question.
    """
    if len(given) != len(sat.questions):
        reason = Text(
            zh=f"有 {len(sat.questions)} 题，收到 {len(given)} 个答案",
            en=f"there are {len(sat.questions)} questions and {len(given)} answers",
        )
        raise BadExam(reason=reason)
    return Marked(sat, tuple(one == question.right for one, question in zip(given, sat.questions, strict=True)))


def by_unit(sittings: Iterable[tuple[str, Marked]]) -> dict[str, Tally]:
    """How many sat and passed, by the unit (a party's name) that each sitting stands beside."""
    found: dict[str, list[bool]] = defaultdict(list)
    for unit, marked in sittings:
        found[unit].append(marked.is_passed)
    return {unit: Tally(len(passed), sum(passed)) for unit, passed in sorted(found.items())}


def by_question(sittings: Iterable[Marked]) -> dict[str, Tally]:
    """How often each question was asked and answered rightly, by its id, the hardest first."""
    found: dict[str, list[bool]] = defaultdict(list)
    for marked in sittings:
        for question, is_right in zip(marked.exam.questions, marked.rightly, strict=True):
            found[question.item.id].append(is_right)
    tallies = {name: Tally(len(given), sum(given)) for name, given in found.items()}
    return dict(sorted(tallies.items(), key=lambda one: (one[1].share, one[0])))


def certificate(
    marked: Marked, *, name: str, about: Text, day: date, fonts: Path, language: str = "zh", publisher: str = "",
    number: str = "", address: str = "",
) -> bytes:  # fmt: skip
    """The certificate of a passed sitting as a PDF. Raises BadExam where it was not passed, NotTypeset, NoFonts.

    ``number`` is printed where there is one, with ``address``, at which it is checked, as a QR code.
    """
    data = certificate_data(marked, name=name, about=about, day=day, language=language, publisher=publisher)
    check = {"number": number, "address": address, "code": qr(address) if address else None}
    return typeset("certificate", data | check, fonts=fonts, day=day)


def certificate_data(
    marked: Marked, *, name: str, about: Text, day: date, language: str, publisher: str
) -> dict[str, Any]:
    """What the certificate's template prints. Raises BadExam."""
    if not marked.is_passed:
        raise BadExam(reason=Text(zh="没有达到及格线，不发证书", en="the pass mark was not reached: no certificate"))
    languages, on = LANGUAGES[language], wording.day(day)
    points, all_ = marked.points, len(marked.rightly)
    says: Mapping[str, Text] = {
        "title": Text(zh="合格证书", en="Certificate"),
        "about": about,
        "points": Text(
            zh=f"共 {all_} 题，答对 {points} 题，合格。", en=f"{points} of {all_} questions answered rightly: passed."
        ),
        "day": Text(zh=on.zh, en=on.en),
    }
    said = {key: in_words(text, languages) for key, text in says.items()}
    return {"lang": languages[0], "name": name, "publisher": publisher or "Belltower 钟鼓楼", **said}


def _put(item: Item, seed: int) -> Question:
    answers = shuffled(item, seed)
    return Question(item, answers, answers.index(item.right))
