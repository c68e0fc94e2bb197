# SPDX-License-Identifier: Apache-2.0
"""What workers look at regularly: each look is called, one that fails keeps none back, and only one worker looks."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest
from django.db import connection

from belltower.core.jobs import regular

NOW = datetime(2026, 1, 15, 2, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A look that fails and one that does not, in place of the rooms' own."""
    seen: list[str] = []

    def failing(now: datetime) -> None:
        seen.append("failing")
        raise RuntimeError("no")

    def second(now: datetime) -> None:
        seen.append(f"second at {now:%H:%M}")

    monkeypatch.setattr(regular, "_looks", [])
    regular.regularly(failing)
    regular.regularly(second)
    regular.regularly(second)  # registered once, however often its module is loaded
    return seen


def test_one_that_fails_keeps_the_others_not_back(looks: list[str]) -> None:
    regular.look_round(NOW)
    assert looks == ["failing", "second at 02:00"]


def test_while_one_worker_looks_another_does_not(looks: list[str]) -> None:
    parameters = connection.get_connection_params()
    for ours in ("cursor_factory", "context", "prepare_threshold"):
        parameters.pop(ours, None)
    with psycopg.connect(**parameters) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [regular._LOCK])
        regular.look_round(NOW)
        assert looks == []
    regular.look_round(NOW)
    assert len(looks) == 2
