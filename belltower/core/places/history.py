# SPDX-License-Identifier: Apache-2.0
"""What was true of an asset at an instant, as far as it was known at another, and the story of its changes.

The rule: of the states that were known, the latest recorded one wins from its ``valid_from`` onwards. A correction
dated back therefore speaks for all the time since then; before it, what was recorded earlier still stands. The states
are kept by the database itself (migration 0002). docs/why/history.md draws it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from belltower.core.places.kinds import GIVEN
from belltower.core.places.models import Asset, AssetPast
from belltower.kernel.texts import Text

__all__ = ["AssetState", "Change", "Difference", "as_of", "differences", "states", "timeline"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetState:
    """One state of an asset: true in the world from ``valid_from``, known since ``recorded_at``.

    ``superseded_at`` is when another state was recorded, None for the present one. ``geometry`` is WKB in WGS 84.
    """

    code: str | None
    name: Text | None
    life: str
    geometry: bytes | None
    area_id: int | None
    owner_id: int | None
    fields: dict[str, Any]
    source: str
    valid_from: datetime
    recorded_at: datetime
    recorded_by: str
    superseded_at: datetime | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that changed: ``what`` is a column, or ``fields.NAME`` for a declared field; None is "not known"."""

    what: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Change:
    """One recorded change, with the state it led to; the first has no ``before`` and no differences.

    ``is_back_dated``: it speaks of a time for which something else had been recorded already.
    """

    before: AssetState | None
    after: AssetState
    differences: tuple[Difference, ...]
    is_back_dated: bool


def as_of(asset: Asset, *, valid_at: datetime, known_at: datetime) -> AssetState | None:
    """The state that held at ``valid_at``, by what was known at ``known_at``; None where nothing was known of it.

    Both are instants; a state counts from its very instant on. "What do we know now" is ``known_at`` = now, "what
    did we know then" is ``known_at`` = then.
    """
    present = Asset.objects.filter(pk=asset.pk, recorded_at__lte=known_at, valid_from__lte=valid_at).first()
    if present:
        return _state(present)
    past = AssetPast.objects.filter(asset=asset, recorded_at__lte=known_at, valid_from__lte=valid_at)
    latest = past.order_by("-recorded_at").first()
    return _state(latest) if latest else None


def states(asset: Asset) -> list[AssetState]:
    """Every state that was ever recorded, in the order of recording, the present one last."""
    past = AssetPast.objects.filter(asset=asset).order_by("recorded_at", "pk")
    return [*map(_state, past), _state(Asset.objects.get(pk=asset.pk))]


def timeline(asset: Asset) -> list[Change]:
    """Every change in the order in which it was recorded, beginning with the asset's entry."""
    return changes_between(states(asset))


def changes_between(recorded: Sequence[AssetState]) -> list[Change]:
    """The changes that lead through these states, in the order of recording."""
    story = [Change(None, state, (), False) for state in recorded[:1]]
    latest = max((state.valid_from for state in recorded[:1]), default=None)
    for before, after in pairwise(recorded):
        story.append(
            Change(before, after, differences(before, after), latest is not None and after.valid_from < latest)
        )
        latest = max(latest or after.valid_from, after.valid_from)
    return story


def differences(before: AssetState, after: AssetState) -> tuple[Difference, ...]:
    """What differs between two states: columns first, then declared fields by name. The area is derived, so left out."""
    columns = ("life", "code", "name", "owner_id", "geometry", "valid_from")
    pairs: Iterable[tuple[str, Any, Any]] = [(one, getattr(before, one), getattr(after, one)) for one in columns]
    names = sorted((before.fields.keys() | after.fields.keys()) - {GIVEN})
    declared = [(f"fields.{name}", before.fields.get(name), after.fields.get(name)) for name in names]
    return tuple(Difference(what, old, new) for what, old, new in [*pairs, *declared] if old != new)


def _state(row: Asset | AssetPast) -> AssetState:
    return AssetState(
        code=row.code,
        name=Text.read(row.name) if row.name else None,
        life=row.life,
        geometry=None if row.geometry is None else bytes(row.geometry),
        area_id=row.area_id,
        owner_id=row.owner_id,
        fields=row.fields,
        source=row.source,
        valid_from=row.valid_from,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        superseded_at=row.superseded_at if isinstance(row, AssetPast) else None,
    )
