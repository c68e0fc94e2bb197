# SPDX-License-Identifier: Apache-2.0
"""What a file probably is: its kind of asset from name and columns, and what each column means. People may change all of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePath
from typing import Any

import shapely

from belltower.core.places.loading import names, values
from belltower.core.places.loading.mapping import (
    AREA_TARGETS,
    AREAS,
    ASSET_TARGETS,
    BY_GEOMETRY,
    FIELD,
    ColumnMapping,
    Rule,
)
from belltower.core.places.loading.readers.source import Chunk, Shape, Source, as_text
from belltower.core.places.loading.values import Bad
from belltower.kernel.city import CityProfile
from belltower.kernel.packs import AssetKind, FieldType, Geometry
from belltower.kernel.texts import Text
from belltower.kernel.units import Quantity

LOOKED_AT = 20_000
"""Rows on which a proposal rests."""
_MOSTLY = 0.5  # a column is proposed as a field when this share of its known cells can be read
_FEW = 10
_IN_WORDS = (FieldType.BOOLEAN, FieldType.CHOICE)
_SHAPEFILE_NAME = 10  # characters of a column name in a DBF table

_BY_GEOMETRY_USED = Text(
    zh="没有可作编号的列：以几何的摘要作编号，位置改变的部件将被当作新部件",
    en="No column can be the key: a digest of the geometry is used, so an asset that moves counts as a new one.",
)
_WEAK_KEY = Text(
    zh="编号取自“{column}”，这类编号在重新导出时可能改变；如有权属单位自编号，请改选",
    en="The key is '{column}', a number that may change with the next export; choose the owner's own number if there is one.",
)
_NO_CRS = Text(
    zh="文件未说明坐标系，按 {crs} 读取；来自国内互联网地图的数据多为 gcj02 或 bd09，会相差数百米",
    en="The file does not say its coordinate system; {crs} is assumed. Data from Chinese web maps is mostly gcj02 or bd09, "
    "hundreds of metres apart.",
)
_WORDS = Text(
    zh="“{column}”列中的 {words} 无法识别，按“未知”处理；如另有含义，请在列对应中说明",
    en="In column '{column}' {words} cannot be read and count as not known; say in the mapping if they mean something.",
)
_LEFT_OUT = Text(
    zh="“{column}”列的名称像字段“{field}”，但多数内容无法识别，未作对应",
    en="Column '{column}' is called like the field '{field}', but most of it cannot be read as such; it is left out.",
)
_NO_PLACE = Text(zh="没有坐标列：部件将没有位置", en="No column says where: the assets will have no place.")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed mapping, other kinds it could be (best first), and what a person should know before using it."""

    mapping: ColumnMapping
    kinds: tuple[str, ...]
    warnings: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """The first rows of a file."""

    shape: Shape
    name: str
    values: Mapping[str, Sequence[Any]]
    geometry: Geometry | None
    count: int

    @classmethod
    def of(cls, source: Source) -> Sample:
        """The first LOOKED_AT rows of ``source``."""
        chunks: list[Chunk] = []
        for chunk in source.chunks():
            chunks.append(chunk)
            if sum(len(each.rows) for each in chunks) >= LOOKED_AT:
                break
        columns = {column: [cell for each in chunks for cell in each.values[column]] for column in source.shape.columns}
        count = sum(len(each.rows) for each in chunks)
        return cls(source.shape, source.name, columns, _commonest(chunks), count)

    def texts(self, column: str) -> list[str]:
        """The cells of a column that say something."""
        texts = (as_text(cell).strip() for cell in self.values[column])
        return [text for text in texts if values.is_known(text)]


def propose_assets(
    source: Source, kinds: Mapping[str, AssetKind], profile: CityProfile, *, kind: str | None, crs: str | None
) -> Proposal:
    """A mapping for a file of assets; ``kind`` and ``crs`` are what a person has said already.

    The target of the mapping is empty where the kind cannot be told.
    """
    sample = Sample.of(source)
    ranked = (kind,) if kind else rank_kinds(sample, kinds)
    chosen = kinds.get(ranked[0]) if ranked else None
    columns = _plain_columns(sample) | (_field_columns(sample, chosen) if chosen else {})
    has_kinds = any(rule.to == "kind" for rule in columns.values())
    columns, key, warnings = _with_key(sample, columns, chosen)
    crs_used, said = _crs(sample, crs, has_columns=any(rule.to == "lon" for rule in columns.values()))
    said = said if profile.country == "CN" else ()
    target = chosen.name if chosen else next(iter(kinds), "") if has_kinds else ""
    if not sample.shape.has_geometry and not any(rule.to in ("lon", "geometry") for rule in columns.values()):
        warnings = [*warnings, _NO_PLACE]
    warnings = [*warnings, *_warn_of_words(columns), *_warn_of_left_out(sample, chosen, columns)]
    ordered = {column: columns[column] for column in sample.shape.columns if column in columns}
    return Proposal(ColumnMapping(target, crs_used, ordered, key), ranked, (*warnings, *said))


def propose_areas(source: Source, *, crs: str | None) -> Proposal:
    """A mapping for a file of areas."""
    sample = Sample.of(source)
    columns: dict[str, Rule] = {}
    for to in AREA_TARGETS:
        _take_first(sample, columns, to, names.AREA_NAMES[to])
    crs_used, said = _crs(sample, crs, has_columns=False)
    return Proposal(ColumnMapping(AREAS, crs_used, columns), (), said)


def rank_kinds(sample: Sample, kinds: Mapping[str, AssetKind]) -> tuple[str, ...]:
    """Kinds the file may hold, best first: by the file's name, its columns, and the type of its geometry."""
    if "kind" in sample.shape.columns and (told := set(sample.texts("kind"))) and told <= kinds.keys():
        return tuple(sorted(told))
    usable = {name: kind for name, kind in kinds.items() if sample.geometry is None or kind.geometry is sample.geometry}
    scores = {name: _evidence(sample, kind) for name, kind in usable.items()}
    found = sorted((name for name, score in scores.items() if score >= 1), key=lambda name: -scores[name])
    if not found and sample.geometry is not None and len(usable) == 1:
        return tuple(usable)  # the only kind with such a geometry
    return tuple(found)


def _evidence(sample: Sample, kind: AssetKind) -> float:
    """How much speaks for a kind: the longest of its names in the file's name, in a column, and its fields."""
    called = {kind.name, *kind.aliases, kind.title.zh, kind.title.en} - {""}
    in_file = max((len(name) for name in called if _is_named(names.words(PurePath(sample.name).stem), name)), default=0)
    columns = [form for column in sample.shape.columns for form in names.forms(column)]
    in_columns = max((len(n) for n in map(names.plain, called) if any(c.startswith(n) for c in columns)), default=0)
    fields = len(_by_names(sample, kind))
    return (2 + in_file / 10 if in_file else 0) + (1 + in_columns / 20 if in_columns else 0) + fields * 0.34


def _is_named(file: str, name: str) -> bool:
    """Whether the name of a file speaks of ``name``: as words (also in the plural), or in one piece."""
    wanted = names.words(name).strip()
    if re.search(rf"(?<![a-z]){re.escape(wanted)}(?:e?s)?(?![a-z])", file):
        return True
    joined = names.plain(name)
    return (not joined.isascii() or len(joined) >= 6) and joined in names.plain(file)


def _plain_columns(sample: Sample) -> dict[str, Rule]:
    """Columns of what every asset has."""
    columns: dict[str, Rule] = {}
    for to in ASSET_TARGETS:
        if to != "key" and not (sample.shape.has_geometry and to in ("lon", "lat", "geometry")):
            _take_first(sample, columns, to, names.WELL_KNOWN[to])
    tos = {rule.to for rule in columns.values()}
    return {c: rule for c, rule in columns.items() if not (rule.to in ("lon", "lat") and not {"lon", "lat"} <= tos)}


def _take_first(sample: Sample, columns: dict[str, Rule], to: str, known: Sequence[str]) -> None:
    """The first well-known name that a free column has, if what the column holds fits."""
    for name in known:
        for column in sample.shape.columns:
            if column not in columns and name in names.forms(column) and _fits(sample, column, to):
                columns[column] = Rule(to)
                return


def _fits(sample: Sample, column: str, to: str) -> bool:
    """Whether the cells of a column can be what its name says; an empty column is nothing."""
    cells = sample.texts(column)
    if not cells:
        return False
    match to:
        case "lon" | "lat":
            return _share_read(cells, values.number) >= _MOSTLY
        case "life":
            return _share_read(cells, values.life) >= _MOSTLY
        case "valid_from":
            return _share_read(cells, lambda cell: values.day(cell, month_first=True)) >= _MOSTLY
        case "code":
            return not _is_asset(to, sample) or sum(len(cell) == 17 and cell.isdigit() for cell in cells) == len(cells)
        case "geometry":
            return bool(shapely.from_wkt(cells[:1], on_invalid="ignore")[0])
        case _:
            return True


def _is_asset(to: str, sample: Sample) -> bool:
    """An area's code has any length; an asset's has 17 digits. Files of areas come with outlines."""
    return sample.geometry is not Geometry.POLYGON


def _share_read(cells: Sequence[str], read: Any) -> float:
    """The share of cells that a conversion can read."""
    counted = Counter(cells)
    good = sum(n for cell, n in counted.items() if not isinstance(read(cell), Bad))
    return good / max(sum(counted.values()), 1)


def _by_names(sample: Sample, kind: AssetKind) -> dict[str, str]:
    """Column to field, by the fields' names, titles and aliases. The first alias that a column has wins."""
    found: dict[str, str] = {}
    forms = {column: names.forms(column) for column in sample.shape.columns}
    for field in kind.fields:
        known = [field.name, *field.aliases, field.title.zh, field.title.en]
        for name in dict.fromkeys(names.plain(each) for each in known if each):
            column = next((c for c in forms if c not in found and name in forms[c] and sample.texts(c)), None)
            column = column or _shortened(sample, field.name, found)
            if column:
                found[column] = field.name
                break
    return found


def _shortened(sample: Sample, field: str, taken: Iterable[str]) -> str | None:
    """The column of a Shapefile whose ten characters are the beginning of a field's name."""
    short = field[:_SHAPEFILE_NAME]
    fits = sample.shape.format == "shp" and len(field) > _SHAPEFILE_NAME and short in sample.shape.columns
    return short if fits and short not in taken else None


def _field_columns(sample: Sample, kind: AssetKind) -> dict[str, Rule]:
    """Rules for the kind's fields whose cells can mostly be read."""
    rules: dict[str, Rule] = {}
    for column, name in _by_names(sample, kind).items():
        field = kind.field(name)
        assert field is not None
        unit = values.unit_in_name(column, field.holds) if isinstance(field.holds, Quantity) else None
        read = values.converter(field, unit=unit, month_first=True)
        if _share_read(sample.texts(column), read) >= _MOSTLY:
            unread = _unread(sample, column, read) if field.holds in _IN_WORDS else ()
            rules[column] = Rule(f"{FIELD}{name}", unit if unit != field.unit else None, dict.fromkeys(unread, ""))
    return rules


def _unread(sample: Sample, column: str, read: Any) -> Sequence[str]:
    """The words of a column that cannot be read, where they are few: proposed as not known, for a person to settle."""
    found = [cell for cell in dict.fromkeys(sample.texts(column)) if isinstance(read(cell), Bad)]
    return found if len(found) <= _FEW else ()


def _warn_of_left_out(sample: Sample, kind: AssetKind | None, columns: Mapping[str, Rule]) -> list[Text]:
    """Columns that are called like a field, but hold what the field cannot."""
    named = _by_names(sample, kind) if kind else {}
    return [_LEFT_OUT.format(column=column, field=field) for column, field in named.items() if column not in columns]


def _warn_of_words(columns: Mapping[str, Rule]) -> list[Text]:
    return [
        _WORDS.format(column=column, words=", ".join(f"'{word}'" for word in rule.words))
        for column, rule in columns.items()
        if rule.words
    ]


def _with_key(
    sample: Sample, columns: dict[str, Rule], kind: AssetKind | None
) -> tuple[dict[str, Rule], str, list[Text]]:
    """The columns with the best key among them; without one, the code, else a digest of the geometry."""
    ranked = sorted(
        ((rank, at, column) for at, column in enumerate(sample.shape.columns)
         if column not in columns and (rank := _key_rank(column, kind)) is not None and _is_unique(sample, column, rank))
    )  # fmt: skip
    if ranked:
        rank, _, column = ranked[0]
        warnings = [_WEAK_KEY.format(column=column)] if rank >= _WEAK_RANK else []
        return {**columns, column: Rule("key")}, "", warnings
    if any(rule.to == "code" for rule in columns.values()):
        return columns, "", []
    has_place = sample.shape.has_geometry or any(rule.to in ("lon", "geometry") for rule in columns.values())
    return (columns, BY_GEOMETRY, [_BY_GEOMETRY_USED]) if has_place else (columns, "", [])


_STRONG_RANK, _WEAK_RANK = 20, 90


def _key_rank(column: str, kind: AssetKind | None) -> int | None:
    """How good a key a column's name promises (0 best), None when it promises none."""
    forms = names.forms(column)
    called = [names.plain(name) for name in (kind.name, *kind.aliases, kind.title.zh)] if kind else []
    if "key" in forms:
        return 0
    if any(form == name + end for form in forms for name in called for end in names.KEY_ENDINGS):
        return 1
    for rank, known in enumerate(names.KEY_NAMES):
        if any(form in known for form in forms):
            return 10 + rank * 10
    if any(form in names.WEAK_KEYS for form in forms):
        return _WEAK_RANK
    return 35 if any(form.endswith(names.KEY_ENDINGS) for form in forms) else None


def _is_unique(sample: Sample, column: str, rank: int) -> bool:
    """Whether nearly every row has a value of its own; the few others will be kept aside by name.

    A column that is called a key may have more of them than one that merely ends like one.
    """
    cells, share = sample.texts(column), 0.8 if rank <= _STRONG_RANK else 0.999
    return bool(cells) and len(set(cells)) >= sample.count * share


def _crs(sample: Sample, said: str | None, *, has_columns: bool) -> tuple[str, tuple[Text, ...]]:
    """The coordinate system: what a person said, else what the file states, else WGS 84 with a warning."""
    if said or sample.shape.crs:
        return said or sample.shape.crs or "", ()
    if sample.shape.has_geometry or has_columns:
        return "wgs84", (_NO_CRS.format(crs="wgs84"),)
    return "wgs84", ()


_FAMILIES = {0: Geometry.POINT, 4: Geometry.POINT, 1: Geometry.LINE, 2: Geometry.LINE, 5: Geometry.LINE,
             3: Geometry.POLYGON, 6: Geometry.POLYGON}  # fmt: skip


def _commonest(chunks: Sequence[Chunk]) -> Geometry | None:
    """The geometry most rows have, None where the file holds none."""
    counted: Counter[int] = Counter()
    for chunk in islice(chunks, 1):
        if chunk.geometries is not None:
            counted.update(shapely.get_type_id(chunk.geometries).tolist())
    counted.pop(-1, None)
    return _FAMILIES.get(counted.most_common(1)[0][0]) if counted else None
