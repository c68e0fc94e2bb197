# SPDX-License-Identifier: Apache-2.0
"""Promises of exports: every format loads again and changes nothing, nobody sees more than they may, nothing is run."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import shapely

from belltower.core.places.actions import loads
from belltower.core.places.actions.city import use_profile
from belltower.core.places.actions.parties import put_party
from belltower.core.places.bulk import AssetBatch, merge_assets
from belltower.core.places.city import load_profile
from belltower.core.places.exports import CannotExport, FileFormat, export, export_file, stream_csv
from belltower.core.places.loading.readers import open_file
from belltower.core.places.models import Asset, Life
from belltower.core.places.scope import EVERYTHING, Scope
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

pytestmark = pytest.mark.django_db
DESK = Actor.system("test")
MAY = datetime(2026, 5, 1, 3, 4, 5, 678901, tzinfo=UTC)
ENDINGS = {FileFormat.SHAPEFILE: "zip"}


@pytest.fixture(autouse=True)
def city() -> None:
    """Lights with all that lights can have, streets and parcels."""
    use_profile(load_profile("hengyang"), by=DESK)
    owner = put_party("91430400MA4L000000", "enterprise", Text(zh="照明公司", en="Lighting Co"), by=DESK)
    random = np.random.default_rng(7)
    places = np.append(shapely.points(random.normal(112.57, 0.05, 39), random.normal(26.9, 0.05, 39)), [None])
    lights = AssetBatch(
        kind="street_light",
        keys=[f"=L-{at}" for at in range(40)],
        valid_from=MAY,
        geoms=places,
        names=[Text(zh=f"灯{at}", en=f"'+Light {at}") if at % 3 else None for at in range(40)],
        lives=[Life.OUT_OF_SERVICE if at % 2 else Life.IN_SERVICE for at in range(40)],
        owner_ids=[owner.pk if at % 4 else None for at in range(40)],
        fields=[_light_fields(at) for at in range(40)],
        codes=[f"43040501037{at:06d}" if at % 5 == 1 else None for at in range(40)],
    )
    line = shapely.LineString([(112.5, 26.8), (112.51, 26.81), (112.52, 26.8)])
    lines = AssetBatch(kind="street", keys=["S-1", "S-2"], valid_from=MAY, geoms=np.array([line, shapely.MultiLineString([line, shapely.LineString([(112.6, 26.8), (112.7, 26.8)])])], dtype=object), fields=[{"class": "trunk", "one_way": True}, {"length": 12.5}])  # fmt: skip
    ring = shapely.Polygon([(112.5, 26.8), (112.5, 26.9), (112.6, 26.9), (112.6, 26.8)])
    parcels = AssetBatch(kind="parcel", keys=["P-1"], valid_from=MAY, geoms=np.array([ring], dtype=object), fields=[{"use": "homes", "size": 512.25}])  # fmt: skip
    merge_assets([lights, lines, parcels], by=DESK, now=MAY, source="test")


def _light_fields(at: int) -> dict[str, object]:
    full = {
        "height": 9.144,
        "_given": {"height": "30 ft"},
        "lamp": "=SUM(A1)",
        "lights": at,
        "on_traffic_pole": at % 2 == 0,
    }
    return full | {"pole_material": "铸铁", "wattage": at / 8} if at % 6 else {}


@pytest.mark.parametrize("format", FileFormat)
@pytest.mark.parametrize("kind", ["street_light", "street", "parcel"])
def test_an_export_loads_again_and_changes_nothing(tmp_path: Path, format: FileFormat, kind: str) -> None:
    path = tmp_path / f"{kind}.{ENDINGS.get(format, format)}"
    written = export_file(Asset.objects.filter(kind=kind), path, format)
    source = open_file(path)
    mapping = loads.propose_for(source).mapping
    report = loads.try_file(source, mapping, by=DESK, now=MAY)
    nowhere = 1 if kind == "street_light" else 0  # a light without a place: loading asks for one
    assert mapping.target == kind
    assert (report.rows, report.created, report.changed) == (written, 0, 0)
    assert (report.unchanged, report.kept_aside) == (written - nowhere, nowhere)


@pytest.mark.parametrize("format", [FileFormat.CSV, FileFormat.GEOJSON, FileFormat.XLSX])
def test_several_kinds_fit_one_table_and_load_again(tmp_path: Path, format: FileFormat) -> None:
    path = tmp_path / f"all.{format}"
    assert export_file(Asset.objects.all(), path, format) == 43
    source = open_file(path)
    report = loads.try_file(source, loads.propose_for(source).mapping, by=DESK, now=MAY)
    assert (report.created, report.changed, report.unchanged) == (0, 0, 42)


@pytest.mark.parametrize("format", [FileFormat.GEOPACKAGE, FileFormat.SHAPEFILE])
def test_a_layer_holds_one_kind(tmp_path: Path, format: FileFormat) -> None:
    with pytest.raises(CannotExport, match="--kind"):
        export_file(Asset.objects.all(), tmp_path / "all.gpkg", format)
    assert list(tmp_path.iterdir()) == []


def test_nobody_exports_what_they_may_not_see() -> None:
    out = io.BytesIO()
    assert export(Asset.objects.all(), out, FileFormat.CSV, scope=Scope(frozenset())) == 0


def test_a_spreadsheet_finds_no_formula_in_a_csv() -> None:
    text = b"".join(stream_csv(Asset.objects.all(), scope=EVERYTHING)).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "@")]
    assert "'=L-0" in cells


def test_a_spreadsheet_holds_texts_as_texts(tmp_path: Path) -> None:
    export_file(Asset.objects.filter(kind="street_light"), tmp_path / "a.xlsx", FileFormat.XLSX)
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row if cell.value is not None} == {
        "s",
        "n",
    }


@pytest.mark.parametrize("format", [FileFormat.CSV, FileFormat.GEOJSON, FileFormat.XLSX, FileFormat.GEOPACKAGE])
def test_every_digit_of_a_number_comes_back(tmp_path: Path, format: FileFormat) -> None:
    """A Shapefile is left out: its table cuts numbers after 15 decimals."""
    odd = AssetBatch(kind="parcel", keys=["P-1"], valid_from=MAY, fields=[{"use": "homes", "size": 0.1 + 0.2}])
    merge_assets([odd], by=DESK, now=datetime(2026, 5, 2, tzinfo=UTC), source="test")
    path = tmp_path / f"a.{format}"
    export_file(Asset.objects.filter(kind="parcel"), path, format)
    source = open_file(path)
    assert loads.try_file(source, loads.propose_for(source).mapping, by=DESK).unchanged == 1


def test_geojson_is_what_others_can_read(tmp_path: Path) -> None:
    export_file(Asset.objects.filter(kind="parcel"), tmp_path / "a.geojson", FileFormat.GEOJSON)
    [feature] = json.loads((tmp_path / "a.geojson").read_bytes())["features"]
    assert shapely.from_geojson(json.dumps(feature["geometry"])).exterior.is_ccw
    assert feature["properties"]["key"] == "P-1"


def test_an_empty_export_is_a_file_with_its_header(tmp_path: Path) -> None:
    assert export_file(Asset.objects.none(), tmp_path / "a.csv", FileFormat.CSV) == 0
    assert (tmp_path / "a.csv").read_text(encoding="utf-8-sig").startswith("kind,key,code")
