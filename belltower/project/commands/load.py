# SPDX-License-Identifier: Apache-2.0
"""`belltower load`: bring a file of areas or assets into the city."""

from __future__ import annotations

import glob
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text
from belltower.project import database

if TYPE_CHECKING:
    from belltower.core.places.loading.mapping import ColumnMapping
    from belltower.core.places.loading.readers import Source
    from belltower.core.places.loading.report import LoadReport

BY = Actor.system("command line")
_SHOWN = 5
_FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_CRS = click.option("--crs", help="wgs84, gcj02, bd09 or EPSG:n; what the file states itself need not be said.")
_DRY = click.option("--dry-run", is_flag=True, help="Say what would happen, and write nothing.")
_ASIDE = click.option(
    "--aside",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the rows kept aside here, to correct and load again.",
)


@click.group()
def command() -> None:
    """Bring a file into the city: GeoJSON, CSV, XLSX, GeoPackage or Shapefile."""


@command.command()
@_FILE
@_CRS
@_DRY
@_ASIDE
def areas(file: Path, crs: str | None, dry_run: bool, aside: Path | None) -> None:
    """Areas: districts, streets, communities, unit grids, by their official codes."""
    with database.ready():
        _load(file, target="areas", crs=crs, mapping=None, save=None, dry_run=dry_run, aside=aside)


@command.command()
@_FILE
@click.option("--kind", help="Which kind of asset, where name and columns do not tell.")
@_CRS
@click.option("--mapping", help="Read the columns by this saved mapping.")
@click.option("--save-mapping", "save", help="Keep the mapping that is used under this name.")
@_DRY
@_ASIDE
def assets(
    file: Path,
    kind: str | None,
    crs: str | None,
    mapping: str | None,
    save: str | None,
    dry_run: bool,
    aside: Path | None,
) -> None:
    """Assets: poles, bins, streets ..., by the owner's own numbers."""
    with database.ready():
        _load(file, target=kind, crs=crs, mapping=mapping, save=save, dry_run=dry_run, aside=aside)


def _load(
    file: Path,
    *,
    target: str | None,
    crs: str | None,
    mapping: str | None,
    save: str | None,
    dry_run: bool,
    aside: Path | None,
) -> None:
    from belltower.core.places.actions import loads
    from belltower.core.places.loading.readers import open_file

    source = open_file(file)
    chosen, warnings = _mapping(source, target=target, crs=crs, mapping=mapping)
    _tell_mapping(chosen, source.shape.details, warnings)
    if dry_run:
        _tell(loads.try_file(source, chosen, by=BY, progress=_telling()))
        return
    stream, name = _open(file)
    with stream:
        load = loads.receive_file(stream, name, by=BY)
    loads.choose(load, chosen, by=BY, save_as=save or "")
    report = loads.run(load, by=BY, progress=_telling())
    _tell(report)
    if aside and report.kept_aside:
        aside.write_text("".join(loads.kept_aside_csv(load)), encoding="utf-8")
        click.echo(f"kept aside: {aside}")


def _mapping(
    source: Source, *, target: str | None, crs: str | None, mapping: str | None
) -> tuple[ColumnMapping, tuple[Text, ...]]:
    """The mapping named on the command line, else the one proposed; what the command line says wins."""
    from belltower.core.places.actions import loads

    if mapping is None:
        proposal = loads.propose_for(source, target=target, crs=crs)
        return proposal.mapping, proposal.warnings
    saved = loads.mapping_named(mapping)
    return replace(saved, crs=crs or saved.crs, target=target or saved.target), ()


def _tell_mapping(mapping: ColumnMapping, details: Mapping[str, str], warnings: tuple[Text, ...]) -> None:
    read_as = ", ".join(f"{name} {value!r}" for name, value in details.items())
    click.echo(f"{mapping.target or '?'}  {mapping.crs}  {read_as}")
    for column, rule in mapping.columns.items():
        click.echo(f"  {column} -> {rule.to}" + (f" [{rule.unit}]" if rule.unit else ""))
    for warning in warnings:
        click.echo(f"! {warning.zh}\n! {warning.en}")


def _tell(report: LoadReport) -> None:
    click.echo(f"{report.summary.zh}\n{report.summary.en}  ({report.seconds:.1f} s)")
    if report.owners:
        click.echo(f"owners: {', '.join(report.owners[:20])}")
    for aside in report.examples[:_SHOWN]:
        click.echo(f"  row {aside.row}: {aside.reason.zh} / {aside.reason.en}")
    if report.kept_aside > _SHOWN:
        click.echo(f"  ... {report.kept_aside - _SHOWN:,} more (--aside FILE writes all of them)")


def _telling() -> Callable[[int, int | None, Text], None]:
    """Says at most once a second how far a load is."""
    told = time.monotonic()

    def tell(done: int, total: int | None, doing: Text) -> None:
        nonlocal told
        if time.monotonic() - told >= 1:
            told = time.monotonic()
            click.echo(f"  {doing.zh} {doing.en} {done:,}" + (f" / {total:,}" if total else ""), err=True)

    return tell


def _open(file: Path) -> tuple[IO[bytes], str]:
    """The file as one stream; a Shapefile with all its parts as one zip."""
    if file.suffix.lower() != ".shp":
        return file.open("rb"), file.name
    packed = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(file.parent.glob(f"{glob.escape(file.stem)}.*")):
            archive.write(part, part.name)
    packed.seek(0)
    return packed, f"{file.stem}.zip"
