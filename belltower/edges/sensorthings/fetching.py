# SPDX-License-Identifier: Apache-2.0
"""Statements on the connection whose transaction shows what the caller may see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection


def fetched(sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """All rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, dict(parameters))
        return list(cursor.fetchall())
