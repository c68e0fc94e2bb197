# SPDX-License-Identifier: Apache-2.0
"""A body read as an entity of its set: what goes into its columns, and what it is linked to. No database."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from belltower.edges.sensorthings import times
from belltower.edges.sensorthings.errors import BadEntity, BadQuery, text
from belltower.edges.sensorthings.model import OBSERVATIONS, EntitySet, Navigation, Property, target_of
from belltower.edges.sensorthings.syntax import Kind
from belltower.kernel.texts import Text

_BOUND = re.compile(r"^(?:.*/)?[A-Za-z]+\((\d{1,18})\)$")


@dataclass(frozen=True, slots=True)
class Link:
    """An entity that is there already."""

    id: int


@dataclass
class Draft:
    """An entity to be made or changed: ``columns`` by name (JSON as it is), and what stands under each navigation."""

    entity: EntitySet
    columns: dict[str, Any] = field(default_factory=dict)
    links: dict[str, list[Link | Draft]] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)


def draft(entity: EntitySet, body: object, *, given: frozenset[str] = frozenset(), is_whole: bool = True) -> Draft:
    """``body`` as an ``entity``. ``given`` are navigations that the address says; a whole one has all that is required.

    Raises BadEntity.
    """
    if not isinstance(body, dict):
        raise wrong(entity, text("应为 JSON 对象", "a JSON object is wanted"))
    made = Draft(entity, body=body)
    for declared in entity.properties:
        if entity is not OBSERVATIONS:
            _column(made, declared, is_whole=is_whole)
    for navigation in entity.navigations:
        _linked(made, navigation, is_whole=is_whole, is_given=navigation.name in given)
    return made


def wrong(entity: EntitySet, reason: Text) -> BadEntity:
    """The refusal of a body."""
    return BadEntity(entity=entity.one, reason=reason)


def _column(made: Draft, declared: Property, *, is_whole: bool) -> None:
    value = made.body.get(declared.name)
    if value is None and declared.required and (is_whole or declared.name in made.body):
        raise wrong(made.entity, text("缺少 {name}", "{name} is missing", name=declared.name))
    if declared.name not in made.body or declared.columns is None:
        return
    made.columns |= _written(made.entity, declared, value)


def _written(entity: EntitySet, declared: Property, value: Any) -> dict[str, Any]:
    assert declared.columns is not None
    if declared.columns.keys() != {""}:
        if not isinstance(value, dict):
            raise wrong(entity, text("{name} 应为对象", "{name} is no object", name=declared.name))
        return {column: str(value.get(part) or "") for part, column in declared.columns.items()}
    if value is None:
        return {declared.columns[""]: {} if declared.name == "properties" else None}
    return {declared.columns[""]: _checked(entity, declared, value)}


def _checked(entity: EntitySet, declared: Property, value: Any) -> Any:
    match declared.kind:
        case Kind.TEXT if not isinstance(value, str):
            raise wrong(entity, text("{name} 应为文字", "{name} is no text", name=declared.name))
        case Kind.TIME:
            return instant(entity, declared.name, value)
        case Kind.JSON if declared.name == "properties" and not isinstance(value, dict):
            raise wrong(entity, text("properties 应为对象", "properties is no object"))
    return value


def instant(entity: EntitySet, name: str, value: Any) -> Any:
    """An instant of a body. Raises BadEntity."""
    return period(entity, name, value).start


def period(entity: EntitySet, name: str, value: Any) -> times.Period:
    """A time of a body. Raises BadEntity."""
    try:
        return times.period(value)
    except BadQuery as error:
        reason = text("{name} 不是时刻或时段：{given}", "{name} is no time: {given}", name=name, given=str(value)[:60])
        raise wrong(entity, reason) from error


def _linked(made: Draft, navigation: Navigation, *, is_whole: bool, is_given: bool) -> None:
    value = made.body.get(navigation.name)
    bound = made.body.get(f"{navigation.name}@odata.bind", made.body.get(f"{navigation.name}@iot.bind"))
    if value is None and bound is not None:
        value = [_bound(made.entity, each) for each in (bound if isinstance(bound, list) else [bound])]
        value = value if navigation.many else value[0]
    if value is None:
        if navigation.required and is_whole and not is_given:
            raise wrong(made.entity, text("缺少 {name}", "{name} is missing", name=navigation.name))
        return
    items = value if navigation.many else [value]
    if not isinstance(items, list):
        raise wrong(made.entity, text("{name} 应为列表", "{name} is no list", name=navigation.name))
    made.links[navigation.name] = [_item(navigation, each) for each in items]


def _item(navigation: Navigation, body: object) -> Link | Draft:
    target = target_of(navigation)
    key = id_of(body)
    if key is not None:
        return Link(key)
    return draft(target, body, given=frozenset({navigation.inverse}))


def id_of(body: object) -> int | None:
    """The id that a linked body names, whatever else it says: a fetched entity may be given as it came."""
    if not isinstance(body, dict):
        return None
    key = body.get("@iot.id", body.get("id", body.get("@id")))
    if isinstance(key, str):
        found = _BOUND.match(key)
        key = int(found[1]) if found else int(key) if key.isdecimal() else None
    return key if isinstance(key, int) and not isinstance(key, bool) and 0 < key < 2**63 else None


def _bound(entity: EntitySet, given: object) -> dict[str, int]:
    found = _BOUND.match(given) if isinstance(given, str) else None
    if not found:
        raise wrong(entity, text("无法读取关联 {given}", "cannot read the link {given}", given=str(given)[:60]))
    return {"@iot.id": int(found[1])}
