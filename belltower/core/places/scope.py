# SPDX-License-Identifier: Apache-2.0
"""What a viewer may see: one value that every list, tile, export and look-up takes."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q


@dataclass(frozen=True, slots=True)
class Scope:
    """Row scope of one viewer. ``owner_ids`` None means every owner's assets, else only those parties' own."""

    owner_ids: frozenset[int] | None = None

    @property
    def key(self) -> str:
        """Stands for all viewers that see the same; part of every cache key."""
        return "all" if self.owner_ids is None else "owners-" + "-".join(map(str, sorted(self.owner_ids)))

    def assets(self) -> Q:
        """The filter for a queryset of Asset."""
        return Q() if self.owner_ids is None else Q(owner_id__in=self.owner_ids)


EVERYTHING = Scope()
NOTHING = Scope(frozenset())
