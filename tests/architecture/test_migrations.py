# SPDX-License-Identifier: Apache-2.0
"""No migration stops a city: none locks or rewrites a table that may hold millions of rows for longer than a moment.

Looked at is what came since the newest release: before, there was no city to stop. decision 0052.
"""

from __future__ import annotations

import functools
import lzma
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.core.management import call_command
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

ROOT = Path(__file__).parents[2]
NEWEST = max((ROOT / "tests" / "releases").glob("*.sql.xz"))

# (room, migration) to what it does that is forbidden, and why it may. One whose reason is gone fails too.
BY_PYTHON = "rows changed by Python in the migration's transaction"
EXCEPTIONS: dict[tuple[str, str], dict[str, str]] = {
    ("access", "0002_grants_by_area_and_party"): {BY_PYTHON: "a bureau has some hundreds of grants; each gets its uid"},
    ("access", "0004_seal_names"): {
        BY_PYTHON: "a bureau has some hundreds of people; their names are sealed in Python"
    },
}

# Tables of a bureau that hold some hundreds of rows for ever: a lock on them is a moment.
SMALL = {
    "places_city", "places_area_stamp", "places_mapping", "places_numbering", "places_code", "places_party", "places_area",
    "places_responsibility", "places_saved_view", "places_load", "access_user", "access_grant", "access_service_account",
    "access_token", "jobs_job",
}  # fmt: skip

# What SQL must not say of a table that stood before: the words, and what is wrong with them.
FORBIDDEN_SQL = (
    (r"CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY)(?:IF NOT EXISTS )?\w* ?ON (\w+)", "an index not made concurrently"),
    (r"ALTER TABLE (\w+)[^;]*?\bALTER (?:COLUMN )?\w+ (?:SET DATA )?TYPE\b", "a column of another type: the table is rewritten"),
    (r"ALTER TABLE (\w+)[^;]*?\bSET (?:UN)?LOGGED\b", "the table is rewritten"),
    (r"ALTER TABLE (\w+)[^;]*?\bSET NOT NULL\b", "SET NOT NULL reads the whole table under a lock"),
    (r"ALTER TABLE (\w+)[^;]*?\bADD (?:COLUMN )?[^;,]*?DEFAULT (?:gen_random_uuid|random|clock_timestamp)", "a default that differs by row: the table is rewritten"),
    (r"ALTER TABLE (\w+)[^;]*?\bADD CONSTRAINT (?![^;]*NOT VALID)", "a constraint checked at once (NOT VALID first, then VALIDATE)"),
    (r"(?:^|;|\n)\s*UPDATE (\w+)", "every row changed in one transaction"),
    (r"(?:VACUUM FULL|CLUSTER) (\w+)", "the table is rewritten"),
    (r"LOCK TABLE (\w+)", "a lock held to the end of the migration"),
)  # fmt: skip


def released() -> set[tuple[str, str]]:
    """The migrations of the newest release, from its own dump."""
    text = lzma.decompress(NEWEST.read_bytes()).decode()
    [rows] = re.findall(r"COPY public\.django_migrations [^\n]*\n(.*?)\\\.\n", text, re.DOTALL)
    return {(row.split("\t")[1], row.split("\t")[2]) for row in rows.splitlines()}


def ours() -> list[tuple[tuple[str, str], migrations.Migration]]:
    """Every migration of our rooms since the newest release."""
    loader, old = MigrationLoader(None, ignore_no_migrations=True), released()
    return sorted(
        (key, one) for key, one in loader.disk_migrations.items()
        if type(one).__module__.startswith("belltower.") and key not in old
    )  # fmt: skip


def made_here(migration: migrations.Migration) -> set[str]:
    """Tables that this migration makes: nobody waits for them, and they are empty."""
    sql = " ".join(statements(migration))
    made = set(re.findall(r"CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?(\w+)", sql))
    for operation in migration.operations:
        if isinstance(operation, migrations.CreateModel):
            made.add(operation.options.get("db_table") or f"{migration.app_label}_{operation.name_lower}")
    return made


@functools.cache
def made_since_the_release() -> frozenset[str]:
    """Tables that no released city has: in an upgrade they are as new as the migration that changes them."""
    return frozenset(table for _, migration in ours() for table in made_here(migration))


def statements(migration: migrations.Migration) -> Iterator[str]:
    """The SQL that a migration runs, without comments and bodies of functions (they run when they are called)."""
    for operation in all_operations(migration.operations):
        if isinstance(operation, migrations.RunSQL):
            parts = operation.sql if isinstance(operation.sql, list | tuple) else [operation.sql]
            for part in parts:
                text = part if isinstance(part, str) else part[0]
                yield re.sub(r"\$(\w*)\$.*?\$\1\$|--[^\n]*", "", text, flags=re.DOTALL)


def all_operations(listed: list[Operation]) -> Iterator[Operation]:
    for operation in listed:
        yield operation
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from all_operations(operation.database_operations)


def table_of(migration: migrations.Migration, model: str) -> str:
    from django.apps import apps

    try:
        return apps.get_model(migration.app_label, model)._meta.db_table
    except LookupError:
        return f"{migration.app_label}_{model.lower()}"


def faults(migration: migrations.Migration) -> Iterator[str]:
    """What this migration does to tables that stood before it and may be large, one line each."""
    spared = made_here(migration) | made_since_the_release() | SMALL
    for operation in all_operations(migration.operations):
        model = getattr(operation, "model_name", "")
        table = table_of(migration, model) if model else ""
        if table not in spared and (fault := fault_of(operation)):
            yield f"{table}: {fault}" if table else fault
    for sql in statements(migration):
        for pattern, fault in FORBIDDEN_SQL:
            for found in re.finditer(pattern, sql, re.IGNORECASE):
                if found[1] not in spared:
                    yield f"{found[1]}: {fault}"


def fault_of(operation: Operation) -> str | None:
    """What is wrong with one operation on a large table."""
    if isinstance(operation, AddIndexConcurrently | RemoveIndexConcurrently):
        return None
    if isinstance(operation, migrations.AddIndex):
        return "an index not made concurrently"
    if isinstance(operation, migrations.AddConstraint):
        return "a constraint checked at once"
    if isinstance(operation, migrations.AlterField):
        return "a field altered in place"
    if isinstance(operation, migrations.RunPython):
        return BY_PYTHON
    if isinstance(operation, migrations.AddField):
        return fault_of_field(operation.field)
    return None


def fault_of_field(field: models.Field) -> str | None:  # type: ignore[type-arg]
    if field.unique or field.db_index or isinstance(field, models.ForeignKey):
        return "a field with an index or a reference: made under a lock"
    if field.has_db_default():
        return "a default of the database's: it may differ by row"
    return None


@pytest.mark.parametrize(
    ("key", "migration"), ours(), ids=lambda value: ".".join(value) if isinstance(value, tuple) else ""
)
def test_a_migration_locks_nobody_out_for_long(key: tuple[str, str], migration: migrations.Migration) -> None:
    excepted = EXCEPTIONS.get(key, {})
    found = list(dict.fromkeys(faults(migration)))
    assert [fault for fault in found if fault not in excepted] == []
    assert [fault for fault in excepted if fault not in found] == [], "an exception whose reason is gone"
    assert all(len(reason.split()) > 4 for reason in excepted.values())


class Bad(migrations.Migration):
    """One of each kind, so that the guard itself is known to bite."""

    operations = [
        migrations.AddIndex("asset", models.Index(fields=["key"], name="x")),
        migrations.AlterField("asset", "key", models.TextField()),
        migrations.AddField("asset", "seen", models.UUIDField(unique=True)),
        migrations.RunPython(migrations.RunPython.noop),
        migrations.RunSQL(
            "CREATE INDEX slow ON places_asset (key); ALTER TABLE places_asset ALTER COLUMN key TYPE text;"
        ),
        migrations.RunSQL("ALTER TABLE places_asset_past ADD COLUMN n uuid NOT NULL DEFAULT gen_random_uuid()"),
        migrations.RunSQL("ALTER TABLE places_asset ADD CONSTRAINT c CHECK (lon < 180)"),
        migrations.RunSQL("ALTER TABLE places_asset ALTER lon SET NOT NULL"),
        migrations.RunSQL("UPDATE places_asset SET key = upper(key)"),
    ]


class Good(migrations.Migration):
    """The same wishes, granted without a long lock."""

    operations = [
        AddIndexConcurrently("asset", models.Index(fields=["key"], name="x")),
        migrations.AddField("asset", "seen", models.TextField(null=True)),
        migrations.AddField("asset", "count", models.IntegerField(default=0)),
        migrations.RunSQL("CREATE TABLE fresh (n int); CREATE INDEX quick ON fresh (n);"),
        migrations.RunSQL("CREATE INDEX CONCURRENTLY quick ON places_asset (key)"),
        migrations.RunSQL("ALTER TABLE places_asset ADD CONSTRAINT c CHECK (lon < 180) NOT VALID"),
        migrations.RunSQL("CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $$ UPDATE places_asset SET key = key; $$"),
    ]


def test_the_guard_bites() -> None:
    found = list(faults(Bad("bad", "places")))
    assert len(found) == 10, found
    assert list(faults(Good("good", "places"))) == []


@pytest.mark.django_db
def test_every_model_is_as_its_migrations_leave_it() -> None:
    """Otherwise the next who makes migrations finds somebody else's change among theirs."""
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)
