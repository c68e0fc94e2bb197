# SPDX-License-Identifier: Apache-2.0
"""From a raster and layers on disk to a plan that stands, by the two commands; and a clear word for each bad file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from belltower.planners.certifying import certify
from belltower.planners.coverage.errors import BadProblem
from belltower.project.commands import certify as certifying
from belltower.project.commands import plan as planning
from belltower.project.planning.errors import BadInput
from belltower.project.planning.layers import read_layer
from belltower.project.planning.rasters import cells_of, whole
from belltower.project.planning.stations import STATES

STEP = 0.001
WEST, NORTH = 112.6, 26.9


def raster(path: Path, people: Any, *, code: int | None = 4326, no_data: str = "-99999") -> Path:
    """A GeoTIFF of cells a thousandth of a degree wide."""
    tags = ImageFileDirectory_v2()
    tags[33550], tags[33922] = (STEP, STEP, 0.0), (0.0, 0.0, 0.0, WEST, NORTH, 0.0)
    keys = [1, 1, 0, 2, 1024, 0, 1, 2, 1025, 0, 1, 1] + ([2048, 0, 1, code] if code else [])
    tags[34735] = (*keys[:3], (len(keys) - 4) // 4, *keys[4:])
    tags.tagtype[34735] = 3
    tags[42113] = no_data
    Image.fromarray(np.array(people, dtype=np.float32)).save(path, format="TIFF", tiffinfo=tags)
    return path


def layer(path: Path, *features: tuple[str, Any, dict[str, Any]]) -> Path:
    """A GeoJSON file of (type, coordinates, properties)."""
    made = [
        {"type": "Feature", "geometry": {"type": kind, "coordinates": where}, "properties": said}
        for kind, where, said in features
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": made}), encoding="utf-8")
    return path


@pytest.fixture
def town(tmp_path: Path) -> list[str]:
    """Two streets that meet, 100 m cells along them, an island of streets, and three sites: one stands, one is barred."""
    people = np.full((3, 20), -99999.0)
    people[1, :] = 10.4
    corner = [WEST + 20 * STEP, NORTH - 1.5 * STEP]
    streets = layer(
        tmp_path / "streets.geojson",
        ("LineString", [[WEST, NORTH - 1.5 * STEP], corner], {"oneway": "no"}),
        ("LineString", [corner, [corner[0], NORTH - 20 * STEP]], {"oneway": "no"}),
        ("LineString", [[WEST, NORTH - 10 * STEP], [WEST + STEP, NORTH - 10 * STEP]], {"oneway": "no"}),
    )
    sites = layer(
        tmp_path / "sites.geojson",
        ("Point", [WEST + 5 * STEP, NORTH - 1.6 * STEP], {"name": "A", "state": "已建", "class": "rest_only"}),
        ("Point", [WEST + 15 * STEP, NORTH - 1.6 * STEP], {"name": "B", "state": "free", "class": "rest_only"}),
        ("Point", [WEST + 10 * STEP, NORTH - 1.6 * STEP], {"name": "C", "state": "禁建", "class": "rest_only"}),
    )
    box = [[[WEST, NORTH], [WEST + 10 * STEP, NORTH], [WEST + 10 * STEP, NORTH - 1], [WEST, NORTH - 1], [WEST, NORTH]]]
    areas = layer(tmp_path / "areas.geojson", ("Polygon", box, {"name": "West Street"}))
    cells = raster(tmp_path / "people.tif", people)
    return ["--people", str(cells), "--streets", str(streets), "--sites", str(sites), "--areas", str(areas)]


def run(tmp_path: Path, *words: str) -> Any:
    return CliRunner().invoke(
        planning.command, ["stations", *words, "-o", str(tmp_path / "plan.json")], catch_exceptions=False
    )


def test_a_plan_from_files_is_certified_by_the_command(town: list[str], tmp_path: Path) -> None:
    done = run(tmp_path, *town, "--at-most", "2", "--reach", "600")
    assert done.exit_code == 0, done.output
    plan = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert (plan["plan"]["status"], plan["plan"]["open"]) == ("proven", [0, 1])
    assert plan["plan"]["people"] == 208
    assert {one["name"] for one in plan["plan"]["areas"]} == {"West Street", "-"}
    assert "over streets" in done.output
    checked = CliRunner().invoke(certifying.command, [str(tmp_path / "plan.json")], catch_exceptions=False)
    assert "the certificate itself proves that none is better" in checked.output


def test_stages_are_files_of_their_own_that_each_stand(town: list[str], tmp_path: Path) -> None:
    done = run(tmp_path, *town, "--stages", "1,2", "--reach", "600")
    assert "stage 2 of 2" in done.output
    for number in (1, 2):
        assert certify((tmp_path / f"plan-{number}.json").read_text(encoding="utf-8"), file="plan")["is_proof"]


def test_a_fair_plan_says_what_it_gave_up(town: list[str], tmp_path: Path) -> None:
    assert "fair: worst share" in run(tmp_path, *town, "--at-most", "2", "--fair", "5", "--reach", "600").output


def test_whole_persons_keep_the_sum() -> None:
    people = np.array([0.4] * 10)
    assert whole(people).sum() == 4
    assert whole(people).max() == 1


@pytest.mark.parametrize(
    ("people", "said", "word"),
    [
        ([[-3.0]], {}, "negative population"),
        ([[1.0]], {"code": None}, "coordinate system"),
        ([[1.0]], {"code": 32767}, "coordinate system"),
    ],
)
def test_a_bad_raster_is_refused(tmp_path: Path, people: Any, said: dict[str, Any], word: str) -> None:
    with pytest.raises(BadInput, match=word):
        cells_of(raster(tmp_path / "bad.tif", people, **said).read_bytes(), file="bad.tif")


def test_a_raster_of_ten_million_cells_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.tif"
    Image.new("1", (10_000, 1_000)).save(path, format="TIFF", compression="group4")
    with pytest.raises(BadInput, match="10,000,000 cells"):
        cells_of(path.read_bytes(), file="large.tif")


def test_what_is_no_raster_is_refused() -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        cells_of(b"GIF89a", file="x.tif")


def test_a_layer_whose_coordinates_are_of_another_system_is_refused(tmp_path: Path) -> None:
    path = layer(tmp_path / "metres.geojson", ("Point", [500_000.0, 2_970_000.0], {}))
    with pytest.raises(BadInput, match="two coordinate systems"):
        read_layer(path)


def test_sites_far_from_the_streets_are_refused(town: list[str], tmp_path: Path) -> None:
    far = layer(tmp_path / "far.geojson", ("Point", [WEST + 0.5, NORTH], {"name": "far"}))
    with pytest.raises(BadProblem, match="near a street"):
        run(tmp_path, *town, "--sites", str(far), "--at-most", "1")


def test_an_unknown_state_is_refused_by_its_row(town: list[str], tmp_path: Path) -> None:
    odd = layer(tmp_path / "odd.geojson", ("Point", [WEST, NORTH], {"state": "maybe"}))
    with pytest.raises(BadInput, match="row 1: state 'maybe'"):
        run(tmp_path, *town, "--sites", str(odd), "--at-most", "1")
    assert "free" in STATES
