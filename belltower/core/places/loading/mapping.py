# SPDX-License-Identifier: Apache-2.0
"""Which column is what: a mapping as people choose, save and see it. Proposals are made in proposals.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from belltower.core.places.loading.errors import BadMapping, MissingColumns
from belltower.core.places.loading.readers.source import Shape
from belltower.kernel.packs import AssetKind
from belltower.kernel.texts import Text

AREAS = "areas"
FIELD = "field."
BY_GEOMETRY = "@geometry"
"""Stands for a key column where a file has none: the key is a digest of the geometry, so an asset that moves is a new one."""

ASSET_TARGETS: Mapping[str, Text] = {
    "key": Text(zh="编号（权属单位自编）", en="Key (the owner's own number)"),
    "code": Text(zh="部件标识码（17 位）", en="Asset code (17 digits)"),
    "kind": Text(zh="部件类型", en="Kind of asset"),
    "name": Text(zh="名称", en="Name"),
    "name_zh": Text(zh="名称（中文）", en="Name (Chinese)"),
    "name_en": Text(zh="名称（英文）", en="Name (English)"),
    "life": Text(zh="状态", en="Status"),
    "owner": Text(zh="权属单位", en="Owner"),
    "valid_from": Text(zh="起始日期", en="True from"),
    "lon": Text(zh="经度或横坐标", en="Longitude or easting"),
    "lat": Text(zh="纬度或纵坐标", en="Latitude or northing"),
    "geometry": Text(zh="几何（WKT）", en="Geometry (WKT)"),
}
AREA_TARGETS: Mapping[str, Text] = {
    "code": Text(zh="区域代码", en="Area code"),
    "name": Text(zh="名称", en="Name"),
    "name_zh": Text(zh="名称（中文）", en="Name (Chinese)"),
    "name_en": Text(zh="名称（英文）", en="Name (English)"),
    "level": Text(zh="级别", en="Level"),
    "parent": Text(zh="上级代码", en="Parent's code"),
    "population": Text(zh="人口", en="Population"),
    "geometry": Text(zh="几何（WKT）", en="Geometry (WKT)"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """What one column is: a target (``key``, ``field.height`` ...), the unit of bare numbers, and what words mean."""

    to: str
    unit: str | None = None
    words: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"to": self.to} | ({"unit": self.unit} if self.unit else {}) | ({"words": dict(self.words)} if self.words else {})  # fmt: skip

    @classmethod
    def read(cls, value: Any) -> Rule:
        """From JSON; a bare string is the target."""
        if isinstance(value, str):
            return cls(value)
        if not isinstance(value, Mapping) or not isinstance(value.get("to"), str):
            raise BadMapping(Text(zh="每一列都要说明对应什么", en="every column needs a target in 'to'"))
        return cls(value["to"], value.get("unit") or None, dict(value.get("words") or {}))


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """How a file is read: the target (an asset kind, or ``areas``), the coordinate system, and a rule a column.

    ``key`` is BY_GEOMETRY where no column is the key, else empty.
    """

    target: str
    crs: str
    columns: Mapping[str, Rule]
    key: str = ""

    def column(self, to: str) -> str | None:
        """The column that is ``to``, or None."""
        return next((column for column, rule in self.columns.items() if rule.to == to), None)

    @property
    def fields(self) -> dict[str, str]:
        """Field name to column, in the order of the columns."""
        return {r.to.removeprefix(FIELD): column for column, r in self.columns.items() if r.to.startswith(FIELD)}

    def as_json(self) -> dict[str, Any]:
        """As stored in models.Mapping.rules and Load.rules."""
        columns = {column: rule.as_json() for column, rule in self.columns.items()}
        return {"target": self.target, "crs": self.crs, "columns": columns} | ({"key": self.key} if self.key else {})

    @classmethod
    def read(cls, value: Mapping[str, Any]) -> ColumnMapping:
        """From JSON; columns without a target are left out. Raises BadMapping."""
        columns = value.get("columns")
        if not isinstance(columns, Mapping) or not isinstance(value.get("target"), str):
            raise BadMapping(Text(zh="缺少 target 或 columns", en="'target' or 'columns' is missing"))
        rules = {str(column): Rule.read(rule) for column, rule in columns.items() if rule}
        kept = {column: rule for column, rule in rules.items() if rule.to}
        return cls(value["target"], str(value.get("crs") or "wgs84"), kept, str(value.get("key") or ""))


def check(mapping: ColumnMapping, shape: Shape, name: str, kind: AssetKind | None) -> None:
    """Refuse a mapping that cannot be worked with. ``kind`` None: areas, or a file that states kinds row by row.

    Raises BadMapping or MissingColumns.
    """
    if gone := [column for column in mapping.columns if column not in shape.columns]:
        missing = ", ".join(gone)
        raise MissingColumns(file=name, missing=Text(zh=missing, en=missing), columns=shape.columns)
    _check_targets(mapping, kind)
    needed = _lacking(mapping, shape)
    if needed is not None:
        raise MissingColumns(file=name, missing=needed, columns=shape.columns)


def _check_targets(mapping: ColumnMapping, kind: AssetKind | None) -> None:
    allowed = AREA_TARGETS if mapping.target == AREAS else ASSET_TARGETS
    seen: dict[str, str] = {}
    for column, rule in mapping.columns.items():
        is_field = rule.to.startswith(FIELD) and mapping.target != AREAS
        if not is_field and rule.to not in allowed:
            raise BadMapping(Text(zh=f"没有“{rule.to}”这个对应项", en=f"there is no target '{rule.to}'"))
        if is_field and kind is not None and kind.field(rule.to.removeprefix(FIELD)) is None:
            raise BadMapping(Text(zh=f"{kind.title.zh}没有字段“{rule.to}”", en=f"'{kind.name}' has no '{rule.to}'"))
        if rule.to in seen:
            both = f"{seen[rule.to]}, {column}"
            raise BadMapping(Text(zh=f"有两列对应“{rule.to}”：{both}", en=f"two columns are '{rule.to}': {both}"))
        seen[rule.to] = column


def _lacking(mapping: ColumnMapping, shape: Shape) -> Text | None:
    if mapping.target == AREAS:
        lacks = [to for to in ("code",) if mapping.column(to) is None]
        lacks += [] if any(mapping.column(to) for to in ("name", "name_zh", "name_en")) else ["name"]
        titles = [AREA_TARGETS[to] for to in lacks]
    else:
        has_key = mapping.column("key") or mapping.column("code") or mapping.key == BY_GEOMETRY
        lacks = [] if has_key else ["key"]
        lacks += ["lat"] if mapping.column("lon") and not mapping.column("lat") else []
        lacks += ["lon"] if mapping.column("lat") and not mapping.column("lon") else []
        titles = [ASSET_TARGETS[to] for to in lacks]
    if not titles:
        return None
    return Text(zh="、".join(title.zh for title in titles), en=", ".join(title.en for title in titles))
