# SPDX-License-Identifier: Apache-2.0
"""Attribute checks (every thing must be so) as a part of the one statement over a kind."""

from __future__ import annotations

from datetime import datetime

from belltower.core.standards import asking
from belltower.core.standards.checks import AttributeCheck
from belltower.core.standards.clauses import Clause
from belltower.core.standards.judging import today
from belltower.core.standards.reading_parts import fields_of
from belltower.kernel.packs import Register


def question(clause: Clause, check: AttributeCheck, *, now: datetime, register: Register) -> asking.Question:
    """The clause with the values of the day. Raises WrongKind for a factor out of range."""
    day = today(now)
    values = clause.values_on(day)
    assert values is not None
    where, holds = check.on(values, day)
    fields = fields_of(register.kind(clause.applies_to))
    uses = asking.fields_in(where, holds) & fields.keys()
    return asking.Question(
        uses=uses,
        meant="TRUE" if asking.is_true(where) else asking.predicate(where, fields),
        outcome=asking.truth_as_letter(asking.predicate(holds, fields)),
        evidence=asking.evidence(values, uses),
    )
