# SPDX-License-Identifier: Apache-2.0
"""What workers do for learning: hand in what nobody handed in before its time ran out."""

from __future__ import annotations

from datetime import datetime

from belltower.core.jobs.regular import regularly
from belltower.core.learning.actions import settle_all


@regularly
def hand_in_overdue(now: datetime) -> None:
    """One query by an index where there is nothing to do."""
    settle_all(now)
