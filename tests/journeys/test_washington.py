# SPDX-License-Identifier: Apache-2.0
"""A bureau loads its own registers: Washington's real street furniture, and Hengyang's real outlines."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
import shapely
from django.conf import settings as django_settings

from belltower.core.jobs.carrying import carry
from belltower.core.jobs.models import Job
from belltower.core.ledger.delivery import deliver_next, open_lanes
from belltower.core.ledger.handling import known_handlers
from belltower.core.ledger.outbox_rules import Limits
from belltower.core.places.actions import loads
from belltower.core.places.actions.city import use_profile
from belltower.core.places.bulk import AssetBatch, merge_assets
from belltower.core.places.city import load_profile
from belltower.core.places.loading.areas import load_areas
from belltower.core.places.loading.readers import open_file
from belltower.core.places.loading.report import LoadReport
from belltower.core.places.models import Area, Asset, AssetPast, Load, Party
from belltower.kernel.actors import Actor
from belltower.kernel.coordinates import coordinate_system
from belltower.kernel.plane import MetricPlane

pytestmark = pytest.mark.django_db
DESK = Actor.system("test")
NOW = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def washington(settings, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    settings.BELLTOWER_FILES = tmp_path / "files"
    use_profile(load_profile("washington"), by=DESK)


def load_file(path: Path) -> tuple[Load, LoadReport]:
    """Received, mapped as proposed, and loaded, without a word from anybody."""
    with path.open("rb") as file:
        load = loads.receive_file(file, path.name, by=DESK)
    loads.choose(load, loads.propose(load).mapping, by=DESK)
    return load, loads.run(load, by=DESK)


def test_all_street_lights_come_in_with_a_mapping_that_proposed_itself(washington: None, data: Path) -> None:
    path = data / "street_furniture" / "streetlights_downtown.csv"
    load, report = load_file(path)
    assert (load.target, report.rows) == ("", 3963) or (load.target, report.rows) == ("street_light", 3963)
    assert (report.created, report.kept_aside) == (3963, 0)
    assert set(Party.objects.values_list("key", flat=True)) == {"DDOT", "Other", "PEPCO", "Verizon"}
    light = Asset.objects.get(kind="street_light", key="60206")
    assert light.fields["height"] == pytest.approx(16 * 0.3048)
    assert light.fields["_given"] == {"height": "16 ft"}
    assert (light.owner.key, light.fields["street"], light.fields["on_traffic_pole"]) == ("DDOT", "E ST", False)
    assert (light.lon, light.lat) == pytest.approx((-77.01292467, 38.89604969), abs=1e-8)


def test_a_second_load_changes_nothing(washington: None, data: Path) -> None:
    path = data / "street_furniture" / "streetlights_downtown.csv"
    load_file(path)
    _, report = load_file(path)
    assert (report.created, report.changed, report.unchanged) == (0, 0, 3963)
    assert not AssetPast.objects.exists()


@pytest.mark.parametrize(
    ("name", "kind", "rows"),
    [("traffic_signals", "traffic_signal", 1596), ("signal_cabinets", "signal_cabinet", 1412), ("aps_buttons", "push_button", 7823)],
)  # fmt: skip
def test_the_other_registers_are_known_by_themselves(
    washington: None, data: Path, name: str, kind: str, rows: int
) -> None:
    load, report = load_file(data / "street_furniture" / f"{name}.csv")
    load.refresh_from_db()
    assert (load.target, report.created) == (kind, rows)


def test_roads_of_a_shapefile_come_from_their_own_coordinate_system(washington: None, data: Path) -> None:
    """The file states Maryland's state plane; it has no attributes, so equal lines are one road, the others told."""
    source = open_file(data / "street_furniture" / "roads" / "roads.shp")
    mapping = loads.propose_for(source).mapping
    assert (mapping.target, mapping.crs) == ("street", "EPSG:26985")
    report = loads.try_file(source, mapping, by=DESK)
    assert report.rows == 1494 == report.created + report.kept_aside
    assert all("appears twice" in aside.reason.en for aside in report.examples)


def test_thirteen_areas_come_in_moved_by_the_right_hundreds_of_metres(data: Path) -> None:
    """GCJ-02 lies some 400-600 m south-east of WGS 84 in Hengyang; the way back to the raw file is exact."""
    use_profile(load_profile("hengyang"), by=DESK)
    path = data / "areas" / "hengyang_gcj02.geojson"
    source = open_file(path)
    mapping = loads.propose_for(source, target="areas", crs="gcj02").mapping
    report = load_areas(source, mapping, by=DESK, on=date(2026, 1, 1))
    assert (report.created, report.kept_aside, Area.objects.count()) == (13, 0, 13)
    assert Area.objects.filter(parent__code="430400").count() == 12
    plane = MetricPlane(load_profile("hengyang").plane)
    for feature in json.loads(path.read_bytes())["features"]:
        raw = shapely.orient_polygons(shapely.from_geojson(json.dumps(feature["geometry"])))
        area = Area.objects.get(code=str(feature["properties"]["adcode"]))
        came = shapely.from_wkb(bytes(area.geometry))
        _assert_moved(plane, raw, came)


def test_assets_belong_to_the_new_outlines_as_soon_as_these_are_loaded(data: Path) -> None:
    """A lamp that stood in no area, or in an outline that was replaced, is in the loaded one without another command."""
    use_profile(load_profile("hengyang"), by=DESK)
    batch = AssetBatch(kind="street_light", keys=["L-1"], geoms=shapely.points([112.58], [26.89]), valid_from=NOW)
    merge_assets([batch], by=DESK, now=NOW, source="test")
    assert Asset.objects.get().area is None
    source = open_file(data / "areas" / "hengyang_gcj02.geojson")
    load_areas(source, loads.propose_for(source, target="areas", crs="gcj02").mapping, by=DESK, on=date(2026, 1, 1))
    lamp = _after_the_workers_turn()
    assert lamp.area is not None
    assert (lamp.area.level, lamp.area.valid_until) == ("district", None)
    assert not AssetPast.objects.exists()


def _after_the_workers_turn() -> Asset:
    """The one asset, once a worker has delivered the event and carried the job that it asks for."""
    handlers = known_handlers()
    open_lanes(handlers)
    while deliver_next(handlers, Limits()) is not None:
        pass
    [job] = Job.objects.filter(state="waiting")
    carry(job.uid)
    job.refresh_from_db()
    assert (job.state, job.result) == ("done", {"moved": 1})
    return Asset.objects.get()


def _assert_moved(plane: MetricPlane, raw: shapely.Geometry, came: shapely.Geometry) -> None:
    was, now = shapely.get_coordinates(raw), shapely.get_coordinates(came)
    assert len(was) == len(now)
    east, north = np.subtract(plane.to_plane(*now.T), plane.to_plane(*was.T))
    assert (east < 0).all()
    assert (np.hypot(east, north) > 300).all()
    assert (np.hypot(east, north) < 900).all()
    back = coordinate_system("gcj02").from_wgs84(*now.T)
    assert np.hypot(*np.subtract(plane.to_plane(*back), plane.to_plane(*was.T))).max() < 0.01


def test_the_kinds_of_the_registers_are_declared_by_packs() -> None:
    assert {
        "street_light",
        "traffic_signal",
        "signal_cabinet",
        "push_button",
    } <= django_settings.BELLTOWER_REGISTER.kinds.keys()
