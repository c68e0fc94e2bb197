# SPDX-License-Identifier: Apache-2.0
"""No write without an entry: what the database refuses, what it writes down, and what it leaves out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from belltower.core.ledger.entries import action, entry, record
from belltower.core.ledger.models import Batch, Entry, Waiting
from belltower.core.places.actions.assets import edit_asset
from belltower.core.places.actions.parties import put_party
from belltower.core.places.models import Asset, Party
from belltower.kernel.actors import Actor, ActorKind
from belltower.kernel.texts import Text
from tests.scenes.quiet_street import QuietStreet

pytestmark = pytest.mark.django_db
PERSON = Actor(ActorKind.PERSON, "wang", UUID("01a20000-0000-7000-8000-000000000001"))
AT = datetime(2026, 2, 1, tzinfo=UTC)


def _last(count: int = 1) -> list[Entry]:
    return list(Entry.objects.select_related("form").order_by("-id")[:count])


def _nobody_speaks() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('belltower.actor', '', true)")


def _sql(text: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(text, values)


def test_a_write_that_says_nobody_is_refused_by_the_database() -> None:
    _nobody_speaks()
    with pytest.raises(DatabaseError, match="a write without an entry is refused"):
        _sql(
            "INSERT INTO places_party (uid, key, kind, name, credit_code) VALUES (gen_random_uuid(), 'x', 'owner', '{}', '')"
        )
    assert not Party.objects.filter(key="x").exists()


def test_an_action_is_an_entry_that_names_the_person_by_uid_and_never_by_name(quiet_street: QuietStreet) -> None:
    light = quiet_street.lights[0]
    edit_asset(light.uid, {"life": "out_of_service"}, by=PERSON, valid_from=AT, now=AT)
    past, change = _last(2)
    assert (change.actor, change.what) == (f"person:{PERSON.uid}", "places.edit_asset")
    assert (change.form and change.form.table, change.operation, change.row) == ("places_asset", "update", light.pk)
    assert change.before
    assert change.before != change.after
    assert past.form
    assert past.form.table == "places_asset_past"
    assert past.action == change.action
    assert "wang" not in str(Entry.objects.values_list("actor", "subject", "about"))


def test_rows_of_one_statement_are_one_entry_and_each_has_its_place_in_it(quiet_street: QuietStreet) -> None:
    [made] = Entry.objects.filter(form__table="places_asset", operation="insert")
    batch = Batch.objects.get(pk=made.pk)
    assert made.rows == len(quiet_street.lights) == len(batch.ids)
    assert batch.ids == sorted(light.pk for light in quiet_street.lights)
    assert len(bytes(batch.afters or b"")) == 32 * made.rows


def test_what_is_derived_moves_without_an_entry(quiet_street: QuietStreet) -> None:
    before = Entry.objects.count()
    _nobody_speaks()
    Asset.objects.filter(pk=quiet_street.lights[0].pk).update(cell=7)
    assert Entry.objects.count() == before


def test_an_action_that_fails_leaves_no_entry(quiet_street: QuietStreet) -> None:
    before = Entry.objects.count()

    @action("tests.fail")
    def fail(*, by: Actor) -> None:
        put_party("new", "owner", Text("新"), by=by)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fail(by=PERSON)
    assert (Entry.objects.count(), Waiting.objects.count()) == (before, before)


def test_an_action_inside_another_speaks_for_itself_and_then_the_outer_one_again() -> None:
    with entry("tests.outer", by=PERSON):
        put_party("inner", "owner", Text("内"), by=Actor.system("feed"))
        Party.objects.create(key="outer", kind="owner", name={"zh": "外"})
    outer, inner = _last(2)
    assert (outer.what, outer.actor) == ("tests.outer", PERSON.reference)
    assert (inner.what, inner.actor) == ("places.put_parties", "system:feed")


def test_an_action_must_be_told_by_whom() -> None:
    @action("tests.nobody")
    def nobody() -> None: ...

    with pytest.raises(TypeError, match="by whom"):
        nobody()


def test_what_writes_no_row_can_be_an_entry_as_well() -> None:
    record("access.personal_data_read", by=PERSON, subject="access.user:1", about={"field": "phone"})
    [noted] = _last()
    assert (noted.operation, noted.subject, noted.about, noted.form) == (
        "note",
        "access.user:1",
        {"field": "phone"},
        None,
    )


@pytest.mark.parametrize("line_break", ["\n", "\r"])
def test_no_value_can_break_out_of_its_line(line_break: str) -> None:
    with pytest.raises(DatabaseError, match="no line break"), transaction.atomic():
        record("tests.look", by=PERSON, subject=f"thing{line_break}rows 9")


TABLES = ("entry", "batch", "leaf", "node", "head", "form", "secret", "pending")


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "statement", ["DELETE FROM ledger_{}", "TRUNCATE ledger_{}", "ALTER TABLE ledger_{} DISABLE TRIGGER ALL"]
)
def test_the_application_may_take_nothing_away(table: str, statement: str) -> None:
    with pytest.raises(DatabaseError, match=r"permission denied|must be owner"):
        _sql(statement.format(table))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entry SET actor = 'person:x'",
        "INSERT INTO ledger_pending VALUES (1)",
        "INSERT INTO ledger_leaf (position, entry_id, hash) VALUES (0, 1, '')",
        "SELECT secret FROM ledger_secret",
        "SELECT ledger_enter(NULL, 'note', 0, NULL, NULL, NULL, '', NULL)",
        "SET session_replication_role = replica",
        "ALTER TABLE places_asset DISABLE TRIGGER ALL",
        "DROP TRIGGER ledger_update_places_asset ON places_asset",
        "CREATE OR REPLACE FUNCTION ledger_update_places_asset() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    ],
)
def test_the_application_has_no_way_around_the_ledger(statement: str) -> None:
    with pytest.raises(DatabaseError, match=r"permission denied|must be owner"):
        _sql(statement)


def test_the_owner_of_the_tables_is_stopped_by_a_trigger_as_well(quiet_street: QuietStreet) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgname = 'ledger_refuse'")
        assert cursor.fetchone() == (7,)
