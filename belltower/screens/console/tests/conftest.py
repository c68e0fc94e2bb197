# SPDX-License-Identifier: Apache-2.0
"""The small city, built once for a file of tests and gone after it; what each test changes is rolled back."""

from __future__ import annotations

import pytest
from django.db import transaction

from belltower.core.places import city as places_city
from belltower.screens.console.tests import scene


@pytest.fixture(scope="module")
def built_city(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        scene.small_city()
        yield
        transaction.set_rollback(True)
    places_city.forget()


@pytest.fixture
def city(built_city, db):
    places_city.forget()
