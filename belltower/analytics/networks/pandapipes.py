# SPDX-License-Identifier: Apache-2.0
"""pandapipes' network files (JSON), read without pandapipes: its tables, and the files that its package carries."""

from __future__ import annotations

import json
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from belltower.kernel.errors import Unreadable

SCHUTTERWALD = "gas_net_schutterwald_1bar.json"


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Rows of one kind: ``index`` are the numbers by which other tables name them."""

    index: NDArray[np.int64]
    columns: dict[str, list[Any]]

    def __len__(self) -> int:
        return len(self.index)

    def numbers(self, column: str, *, otherwise: float = float("nan")) -> NDArray[np.float64]:
        """A column as numbers; ``otherwise`` where the column or a value is not there."""
        values = self.columns.get(column, [None] * len(self))
        return np.array([otherwise if value is None else float(value) for value in values], dtype=np.float64)

    def whole(self, column: str) -> NDArray[np.int64]:
        """A column as whole numbers."""
        return np.array(self.columns[column], dtype=np.int64).reshape(len(self))

    def flags(self, column: str) -> NDArray[np.bool_]:
        """A column of yes and no; yes where it is not there."""
        return np.array(self.columns.get(column, [True] * len(self)), dtype=bool).reshape(len(self))


EMPTY = Table(np.zeros(0, dtype=np.int64), {})


@dataclass(frozen=True, slots=True, eq=False)
class NetworkFile:
    """A network's name, its tables by pandapipes' own names, and its fluid's properties."""

    name: str
    tables: dict[str, Table]
    fluid: dict[str, Any]

    def table(self, name: str) -> Table:
        """The table, empty where the network has none of that kind."""
        return self.tables.get(name, EMPTY)


def read(text: str) -> NetworkFile:
    """The network of a pandapipes JSON file. Raises Unreadable for anything else."""
    try:
        parts = json.loads(text)["_object"]
        tables = {name: _table(part) for name, part in parts.items() if _class(part) == "DataFrame"}
        fluid = json.loads(parts["fluid"]["_object"]) if _class(parts.get("fluid")) else {}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable(what="pandapipes", reason=repr(error)) from error
    return NetworkFile(str(parts.get("name", "")), tables, fluid)


def carried_by_the_package(name: str) -> Path | None:
    """A file below pandapipes' own networks; None where the package is not installed. Nothing of it is imported."""
    found = find_spec("pandapipes")
    if found is None or not found.submodule_search_locations:
        return None
    path = Path(found.submodule_search_locations[0]) / "networks" / "network_files" / name
    return path if path.exists() else None


def _class(part: Any) -> str:
    return part.get("_class", "") if isinstance(part, dict) else ""


def _table(part: dict[str, Any]) -> Table:
    """pandas' "split" form."""
    frame = json.loads(part["_object"])
    columns = (
        dict(zip(frame["columns"], map(list, zip(*frame["data"], strict=True)), strict=True)) if frame["data"] else {}
    )
    return Table(np.array(frame["index"], dtype=np.int64), columns)
