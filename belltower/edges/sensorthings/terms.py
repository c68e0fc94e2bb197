# SPDX-License-Identifier: Apache-2.0
"""Parts of a statement while it is put together: values with their kind, joins, and parameters. Never a value in the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from belltower.edges.sensorthings.errors import BadQuery, text
from belltower.edges.sensorthings.model import IDS, EntitySet, Navigation, target_of
from belltower.edges.sensorthings.syntax import Kind


@dataclass(frozen=True, slots=True)
class Term:
    """An SQL expression and what it yields. ``end`` is the end of a TIME, or the JSON of a RESULT that is no number.

    ``owner`` names the alias and its source where the term is a plain GEOMETRY column, for geometry is not SQL here.
    """

    sql: str
    kind: Kind
    end: str = ""
    constant: object = None
    owner: tuple[str, str, str] | None = None


@dataclass
class Statement:
    """Its parameters by name, and the joins that its paths asked for (each path once)."""

    parameters: dict[str, object] = field(default_factory=dict)
    joins: list[str] = field(default_factory=list)
    prefix: str = "j"
    is_many: bool = False
    _aliases: dict[tuple[str, ...], str] = field(default_factory=dict)

    def parameter(self, value: object, cast: str = "") -> str:
        """A place for ``value``, cast to an SQL type."""
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return f"%({name})s" + (f"::{cast}" if cast else "")

    def join(self, entity: EntitySet, alias: str, steps: tuple[str, ...], navigation: Navigation) -> str:
        """The alias of what ``navigation`` leads to from ``alias``; joined once however often it is asked for."""
        key = (alias, *steps)
        if key not in self._aliases:
            target = f"{self.prefix}{len(self._aliases)}"
            self._aliases[key] = target
            self.joins.append(joined(navigation, f"{alias}.{navigation.here}", target))
            self.is_many |= navigation.many
        return self._aliases[key]


def joined(navigation: Navigation, here: str, alias: str) -> str:
    """The LEFT JOINs that bring in what ``navigation`` leads to, as ``alias``."""
    target = target_of(navigation).relation
    if navigation.through is None:
        return f"LEFT JOIN {target} {alias} ON {alias}.{navigation.there} = {here}"
    table, ours, theirs = navigation.through
    return (
        f"LEFT JOIN {table} {alias}_l ON {alias}_l.{ours} = {here}"
        f" LEFT JOIN {target} {alias} ON {alias}.id = {alias}_l.{theirs}"
    )


def linked(navigation: Navigation, here: str, alias: str) -> str:
    """The condition that ``alias`` is one of those that ``navigation`` leads to from ``here``."""
    if navigation.through is None:
        return f"{alias}.{navigation.there} = {here}"
    table, ours, theirs = navigation.through
    return f"{alias}.id IN (SELECT l.{theirs} FROM {table} l WHERE l.{ours} = {here})"


def path(statement: Statement, entity: EntitySet, alias: str, steps: Sequence[str]) -> Term:
    """The value at ``steps`` from ``alias``, an ``entity``. Raises BadQuery for a step that is not there."""
    walked: list[str] = []
    for at, step in enumerate(steps):
        if step in entity.navigation:
            walked.append(step)
            navigation = entity.navigation[step]
            alias = statement.join(entity, alias, (step,), navigation)
            entity = target_of(navigation)
        elif step in IDS and at == len(steps) - 1:
            return Term(f"{alias}.id", Kind.ID)
        elif step in entity.fields:
            return _property(statement, entity, alias, step, steps[at + 1 :])
        else:
            break
    raise BadQuery(
        given="/".join(steps), reason=text("{entity}没有此属性", "{entity} has no such property", entity=entity.one)
    )


def _property(statement: Statement, entity: EntitySet, alias: str, name: str, rest: Sequence[str]) -> Term:
    declared = entity.fields[name]
    sql, end = declared.sql.format(t=alias), declared.end.format(t=alias)
    if not rest:
        owner = (entity.name, alias, name) if declared.kind is Kind.GEOMETRY else None
        return Term(sql, declared.kind, end, owner=owner)
    inside = end if declared.kind is Kind.RESULT else sql
    if declared.kind not in (Kind.JSON, Kind.GEOMETRY, Kind.RESULT):
        raise BadQuery(given="/".join([name, *rest]), reason=text("此属性没有下级", "that property has nothing inside"))
    return Term(f"({inside} #> {statement.parameter(list(rest), 'text[]')})", Kind.JSON)
