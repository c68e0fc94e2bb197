# SPDX-License-Identifier: Apache-2.0
"""Who answers for an asset or a place: gathers the rules that may apply and lets rules.py decide."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import shapely
from django.db.models import Q

from belltower.core.places import city
from belltower.core.places.areas import DEPTH
from belltower.core.places.columns import Box
from belltower.core.places.kinds import kind_title
from belltower.core.places.models import Area, Asset, Party, Responsibility, Role
from belltower.core.places.rules import Answerer, Decision, Rule, decide
from belltower.core.places.scope import EVERYTHING, seen_as

__all__ = ["answerer_of", "area_at", "known_to_viewer", "resolve", "resolve_asset", "resolve_point", "rules_for"]


def resolve(kind: str, area: Area | None, owner: Party | None, on: date) -> dict[Role, Decision]:
    """Who answers in which role for a thing of ``kind`` in ``area``, owned by ``owner``, on the civil day ``on``.

    A role that is missing is not known. Areas count by their codes, so a rule outlives a change of the outline. All
    rules decide, whoever asks: a viewer who knows some parties only would else be told a broader rule than the one that
    holds. Who shows decisions leaves out the parties that the viewer may not know of (``known_to_viewer``).
    """
    codes = area.path.strip("/").split("/") if area else []
    rules = rules_for(kind, on, Q(area=None) | Q(area__code__in=codes))
    return decide(rules, kind=kind, area_codes=codes, owner=answerer_of(owner) if owner else None, on=on)


def rules_for(kind: str, on: date, where: Q | None = None) -> list[Rule]:
    """All rules in force on the civil day ``on`` that may speak of ``kind``, whoever asks; who judges many things asks once."""
    rows = (
        Responsibility.objects.filter(where or Q(), kind__in=("", kind), valid_from__lte=on)
        .filter(Q(valid_until=None) | Q(valid_until__gt=on))
        .select_related("party", "area")
        .defer("party__words", "area__geometry", "area__words")
    )
    with seen_as(EVERYTHING):
        return [rule_of(row) for row in rows]


def known_to_viewer(decided: Mapping[Role, Decision]) -> dict[Role, Decision]:
    """Those decisions whose party the viewer in whose scope we are may know of."""
    known = set(Party.objects.filter(pk__in=[one.party.pk for one in decided.values()]).values_list("pk", flat=True))
    return {role: one for role, one in decided.items() if one.party.pk in known}


def resolve_asset(asset: Asset, on: date) -> dict[Role, Decision]:
    """Who answers in which role for an asset, by its kind, area and owner."""
    return resolve(asset.kind, asset.area, asset.owner, on)


def resolve_point(lon: float, lat: float, kind: str, on: date) -> dict[Role, Decision]:
    """Who answers in which role for a thing of ``kind`` at a point (WGS 84 degrees), by the areas of that day."""
    return resolve(kind, area_at(lon, lat, on), None, on)


def area_at(lon: float, lat: float, on: date) -> Area | None:
    """The deepest area that held the point on the civil day ``on``; on a shared border the one with the lowest code.

    For one point on any day; AreaIndex does the same for many points today.
    """
    x, y = (float(metres) for metres in city.plane().to_plane(lon, lat))
    near = Area.objects.on(on).filter(box__meets=Box(x, y, x, y))
    holding = [area for area in near if shapely.intersects_xy(shapely.from_wkb(bytes(area.geometry or b"")), lon, lat)]
    return min(holding, key=lambda area: (-DEPTH[area.level], area.code), default=None)


def rule_of(row: Responsibility) -> Rule:
    """A stored responsibility as the judgement sees it."""
    return Rule(
        pk=row.pk,
        role=row.role,
        party=answerer_of(row.party),
        kind=row.kind,
        kind_title=kind_title(row.kind) if row.kind else None,
        area_code=row.area.code if row.area else None,
        area_title=row.area.title if row.area else None,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        basis=row.basis,
    )


def answerer_of(party: Party) -> Answerer:
    """A party as the judgement sees it."""
    return Answerer(party.pk, party.uid, party.key, party.title)
