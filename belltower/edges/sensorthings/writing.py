# SPDX-License-Identifier: Apache-2.0
"""Rows of entities written by the map: insert, find the same one again, change, link, delete with what goes along."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from belltower.edges.sensorthings import observing
from belltower.edges.sensorthings.checking import Draft, Link, wrong
from belltower.edges.sensorthings.errors import BadEntity, text
from belltower.edges.sensorthings.fetching import fetched
from belltower.edges.sensorthings.model import DATASTREAMS, OBSERVATIONS, EntitySet, Navigation, target_of
from belltower.kernel.identity import uuid7

_JSON_COLUMNS = frozenset({"properties", "location", "feature", "metadata", "observed_area"})
LONGEST_KEY = 255


def ran(sql: str, parameters: Mapping[str, Any]) -> int:
    """How many rows a statement touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, dict(parameters))
        return int(cursor.rowcount)


def key_of(draft: Draft) -> str | None:
    """The natural key that a body gives: ``properties.key``, a text. Raises BadEntity for one that is too long."""
    properties = draft.columns.get("properties")
    key = properties.get("key") if isinstance(properties, dict) else None
    if not isinstance(key, str) or not key:
        return None
    if len(key) > LONGEST_KEY:
        raise wrong(draft.entity, text("properties.key 过长", "properties.key is too long"))
    return key


def insert(draft: Draft) -> int:
    """The id of the new row."""
    entity, columns = draft.entity, {**_defaults(draft), **_stored(draft.columns), "uid": uuid7()}
    if entity.has_key:
        columns["key"] = key_of(draft)
    names = ", ".join(columns)
    places = ", ".join(f"%({name})s" for name in columns)
    return int(fetched(f"INSERT INTO {entity.table} ({names}) VALUES ({places}) RETURNING id", columns)[0][0])


def _defaults(draft: Draft) -> dict[str, Any]:
    """What the tables want in every row and a body may leave out."""
    found: dict[str, Any] = {}
    if "properties" in draft.entity.fields:
        found["properties"] = "{}"
    if draft.entity is DATASTREAMS:
        found |= {"stream": "", "source": ""}
    return found


def _stored(columns: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: json.dumps(value) if name in _JSON_COLUMNS and value is not None else value
        for name, value in columns.items()
    }


def change(draft: Draft, key: int) -> None:
    """Write what the draft says into the row that is there."""
    columns = _stored(draft.columns)
    if draft.entity.has_key and key_of(draft):
        columns["key"] = key_of(draft)
    if columns:
        settings = ", ".join(f"{name} = %({name})s" for name in columns)
        ran(f"UPDATE {draft.entity.table} SET {settings} WHERE id = %(id)s", {**columns, "id": key})


def same(draft: Draft, by: str | None) -> int | None:
    """The entity that this draft is again: with its key, or equal in the property ``by`` (and of the same owner).

    Whoever asks for the same one waits until this transaction ends, so that two make one. Raises BadEntity.
    """
    entity = draft.entity
    conditions, parameters = _sameness(draft, by)
    if not conditions:
        return None
    ran("SELECT pg_advisory_xact_lock(hashtextextended(%(said)s, 63))", {"said": f"{entity.name} {parameters}"})
    where = " AND ".join(conditions)
    found = fetched(f"SELECT t.id FROM {entity.table} t WHERE {where} ORDER BY t.id LIMIT 1", parameters)
    return int(found[0][0]) if found else None


def _sameness(draft: Draft, by: str | None) -> tuple[list[str], dict[str, Any]]:
    entity = draft.entity
    key = key_of(draft) if entity.has_key else None
    if key is not None:
        return ["t.key = %(key)s"], {"key": key}
    if not by or by == "properties.key":
        return [], {}
    first, _, inside = by.replace(".", "/").partition("/")
    declared = entity.fields.get(first)
    if declared is None or declared.columns is None or declared.columns.keys() != {""}:
        return [], {}  # a deep insert asks of every entity; not each has the property
    value = draft.columns.get(declared.columns[""])
    if inside:
        value = value.get(inside) if isinstance(value, dict) else None
    if value is None:
        return [], {}
    column = f"t.{declared.columns['']}"
    same = f"{column} ->> %(inside)s = %(value)s" if inside else f"{column} = %(value)s"
    owned = [each.here for each in entity.navigations if each.here in draft.columns and each.required]
    parameters = {"value": str(value) if inside else _stored({declared.columns[""]: value})[declared.columns[""]]}
    parameters |= {"inside": inside} if inside else {}
    parameters |= {name: draft.columns[name] for name in owned}
    return [same, *(f"t.{name} = %({name})s" for name in owned)], parameters


def exists(navigation: Navigation, key: int, entity: EntitySet) -> int:
    """``key``, if what the navigation leads to has it. Raises BadEntity."""
    target = target_of(navigation)
    if not fetched(f"SELECT 1 FROM {target.relation} t WHERE t.id = %(id)s", {"id": key}):
        raise wrong(entity, text("没有 {name}({key})", "there is no {name}({key})", name=target.name, key=key))
    return key


def relink(navigation: Navigation, key: int, others: Sequence[int], *, replaces: bool) -> bool:
    """Put links into the table between; whether anything changed. ``replaces``: and take all others out."""
    assert navigation.through is not None
    table, ours, theirs = navigation.through
    there = {row[0] for row in fetched(f"SELECT {theirs} FROM {table} WHERE {ours} = %(key)s", {"key": key})}
    gone, new = (there - set(others) if replaces else set()), [each for each in others if each not in there]
    if gone:
        ran(
            f"DELETE FROM {table} WHERE {ours} = %(key)s AND {theirs} = ANY(%(gone)s)", {"key": key, "gone": list(gone)}
        )
    if new:
        sql = f"INSERT INTO {table} ({ours}, {theirs}) SELECT %(key)s, unnest(%(new)s::bigint[])"
        ran(sql, {"key": key, "new": list(dict.fromkeys(new))})
    return bool(gone or new)


def delete(entity: EntitySet, keys: Sequence[int]) -> None:
    """Delete entities with all that the standard says goes along (SensorThings 1.1, table 25)."""
    if not keys:
        return
    for navigation in entity.navigations:
        if navigation.cascades and navigation.target != OBSERVATIONS.name:
            delete(target_of(navigation), _others(navigation, keys))
        if navigation.through is not None:
            table, ours, _ = navigation.through
            ran(f"DELETE FROM {table} WHERE {ours} = ANY(%(keys)s)", {"keys": list(keys)})
    observing.delete_with(entity, keys)
    ran(f"DELETE FROM {entity.table} WHERE id = ANY(%(keys)s)", {"keys": list(keys)})


def _others(navigation: Navigation, keys: Sequence[int]) -> list[int]:
    if navigation.through is not None:
        table, ours, theirs = navigation.through
        sql = f"SELECT {theirs} FROM {table} WHERE {ours} = ANY(%(keys)s)"
    else:
        sql = f"SELECT id FROM {target_of(navigation).table} WHERE {navigation.there} = ANY(%(keys)s)"
    return [row[0] for row in fetched(sql, {"keys": list(keys)})]


def only_links(draft: Draft) -> Mapping[str, list[Link]]:
    """The links of a change. Raises BadEntity for an entity that stands inline, which a change may not make."""
    found: dict[str, list[Link]] = {}
    for name, items in draft.links.items():
        links = [each for each in items if isinstance(each, Link)]
        if len(links) != len(items):
            raise BadEntity(
                entity=draft.entity.one,
                reason=text(
                    "修改时 {name} 只能引用已有对象", "a change links {name} that are there, by @iot.id", name=name
                ),
            )
        found[name] = links
    return found
