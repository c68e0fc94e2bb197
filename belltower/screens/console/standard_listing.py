# SPDX-License-Identifier: Apache-2.0
"""The library of standards: every clause with its document, found by words and narrowed by what the address states."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from belltower.core.places.kinds import register
from belltower.core.standards.clauses import Clause, Document, Grade, Verified
from belltower.kernel.packs import Register
from belltower.kernel.texts import Text
from belltower.screens.console.standard_sentences import LEVELS, subject_title

CHECKS = {
    "attribute": _("Attribute"),
    "cadence": _("Cadence"),
    "signal": _("Signal"),
    "spatial": _("Spatial"),
    "coverage": _("Coverage"),
    "indicator": _("Indicator"),
}
GRADES = {Grade.MAJOR: _("Major hazard"), Grade.GENERAL: _("General hazard")}
VERIFIED = {
    Verified.PRIMARY: _("Read in the standard itself"),
    Verified.TRANSCRIPTION: _("Read in a transcription"),
    Verified.SECONDARY: _("Secondary source"),
    Verified.UNVERIFIED: _("Not verified"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One clause of the library, in its document."""

    clause: Clause
    document: Document

    @property
    def pack(self) -> str:
        return self.document.id.partition(".")[0]

    @property
    def check(self) -> str:
        return kind_of_check(self.clause)

    @property
    def subject(self) -> str:
        """What it applies to, in the reader's language."""
        return subject_title(self.clause, register()).say(get_language() or "zh")

    @property
    def grade_word(self) -> str:
        return str(GRADES[self.clause.grade])

    @property
    def verified_word(self) -> str:
        return str(VERIFIED[self.clause.source.verified])

    @property
    def check_word(self) -> str:
        return str(CHECKS.get(self.check, self.check))


@dataclass(frozen=True, slots=True)
class Facet:
    """One thing to narrow the library by: its word in the address, its title, and each value with title and count."""

    name: str
    title: str
    chosen: str
    options: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class Library:
    """One view of the library as its address states it. What cannot be understood finds nothing, and is told."""

    q: str = ""
    pack: str = ""
    document: str = ""
    check: str = ""
    grade: str = ""
    verified: str = ""
    kind: str = ""

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> Library:
        """The view of a query string."""
        return cls(**{name: asked.get(name, "").strip()[:100] for name in cls.__dataclass_fields__})

    @property
    def is_narrowed(self) -> bool:
        return any(getattr(self, name) for name in self.__dataclass_fields__)

    def found(self, entries: Iterable[Entry]) -> list[Entry]:
        """The clauses that are asked for: the best match of the words first, else in the order of their documents."""
        wanted = [one for one in entries if all(_matches(one, self, name) for name in _FACETS)]
        if not self.q:
            return wanted
        ranked = [(rank, one) for one in wanted if (rank := rank_of(one, self.q)) is not None]
        return [one for _rank, one in sorted(ranked, key=lambda pair: pair[0])]

    def facets(self, entries: Iterable[Entry], titles: Titles) -> list[Facet]:
        """Each facet with the number of clauses that each of its values would leave, the other facets kept."""
        held = [one for one in entries if not self.q or rank_of(one, self.q) is not None]
        return [self._facet(name, held, titles) for name in _FACETS if name != "document"]

    def _facet(self, name: str, held: list[Entry], titles: Titles) -> Facet:
        others = [one for one in held if all(_matches(one, self, other) for other in _FACETS if other != name)]
        counts = Counter(_FACETS[name](one) for one in others)
        chosen = getattr(self, name)
        values = titles.order(name, {_FACETS[name](one) for one in held} | ({chosen} if chosen else set()))
        options = tuple((value, titles.of(name, value), counts[value]) for value in values)
        return Facet(name, str(_TITLES[name]), chosen, options)


@dataclass(frozen=True, slots=True)
class Titles:
    """What the values of the facets are called, in one language."""

    register: Register
    language: str

    def of(self, name: str, value: str) -> str:
        """The title of one value of a facet; the value itself where nobody declared it."""
        if name == "pack":
            return next((one.title.say(self.language) for one in self.register.packs if one.name == value), value)
        if name == "kind":
            titles = {name: one.title for name, one in self.register.kinds.items()}
            titles |= {level.value: title for level, title in LEVELS.items()}
            return titles[value].say(self.language) if value in titles else value
        return str(_WORDS[name].get(value, value))

    def order(self, name: str, values: set[str]) -> list[str]:
        """The values as they are listed: by their own order where they have one, else by title."""
        own = [*_WORDS.get(name, {})]
        rest = sorted(values - set(own), key=lambda value: self.of(name, value))
        return [one for one in own if one in values] + rest


_FACETS: dict[str, Callable[[Entry], str]] = {
    "pack": lambda one: one.pack,
    "document": lambda one: one.document.id,
    "check": lambda one: one.check,
    "grade": lambda one: one.clause.grade.value,
    "verified": lambda one: one.clause.source.verified.value,
    "kind": lambda one: applies_to(one.clause),
}
_TITLES = {
    "pack": _("Pack"), "check": _("Check"), "grade": _("Grade"), "verified": _("How far verified"), "kind": _("Applies to"),
}  # fmt: skip

_WORDS: Mapping[str, Mapping[Any, Any]] = {"check": CHECKS, "grade": GRADES, "verified": VERIFIED}


def entries_of(documents: Iterable[Document]) -> list[Entry]:
    """Every clause with its document."""
    return [Entry(clause, document) for document in documents for clause in document.clauses]


def kind_of_check(clause: Clause) -> str:
    """The kind of its check, as YAML names it."""
    return clause.check.kind.value


def applies_to(clause: Clause) -> str:
    """The kind of asset, or the level of areas, that it is about."""
    return clause.applies_to


def rank_of(entry: Entry, words: str) -> tuple[int, str] | None:
    """How well the words are found in a clause, the best first: as its id or number, in its title, its text, around it.

    Every word must be somewhere; case, and which of the two languages, do not matter. None where one is nowhere.
    """
    clause, document = entry.clause, entry.document
    wanted = words.casefold().split()
    places = (
        f"{clause.id} {clause.source.clause}",
        _both(clause.title),
        f"{_both(clause.text)} {clause.source.document}",
        f"{_both(document.title)} {_both(document.issued_by)} {document.id}",
    )
    folded = [place.casefold() for place in places]
    whole = " ".join(folded)
    if not wanted or not all(word in whole for word in wanted):
        return None
    if clause.source.clause.casefold() == words.casefold() or clause.id == words.casefold():
        return 0, clause.id
    return 1 + next(n for n, place in enumerate([*folded, whole]) if all(word in place for word in wanted)), clause.id


def _both(text: Text) -> str:
    return f"{text.zh} {text.en}"


def _matches(entry: Entry, asked: Library, name: str) -> bool:
    wanted = getattr(asked, name)
    return not wanted or _FACETS[name](entry) == wanted
