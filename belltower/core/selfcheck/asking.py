# SPDX-License-Identifier: Apache-2.0
"""What a self-check asks: the inspection form of a kind, of the clauses in force on a day, and what they say of answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from belltower.core.places.kinds import register
from belltower.core.places.models import Asset
from belltower.core.standards.checks import AttributeCheck
from belltower.core.standards.clauses import Clause, Outcome
from belltower.core.standards.outputs.edition import edition
from belltower.core.standards.outputs.errors import NothingToPrint
from belltower.core.standards.outputs.forms import Form, form, outcomes
from belltower.core.standards.revisions import InForce, documents_on, revisions_on


@dataclass(frozen=True, slots=True)
class Asked:
    """The clauses in force about a kind, and the form that those of them ask by which an answer can decide; None: none can."""

    kind: str
    clauses: tuple[InForce, ...]
    form: Form | None

    def judged(self, asset: Asset, answers: Mapping[str, Any]) -> dict[str, Outcome | None]:
        """What each clause of the form says of the asset with ``answers`` laid over what the city has recorded of it.

        None where a clause does not mean such a thing. It is the predicate that judges the city, in plain Python.
        """
        declared = {field.name for field in register().kind(self.kind).fields}
        recorded = {name: value for name, value in asset.fields.items() if name in declared}
        return outcomes(self.form, {**recorded, **answers}, register()) if self.form else {}


def clauses_about(kinds: frozenset[str], day: date) -> list[InForce]:
    """The clauses in force on ``day`` that are about assets of these kinds, by id."""
    return [one for one in revisions_on(day) if not one.clause.is_of_areas and one.clause.applies_to in kinds]


def asked_of(kind: str, day: date) -> Asked:
    """What is asked of assets of a kind on ``day``."""
    return Asked(kind, tuple(clauses_about(frozenset({kind}), day)), _form(kind, day))


def can_be_answered(clause: Clause) -> bool:
    """Whether an answer can decide it: it looks at a thing by its own fields."""
    return isinstance(clause.check, AttributeCheck)


def _form(kind: str, day: date) -> Form | None:
    """Made of the clauses about this kind alone: the whole library would be worked out for nothing."""
    parts = [
        replace(one, clauses=tuple(each for each in one.clauses if each.applies_to == kind and not each.is_of_areas))
        for one in documents_on(day)
    ]
    try:
        return form(edition(parts, day=day, register=register()), kind, register())
    except NothingToPrint:
        return None
