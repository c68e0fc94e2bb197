# SPDX-License-Identifier: Apache-2.0
"""Opens a file by what it is: by its first bytes, and by its name where bytes do not tell."""

from __future__ import annotations

import zipfile
from pathlib import Path

from belltower.core.places.loading.errors import UnreadableFile
from belltower.core.places.loading.readers.csv_file import CsvFile
from belltower.core.places.loading.readers.geojson import GeoJsonFile
from belltower.core.places.loading.readers.sheets import SheetFile
from belltower.core.places.loading.readers.source import Broken, Chunk, Shape, Source
from belltower.kernel.texts import Text

__all__ = ["Broken", "Chunk", "Shape", "Source", "open_file"]

_SHEET_MEMBERS = ("xl/workbook.xml", "xl/workbook.bin", "content.xml")


def open_file(path: Path, name: str | None = None) -> Source:
    """The reader for the file at ``path``; ``name`` is what people call it. Raises UnreadableFile."""
    name = name or path.name
    if not path.is_file():
        raise UnreadableFile(file=name, reason=Text(zh="没有这个文件", en="there is no such file"))
    with path.open("rb") as file:
        start = file.read(512)
    if not start.strip():
        raise UnreadableFile(file=name, reason=Text(zh="文件是空的", en="it is empty"))
    return _open(path, name, start)


def _open(path: Path, name: str, start: bytes) -> Source:
    # GDAL brings pandas, which takes half a second to load: only who opens a file waits for it.
    from belltower.core.places.loading.readers.gdal import GdalFile, read_packed

    end = Path(name).suffix.lower()
    if start.startswith(b"PK"):
        return SheetFile(path, name) if _is_sheet(path, name) else read_packed(path, name)
    if start.startswith(b"SQLite format 3"):
        return GdalFile(path, name, format="gpkg")
    if start.startswith(b"\x00\x00\x27\x0a"):
        return GdalFile(path, name, format="shp")
    if start.startswith(b"\xd0\xcf\x11\xe0") or end in (".xlsx", ".xls", ".xlsm", ".ods"):
        return SheetFile(path, name)
    if end in (".gpkg", ".shp", ".zip"):
        reason = Text(zh=f"内容不是 {end} 格式", en=f"its content is not {end}")
        raise UnreadableFile(file=name, reason=reason)
    if end in (".geojson", ".json") or start.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{"):
        return GeoJsonFile(path, name)
    return CsvFile(path, name)


def _is_sheet(path: Path, name: str) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return any(member in _SHEET_MEMBERS for member in archive.namelist())
    except zipfile.BadZipFile:
        return Path(name).suffix.lower() != ".zip"
