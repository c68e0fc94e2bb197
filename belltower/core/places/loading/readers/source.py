# SPDX-License-Identifier: Apache-2.0
"""What every reader gives: columns, and chunks of rows as they stand in the file, with what could not be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from belltower.kernel.texts import Text

CHUNK = 10_000
GEOMETRY = "geometry"


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that is no row: its number in the file, why, and what stood there."""

    row: int
    reason: Text
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows, column by column. ``rows`` are numbers as the file's own program shows them.

    ``geometries`` is an (n,) array in the file's coordinate system, None for files that hold coordinates in columns.
    ``share`` is how much of the file has been read, from 0 to 1.
    """

    rows: Sequence[int]
    values: Mapping[str, Sequence[Any]]
    geometries: Any = None
    broken: Sequence[Broken] = ()
    share: float = 1.0

    def row(self, index: int) -> dict[str, str]:
        """One row as it stood, as texts; a geometry as WKT in a column of that name."""
        row = {column: as_text(values[index]) for column, values in self.values.items()}
        if self.geometries is not None and (geometry := self.geometries[index]) is not None:
            row.setdefault(GEOMETRY, geometry.wkt)
        return row


@dataclass(frozen=True, slots=True)
class Shape:
    """What is known of a file before its rows are read; ``crs`` only where the file itself states it."""

    format: str
    columns: tuple[str, ...]
    crs: str | None = None
    has_geometry: bool = False
    details: Mapping[str, str] = field(default_factory=dict)


class Source(Protocol):
    """An opened file. ``chunks`` may be asked for again and begins anew each time."""

    shape: Shape
    name: str

    def chunks(self, size: int = CHUNK) -> Iterator[Chunk]: ...


def as_text(value: Any) -> str:
    """A cell as a person would read it; what is missing is empty, a whole number has no decimals."""
    if value is None or value != value:  # NaN is not itself
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return value if isinstance(value, str) else str(value)


def column_names(cells: Sequence[Any]) -> tuple[str, ...]:
    """Names for all columns: blank ones are numbered, repeated ones told apart."""
    names: list[str] = []
    for at, cell in enumerate(cells, start=1):
        name = as_text(cell).strip().strip("\ufeff") or f"column {at}"
        again = 2
        plain = name
        while name in names:
            name = f"{plain} ({again})"
            again += 1
        names.append(name)
    return tuple(names)


def is_blank(cells: Sequence[Any]) -> bool:
    """Whether a row holds nothing at all; such rows are no rows."""
    return not any(as_text(cell).strip() for cell in cells)
