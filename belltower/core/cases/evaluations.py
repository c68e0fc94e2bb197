# SPDX-License-Identifier: Apache-2.0
"""The evaluation of a case of this city: its history, its clocks and what residents gave, put before evaluating.py."""

from __future__ import annotations

from datetime import datetime

from belltower.core.access.people import today
from belltower.core.cases.deadlines import clocks_of
from belltower.core.cases.evaluating import Evaluation, Mark, evaluate, scores_on, tables
from belltower.core.cases.models import Case
from belltower.core.cases.table import Step


def evaluated(case: Case, mark: Mark, now: datetime) -> Evaluation:
    """What a closed case comes to, by the table of the day on which it was closed."""
    late = sum(one.is_overdue(now) for one in clocks_of(case, now))
    reworked = case.steps.filter(step__in=(Step.SEND_BACK, Step.REOPEN)).count()
    stars = list(case.reports.filter(stars__isnull=False).order_by().values_list("stars", flat=True))
    table = scores_on(tables(), today(case.ended_at or now))
    return evaluate(table, mark, late=late, reworked=reworked, stars=[one for one in stars if one is not None])
