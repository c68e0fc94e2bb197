# SPDX-License-Identifier: Apache-2.0
"""The scene that tests of features share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction

from belltower.core.places import city
from belltower.edges.features.tests.town import Town, build


@pytest.fixture(scope="module")
def built_town(django_db_setup: None, django_db_blocker: pytest.DjangoDbBlocker) -> Iterator[Town]:
    """The town, built once for a file of tests and gone after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)
    city.forget()


@pytest.fixture
def town(built_town: Town, db: None) -> Town:
    """Lamps, a building and a street; what a test changes is rolled back."""
    return built_town
