# SPDX-License-Identifier: Apache-2.0
"""What came of a file of past cases, in counts."""

from __future__ import annotations

from typing import Any

from django.db.models import Count

from belltower.core.intake.errors import NothingTakenIn
from belltower.core.intake.models import Intake, Joined, Origin


def find(digest: str) -> Intake:
    """The finished file whose digest begins so. Raises NothingTakenIn."""
    intake = Intake.objects.exclude(finished_at=None).filter(digest__startswith=digest).first()
    if intake is None:
        raise NothingTakenIn()
    return intake


def counts(intake: Intake) -> dict[str, Any]:
    """Rows read, cases made, rows joined by what, places unknown by why, rows kept aside."""
    rows = Origin.objects.filter(intake=intake)
    joined = dict(rows.values_list("joined").annotate(Count("pk")).order_by("joined"))
    nowhere = dict(rows.exclude(nowhere="").values_list("nowhere").annotate(Count("pk")).order_by("nowhere"))
    return {
        "file": intake.file, "digest": intake.digest, "zone": intake.mapping["zone"], "rows": intake.rows,
        "cases": joined.pop(Joined.OWN, 0), "joined": joined, "place_unknown": nowhere,
        "points_that_are_no_place": intake.unknown, "kept_aside": intake.kept_aside,
    }  # fmt: skip
