# SPDX-License-Identifier: Apache-2.0
"""The small city, seen by its administrator, for the tests that attack it."""

from __future__ import annotations

import pytest
from django.test import Client

from belltower.core.access.models import User
from belltower.screens.console.tests import scene


@pytest.fixture
def people(db: None) -> None:
    """One person a role; everyone's password is scene.PASSWORD."""
    scene.people()


@pytest.fixture
def admin(people: None) -> User:
    return User.objects.get(username="admin")


@pytest.fixture
def signed_in(admin: User) -> Client:
    """The administrator, with a browser that is checked for CSRF like everybody's."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.force_login(admin)
    return client
