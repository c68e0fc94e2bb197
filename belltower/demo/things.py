# SPDX-License-Identifier: Apache-2.0
"""What the demo makes before it is written: some things of one kind, column by column, in metres of the city's plane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from belltower.kernel.texts import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Things:
    """Things of one kind; all columns are equally long. ``owners`` are keys of parties; one string holds for all."""

    kind: str
    keys: Sequence[str]
    shapes: NDArray[Any]  # (n,) shapely geometries, metres in the plane
    fields: Sequence[Mapping[str, Any]]
    owners: Sequence[str | None] | str | None = None
    names: Sequence[Text | None] | None = None
    lives: Sequence[str] | None = None

    def __len__(self) -> int:
        return len(self.keys)
