# SPDX-License-Identifier: Apache-2.0
"""The demo city at its smallest, built once for a module; what a test changes in it is undone after the test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from belltower.demo import city


@pytest.fixture(scope="module")
def demo_town(django_db_setup: None, django_db_blocker: Any) -> Iterator[city.DemoReport]:
    """A town of about 20,000 assets. Ask for ``db`` as well, so that each test has a savepoint of its own."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield city.build("town")
        transaction.set_rollback(True)
    with django_db_blocker.unblock():
        connection.close()
