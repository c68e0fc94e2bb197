# SPDX-License-Identifier: Apache-2.0
"""Assets streamed out to files in bounded memory, in columns that loading reads back without changing anything.

What each format loses is told in docs/reference/file-formats.md; a Shapefile loses the most.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import shutil
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

import numpy as np
import shapely
import xlsxwriter
import xlsxwriter.worksheet
from django.db import transaction
from django.db.models import QuerySet

from belltower.core.places.kinds import GIVEN, register
from belltower.core.places.loading.guard import guarded
from belltower.core.places.models import Asset
from belltower.core.places.scope import EVERYTHING, Scope
from belltower.kernel.errors import Refusal
from belltower.kernel.packs import AssetKind, Field, FieldType, Geometry
from belltower.kernel.texts import Text
from belltower.kernel.units import Quantity

_PART = 5_000
_SHEET_ROWS = 1_048_575  # below the header, in one sheet of XLSX
_DBF_NAME = 10  # characters of a column name in a DBF table


class FileFormat(StrEnum):
    """The formats of exported files, by the ending of their names."""

    CSV = "csv"
    GEOJSON = "geojson"
    XLSX = "xlsx"
    GEOPACKAGE = "gpkg"
    SHAPEFILE = "shp"


class CannotExport(Refusal):
    """Assets that do not fit the format asked for."""

    code = "cannot_export"
    sentence = Text(
        zh="不能导出为 {format}：{reason_zh}。请换一种格式，或缩小范围。",
        en="This cannot be exported as {format}: {reason_en}. Choose another format, or fewer assets.",
    )

    def __init__(self, *, format: str, reason: Text) -> None:
        super().__init__(format=format, reason_zh=reason.say("zh"), reason_en=reason.say("en"))


_ONE_KIND = Text(
    zh="一个文件只能放一类部件（用 --kind 指定）", en="one file holds one kind of asset (say which with --kind)"
)
_TOO_MANY = Text(zh="超过一个工作表的行数", en="there are more rows than one sheet holds")

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an export: its name, and the declared field behind it where there is one."""

    name: str
    field: Field | None = None

    @property
    def holds(self) -> FieldType | Quantity:
        return self.field.holds if self.field else FieldType.TEXT

    @property
    def is_number(self) -> bool:
        return isinstance(self.holds, Quantity) or self.holds is FieldType.NUMBER


def export(assets: QuerySet[Asset], out: IO[bytes], format: FileFormat, *, scope: Scope) -> int:
    """Write what ``scope`` may see of ``assets`` to ``out``; how many were written. Raises CannotExport."""
    with transaction.atomic():
        exported = _Export.of(assets, scope)
        _WRITERS[format](exported, out)
    return exported.count


def export_file(assets: QuerySet[Asset], path: Path, format: FileFormat, *, scope: Scope = EVERYTHING) -> int:
    """Write the assets to ``path``, which is there whole or not at all; how many were written. Raises CannotExport."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        try:
            count = export(assets, file, format, scope=scope)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    Path(file.name).replace(path)
    return count


def stream_csv(assets: QuerySet[Asset], *, scope: Scope) -> Iterator[bytes]:
    """The CSV in parts, for an answer that is sent while it is made."""
    with transaction.atomic():
        yield from _csv_parts(_Export.of(assets, scope))


class _Export:
    """The columns of an export and its rows, a part at a time."""

    def __init__(self, assets: QuerySet[Asset], kinds: Sequence[AssetKind]) -> None:
        self.assets, self.kinds = assets, kinds
        self.count = 0
        fields: dict[str, Field] = {}
        for kind in kinds:
            for field in kind.fields:
                fields.setdefault(field.name, field)
        self.field_columns = [Column(name, field) for name, field in fields.items()]
        self.has_extent = any(kind.geometry is not Geometry.POINT for kind in kinds)

    @classmethod
    def of(cls, assets: QuerySet[Asset], scope: Scope) -> _Export:
        """What ``scope`` may see; kinds whose pack is no longer installed have no field columns."""
        seen = assets.filter(scope.assets())
        held = seen.order_by("kind").values_list("kind", flat=True).distinct()
        kinds = register().kinds
        return cls(seen.order_by("kind", "id"), [kinds[name] for name in held if name in kinds])

    def columns(self, *, with_place: bool) -> list[Column]:
        """All columns; with place also lon and lat, and geometry as WKT where not all are points."""
        plain = ["kind", "key", "code", "name_zh", "name_en", "life", "owner", "owner_key", "valid_from"]
        place = (["lon", "lat"] + (["geometry"] if self.has_extent else [])) if with_place else []
        return [*(Column(name) for name in (*plain, *place)), *self.field_columns]

    def parts(self) -> Iterator[list[dict[str, Any]]]:
        """Rows as dictionaries by column, up to a few thousand at once; ``wkb`` is the geometry."""
        values = self.assets.values_list(
            "kind", "key", "code", "name", "life", "owner__key", "owner__name", "valid_from", "lon", "lat", "geometry",
            "fields",
        )  # fmt: skip
        part: list[dict[str, Any]] = []
        for row in values.iterator(chunk_size=_PART):
            part.append(_row(*row))
            self.count += 1
            if len(part) == _PART:
                yield part
                part = []
        if part:
            yield part


def _row(
    kind: str, key: str, code: str | None, name: dict[str, str] | None, life: str, owner_key: str | None,
    owner: dict[str, str] | None, valid_from: Any, lon: float | None, lat: float | None, wkb: Any,
    fields: dict[str, Any],
) -> dict[str, Any]:  # fmt: skip
    geometry = None if wkb is None else bytes(wkb)
    is_point = geometry is not None and geometry[1] == 1  # little-endian WKB: byte 1 begins the type
    known = {name: value for name, value in fields.items() if name != GIVEN}
    return known | {
        "kind": kind,
        "key": key,
        "code": code,
        "name_zh": (name or {}).get("zh"),
        "name_en": (name or {}).get("en"),
        "life": life,
        "owner": Text.read(owner).say("zh") if owner else None,
        "owner_key": owner_key,
        "valid_from": valid_from.astimezone(UTC).isoformat(),
        "lon": lon if is_point else None,
        "lat": lat if is_point else None,
        "geometry": None if geometry is None or is_point else geometry,
        "wkb": geometry,
    }


def _plain(value: Any) -> Any:
    """A value as a cell: yes and no as words, a geometry as WKT."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return shapely.to_wkt(shapely.from_wkb(value), rounding_precision=-1) if isinstance(value, bytes) else value


# CSV


def _csv_parts(exported: _Export) -> Iterator[bytes]:
    columns = exported.columns(with_place=True)
    yield "\ufeff".encode() + _csv_lines([[column.name for column in columns]])
    for part in exported.parts():
        yield _csv_lines([[_csv_cell(row.get(column.name)) for column in columns] for row in part])


def _csv_cell(value: Any) -> Any:
    plain = _plain(value)
    return guarded(plain) if isinstance(plain, str) else plain


def _csv_lines(rows: Sequence[Sequence[Any]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode()


def _write_csv(exported: _Export, out: IO[bytes]) -> None:
    for lines in _csv_parts(exported):
        out.write(lines)


# GeoJSON


def _write_geojson(exported: _Export, out: IO[bytes]) -> None:
    columns, comma = exported.columns(with_place=False), b"\n"
    out.write(b'{"type":"FeatureCollection","features":[')
    for part in exported.parts():
        geometries = shapely.to_geojson(shapely.from_wkb(np.array([row["wkb"] for row in part], dtype=object)))
        for row, geometry in zip(part, geometries, strict=True):
            properties = {column.name: row.get(column.name) for column in columns}
            said = json.dumps(properties, ensure_ascii=False, separators=(",", ":"))
            feature = f'{{"type":"Feature","properties":{said},"geometry":{geometry or "null"}}}'
            out.write(comma + feature.encode())
            comma = b",\n"
    out.write(b"\n]}\n")


# XLSX


def _write_xlsx(exported: _Export, out: IO[bytes]) -> None:
    if exported.assets.count() > _SHEET_ROWS:
        raise CannotExport(format="xlsx", reason=_TOO_MANY)
    columns, number = exported.columns(with_place=True), 0
    with tempfile.TemporaryDirectory(prefix="belltower-export-") as folder:
        book = xlsxwriter.Workbook(out, {"constant_memory": True, "tmpdir": folder})
        sheet = book.add_worksheet("assets", worksheet_class=_ExactSheet)
        for at, column in enumerate(columns):
            sheet.write_string(0, at, column.name)
        for part in exported.parts():
            for row in part:
                number += 1
                for at, column in enumerate(columns):
                    _write_cell(sheet, number, at, _plain(row.get(column.name)))
        book.close()


class _ExactSheet(xlsxwriter.worksheet.Worksheet):  # type: ignore[misc]
    """Writes numbers with all their digits; the library's own 16 do not tell every number from its neighbour."""

    def _xml_number_element(self, number: float, attributes: Sequence[tuple[str, Any]] = ()) -> None:
        said = "".join(f' {name}="{value}"' for name, value in attributes)
        self.fh.write(f"<c{said}><v>{number!r}</v></c>")


def _write_cell(sheet: Any, row: int, column: int, value: Any) -> None:
    """Texts as texts, so that none is ever run as a formula; numbers as numbers."""
    if isinstance(value, str):
        sheet.write_string(row, column, value[:32_767])
    elif value is not None:
        sheet.write_number(row, column, value)


# GeoPackage and Shapefile


def _write_geopackage(exported: _Export, out: IO[bytes]) -> None:
    with _layer(exported, "GPKG", "gpkg") as path, path.open("rb") as file:
        shutil.copyfileobj(file, out)


def _write_shapefile(exported: _Export, out: IO[bytes]) -> None:
    with _layer(exported, "ESRI Shapefile", "shp") as path, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in sorted(path.parent.iterdir()):
            archive.write(each, each.name)


@contextlib.contextmanager
def _layer(exported: _Export, driver: str, ending: str) -> Iterator[Path]:
    """The export as a file that GDAL wrote, in a folder of its own that goes afterwards."""
    import pyogrio.raw  # brings pandas, half a second: only who exports so waits for it

    if len(exported.kinds) != 1:
        raise CannotExport(format=ending, reason=_ONE_KIND)
    kind, columns = exported.kinds[0], exported.columns(with_place=False)
    names = _dbf_names(columns) if ending == "shp" else [column.name for column in columns]
    with tempfile.TemporaryDirectory(prefix="belltower-export-") as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of texts cut to what a DBF table holds: said in the reference
        path = Path(folder) / f"{kind.name}.{ending}"
        for part in exported.parts():
            arrays = [_array(part, column, is_dbf=ending == "shp") for column in columns]
            pyogrio.raw.write(
                path,
                np.array([row["wkb"] for row in part], dtype=object),
                [values for values, _ in arrays],
                names,
                field_mask=[mask for _, mask in arrays],
                crs="EPSG:4326",
                geometry_type=_DBF_TYPES[kind.geometry] if ending == "shp" else "Unknown",
                driver=driver,
                append=path.exists(),
                encoding="UTF-8",
            )
        yield path


_DBF_TYPES = {Geometry.POINT: "Point", Geometry.LINE: "LineString", Geometry.POLYGON: "Polygon"}


def _array(part: Rows, column: Column, *, is_dbf: bool) -> tuple[Any, Any]:
    """One column of a part as an array, and where it says nothing."""
    cells = [row.get(column.name) for row in part]
    mask = np.array([cell is None for cell in cells])
    if column.holds is FieldType.INTEGER:
        return np.array([cell or 0 for cell in cells], dtype=np.int64), mask
    if column.is_number:
        return np.array([cell or 0.0 for cell in cells], dtype=np.float64), mask
    if column.holds is FieldType.BOOLEAN and not is_dbf:
        return np.array([bool(cell) for cell in cells]), mask
    return np.array([None if cell is None else str(_plain(cell)) for cell in cells], dtype=object), mask


def _dbf_names(columns: Sequence[Column]) -> list[str]:
    """The names cut to the ten characters a DBF table allows, numbered where two are then alike."""
    names: list[str] = []
    for column in columns:
        name = column.name[:_DBF_NAME]
        number = 1
        while name in names:
            name = f"{column.name[: _DBF_NAME - 2]}_{number}"
            number += 1
        names.append(name)
    return names


_WRITERS: Mapping[FileFormat, Callable[[_Export, IO[bytes]], None]] = {
    FileFormat.CSV: _write_csv,
    FileFormat.GEOJSON: _write_geojson,
    FileFormat.XLSX: _write_xlsx,
    FileFormat.GEOPACKAGE: _write_geopackage,
    FileFormat.SHAPEFILE: _write_shapefile,
}
