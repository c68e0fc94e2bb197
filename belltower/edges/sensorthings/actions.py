# SPDX-License-Identifier: Apache-2.0
"""The verbs of SensorThings: create with all that stands inside, change, delete. Each is one transaction and one act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError

from belltower.core.ledger.entries import action
from belltower.edges.sensorthings import features, observing, writing
from belltower.edges.sensorthings.addresses import Address, Owner
from belltower.edges.sensorthings.checking import Draft, Link, draft, wrong
from belltower.edges.sensorthings.errors import StillInUse, text
from belltower.edges.sensorthings.fetching import fetched
from belltower.edges.sensorthings.model import (
    HISTORICAL_LOCATIONS,
    LOCATIONS,
    OBSERVATIONS,
    THINGS,
    EntitySet,
    Navigation,
    target_of,
)  # fmt: skip
from belltower.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class Made:
    """What a POST led to; not ``is_new`` where it was there already."""

    entity: EntitySet
    id: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class Asking:
    """What holds for all of one request: who reports, when, and by which property an entity is the same one again."""

    source: str
    now: datetime
    upsert: str | None = None


@action("observations.create_entity")
def create(at: Address, body: object, asking: Asking, *, by: Actor) -> Made:
    """Make the entity of ``body`` in the set that ``at`` leads to, and everything inside it. Raises BadEntity."""
    given = frozenset({at.owner.navigation.inverse}) if at.owner else frozenset()
    return _create(draft(at.entity, body, given=given), asking, at.owner)


@action("observations.place_streams")
def place_streams(streams: Sequence[int], source: str, *, by: Actor) -> None:
    """Readings of these streams that name no feature may be stored from now on. Raises BadEntity."""
    for stream in streams:
        features.ensure(stream, source)


@action("observations.change_entity")
def change(at: Address, body: object, asking: Asking, *, by: Actor, is_whole: bool = False) -> None:
    """Write what ``body`` says into the entity; ``is_whole``: and take out what it does not say. Raises BadEntity."""
    assert at.id is not None
    read = draft(at.entity, body, given=frozenset(at.entity.navigation), is_whole=is_whole)
    links = writing.only_links(read)
    if at.entity is OBSERVATIONS:
        _change_observation(at.id, read, links, is_whole=is_whole)
        return
    if is_whole:
        read.columns = {**_cleared(at.entity), **read.columns}
    for name, found in links.items():
        navigation = at.entity.navigation[name]
        if not navigation.many:
            read.columns[navigation.here] = writing.exists(navigation, found[0].id, at.entity)
    writing.change(read, at.id)
    _link_all(read, at.id, asking, replaces=True)
    if at.entity is LOCATIONS and "location" in read.columns:
        features.redrawn(at.id)


@action("observations.delete_entity")
def delete(at: Address, *, by: Actor) -> None:
    """Delete the entity and what goes along. Raises StillInUse when something outside SensorThings depends on it."""
    assert at.id is not None
    if at.entity is OBSERVATIONS:
        observing.delete([at.id])
        return
    try:
        writing.delete(at.entity, [at.id])
        writing.ran("SET CONSTRAINTS ALL IMMEDIATE", {})
    except IntegrityError as error:
        reason = getattr(getattr(error.__cause__, "diag", None), "table_name", None) or "?"
        raise StillInUse(what=f"{at.entity.name}({at.id})", reason=reason) from error


def _cleared(entity: EntitySet) -> dict[str, Any]:
    """What a PUT takes out when it does not say it."""
    return {"properties": {}} if "properties" in entity.fields else {}


def _create(made: Draft, asking: Asking, owner: Owner | None) -> Made:
    if made.entity is OBSERVATIONS:
        return _observe(made, asking, owner)
    _settle_links(made, asking, owner)
    before = writing.same(made, asking.upsert)
    key = writing.insert(made) if before is None else before
    if before is not None:
        writing.change(made, before)
    if owner is not None and owner.navigation.through is not None:
        _join(owner.navigation, owner.id, [key], asking)
    _link_all(made, key, asking, replaces=False)
    if made.entity is HISTORICAL_LOCATIONS:
        _take_to(key)
    return Made(made.entity, key, before is None)


def _settle_links(made: Draft, asking: Asking, owner: Owner | None) -> None:
    """Links to one become columns: those the address says, those that are there, and those made of what is inside."""
    if owner is not None and owner.navigation.through is None:
        made.columns[owner.navigation.there] = owner.id
        made.links.pop(owner.navigation.inverse, None)
    for name, items in made.links.items():
        navigation = made.entity.navigation[name]
        if not navigation.many:
            made.columns[navigation.here] = _settled(made, navigation, items[0], asking)


def _settled(made: Draft, navigation: Navigation, item: Link | Draft, asking: Asking) -> int:
    if isinstance(item, Link):
        return writing.exists(navigation, item.id, made.entity)
    return _create(item, asking, None).id


def _link_all(made: Draft, key: int, asking: Asking, *, replaces: bool) -> None:
    """What stands under navigations to many: there already, or made now."""
    for name, items in made.links.items():
        navigation = made.entity.navigation[name]
        if not navigation.many:
            continue
        if navigation.through is not None:
            others = [_settled(made, navigation, each, asking) for each in items]
            _join(navigation, key, others, asking, replaces=replaces)
            continue
        inside = [each for each in items if isinstance(each, Draft)]
        if navigation.target == OBSERVATIONS.name:
            _observe_all(inside, asking, Owner(made.entity, key, navigation, key))
        else:
            for each in inside:
                _create(each, asking, Owner(made.entity, key, navigation, key))
        _take_over(navigation, key, [each.id for each in items if isinstance(each, Link)], made.entity)


def _take_over(navigation: Navigation, key: int, others: Sequence[int], entity: EntitySet) -> None:
    """Entities that are there already belong to this one from now on."""
    for other in others:
        writing.exists(navigation, other, entity)
        if navigation.target == OBSERVATIONS.name:
            taken = {"stream": None, "feature": None, navigation.there.removesuffix("_id"): key}
            observing.change(other, {}, is_whole=False, **taken)
            continue
        table = target_of(navigation).table
        writing.ran(f"UPDATE {table} SET {navigation.there} = %(key)s WHERE id = %(id)s", {"key": key, "id": other})


def _join(navigation: Navigation, key: int, others: Sequence[int], asking: Asking, *, replaces: bool = False) -> None:
    """Links between Things, Locations and HistoricalLocations; a Thing that is somewhere else now has a history of it."""
    if navigation.target == LOCATIONS.name and navigation.inverse == "Things":
        put(key, others, asking)
    elif navigation.target == THINGS.name:
        for thing in others:
            put(thing, [key], asking)
    else:
        writing.relink(navigation, key, others, replaces=replaces)


def put(thing: int, locations: Sequence[int], asking: Asking) -> None:
    """The Thing is at ``locations`` now, and nowhere else; a HistoricalLocation tells since when, if it moved."""
    at = THINGS.navigation["Locations"]
    if not writing.relink(at, thing, locations, replaces=True):
        return
    _remember(thing, locations, asking.now)
    features.moved(thing)


def _remember(thing: int, locations: Sequence[int], now: datetime) -> None:
    made = Draft(HISTORICAL_LOCATIONS, columns={"thing_id": thing, "at": now})
    key = writing.insert(made)
    writing.relink(HISTORICAL_LOCATIONS.navigation["Locations"], key, locations, replaces=True)


def _take_to(key: int) -> None:
    """A HistoricalLocation later than all others of its Thing is where the Thing is now (SensorThings 1.1, 10.2)."""
    newest = fetched(
        "SELECT h.thing_id FROM observations_historical_location h WHERE h.id = %(id)s AND h.at >= ALL (SELECT o.at"
        " FROM observations_historical_location o WHERE o.thing_id = h.thing_id)",
        {"id": key},
    )
    places = fetched(
        "SELECT location_id FROM observations_historical_location_place WHERE historicallocation_id = %(id)s",
        {"id": key},
    )
    if newest and places:
        thing = newest[0][0]
        if writing.relink(THINGS.navigation["Locations"], thing, [row[0] for row in places], replaces=True):
            features.moved(thing)


def _observe(made: Draft, asking: Asking, owner: Owner | None) -> Made:
    row = observation(made, asking, owner)
    before = observing.the_same(row) if asking.upsert else None
    if before is not None:
        observing.change(before, made.body, stream=row.stream, feature=None, is_whole=False)
        return Made(OBSERVATIONS, before, is_new=False)
    return Made(OBSERVATIONS, observing.stored(observing.raw(), [row], source=asking.source, now=asking.now)[0], True)


def _observe_all(drafts: Sequence[Draft], asking: Asking, owner: Owner) -> None:
    rows = [observation(each, asking, owner) for each in drafts]
    if asking.upsert:
        rows = [row for row in rows if observing.the_same(row) is None]
    if rows:
        observing.stored(observing.raw(), rows, source=asking.source, now=asking.now)


def observation(made: Draft, asking: Asking, owner: Owner | None) -> observing.Observed:
    """The draft as an observation, its Datastream and its feature settled."""
    if owner is not None:
        made.links.pop(owner.navigation.inverse, None)
    settled = {
        name: _settled(made, made.entity.navigation[name], items[0], asking) for name, items in made.links.items()
    }
    if owner is not None:
        settled[owner.navigation.inverse] = owner.id
    if "Datastream" not in settled:
        raise wrong(OBSERVATIONS, text("缺少 Datastream", "Datastream is missing"))
    stream, feature = settled["Datastream"], settled.get("FeatureOfInterest")
    row = observing.observed(made.body, stream=stream, feature=feature, now=asking.now)
    if feature is None:
        features.ensure(stream, asking.source)
    else:
        features.spread(stream, feature)
    return row


def _change_observation(key: int, read: Draft, links: Mapping[str, Sequence[Link]], *, is_whole: bool) -> None:
    to = {
        name: writing.exists(OBSERVATIONS.navigation[name], found[0].id, OBSERVATIONS) for name, found in links.items()
    }
    stream, feature = to.get("Datastream"), to.get("FeatureOfInterest")
    observing.change(key, read.body, stream=stream, feature=feature, is_whole=is_whole)
