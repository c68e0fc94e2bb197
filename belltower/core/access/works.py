# SPDX-License-Identifier: Apache-2.0
"""What workers clear away for access: sessions that expired, and failed attempts that no longer count."""

from __future__ import annotations

from datetime import datetime

from belltower.core.access import lockout, sessions
from belltower.core.jobs.regular import regularly


@regularly
def forget_old(now: datetime) -> None:
    """Delete expired sessions, and tallies past their window."""
    sessions.forget_old(now)
    lockout.forget_old(now)
