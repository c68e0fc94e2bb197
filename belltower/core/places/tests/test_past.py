# SPDX-License-Identifier: Apache-2.0
"""What the database itself keeps and refuses."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection

from belltower.core.places.models import Asset, AssetPast, Life

pytestmark = pytest.mark.django_db
BUILT = datetime(2024, 5, 1, tzinfo=UTC)
LATER = datetime(2025, 5, 1, tzinfo=UTC)


@pytest.fixture
def pole() -> Asset:
    return Asset.objects.create(kind="street_light", key="L-1", valid_from=BUILT, recorded_at=BUILT, recorded_by="test")


def test_a_replaced_state_is_kept(pole: Asset) -> None:
    Asset.objects.filter(pk=pole.pk).update(life=Life.OUT_OF_SERVICE, recorded_at=LATER, valid_from=LATER)
    [past] = AssetPast.objects.filter(asset=pole)
    assert (past.life, past.recorded_at, past.superseded_at) == (Life.IN_SERVICE, BUILT, LATER)


def test_a_change_without_its_instant_is_refused(pole: Asset) -> None:
    with pytest.raises(DatabaseError, match="later recorded_at"):
        Asset.objects.filter(pk=pole.pk).update(life=Life.RETIRED)


def test_an_asset_is_never_deleted(pole: Asset) -> None:
    with pytest.raises(DatabaseError, match="nothing is deleted"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM places_asset")


def test_the_application_is_no_superuser() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False,)
