# SPDX-License-Identifier: Apache-2.0
"""Who forges: a superuser."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection

from tests.ledger.forging import Superuser


@pytest.fixture
def admin() -> Iterator[Superuser]:
    """A superuser's own connection, past every trigger."""
    host = str(connection.settings_dict["HOST"])
    with psycopg.connect(host=host, dbname=str(connection.settings_dict["NAME"]), user="postgres") as raw:
        raw.execute("SET session_replication_role = replica")
        yield raw
        raw.rollback()
