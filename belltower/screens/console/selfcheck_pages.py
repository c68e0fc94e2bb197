# SPDX-License-Identifier: Apache-2.0
"""What the pages of a self-check show: clause by clause what the city finds of a party's assets, and what was said of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from belltower.core.places.kinds import kind_title, register
from belltower.core.places.models import Area, Asset
from belltower.core.selfcheck import standing
from belltower.core.selfcheck.asking import Asked, asked_of, can_be_answered, clauses_about
from belltower.core.selfcheck.models import OwnWord
from belltower.core.selfcheck.rules import DIFFERENT, Beside, beside
from belltower.core.selfcheck.standing import Tally
from belltower.core.standards import asking
from belltower.core.standards.clauses import Clause, Outcome
from belltower.core.standards.findings import Letter
from belltower.core.standards.models import Exemption, Finding, FindingState
from belltower.core.standards.outputs.forms import Look
from belltower.core.standards.revisions import InForce
from belltower.kernel.packs import FieldType
from belltower.kernel.texts import Text
from belltower.screens.console.shown import ShownField, shown
from belltower.screens.console.standard_listing import GRADES
from belltower.screens.console.standard_sentences import sentence

STATES = {Letter.HOLDS: "holds", Letter.BROKEN: "broken", Letter.UNKNOWN: "unknown", Letter.EXEMPT: "exempt"}
WORDS = {"holds": _("It holds"), "broken": _("Broken"), "unknown": _("Unknown"), "exempt": _("Exempt")}
BESIDE = {
    Beside.SAME: _("As the city finds it"),
    Beside.BETTER: _("Differs: it holds by own word, and is found broken"),
    Beside.WORSE: _("Differs: it is broken by own word, and found to hold"),
    Beside.NEW: _("By own word only: the city does not know"),
    Beside.SILENT: _("The answers do not decide it"),
}


@dataclass(frozen=True, slots=True)
class OverviewRow:
    """One clause over the assets of the party."""

    clause: Clause
    tally: Tally
    can_be_answered: bool

    @property
    def grade_word(self) -> str:
        return str(GRADES[self.clause.grade])

    @property
    def found(self) -> list[tuple[str, str, int]]:
        """State, word and number of what the city finds; of what is not kept asset by asset, the open findings."""
        if self.tally.found is None:
            return [(one, str(WORDS[one]), self.tally.findings[one]) for one in ("broken", "unknown")]
        return [(state, str(WORDS[state]), self.tally.found[letter]) for letter, state in STATES.items()]

    @property
    def said(self) -> list[tuple[str, str, int]]:
        """State, word and number of what was said; only what was."""
        named = [(one, str(WORDS[one]), self.tally.said[one]) for one in ("holds", "broken", "unknown")]
        return [one for one in named if one[2]]


@dataclass(frozen=True, slots=True)
class Group:
    """The clauses about one kind of thing, and how many of it there are; ``is_asked``: some clause can be answered."""

    kind: str
    title: Text
    count: int
    rows: list[OverviewRow]
    is_asked: bool


def groups(parties: frozenset[int], day: date) -> list[Group]:
    """Every kind that the parties own and a clause is about, the most numerous first."""
    kinds = standing.kinds_of(parties)
    clauses = clauses_about(frozenset(kinds), day)
    tallies = standing.tallies(parties, clauses)
    found = []
    for kind, count in sorted(kinds.items(), key=lambda pair: (-pair[1], pair[0])):
        rows = [
            OverviewRow(one.clause, tallies[one.clause.id], can_be_answered(one.clause))
            for one in clauses
            if one.clause.applies_to == kind
        ]
        if rows:
            found.append(Group(kind, kind_title(kind), count, rows, any(one.can_be_answered for one in rows)))
    return found


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """One clause about one asset: what the city finds with why, and what was said with how it stands beside that."""

    clause: Clause
    sentence: str
    state: str
    word: str
    fields: list[ShownField]
    finding: Finding | None
    exemption: Exemption | None
    is_asked: bool
    own: str
    own_word: str
    is_older: bool
    beside: Beside | None

    @property
    def grade_word(self) -> str:
        return str(GRADES[self.clause.grade])

    @property
    def beside_word(self) -> str:
        return str(BESIDE[self.beside]) if self.beside else ""

    @property
    def is_different(self) -> bool:
        return self.beside in DIFFERENT


@dataclass(frozen=True, slots=True)
class Question:
    """One field of the form: what was typed or said last, what the city has recorded, and the limits in force."""

    look: Look
    value: str
    recorded: ShownField

    @property
    def is_choice(self) -> bool:
        return self.look.field.holds is FieldType.CHOICE

    @property
    def is_boolean(self) -> bool:
        return self.look.field.holds is FieldType.BOOLEAN

    @property
    def is_date(self) -> bool:
        return self.look.field.holds is FieldType.DATE

    @property
    def limits(self) -> list[Text]:
        """Each once, whichever clauses say it."""
        return list(dict.fromkeys(says for _, says in self.look.limits))


def asset_page(asset: Asset, day: date, language: str, typed: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The context of an asset's page; ``typed`` is what a refused form held."""
    asked = asked_of(asset.kind, day)
    owners = [asset.owner_id] if asset.owner_id else []
    word = standing.last_words(owners, [asset.pk]).get(asset.pk)
    return {
        "asset": asset,
        "kind": kind_title(asset.kind),
        "word": word,
        "rows": _rows(asset, asked, word, day, language),
        "questions": _questions(asset, asked, word, typed),
    }


def _rows(asset: Asset, asked: Asked, word: OwnWord | None, day: date, language: str) -> list[ClauseRow]:
    findings = Finding.objects.filter(asset=asset, state=FindingState.OPEN).select_related("clause")
    known = _Known(
        asset, word, standing.letters_of(asset, asked.clauses), {one.clause.key: one for one in findings},
        _exemptions(asset, asked.clauses, day),
    )  # fmt: skip
    return [
        known.row(one, sentence(one.clause, register(), one.clause.values_on(day) or {}, language))
        for one in asked.clauses
    ]


@dataclass(frozen=True, slots=True)
class _Known:
    """All that is known of one asset: letters and open findings by the clause's id, exemptions by its kept row."""

    asset: Asset
    word: OwnWord | None
    letters: Mapping[str, Letter]
    findings: Mapping[str, Finding]
    exemptions: Mapping[int, Exemption]

    def row(self, one: InForce, said_in_words: str) -> ClauseRow:
        """What is known of one clause."""
        clause, letter = one.clause, self.letters.get(one.clause.id)
        finding = self.findings.get(clause.id)
        state = STATES.get(letter, "not_meant") if letter else str(finding.outcome) if finding else "not_judged"
        said = self.word.of(clause.id) if self.word else None
        is_older = said is not None and said["revision"] != one.revision_id
        own = "" if said is None else said["outcome"] or "not_meant"
        outcome = Outcome(said["outcome"]) if said and said["outcome"] and not is_older else None
        return ClauseRow(
            clause, said_in_words, state, _state_word(state), _fields(clause, self.asset), finding,
            self.exemptions.get(one.clause_id), can_be_answered(clause), own, _state_word(own) if own else "", is_older,
            beside(letter, outcome) if outcome else None,
        )  # fmt: skip


def _state_word(state: str) -> str:
    more = {"not_meant": _("Does not apply to it"), "not_judged": _("No finding")}
    return str({**WORDS, **more}[state])


def _fields(clause: Clause, asset: Asset) -> list[ShownField]:
    """What the clause looks at, as the city has recorded it."""
    looked = asking.fields_in(getattr(clause.check, "holds", None), getattr(clause.check, "where", None))
    kind = register().kinds.get(asset.kind)
    return [shown(one, asset.fields.get(one.name)) for one in (kind.fields if kind else ()) if one.name in looked]


def _exemptions(asset: Asset, clauses: Sequence[InForce], day: date) -> dict[int, Exemption]:
    """Who spares the asset which clause today: by itself, or with all in its area or one above."""
    codes = asset.area.path.strip("/").split("/") if asset.area else []
    above = Area.objects.filter(code__in=codes).order_by().values("pk")
    rows = Exemption.objects.filter(
        Q(asset=asset) | Q(area__in=above), clause__in=[one.clause_id for one in clauses], since__lte=day, until__gt=day
    )
    return {one.clause_id: one for one in rows}


def _questions(asset: Asset, asked: Asked, word: OwnWord | None, typed: Mapping[str, str] | None) -> list[Question]:
    """Of the form, first what the city does not know."""
    said = word.fields if word else {}
    questions = [
        Question(
            look,
            typed.get(f"field.{look.field.name}", "") if typed is not None else _plain(said.get(look.field.name)),
            shown(look.field, asset.fields.get(look.field.name)),
        )
        for look in (asked.form.looks if asked.form else ())
    ]
    return sorted(questions, key=lambda one: one.recorded.value is not None)


def _plain(value: Any) -> str:
    """A value as a form holds it."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
