# SPDX-License-Identifier: Apache-2.0
"""One PostgreSQL for the whole test run, a template database migrated once, and a copy of it for each worker."""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

import hypothesis
import psycopg
import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from belltower.core.access.policy import SignIn
from belltower.core.ledger.master_keys import MasterKeys, new_line
from belltower.project.postgres import Postgres, embedded_programs

# Scenes (tests/scenes) are fixtures for every room.
pytest_plugins = ("tests.scenes.quiet_street", "tests.scenes.demo_town", "tests.scenes.two_enterprises")

# A busy machine is not a failing test, and no run depends on what an earlier one left in a folder.
hypothesis.settings.register_profile("house", deadline=None, database=None)
hypothesis.settings.load_profile("house")

HERE = Path(__file__).parent
DATA = Path(os.environ.get("BELLTOWER_DATA", HERE.parent / "shared" / "data"))
# Tests may lose their data when the machine stops; they need not wait for its disk.
HASTY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}


def _programs() -> Path:
    return Path(os.environ["BELLTOWER_TEST_PG_BIN"]) if "BELLTOWER_TEST_PG_BIN" in os.environ else embedded_programs()


def pytest_configure(config: pytest.Config) -> None:
    """In the controller: start the server before anything reads settings. In a worker: use the controller's."""
    from django.conf import settings

    # A test asks more often than people may; tests/security sets limits itself. pytest-django has read settings already.
    settings.BELLTOWER_LIMITS = "off"
    # People of the tests sign in with a short password alone; the tests of signing in ask for more.
    settings.BELLTOWER_SIGN_IN = SignIn(second_factor_roles=frozenset(), shortest_password=8)
    os.environ |= {"BELLTOWER_SECOND_FACTOR": "nobody", "BELLTOWER_SHORTEST_PASSWORD": "8"}
    os.environ.setdefault("BELLTOWER_MASTER_KEY", new_line())  # before the workers: they and their processes share it
    settings.BELLTOWER_MASTER_KEYS = MasterKeys(HERE / "var" / "no-file", os.environ["BELLTOWER_MASTER_KEY"])
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    _compile_messages()
    home = Path(tempfile.mkdtemp(prefix="belltower-tests-"))
    server = Postgres(home / "postgres", programs=_programs(), settings=HASTY)
    server.start()
    config.stash[_SERVER] = (server, home)
    os.environ["BELLTOWER_HOME"] = str(home / "home")
    os.environ["BELLTOWER_LIMITS"] = "off"  # for the processes that tests start
    os.environ["BELLTOWER_TEST_SERVER"] = server.url("belltower")


def _compile_messages() -> None:
    """Catalogues that changed since they were compiled are compiled again, so that tests read what is written."""
    for source in HERE.glob("belltower/**/locale/*/LC_MESSAGES/django.po"):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            with source.open("rb") as po, target.open("wb") as mo:
                write_mo(mo, read_po(po))


_SERVER = pytest.StashKey[tuple[Postgres, Path]]()


def pytest_unconfigure(config: pytest.Config) -> None:
    if _SERVER in config.stash:
        server, home = config.stash[_SERVER]
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of what only root may install are left out by name, with the reason, where it is missing."""
    needs = {
        "browser": (shutil.which("chromium"), "Chromium is not installed (`make test` as root installs it)"),
        "debian": (
            next(Path("/usr/lib/postgresql").glob("*/bin/postgres"), None),
            "Debian's PostgreSQL is not installed",
        ),
        "spark": (importlib.util.find_spec("pyspark"), "pyspark is not installed (`make test-spark` installs it)"),
    }
    wants_long = "long" in (config.option.markexpr or "")
    for item in items:
        for marker, (found, reason) in needs.items():
            if item.get_closest_marker(marker) and not found:
                item.add_marker(pytest.mark.skip(reason=reason))
        if item.get_closest_marker("long") and not wants_long:
            item.add_marker(pytest.mark.skip(reason="a long fault run: `make test-long`"))


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker, worker_id):  # type: ignore[no-untyped-def]
    """This worker's own copy of the migrated template database."""
    from django.db import connections

    from belltower.project.database import migrate_as_owner, see_everything

    server = os.environ["BELLTOWER_TEST_SERVER"]
    admin_url = server.replace("postgresql://belltower@/belltower?", "postgresql://postgres@/postgres?")
    own = f"test_{worker_id}"
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("SELECT pg_advisory_lock(1)")
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = 'template_ready'").fetchone():
            admin.execute("CREATE DATABASE template_making OWNER belltower")
            _point_django_at("template_making")
            with django_db_blocker.unblock():
                migrate_as_owner(server.replace("/belltower?", "/template_making?"))
            connections.close_all()
            with psycopg.connect(server.replace("/belltower?", "/template_making?")) as owner:
                owner.execute(_AS_OWNER)
            admin.execute("ALTER DATABASE template_making RENAME TO template_ready")
        admin.execute(f"CREATE DATABASE {own} TEMPLATE template_ready OWNER belltower")
        admin.execute("SELECT pg_advisory_unlock(1)")
    _point_django_at(own)
    see_everything()
    _flush_as_superuser(server.replace("postgresql://belltower@/belltower?", f"postgresql://postgres@/{own}?"))
    yield
    with django_db_blocker.unblock():
        connections.close_all()


# For what no running program may do, and a test must: a table that somebody broke by hand.
_AS_OWNER = """
    CREATE FUNCTION test_as_owner(statement text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN EXECUTE statement; END $$
"""


def _point_django_at(database: str) -> None:
    from django.conf import settings
    from django.db import connections

    host = os.environ["BELLTOWER_TEST_SERVER"].split("host=", 1)[1]
    place = {"NAME": database, "HOST": host, "USER": "belltower_app"}
    # What a test writes by itself to set its scene is written by "system:tests"; requests say who writes (_requests_say_who).
    said = "-c belltower.actor=system:tests -c belltower.what=tests.scene -c belltower.action=00000000-0000-7000-8000-000000000000"
    place["OPTIONS"] = {**settings.DATABASES["default"]["OPTIONS"], "options": said}
    settings.DATABASES["default"].update(place)
    connections["default"].settings_dict.update(place)


@pytest.fixture(autouse=True)
def _requests_say_who(monkeypatch: pytest.MonkeyPatch) -> None:
    """While a request is answered, nobody is said to write: what it writes outside of an action is refused."""
    from django.db import connection
    from django.test.client import ClientHandler

    answer = ClientHandler.__call__

    def answer_unnamed(handler: ClientHandler, environ: dict[str, object]) -> object:
        if connection.connection is None or connection.needs_rollback:
            return answer(handler, environ)
        with connection.cursor() as cursor:
            cursor.execute("SET belltower.actor = ''; SET belltower.what = ''")
        try:
            return answer(handler, environ)
        finally:
            if not connection.needs_rollback:
                with connection.cursor() as cursor:
                    cursor.execute("RESET belltower.actor; RESET belltower.what")

    monkeypatch.setattr(ClientHandler, "__call__", answer_unnamed)


def _flush_as_superuser(address: str) -> None:
    """Tests that commit are cleared up after by a superuser: the application itself may empty no table.

    A server's thread may still answer a page that is closed already: who stands in its way then waits, and does it again.
    """
    from django.db.backends.postgresql.operations import DatabaseOperations

    def flush(self: DatabaseOperations, statements: list[str]) -> None:
        for is_last in (False, False, False, True):
            try:
                with psycopg.connect(address) as admin:
                    admin.execute("SET session_replication_role = replica")  # no trigger keeps anything now
                    for statement in statements:
                        admin.execute(statement)
                return
            except psycopg.errors.DeadlockDetected:
                if is_last:
                    raise

    DatabaseOperations.execute_sql_flush = flush


@pytest.fixture(autouse=True)
def _no_city_of_another_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """A city that another test chose, and the database forgot, is not remembered here.

    Nor is it read again because time passed: on a slow machine that would be one query more where queries are counted.
    """
    from belltower.core.places import city

    city.forget()
    monkeypatch.setattr(city, "REREAD_AFTER_S", float("inf"))


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real data; tests that need it are skipped where it is absent."""
    if not DATA.is_dir():
        pytest.skip(f"real data is not at {DATA} (set BELLTOWER_DATA)")
    return DATA
