# SPDX-License-Identifier: Apache-2.0
"""Statements that select entities: columns, conditions, order and page, for a collection or for one level of an $expand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from belltower.edges.sensorthings import archived, times
from belltower.edges.sensorthings.compiling import Compiler
from belltower.edges.sensorthings.errors import BadQuery, text
from belltower.edges.sensorthings.fetching import fetched
from belltower.edges.sensorthings.model import IDS, OBSERVATIONS, EntitySet, Property
from belltower.edges.sensorthings.syntax import Kind, Options
from belltower.edges.sensorthings.terms import Statement

PAGE = 100  # entities, where no $top is given
LARGEST_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class Row:
    """One entity as selected: its id, its columns on this side of navigations, its properties, and whose it is."""

    id: int
    here: Mapping[str, Any]
    properties: Mapping[str, Any]
    owner: Any = None


@dataclass
class Selection:
    """What is selected of ``entity`` under ``options``; ``conditions`` come before the $filter, over ``t``."""

    entity: EntitySet
    options: Options
    conditions: Sequence[str] = ()
    parameters: dict[str, object] = field(default_factory=dict)
    relation: str = ""  # what is selected from, where it is not all that the database holds

    def __post_init__(self) -> None:
        self.given = dict(self.parameters)
        self._relation = self.relation or self.entity.relation
        self._filter = Statement(self.parameters, prefix="f")
        self._order = Statement(self.parameters, prefix="o")
        self.chosen = chosen(self.entity, self.options.select)
        self.limit = min(self.options.top if self.options.top is not None else PAGE, LARGEST_PAGE)
        self._where = self._conditions()
        self._keys = self._ordered()

    def _conditions(self) -> list[str]:
        found = list(self.conditions)
        if self.options.filter is not None:
            condition = Compiler(self._filter, self.entity).condition(self.options.filter)
            if self._filter.is_many:
                joins = " ".join(self._filter.joins)
                condition = f"t.id IN (SELECT t.id FROM {self._relation} t {joins} WHERE {condition})"
                self._filter.joins.clear()
            found.append(condition)
        return found

    def _ordered(self) -> list[str]:
        compiler = Compiler(self._order, self.entity)
        keys = [key for each in self.options.order for key in compiler.keys(each)]
        if self._order.is_many:
            raise BadQuery(given="$orderby", reason=text("不能按多值关系排序", "nothing is ordered by many others"))
        return [*(keys or filter(None, [self.entity.order])), "t.id ASC"]

    @property
    def _from(self) -> str:
        joins = " ".join([*self._filter.joins, *self._order.joins])
        where = " AND ".join(f"({each})" for each in self._where) or "true"
        return f"FROM {self._relation} t {joins} WHERE {where}"

    @property
    def columns(self) -> list[str]:
        """The columns of one row: id, this side of navigations to one, then the properties' values."""
        here = [f"t.{name} AS n{at}" for at, name in enumerate(_heres(self.entity))]
        values = [sql for each in self.chosen for sql in _values(each)]
        return ["t.id", *here, *(f"{sql} AS c{at}" for at, sql in enumerate(values))]

    @property
    def sql(self) -> str:
        """The statement; one row more than the page, to know whether there is a next one."""
        page = f"LIMIT {self.limit + 1} OFFSET {self.options.skip}"
        return f"SELECT {', '.join(self.columns)} {self._from} ORDER BY {', '.join(self._keys)} {page}"

    @property
    def count_sql(self) -> str:
        """The statement that counts what the filter lets through."""
        return f"SELECT count(*) {self._from}"

    def over(
        self, relation: str, parameters: Mapping[str, object], also: Sequence[str] = (), options: Options | None = None
    ) -> Selection:
        """The same selection from somewhere else, under more conditions, or with other options."""
        conditions = [*self.conditions, *also]
        return Selection(self.entity, options or self.options, conditions, {**self.given, **parameters}, relation)

    def of_owner(self, owner: int) -> Selection:
        """Of a selection below an $expand: that of one owner alone."""
        conditions = [each.replace("p.id", "%(here)s::bigint") for each in self.conditions]
        return Selection(self.entity, self.options, conditions, {**self.given, "here": owner})

    def picked(self, what: str, after: str = "") -> list[tuple[Any, ...]]:
        """Expressions over ``t``, of all that the filter lets through."""
        return fetched(f"SELECT {what} {self._from} {after}", self.parameters)

    def first_ids(self, most: int) -> list[int]:
        """The ids of the first ``most`` of all that the filter lets through, in order, whatever the page is."""
        return [row[0] for row in self.picked("t.id", f"ORDER BY {', '.join(self._keys)} LIMIT {most:d}")]

    def rows(self) -> list[Row]:
        """The rows, at most ``limit`` + 1, wherever they lie."""
        if self.entity is OBSERVATIONS and not self.relation:
            return archived.rows(self)
        return [self.read(row) for row in fetched(self.sql, self.parameters)]

    def count(self) -> int:
        """How many there are without $top and $skip, wherever they lie."""
        if self.entity is OBSERVATIONS and not self.relation:
            return archived.count(self)
        return int(fetched(self.count_sql, self.parameters)[0][0])

    def rows_of(self, owners: Sequence[int]) -> list[Row]:
        """The rows of each of ``owners`` (``p.id`` in the conditions), in one statement where the lake is empty."""
        if self.entity is OBSERVATIONS and not self.relation:
            return archived.rows_of(self, owners)
        sql = f"SELECT p.id, c.* FROM unnest(%(owners)s::bigint[]) AS p(id) CROSS JOIN LATERAL ({self.sql}) c"
        found = fetched(sql, {**self.parameters, "owners": list(owners)})
        return [self.read(row[1:], owner=row[0]) for row in found]

    def counts_of(self, owners: Sequence[int]) -> dict[int, int]:
        """How many each of ``owners`` has, in one statement where the lake is empty."""
        if self.entity is OBSERVATIONS and not self.relation:
            return archived.counts_of(self, owners)
        sql = f"SELECT p.id, ({self.count_sql}) FROM unnest(%(owners)s::bigint[]) AS p(id)"
        return dict(fetched(sql, {**self.parameters, "owners": list(owners)}))

    def read(self, row: Sequence[Any], *, owner: Any = None) -> Row:
        """One row of the database as an entity."""
        names = _heres(self.entity)
        here = dict(zip(names, row[1 : 1 + len(names)], strict=True))
        cells = iter(row[1 + len(names) :])
        return Row(row[0], {**here, "id": row[0]}, {each.name: _decoded(each, cells) for each in self.chosen}, owner)


def chosen(entity: EntitySet, select: Iterable[str]) -> list[Property]:
    """The properties that $select asks for, all without one. Raises BadQuery for what the entity has not."""
    names = [name.partition("/")[0] for name in select]
    unknown = [name for name in names if name not in entity.fields.keys() | entity.navigation.keys() | IDS | {"*"}]
    if unknown:
        raise BadQuery(
            given=unknown[0], reason=text("{entity}没有此属性", "{entity} has no such property", entity=entity.one)
        )
    return [each for each in entity.properties if not names or "*" in names or each.name in names]


def _heres(entity: EntitySet) -> list[str]:
    return [each.here for each in entity.navigations if each.here != "id"]


def _values(declared: Property) -> list[str]:
    return [sql.format(t="t") for sql in (declared.sql, declared.end) if sql]


def _decoded(declared: Property, cells: Any) -> Any:
    value = next(cells)
    match declared.kind:
        case Kind.TIME:
            return times.written(value, next(cells) if declared.end else None)
        case Kind.RESULT:
            other = _json(next(cells))
            return number(value) if value is not None else other
        case Kind.JSON | Kind.GEOMETRY:
            return _json(value)
    return value


def _json(value: Any) -> Any:
    """Django hands JSON over as its text."""
    return msgspec.json.decode(value) if isinstance(value, str | bytes) else value


def number(value: float) -> float | int:
    """8.0 as 8: a whole number is written as it was most likely sent."""
    return int(value) if value.is_integer() and abs(value) < 2**53 else value
