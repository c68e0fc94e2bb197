# SPDX-License-Identifier: Apache-2.0
"""Evidence of a case as pages show it: each with its verdict, before and after in pairs. Seen by who sees the case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from uuid import UUID

from belltower.core.access.people import today
from belltower.core.attachments.models import State as Kept
from belltower.core.cases.models import Case, CaseStep
from belltower.core.evidence.errors import NoSuchEvidence
from belltower.core.evidence.models import Evidence, Role
from belltower.core.evidence.plausibility import Expected, Judged, Taken, judge
from belltower.core.evidence.thresholds import thresholds, thresholds_on

HAPPENED_AT = "happened_at"
"""In a step's ``about``: when it was done, where that is earlier than when it was told (ISO 8601, with its zone)."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One piece of evidence with its verdict."""

    row: Evidence
    judged: Judged

    @property
    def role(self) -> Role:
        return Role(self.row.role)


def evidence_of(case: Case) -> list[Shown]:
    """What was kept as evidence of the case and not taken down since, the oldest first."""
    rows = case.evidence.filter(attachment__state=Kept.KEPT).select_related("attachment", "step").order_by("pk")
    return [Shown(one, judged(one, case)) for one in rows]


def judged(row: Evidence, case: Case) -> Judged:
    """The verdict on it, by the thresholds of the day on which it came."""
    said = Taken(row.taken_at, row.lon, row.lat, row.uncertainty_m)
    file = Taken(row.attachment.taken_at, row.attachment.lon, row.attachment.lat)
    expected = Expected(case.lon, case.lat, done_at(row.step), row.at)
    return judge(said, file, expected, thresholds_on(thresholds(), today(row.at)))


def done_at(step: CaseStep) -> datetime:
    """When a step was done: as it was told, or when it was taken."""
    told = step.about.get(HAPPENED_AT)
    return datetime.fromisoformat(told) if told else step.at


def pairs(shown: Sequence[Shown]) -> list[tuple[Shown | None, Shown | None]]:
    """Before and after side by side, the first with the first; what has no counterpart stands alone."""
    before = [one for one in shown if one.role is Role.BEFORE]
    after = [one for one in shown if one.role is Role.AFTER]
    return list(zip_longest(before, after))


def find(uid: UUID) -> Evidence:
    """One piece of evidence, as far as the viewer sees its case. Raises NoSuchEvidence."""
    row = Evidence.objects.filter(uid=uid, attachment__state=Kept.KEPT).select_related("attachment").first()
    if row is None:
        raise NoSuchEvidence(evidence=uid)
    return row
