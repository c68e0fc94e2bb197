# SPDX-License-Identifier: Apache-2.0
"""When a delivery that was not taken is tried again, and when it is given up. Values only."""

from __future__ import annotations

from datetime import timedelta

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720, 1440, 1440, 1440))
"""The waits after the first attempt, the second ...: eleven attempts in about four days and a half."""
LEASE = timedelta(minutes=5)
"""So long a delivery is left to who tries it; a sender that died meanwhile is followed by another."""


def wait_after(attempts: int) -> timedelta | None:
    """How long to wait after so many attempts that failed, 1 or more; None: it is given up."""
    return WAITS[attempts - 1] if attempts <= len(WAITS) else None
