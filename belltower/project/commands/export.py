# SPDX-License-Identifier: Apache-2.0
"""`belltower export`: write assets to a file that loads again without changing anything."""

from __future__ import annotations

from pathlib import Path

import click

from belltower.project import database


@click.group()
def command() -> None:
    """Write the city's assets to a file: .csv, .geojson, .xlsx, .gpkg, or .zip (a Shapefile)."""


@command.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--kind", multiple=True, help="Only this kind; may be given several times.")
@click.option("--area", help="Only inside the area with this code.")
@click.option("--owner", help="Only assets of the party with this key.")
def assets(file: Path, kind: tuple[str, ...], area: str | None, owner: str | None) -> None:
    """Assets, all or some."""
    ending = file.suffix.lower().lstrip(".")
    with database.ready():
        from belltower.core.places.exports import FileFormat, export_file
        from belltower.core.places.kinds import register
        from belltower.core.places.models import Area, Asset

        found = Asset.objects.all()
        if kind:
            found = found.filter(kind__in=[register().kind(name).name for name in kind])
        if area:
            found = found.filter(area__path__contains=f"{Area.objects.current().get(code=area).code}/")
        if owner:
            found = found.filter(owner__key=owner)
        format = {"zip": FileFormat.SHAPEFILE, "json": FileFormat.GEOJSON}.get(ending) or _format(ending)
        count = export_file(found, file, format)
    click.echo(f"已导出 {count} 个部件：{file}\n{count} assets written to {file}")


def _format(ending: str):  # type: ignore[no-untyped-def]
    from belltower.core.places.exports import FileFormat

    if ending not in list(FileFormat) or ending == FileFormat.SHAPEFILE:
        raise click.BadParameter("the name should end in .csv, .geojson, .xlsx, .gpkg or .zip (a Shapefile)")
    return FileFormat(ending)
