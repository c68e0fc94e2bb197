# SPDX-License-Identifier: Apache-2.0
"""Why is this broken? The clause in force with its text, values and source, what decided, who answers and by which rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from belltower.core.places.models import Party, Responsibility
from belltower.core.places.responsibilities import answerer_of, rule_of
from belltower.core.places.rules import decide
from belltower.core.standards import asking
from belltower.core.standards.clauses import Clause
from belltower.core.standards.judging import today
from belltower.core.standards.models import Finding
from belltower.core.standards.revisions import clause_of
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text

FINDING = Text(zh="问题", en="finding")


@dataclass(frozen=True, slots=True)
class Explanation:
    """One finding, told whole. ``values`` are the clause's on ``day``, when it was last found otherwise; ``check`` as it was written.

    ``party`` and ``because`` are None where nobody is known to answer, or the viewer may not know who does.
    """

    finding: Finding
    clause: Clause
    day: date
    values: dict[str, Any]
    check: dict[str, Any]
    rectify_within: str | None
    party: Party | None
    because: Text | None


def find(uid: UUID) -> Finding:
    """The finding, of those that the viewer sees. Raises NotFound."""
    whole = Finding.objects.select_related("clause__document", "revision__clause__document", "asset", "area", "party")
    row = (
        whole.defer("asset__geometry", "asset__words", "area__geometry", "area__words", "party__words")
        .filter(uid=uid)
        .first()
    )
    if row is None:
        raise NotFound(noun=FINDING, name=uid)
    return row


def explain(finding: Finding) -> Explanation:
    """Everything that decided it. Raises BadStandard where packs no longer declare what its clause speaks of."""
    clause, day = clause_of(finding.revision), today(finding.seen_at)
    allowed = clause.rectify_within.on(today(finding.opened_at))
    said = (f"{'working' if allowed.is_working else 'natural'} {allowed.length}") if allowed else None
    values = {name: asking.plain(value) for name, value in (clause.values_on(day) or {}).items()}
    return Explanation(
        finding, clause, day, values, dict(finding.revision.body["check"]), said, finding.party, _because(finding)
    )


def _because(finding: Finding) -> Text | None:
    """The rule that decided as a sentence; without a rule, the asset's own record of its owner did."""
    if finding.party is None:
        return None
    if finding.responsibility_id is None:
        decided = decide(
            [], kind=finding.kind, area_codes=[], owner=answerer_of(finding.party), on=today(finding.opened_at)
        )
        return next((one.because for one in decided.values()), None)
    rule = Responsibility.objects.filter(pk=finding.responsibility_id).select_related("party", "area").first()
    return rule_of(rule).because if rule else None
