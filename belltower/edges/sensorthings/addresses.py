# SPDX-License-Identifier: Apache-2.0
"""The path of an address: ``Things(1)/Datastreams(2)/Observations``, ``Things(1)/name/$value``, ``Things(1)/Locations/$ref``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from belltower.edges.sensorthings.archived import place
from belltower.edges.sensorthings.errors import NoSuchEntity
from belltower.edges.sensorthings.fetching import fetched
from belltower.edges.sensorthings.model import ENTITY_SETS, EntitySet, Navigation, target_of
from belltower.edges.sensorthings.terms import linked

_SEGMENT = re.compile(r"^(?P<name>[A-Za-z]+)(?:\((?P<id>[^()]*)\))?$")
_INSIDE = re.compile(r"^(?P<name>[^\[\]]+)(?P<indexes>(?:\[\d+\])*)$")
LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Owner:
    """The entity that a collection belongs to, and by which navigation."""

    entity: EntitySet
    id: int
    navigation: Navigation
    here: int | None


@dataclass(frozen=True, slots=True)
class Address:
    """What a path leads to: a set (``id`` None), one entity, or (``inside``) a property of one and what is in it."""

    entity: EntitySet
    id: int | None
    owner: Owner | None = None
    inside: tuple[str, ...] = ()
    shown: str = ""
    is_value: bool = False
    is_reference: bool = False

    @property
    def conditions(self) -> list[str]:
        """What holds for ``t`` here, with the parameters ``id`` and ``here``."""
        if self.id is not None:
            return ["t.id = %(id)s"]
        return [] if self.owner is None else [linked(self.owner.navigation, "%(here)s::bigint", "t")]

    @property
    def parameters(self) -> dict[str, object]:
        """The parameters of ``conditions``."""
        if self.id is not None:
            return {"id": self.id}
        return {} if self.owner is None else {"here": self.owner.here}


def address(path: str) -> Address:
    """What ``path`` leads to; each step is looked up as the caller sees it. Raises NoSuchEntity."""
    segments = [unquote(each) for each in path.strip("/").split("/")]
    name, key = _named(segments[0], path)
    if name not in ENTITY_SETS:
        raise NoSuchEntity(what=path[:200])
    at = Address(ENTITY_SETS[name], _checked(ENTITY_SETS[name], key, path))
    for step, segment in enumerate(segments[1:], start=1):
        if segment in ("$ref", "$value"):
            return _ended(at, segment, is_last=step == len(segments) - 1, path=path)
        at = _stepped(at, segment, path)
    return at


def _named(segment: str, path: str) -> tuple[str, int | None]:
    """The name and the id of a segment."""
    found = _SEGMENT.match(segment)
    if not found:
        raise NoSuchEntity(what=path[:200])
    given = found["id"]
    if given is None:
        return found["name"], None
    if not re.fullmatch(r"\d{1,19}", given) or int(given) > LARGEST_ID:
        raise NoSuchEntity(what=path[:200])
    return found["name"], int(given)


def _checked(entity: EntitySet, key: int | None, path: str) -> int | None:
    if key is not None:
        relation, parameters = place(entity, key)
        if not fetched(f"SELECT 1 FROM {relation} t WHERE t.id = %(id)s", {**parameters, "id": key}):
            raise NoSuchEntity(what=path[:200])
    return key


def _ended(at: Address, segment: str, *, is_last: bool, path: str) -> Address:
    is_value = segment == "$value"
    if not is_last or is_value != bool(at.inside):
        raise NoSuchEntity(what=path[:200])
    return Address(at.entity, at.id, at.owner, at.inside, at.shown, is_value, not is_value)


def _stepped(at: Address, segment: str, path: str) -> Address:
    if at.id is None:
        raise NoSuchEntity(what=path[:200])
    if at.inside or segment in at.entity.fields or segment in ("id", "@iot.id"):
        return _into(at, segment, path)
    if _INSIDE.match(segment) and segment.partition("[")[0] in at.entity.fields:
        return _into(at, segment, path)
    name, key = _named(segment, path)
    if name not in at.entity.navigation:
        raise NoSuchEntity(what=path[:200])
    return _followed(at, at.entity.navigation[name], key, path)


def _into(at: Address, segment: str, path: str) -> Address:
    found = _INSIDE.match(segment)
    if not found:
        raise NoSuchEntity(what=path[:200])
    indexes = re.findall(r"\d+", found["indexes"])
    return Address(at.entity, at.id, at.owner, (*at.inside, found["name"], *indexes), shown=segment)


def _followed(at: Address, navigation: Navigation, key: int | None, path: str) -> Address:
    target = target_of(navigation)
    assert at.id is not None
    relation, parameters = place(at.entity, at.id)
    rows = fetched(f"SELECT t.{navigation.here} FROM {relation} t WHERE t.id = %(id)s", {**parameters, "id": at.id})
    owner = Owner(at.entity, at.id, navigation, rows[0][0] if rows else None)
    if navigation.many and key is None:
        return Address(target, None, owner)
    if navigation.many != (key is not None):
        raise NoSuchEntity(what=path[:200])
    condition = linked(navigation, "%(here)s::bigint", "t") + ("" if key is None else " AND t.id = %(key)s")
    relation, parameters = place(target, key) if key is not None else (target.relation, {})
    values = {**parameters, "here": owner.here, "key": key}
    found = fetched(f"SELECT t.id FROM {relation} t WHERE {condition} LIMIT 1", values)
    if not found:
        raise NoSuchEntity(what=path[:200])
    return Address(target, found[0][0], owner)
