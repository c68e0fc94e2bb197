# SPDX-License-Identifier: Apache-2.0
"""The machines' door says what it is, that it lives, and whether the installation is ready."""

from __future__ import annotations

import asyncio

import pytest
from django.db import connection
from litestar.testing import TestClient

from belltower.project import database
from belltower.project.gateway import application as gateway
from belltower.project.gateway.health import Readiness, readiness


@pytest.fixture
def url(transactional_db: None) -> str:
    """The test's own database, with no worker in it (procrastinate's tables are not emptied between tests)."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
    place = connection.settings_dict
    return f"postgresql://{place['USER']}@/{place['NAME']}?host={place['HOST']}"


def look(url: str, expected: frozenset[tuple[str, str]] | None = None) -> Readiness:
    wanted = database.migrations_of_the_code() if expected is None else expected
    return asyncio.run(readiness(url, expected_migrations=wanted))


def test_it_is_ready_with_database_migrations_and_a_worker_that_beats(url: str) -> None:
    assert look(url) == Readiness(database=True, migrations=True, worker=False)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert look(url).is_ready


def test_a_worker_that_fell_silent_is_no_worker(url: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute')")
    assert not look(url).worker


def test_a_migration_that_is_missing_is_seen(url: str) -> None:
    assert not look(url, database.migrations_of_the_code() | {("places", "9999_not_yet")}).migrations


def test_without_its_database_it_is_not_ready() -> None:
    assert look("postgresql://belltower@/belltower?host=/nowhere") == Readiness(False, False, False)


def test_the_door_answers_without_a_database_and_loads_nothing_from_elsewhere(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "_database_url", lambda: "postgresql://belltower@/belltower?host=/nowhere")
    with TestClient(gateway.application) as client:
        assert client.get("/").json()["what"]["en"].startswith("The machines' door")
        assert client.get("/health/live").json() == {"live": True}
        ready = client.get("/health/ready")
        assert (ready.status_code, ready.json()["database"]) == (503, False)
        assert client.get("/schema").status_code == 404
