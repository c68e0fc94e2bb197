# SPDX-License-Identifier: Apache-2.0
"""Entities as SensorThings writes them in JSON: links, selected properties, expansions, pages, data arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from belltower.edges.sensorthings.addresses import Address
from belltower.edges.sensorthings.errors import BadQuery, NoSuchEntity, text
from belltower.edges.sensorthings.model import IDS, OBSERVATIONS, EntitySet, Navigation, target_of
from belltower.edges.sensorthings.options import merged
from belltower.edges.sensorthings.selecting import Row, Selection
from belltower.edges.sensorthings.syntax import Options
from belltower.edges.sensorthings.terms import linked

Json = dict[str, Any]
_PLAIN = "$(),;='/:@!*"  # stays readable in a link


def collection(at: Address, options: Options, *, base: str, path: str) -> Json:
    """The page of a collection that the options ask for; ``path`` is the address that its next page has too."""
    selection = Selection(at.entity, options, at.conditions, dict(at.parameters))
    answer: Json = {"@iot.count": selection.count()} if options.count else {}
    rows = selection.rows()
    if len(rows) > selection.limit and selection.limit > 0:
        answer["@iot.nextLink"] = next_link(f"{base}/{path}", options, selection.limit)
    rows = rows[: selection.limit]
    answer["value"] = arrays(rows, selection, base=base) if options.as_array else entities(rows, selection, base=base)
    return answer


def one(at: Address, options: Options, *, base: str) -> Json:
    """A single entity. Raises NoSuchEntity."""
    selection = Selection(at.entity, options, at.conditions, dict(at.parameters))
    rows = selection.rows()
    if not rows:
        raise NoSuchEntity(what=f"{at.entity.name}({at.id})")
    return entities(rows[:1], selection, base=base)[0]


def references(at: Address, options: Options, *, base: str, path: str) -> Json:
    """Links alone, of a set or of one."""
    if at.id is not None:
        return {"@iot.selfLink": self_link(base, at.entity, at.id)}
    selection = Selection(at.entity, options, at.conditions, dict(at.parameters))
    answer: Json = {"@iot.count": selection.count()} if options.count else {}
    rows = selection.rows()
    if len(rows) > selection.limit and selection.limit > 0:
        answer["@iot.nextLink"] = next_link(f"{base}/{path}", options, selection.limit)
    links = [{"@iot.selfLink": self_link(base, at.entity, row.id)} for row in rows[: selection.limit]]
    return {**answer, "value": links}


def self_link(base: str, entity: EntitySet, key: int) -> str:
    """The address of one entity."""
    return f"{base}/{entity.name}({key})"


def next_link(address: str, options: Options, limit: int) -> str:
    """The address of the page after this one."""
    kept = [(name, value) for name, value in options.given if name.lower().lstrip("$") != "skip"]
    if all(name.lower().lstrip("$") != "top" for name, _ in kept):
        kept.append(("$top", str(limit)))
    pairs = [*kept, ("$skip", str(options.skip + limit))]
    return f"{address}?" + "&".join(f"{quote(name, safe='$')}={quote(value, safe=_PLAIN)}" for name, value in pairs)


def entities(rows: Sequence[Row], selection: Selection, *, base: str) -> list[Json]:
    """The rows as entities, with what $expand asks for: one statement a level, however many rows."""
    entity, options = selection.entity, selection.options
    wanted = frozenset(options.select) if options.select and "*" not in options.select else None
    expanded = {
        navigation: _expanded(entity, navigation, inner, rows, base=base)
        for navigation, inner in merged(options.expand).items()
    }
    return [_entity(row, entity, wanted, expanded, base) for row in rows]


def _entity(
    row: Row, entity: EntitySet, wanted: frozenset[str] | None, expanded: Mapping[str, Mapping[Any, Json]], base: str
) -> Json:
    link = self_link(base, entity, row.id)
    made: Json = {}
    if wanted is None or wanted & IDS:
        made["@iot.id"] = row.id
    if wanted is None or "@iot.selfLink" in wanted:
        made["@iot.selfLink"] = link
    for declared in entity.properties:
        if declared.name in row.properties:
            value = row.properties[declared.name]
            if value is not None or declared.shown_when_null or wanted is not None:
                made[declared.name] = value
    for navigation in entity.navigations:
        if navigation.name in expanded:
            made |= expanded[navigation.name].get(row.here[navigation.here], _nothing(navigation))
        elif wanted is None or navigation.name in wanted:
            made[f"{navigation.name}@iot.navigationLink"] = f"{link}/{navigation.name}"
    return made


def _nothing(navigation: Navigation) -> Json:
    return {navigation.name: [] if navigation.many else None}


def _expanded(entity: EntitySet, name: str, options: Options, rows: Sequence[Row], *, base: str) -> Mapping[Any, Json]:
    """By the value of this side of the navigation: what stands in the entity for it."""
    if name not in entity.navigation:
        raise BadQuery(
            given=name, reason=text("{entity}没有此关联", "{entity} has no such navigation", entity=entity.one)
        )
    navigation = entity.navigation[name]
    selection = Selection(target_of(navigation), options, [linked(navigation, "p.id", "t")])
    owners = sorted({row.here[navigation.here] for row in rows} - {None})
    found = selection.rows_of(owners) if owners else []
    counts = selection.counts_of(owners) if options.count and navigation.many and owners else {}
    shaped = entities(found, selection, base=base)
    if not navigation.many:
        return {row.owner: {name: made} for row, made in zip(found, shaped, strict=True)}
    grouped: dict[Any, list[Json]] = {owner: [] for owner in owners}
    for row, made in zip(found, shaped, strict=True):
        grouped[row.owner].append(made)
    return {
        owner: _many(f"{self_link(base, entity, owner)}/{name}", name, those, selection, counts.get(owner))
        for owner, those in grouped.items()
    }


def _many(address: str, name: str, those: list[Json], selection: Selection, count: int | None) -> Json:
    made: Json = {} if count is None else {f"{name}@iot.count": count}
    made[name] = those[: selection.limit]
    if len(those) > selection.limit > 0:
        made[f"{name}@iot.nextLink"] = next_link(address, selection.options, selection.limit)
    return made


def arrays(rows: Sequence[Row], selection: Selection, *, base: str) -> list[Json]:
    """Observations as data arrays, one a Datastream. Raises BadQuery for any other entity."""
    if selection.entity is not OBSERVATIONS:
        raise BadQuery(given="dataArray", reason=text("仅用于 Observations", "it is for Observations only"))
    names = [each.name for each in selection.chosen]
    has_id = not selection.options.select or bool(IDS & set(selection.options.select))
    grouped: dict[int, list[list[Any]]] = {}
    for row in rows:
        values = [row.properties[name] for name in names]
        grouped.setdefault(row.here["stream"], []).append([row.id, *values] if has_id else values)
    return [
        {
            "Datastream@iot.navigationLink": f"{base}/Datastreams({stream})",
            "components": ["id", *names] if has_id else names,
            "dataArray@iot.count": len(array),
            "dataArray": array,
        }
        for stream, array in grouped.items()
    ]
