# SPDX-License-Identifier: Apache-2.0
"""What the database itself shows and refuses, asked in plain SQL as the application's own role."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest
import shapely
from django.db import connection, transaction

from belltower.core.places.actions.city import use_profile
from belltower.core.places.actions.parties import PartyDraft, put_parties
from belltower.core.places.bulk import AssetBatch, merge_assets
from belltower.core.places.city import load_profile
from belltower.core.places.models import Asset, PartyKind
from belltower.core.places.scope import EVERYTHING, NOTHING, Scope, seen_as
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

pytestmark = pytest.mark.django_db
DESK = Actor.system("test")
MAY = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def owners(db: None) -> dict[str, int]:
    """Two enterprises: one owns the lamps L-1 and L-2, the other L-3."""
    use_profile(load_profile("hengyang"), by=DESK)
    drafts = [PartyDraft(key=key, kind=PartyKind.ENTERPRISE, name=Text(zh=key, en=key)) for key in ("ours", "theirs")]
    pks = put_parties(drafts, by=DESK).pks
    lamps = AssetBatch(
        kind="street_light",
        keys=["L-1", "L-2", "L-3"],
        valid_from=MAY,
        geoms=shapely.points([[112.60, 26.90], [112.61, 26.90], [112.62, 26.90]]),
        owner_ids=[pks["ours"], pks["ours"], pks["theirs"]],
    )
    merge_assets([lamps], by=DESK, now=MAY, source="test")
    return dict(pks)


def keys() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM places_asset ORDER BY key")
        return [key for (key,) in cursor.fetchall()]


def forget_the_scope() -> None:
    """What a connection of the web is until a door sets a scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('belltower.sees', '', true)")


def refused(sql: str) -> str:
    """The message with which the database refuses a statement."""
    with pytest.raises(Exception) as error, transaction.atomic(), connection.cursor() as cursor:  # noqa: PT011
        cursor.execute(sql)
    assert isinstance(error.value.__cause__, psycopg.Error)
    return str(error.value)


def test_the_application_is_neither_superuser_nor_owner(owners: dict[str, int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("belltower_app", False, False)


def test_without_a_scope_nothing_is_seen(owners: dict[str, int]) -> None:
    forget_the_scope()
    assert keys() == []
    assert not Asset.objects.exists()


def test_an_enterprise_sees_its_own_and_nothing_else(owners: dict[str, int]) -> None:
    with seen_as(Scope(frozenset({owners["ours"]}))):
        assert keys() == ["L-1", "L-2"]
    with seen_as(Scope(frozenset({owners["theirs"]}))):
        assert keys() == ["L-3"]
    with seen_as(NOTHING):
        assert keys() == []


def test_the_scope_from_before_holds_again_after_an_inner_one(owners: dict[str, int]) -> None:
    with seen_as(Scope(frozenset({owners["ours"]}))):
        with seen_as(EVERYTHING):
            assert keys() == ["L-1", "L-2", "L-3"]
        with pytest.raises(ZeroDivisionError), seen_as(NOTHING):
            raise ZeroDivisionError
        assert keys() == ["L-1", "L-2"]
    assert keys() == ["L-1", "L-2", "L-3"], "what the connection was opened with"


def test_what_is_not_seen_is_not_written(owners: dict[str, int]) -> None:
    with seen_as(Scope(frozenset({owners["ours"]}))):
        assert Asset.objects.filter(key="L-3").update(source="ours now") == 0
        assert "row-level security" in refused(
            f"UPDATE places_asset SET owner_id = {owners['theirs']}, recorded_at = now() WHERE key = 'L-1'"
        )
        assert "row-level security" in refused(
            "INSERT INTO places_asset (uid, kind, key, life, fields, source, valid_from, recorded_at, recorded_by, owner_id)"
            f" SELECT gen_random_uuid(), 'street_light', 'L-9', 'in_service', '{{}}', '', now(), now(), 'x', {owners['theirs']}"
        )


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE places_asset DISABLE ROW LEVEL SECURITY",
        "DROP POLICY seen ON places_asset",
        "CREATE POLICY open ON places_asset USING (true)",
        "TRUNCATE places_asset_past",
        "DROP TABLE places_asset",
        "SET ROLE belltower",
        "SET ROLE postgres",
        "SET SESSION AUTHORIZATION belltower",
        "CREATE TABLE public.mine (id int)",
        "ALTER ROLE belltower_app BYPASSRLS",
        "INSERT INTO places_pyramid (level, cell, kind, owner_id, n, lon, lat) VALUES (9, 1, 'x', 1, 1, 1, 1)",
    ],
)
def test_the_application_cannot_take_the_policies_away(owners: dict[str, int], sql: str) -> None:
    said = refused(sql)
    words = ("must be owner", "must be superuser", "permission denied", "row-level security", "must be able")
    assert any(word in said for word in words)


def test_the_counts_of_the_map_are_as_hidden_as_the_assets(owners: dict[str, int]) -> None:
    def counted() -> set[int]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT owner_id FROM places_pyramid UNION SELECT owner_id FROM places_pyramid_delta"
            )
            return {owner for (owner,) in cursor.fetchall()}

    assert counted() == {owners["ours"], owners["theirs"]}
    with seen_as(Scope(frozenset({owners["ours"]}))):
        assert counted() == {owners["ours"]}
    forget_the_scope()
    assert counted() == set()
