# SPDX-License-Identifier: Apache-2.0
"""How far grants reach: judgements on row scopes and on single grants. No look-ups here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from belltower.core.access.models import RoleName
from belltower.core.access.rules import VERBS_OF, Verb, within_own
from belltower.core.places.scope import NOTHING, Scope


@dataclass(frozen=True, slots=True)
class Held:
    """One grant as it is judged. ``party_id`` is the party whose assets it is for: the user's own for an enterprise."""

    uid: UUID
    role: RoleName
    area_path: str | None = None
    party_id: int | None = None
    is_nowhere: bool = False

    @property
    def is_narrowed(self) -> bool:
        return self.area_path is not None or self.party_id is not None or self.is_nowhere

    @property
    def verbs(self) -> frozenset[Verb]:
        """What the grant allows; loads and jobs touch rows of every owner, so a narrowed grant does not allow them."""
        return within_own(VERBS_OF[self.role]) if self.is_narrowed else VERBS_OF[self.role]

    def reaches(self, owners: frozenset[int], area_path: str | None) -> bool:
        """Whether an asset is within reach whose owner and the parties above it are ``owners``, in that area."""
        if self.is_nowhere or (self.party_id is not None and self.party_id not in owners):
            return False
        return self.area_path is None or (area_path or "").startswith(self.area_path)


@dataclass(frozen=True, slots=True)
class Reach:
    """A grant with the rows it reaches."""

    held: Held
    scope: Scope


def held_for(uid: UUID, role: str, *, area_path: str | None, party_id: int | None, own_party_id: int | None) -> Held:
    """The grant as it is judged for a user of ``own_party_id``; an enterprise user without a party reaches nothing."""
    name = RoleName(role)
    if party_id is None and name is RoleName.ENTERPRISE:
        return Held(uid, name, area_path, own_party_id, is_nowhere=own_party_id is None)
    return Held(uid, name, area_path, party_id)


def is_in_force(valid_from: date, valid_until: date | None, on: date) -> bool:
    """Whether a grant is held on the civil day ``on``; it ends before its last."""
    return valid_from <= on and (valid_until is None or on < valid_until)


def together(scopes: Iterable[Scope]) -> Scope:
    """The rows that several grants reach together, as one scope that never shows a row which none of them shows.

    Two scopes make one where either covers the other, or where they differ in one thing only (owners, areas or secrecy). Where what is left is no such product ("the whole of one district, and one company's in the whole
    city"), one scope cannot say it: the broadest grant alone counts, by owners, then areas, then secrecy.
    """
    some = sorted({scope for scope in scopes if not is_empty(scope)}, key=_breadth, reverse=True)
    return max(_joined(some), key=_breadth, default=NOTHING)


def covers(one: Scope, other: Scope) -> bool:
    """Whether every row of ``other`` is a row of ``one``."""
    if is_empty(other):
        return True
    is_wider = _within(other.owner_ids, one.owner_ids) and _within(other.area_ids, one.area_ids)
    return is_wider and other.secrecy <= one.secrecy


def is_empty(scope: Scope) -> bool:
    """Whether no row can be within ``scope``."""
    return scope.owner_ids == frozenset() or scope.area_ids == frozenset()


def _joined(scopes: list[Scope]) -> list[Scope]:
    """``scopes`` with every pair made one that can be; each turn leaves one fewer, so it ends."""
    for at, one in enumerate(scopes):
        for other in scopes[at + 1 :]:
            both = _pair(one, other)
            if both is not None:
                rest: Sequence[Scope] = [scope for scope in scopes if scope is not one and scope is not other]
                return _joined([both, *rest])
    return scopes


def _pair(one: Scope, other: Scope) -> Scope | None:
    """Two scopes as one, or None where one scope cannot say it."""
    if covers(one, other):
        return one
    if covers(other, one):
        return other
    same = (one.owner_ids == other.owner_ids, one.area_ids == other.area_ids, one.secrecy == other.secrecy)
    if sum(same) < 2:
        return None
    return replace(
        one,
        owner_ids=_either(one.owner_ids, other.owner_ids),
        area_ids=_either(one.area_ids, other.area_ids),
        secrecy=max(one.secrecy, other.secrecy),
    )


def _breadth(scope: Scope) -> tuple[object, ...]:
    """Broader scopes come later; the ids at the end only make the order certain."""
    owners, areas = scope.owner_ids, scope.area_ids
    sizes = (len(owners or ()), len(areas or ()))
    return (owners is None, areas is None, scope.secrecy, *sizes, sorted(owners or ()), sorted(areas or ()))


def _within(inner: frozenset[int] | None, outer: frozenset[int] | None) -> bool:
    return outer is None or (inner is not None and inner <= outer)


def _either(one: frozenset[int] | None, other: frozenset[int] | None) -> frozenset[int] | None:
    return None if one is None or other is None else one | other
