# SPDX-License-Identifier: Apache-2.0
"""An attribute clause over the whole city in one statement: how many hold, are broken, are unknown, and which are broken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection

from belltower.core.standards.checks import AttributeCheck
from belltower.core.standards.clauses import Clause
from belltower.core.standards.predicates.sql import Engine, fields_of_json, sql_of
from belltower.core.standards.reading import fields_of
from belltower.kernel.packs import Register

SHOWN = 20
_STATEMENT = """
    WITH judged AS MATERIALIZED (
        SELECT a.id, a.key, {where} AS is_meant, {holds} AS holds FROM places_asset a
        WHERE a.kind = %s AND a.life IN ('in_service', 'out_of_service'))
    SELECT count(*) FILTER (WHERE is_meant AND holds),
           count(*) FILTER (WHERE is_meant AND NOT holds),
           count(*) FILTER (WHERE is_meant IS NULL OR (is_meant AND holds IS NULL)),
           (SELECT array_agg(key ORDER BY id) FROM (
               SELECT id, key FROM judged WHERE is_meant AND NOT holds ORDER BY id LIMIT {shown}) AS first)
    FROM judged"""


@dataclass(frozen=True, slots=True)
class Assessment:
    """A clause's counts over every asset that the viewer sees, and the keys of the first that break it."""

    clause: Clause
    day: date
    holds: int
    broken: int
    unknown: int
    first_broken: tuple[str, ...]


def assess(clause: Clause, *, today: date, register: Register) -> Assessment | None:
    """An attribute clause with the values in force ``today`` over every asset of its kind.

    None where it is not in force, or is of another kind than attribute.

    Planned, being built and retired assets are not judged. Raises WrongKind for a factor out of range.
    """
    values = clause.values_on(today)
    if values is None or not isinstance(clause.check, AttributeCheck):
        return None
    columns = fields_of_json(fields_of(register.kind(clause.applies_to)), "a.fields")
    where, holds = (sql_of(node, Engine.POSTGRES, columns) for node in clause.check.on(values, today))
    statement = _STATEMENT.format(where=where.replace("%", "%%"), holds=holds.replace("%", "%%"), shown=SHOWN)
    with connection.cursor() as cursor:
        cursor.execute(statement, [clause.applies_to])
        good, broken, unknown, first = cursor.fetchone()
    return Assessment(clause, today, good, broken, unknown, tuple(first or ()))
