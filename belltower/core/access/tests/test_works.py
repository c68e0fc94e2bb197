# SPDX-License-Identifier: Apache-2.0
"""What has expired is cleared away by the worker's round, and what still counts is kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from belltower.core.access.lockout import WINDOW
from belltower.core.access.models import Session, Tally
from belltower.core.jobs.regular import look_round

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.django_db
def test_a_round_forgets_expired_sessions_and_old_failures_only() -> None:
    for name, expires in (("old", NOW - timedelta(hours=1)), ("new", NOW + timedelta(hours=1))):
        Session.objects.create(session_key=name, session_data="", expire_date=expires)
        Tally.objects.create(key=name, failures=1, first_at=expires - WINDOW)
    look_round(NOW)
    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]
    assert list(Tally.objects.values_list("key", flat=True)) == ["new"]
