# SPDX-License-Identifier: Apache-2.0
"""`belltower plan poles`: from a bureau's files to a plan that certifies; bad files are told with what is wrong."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from belltower.core.places.loading.errors import MissingColumns, WrongPlace
from belltower.kernel.errors import Refusal
from belltower.planners.certifying import certify
from belltower.planners.consolidation.problem import read_problem
from belltower.planners.consolidation.rulebook import BadPoleRules
from belltower.project.commands.plan import command
from belltower.project.planning.poles import read_poles

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "pole-plans.md"
A_METRE = 1 / 111_320
LON, LAT = 112.60, 26.90


def east(metres: float) -> float:
    """The longitude so far east of the scene's beginning; degrees shrink by the cosine of the latitude."""
    return LON + metres * A_METRE / 0.8918


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """The page's own example: two lamps, a camera that may join the second, and a signal."""
    lamps = [f"a{number},{east(at):.8f},{LAT},10,north,{at}" for number, at in enumerate((0, 30))]
    (tmp_path / "lamps.csv").write_text("\n".join(["id,lon,lat,height,kerb,along", *lamps]), encoding="utf-8")
    (tmp_path / "cameras.geojson").write_text(
        json.dumps({"type": "FeatureCollection", "features": [camera("c1", 35), camera("c2", 60, state="broken")]})
    )
    (tmp_path / "signals.csv").write_text(f"id,lng,lat\ns1,{LON + 0.0056:.8f},{LAT - 0.0033:.8f}\n")
    path = tmp_path / "rules.yaml"
    path.write_text(re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[0], encoding="utf-8")
    return path


def camera(number: str, at_m: float, *, state: str = "active") -> dict[str, object]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [east(at_m), LAT]},
        "properties": {"id": number, "owner": "police", "state": state, "stop_lon": east(at_m + 20), "stop_lat": LAT},
    }


def run(rules: Path, *words: str) -> Result:
    out = rules.parent / "plan.json"
    return CliRunner().invoke(command, ["poles", str(rules), "--out", str(out), *words], catch_exceptions=False)


def test_the_pages_example_becomes_a_plan_that_certifies(rules: Path) -> None:
    """The camera joins the second lamp, which is 25 m before its stop line; the broken one is not counted."""
    told = run(rules, "--map", str(rules.parent / "plan.geojson"))
    assert told.exit_code == 0, told.output
    assert "4 poles today, 3 kept" in told.output
    assert "现有 4 根杆，保留 3 根" in told.output
    assert "1 secondary, 9 unverified" in told.output
    text = (rules.parent / "plan.json").read_text(encoding="utf-8")
    assert certify(text, file="plan.json")["bound"] == 3
    assert json.loads(text)["plan"]["hangs"]["camera:c1"] == "lamp:a1"
    assert read_problem(json.loads(text)["problem"]).devices[0].lights
    features = json.loads((rules.parent / "plan.geojson").read_text(encoding="utf-8"))["features"]
    assert sorted(one["properties"].get("becomes", "moves") for one in features) == [
        "kept",
        "kept",
        "kept",
        "moves",
        "removed",
    ]


def test_rows_that_cannot_be_meant_go_aside_and_are_told(rules: Path) -> None:
    with (rules.parent / "lamps.csv").open("a", encoding="utf-8") as file:
        file.write(
            f"\na1,{east(90)},{LAT},10,north,90\na3,,,10,north,90\na4,{east(95)},{LAT},ca. 9,north,95\n,{east(99)},{LAT},10,,"
        )
    told = run(rules)
    assert told.exit_code == 0
    assert "4 rows are kept aside" in told.output
    assert "was there before" in told.output
    assert "'ca. 9' is no number for pole_height_m" in told.output
    assert "没有坐标" in told.output


def test_a_camera_whose_stop_line_nobody_noted_stays(rules: Path) -> None:
    text = (
        (rules.parent / "cameras.geojson")
        .read_text(encoding="utf-8")
        .replace('"stop_lon"', '"gone_lon"')
        .replace('"stop_lat": ', '"stop_lon": null, "stop_lat": ')
    )
    (rules.parent / "cameras.geojson").write_text(text, encoding="utf-8")
    _, problem, _ = read_poles(rules)
    assert next(one for one in problem.devices if one.kind == "camera").stays


def test_feet_are_feet_and_a_low_pole_has_no_high_mounts(rules: Path) -> None:
    text = (rules.parent / "lamps.csv").read_text(encoding="utf-8").replace(",10,north,0", ",16 ft,north,0")
    (rules.parent / "lamps.csv").write_text(text, encoding="utf-8")
    _, problem, _ = read_poles(rules)
    assert problem.poles[0].mounts == (2, 2, 0, 0)
    assert problem.devices[0].height_mm == 4877


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("pascals: 500", "pascal: 500", "'pascal' is not known here; did you mean 'pascals'?"),
        ("pascals: 500", "pascals: much", "'pascals' must be a number of at least 0"),
        ("metres: 35", "metres: 0", "'metres' must be a number of at least 0.001"),
        ("reach_m: 5 ", "reach: 5 ", "did you mean 'reach_m'?"),
        ("    reach_m: 15\n", "", "'reach_m' is missing"),
        ("verified: secondary", "verified: surely", "must be one of primary"),
        ("mounts: [2, 2, 2, 2]", "mounts: [2, 2]", "a number for each of 4 layers"),
        ("kinds: [camera, camera]", "kinds: [camera, drone]", "must be one of lamp, signal, camera"),
        ("owner: lighting ", "# owner: lighting ", "needs owner, or a column of it"),
        ("stays: true ", "stays: always ", "must be true or false"),
        ("format: belltower-pole-rules/1", "format: poles/9", "must be one of belltower-pole-rules/1"),
    ],
)  # fmt: skip
def test_rules_that_cannot_be_used_are_told_with_their_line(rules: Path, old: str, new: str, says: str) -> None:
    text = rules.read_text(encoding="utf-8")
    assert old in text
    rules.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadPoleRules) as refused:
        run(rules)
    assert says in refused.value.say("en")
    assert re.search(r"第 \d+ 行", refused.value.say("zh"))


def test_rules_that_are_no_text_are_refused(rules: Path) -> None:
    rules.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadPoleRules, match="UTF-8"):
        run(rules)


def test_a_column_that_is_not_there_is_named(rules: Path) -> None:
    rules.write_text(
        rules.read_text(encoding="utf-8").replace("number: id, lon: lng", "number: nr, lon: lng"), encoding="utf-8"
    )
    with pytest.raises(MissingColumns, match=r"signals\.csv.*nr"):
        run(rules)


def test_an_inventory_in_another_system_is_refused_with_a_guess(rules: Path) -> None:
    """Two systems mixed: metres of the city's plane where degrees are expected."""
    (rules.parent / "lamps.csv").write_text(
        "id,lon,lat,height,kerb,along\na0,361000,2976000,10,north,0\n", encoding="utf-8"
    )
    with pytest.raises(WrongPlace, match="EPSG:4547"):
        run(rules)


def test_an_inventory_that_is_not_there_is_refused(rules: Path) -> None:
    (rules.parent / "signals.csv").unlink()
    with pytest.raises(Refusal, match=r"signals\.csv"):
        run(rules)


def test_a_folder_that_is_not_there_is_told_before_the_search(rules: Path) -> None:
    told = CliRunner().invoke(command, ["poles", str(rules), "--out", str(rules.parent / "no" / "plan.json")])
    assert told.exit_code == 2
    assert "no folder" in told.output
