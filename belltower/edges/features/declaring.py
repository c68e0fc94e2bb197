# SPDX-License-Identifier: Apache-2.0
"""What a collection of features is declared by: where its rows are, what is told of each, where and when each is.

A new collection is one declaration more (collections.py); paging, boxes, systems, filters, pages and documents go by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from belltower.kernel.texts import Text


class Holds(StrEnum):
    """What a property holds, in the words of JSON Schema where it has them."""

    TEXT = "string"
    INTEGER = "integer"
    NUMBER = "number"
    TRUTH = "boolean"
    INSTANT = "date-time"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Property:
    """One property. ``sql`` gives its value from the row ``t``; ``told`` gives it from the joins of a page (else as ``sql``).

    ``equals``: a condition that it equals ``{}``, where that goes by an index and ``sql`` does not.
    ``json``: SQL that writes it as JSON already. What is not ``is_asked`` is told and cannot be filtered by.
    """

    name: str
    holds: Holds
    title: Text
    sql: str
    told: str = ""
    equals: str = ""
    json: str = ""
    choices: tuple[str, ...] = ()
    is_asked: bool = True

    @property
    def written(self) -> str:
        """SQL of its JSON, never null."""
        if self.json:
            return f"coalesce({self.json}, 'null')"
        value = self.told or self.sql
        if self.holds in (Holds.INTEGER, Holds.NUMBER, Holds.TRUTH):
            return f"coalesce(({value})::text, 'null')"
        return f"coalesce(to_json({value}), 'null'::json)"


@dataclass(frozen=True, slots=True)
class Place:
    """SQL of where a row is: WKB, a point on it, and its box in the metric plane. ``cell``: the indexed cell of the point.

    ``is_point`` says that longitude and latitude are all there is to it. Without a ``box`` that holds for every row, and a
    region of the plane cannot be asked for.
    """

    wkb: str = "t.geometry"
    lon: str = "t.lon"
    lat: str = "t.lat"
    box: str = "t.box"
    is_point: str = "get_byte(t.geometry, 1) = 1"
    cell: str = ""


@dataclass(frozen=True, slots=True)
class Times:
    """SQL of when a feature is: from ``start`` until before ``end``; a null end is still so. ``are_days``: civil days."""

    start: str
    end: str = ""
    are_days: bool = False


@dataclass(frozen=True, slots=True)
class Collection:
    """Features of one sort. ``rows`` is what stands after FROM and gives ``t``; ``joins`` are added for the rows of a page.

    ``key`` is the indexed order of pages, ``columns`` what a page needs of ``t``. ``where`` always holds, with ``facts``.
    """

    name: str
    title: Text
    description: Text
    rows: str
    columns: tuple[str, ...]
    properties: tuple[Property, ...]
    place: Place = Place()
    times: Times | None = None
    joins: str = ""
    where: str = "true"
    facts: Mapping[str, object] = field(default_factory=dict)
    key: str = "t.id"
    id: str = "t.uid"

    def named(self, name: str) -> Property | None:
        """The property of that name, or None."""
        return next((one for one in self.properties if one.name == name), None)

    @property
    def queryables(self) -> tuple[Property, ...]:
        """What can be filtered by."""
        return tuple(one for one in self.properties if one.is_asked)
