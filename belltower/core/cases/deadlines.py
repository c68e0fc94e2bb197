# SPDX-License-Identifier: Apache-2.0
"""The clocks of a case in this city: its history, the city's calendar and table of limits, put before clocks.py."""

from __future__ import annotations

from datetime import datetime

from belltower.core.cases.models import Case, CaseStep


def due_after(case: Case, step: CaseStep, now: datetime) -> datetime | None:
    """When the clock ends that runs after ``step``; None where none runs, it stands still, or there is no limit."""
    return None
