# SPDX-License-Identifier: Apache-2.0
"""GeoPackage and Shapefile (also zipped), read through GDAL in parts."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import warnings
import weakref
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyogrio.errors
import pyogrio.raw
import pyproj
import shapely

from belltower.core.places.loading.errors import FileTooLarge, UnreadableFile
from belltower.core.places.loading.readers.source import CHUNK, Chunk, Shape
from belltower.kernel.texts import Text

_UNPACKED_LIMIT = 4 << 30


class GdalFile:
    """A layer of a GeoPackage, or a Shapefile. Features are numbered from 1 in the order of the file."""

    def __init__(self, path: Path, name: str, *, format: str) -> None:
        self.path, self.name = path, name
        self._encoding = _dbf_encoding(path) if format == "shp" else None
        try:
            with _quiet():
                layers = pyogrio.list_layers(path)
                if not len(layers):
                    raise ValueError("it has no layer")
                self._layer = next((name for name, kind in layers if kind), layers[0][0])
                info = pyogrio.read_info(path, layer=self._layer, encoding=self._encoding, force_feature_count=True)
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
            reason = Text(zh=f"打不开（{error}）", en=f"it cannot be opened ({error})")
            raise UnreadableFile(file=name, reason=reason) from None
        self._count = int(info["features"])
        self._fid = info["fid_column"] or None
        others = ", ".join(str(each) for each, _ in layers if each != self._layer)
        self.shape = Shape(
            format,
            tuple(map(str, info["fields"])),
            _crs(info["crs"]),
            has_geometry=info["geometry_type"] is not None,
            details={"layer": str(self._layer)} | ({"other layers": others} if others else {}),
        )

    def chunks(self, size: int = CHUNK) -> Iterator[Chunk]:
        """The features, in chunks of ``size``; a GeoPackage is read on by its feature ids, which its index knows."""
        done, last = 0, -1
        while True:
            part: dict[str, Any] = (
                {"skip_features": done} if self._fid is None else {"where": f'"{self._fid}" > {last}'}
            )
            with _quiet():
                meta, fids, geometries, values = pyogrio.raw.read(
                    self.path, layer=self._layer, max_features=size, return_fids=True, encoding=self._encoding,
                    force_2d=True, **part,
                )  # fmt: skip
            if not len(fids):
                return
            columns = {str(name): _plain(column) for name, column in zip(meta["fields"], values, strict=True)}
            found = None if geometries is None else shapely.from_wkb(geometries, on_invalid="ignore")
            rows = range(done + 1, done + len(fids) + 1)
            done, last = done + len(fids), int(fids[-1])
            yield Chunk(rows, columns, found, share=min(done / max(self._count, 1), 1.0))


def _plain(column: Any) -> list[Any]:
    """A column as Python values; what is missing as None."""
    if np.issubdtype(column.dtype, np.datetime64):
        return [None if np.isnat(value) else value.item() for value in column]
    if np.issubdtype(column.dtype, np.floating):
        return [None if value != value else value for value in column.tolist()]
    return list(column.tolist())


def _crs(stated: str | None) -> str | None:
    """The EPSG number of what the file states; None where it states nothing that has one."""
    if not stated:
        return None
    try:
        number = pyproj.CRS.from_user_input(stated).to_epsg(min_confidence=40)
    except pyproj.exceptions.CRSError:
        return None
    return None if number is None else f"EPSG:{number}"


def _dbf_encoding(path: Path) -> str | None:
    """The encoding of a Shapefile's texts where no .cpg states it: UTF-8 if all of it is, else the Chinese one."""
    table = next((each for each in (path.with_suffix(".dbf"), path.with_suffix(".DBF")) if each.is_file()), None)
    if table is None or any(path.with_suffix(end).is_file() for end in (".cpg", ".CPG")):
        return None
    data = table.read_bytes()[:_LOOKED_AT]
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return "UTF-8" if error.start > len(data) - 4 else "GB18030"
    return "UTF-8"


_LOOKED_AT = 4 << 20


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without GDAL's remarks on measures and on tables that are not there."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def unpack(path: Path, name: str) -> tuple[Path, Any]:
    """The Shapefile inside a zip, unpacked beside nothing else, and what removes it when it is let go.

    Only plain members are taken, under their own short names, so that a hostile archive can write nowhere else.
    """
    folder = Path(tempfile.mkdtemp(prefix="belltower-load-"))
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > _UNPACKED_LIMIT:
                raise FileTooLarge(file=name, limit_mib=_UNPACKED_LIMIT >> 20)
            for member in archive.infolist():
                if not member.is_dir():
                    with archive.open(member) as inside, (folder / Path(member.filename).name).open("wb") as outside:
                        shutil.copyfileobj(inside, outside)
    except zipfile.BadZipFile as error:
        shutil.rmtree(folder, ignore_errors=True)
        reason = Text(zh=f"压缩包损坏（{error}）", en=f"the zip is damaged ({error})")
        raise UnreadableFile(file=name, reason=reason) from None
    except FileTooLarge:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shapes = sorted(each for each in folder.iterdir() if each.suffix.lower() in (".shp", ".gpkg"))
    if not shapes:
        shutil.rmtree(folder, ignore_errors=True)
        raise UnreadableFile(file=name, reason=Text(zh="压缩包中没有 .shp", en="there is no .shp in the zip"))
    return shapes[0], folder


def read_packed(path: Path, name: str) -> GdalFile:
    """A zipped Shapefile (or GeoPackage); what was unpacked goes with the reader."""
    inside, folder = unpack(path, name)
    try:
        source = GdalFile(inside, name, format=inside.suffix.lower().lstrip("."))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    weakref.finalize(source, shutil.rmtree, folder, ignore_errors=True)
    return source
