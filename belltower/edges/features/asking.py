# SPDX-License-Identifier: Apache-2.0
"""A request for features as it was read: which page, where, when, by what filter, in which system. And its cursor."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import msgspec

from belltower.edges.features import conditions, cql2_text, regions, systems, times
from belltower.edges.features.declaring import Collection
from belltower.edges.features.errors import BadFeaturesQuery, text
from belltower.edges.features.regions import Region
from belltower.edges.features.systems import System

USUAL, LARGEST = 100, 1000
_LARGEST_ID = 2**63 - 1
_OF_PAGES = frozenset(
    {"f", "limit", "cursor", "bbox", "bbox-crs", "datetime", "crs", "filter", "filter-lang", "filter-crs"}
)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: after ``id``; within a box first through the cells, then along its border."""

    id: int = -1
    cell: int = -1
    is_border: bool = False

    def sealed(self) -> str:
        """As it stands in the ``next`` link; nobody needs to know what is in it."""
        key = [self.id, self.cell, int(self.is_border)]
        return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One page of a collection. ``where`` is SQL that begins with AND wherever there is any, ``values`` what it names."""

    collection: Collection
    system: System
    limit: int = USUAL
    at: Cursor = Cursor()
    region: Region | None = None
    where: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    regions: tuple[Region, ...] = ()
    """Those of the filter; the statement is told which shapes cross the border of each."""


def pairs(query: str) -> dict[str, str]:
    """The parameters of a query string. Raises BadFeaturesQuery for one that comes twice, or cannot be read."""
    try:
        listed = parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=50)
    except (ValueError, UnicodeDecodeError):
        raise BadFeaturesQuery(parameter="?", reason=text("不是有效的查询串", "it is no query string")) from None
    given = dict(listed)
    if len(given) != len(listed):
        raise BadFeaturesQuery(parameter=listed[-1][0][:40], reason=text("出现了两次", "it comes twice"))
    for name, value in given.items():
        if "\0" in value:
            raise BadFeaturesQuery(parameter=name[:40], reason=text("含有空字符", "it holds NUL"))
    return given


def page_of(collection: Collection, given: Mapping[str, str]) -> Wanted:
    """What is asked of the collection. Raises BadFeaturesQuery, BadFilter."""
    known(given, _OF_PAGES | {one.name for one in collection.queryables})
    within = regions.region(given.get("bbox"), systems.system(given.get("bbox-crs"), "bbox-crs"))
    when, values = times.condition(given.get("datetime"), collection.times)
    asked = conditions.equal(collection, {name: value for name, value in given.items() if name not in _OF_PAGES})
    asked += _filter(collection, given)
    return Wanted(
        collection,
        systems.system(given.get("crs"), "crs"),
        _limit(given.get("limit")),
        _cursor(given.get("cursor")),
        within,
        when + asked.where,
        {**values, **asked.values},
        asked.regions,
    )


def known(given: Mapping[str, str], names: frozenset[str]) -> None:
    """Raises BadFeaturesQuery for a parameter that is not among ``names``."""
    for name in given:
        if name not in names:
            raise BadFeaturesQuery(parameter=name[:40], reason=text("没有此参数", "there is no such parameter"))


def _filter(collection: Collection, given: Mapping[str, str]) -> conditions.Condition:
    if "filter" not in given:
        return conditions.NONE
    language = given.get("filter-lang", "cql2-text")
    if language not in ("cql2-text", "cql2-json"):
        raise BadFeaturesQuery(parameter="filter-lang", reason=text("应为 cql2-text 或 cql2-json", "it is cql2-text or cql2-json"))  # fmt: skip
    read = cql2_text.tree if language == "cql2-text" else cql2_text.json_tree
    system = systems.system(given.get("filter-crs"), "filter-crs")
    if not system.is_aligned:
        reason = text("筛选条件不能用该坐标系，请用 bbox-crs", "filters are not read in that system; bbox-crs takes it")
        raise BadFeaturesQuery(parameter="filter-crs", reason=reason)
    return conditions.condition(collection, read(given["filter"]), system)


def _limit(given: str | None) -> int:
    """At most LARGEST, whatever is asked for (Part 1, 7.15.2)."""
    if given is None:
        return USUAL
    if not given.isascii() or not given.isdigit() or not given.strip("0"):
        raise BadFeaturesQuery(parameter="limit", reason=text("应为正整数", "it is a whole number from 1 on"))
    return min(int(given[:12]), LARGEST)


def _cursor(given: str | None) -> Cursor:
    if given is None:
        return Cursor()
    try:
        packed = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4))
        id, cell, is_border = msgspec.json.decode(packed, type=tuple[int, int, int])
    except (ValueError, binascii.Error):
        id, cell, is_border = -2, 0, 0
    if not (-1 <= id <= _LARGEST_ID and -1 <= cell <= _LARGEST_ID and is_border in (0, 1)):
        raise BadFeaturesQuery(parameter="cursor", reason=text("请使用上一页 next 链接", "use the next link of the page before"))  # fmt: skip
    return Cursor(id, cell, bool(is_border))
