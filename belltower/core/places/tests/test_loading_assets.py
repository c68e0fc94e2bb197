# SPDX-License-Identifier: Apache-2.0
"""Promises of loading assets: taken or kept aside, the same again changes nothing, a dry run tells the truth."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from belltower.core.places.actions import loads
from belltower.core.places.actions.city import use_profile
from belltower.core.places.city import load_profile
from belltower.core.places.loading.errors import FileTooLarge, MissingColumns, WhichKind, WrongPlace
from belltower.core.places.loading.mapping import ColumnMapping, Rule
from belltower.core.places.loading.report import LoadReport
from belltower.core.places.models import Asset, AssetPast, KeptAside, Life, Load, LoadState, Party, PartyKind
from belltower.kernel.actors import Actor
from belltower.kernel.errors import Conflict

pytestmark = pytest.mark.django_db
DESK = Actor.system("test")
MAY, JUNE = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
GOOD = """编号,经度,纬度,权属单位,杆高,状态
L-1,112.57,26.89,照明处,8 m,在用
L-2,112.58,26.90,照明处,30 ft,停用
L-3,112.59,26.91,,N/A,在用
"""


@pytest.fixture(autouse=True)
def hengyang(settings, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    settings.BELLTOWER_FILES = tmp_path / "files"
    use_profile(load_profile("hengyang"), by=DESK)


def received(content: str, name: str = "路灯.csv") -> Load:
    return loads.receive_file(io.BytesIO(content.encode()), name, by=DESK)


def loaded(content: str, name: str = "路灯.csv", *, now: datetime = MAY) -> tuple[Load, LoadReport]:
    load = received(content, name)
    loads.choose(load, loads.propose(load).mapping, by=DESK)
    return load, loads.run(load, by=DESK, now=now)


def counts(report: LoadReport) -> tuple[int, int, int, int]:
    assert report.rows == report.created + report.changed + report.unchanged + report.kept_aside
    return report.created, report.changed, report.unchanged, report.kept_aside


def test_a_register_comes_in_with_owners_units_and_lives() -> None:
    _, report = loaded(GOOD)
    assert counts(report) == (3, 0, 0, 0)
    one, two, three = Asset.objects.order_by("key")
    assert (one.kind, one.fields, one.life, one.owner.key) == (
        "street_light",
        {"height": 8.0},
        Life.IN_SERVICE,
        "照明处",
    )
    assert (two.fields, two.life) == ({"height": 9.144, "_given": {"height": "30 ft"}}, Life.OUT_OF_SERVICE)
    assert (three.fields, three.owner) == ({}, None)
    assert [(party.key, party.kind) for party in Party.objects.all()] == [("照明处", PartyKind.OWNER)]


def test_the_same_file_again_changes_nothing() -> None:
    loaded(GOOD)
    assert counts(loaded(GOOD, now=JUNE)[1]) == (0, 0, 3, 0)
    assert not AssetPast.objects.exists()


def test_only_the_corrected_row_changes() -> None:
    loaded(GOOD)
    assert counts(loaded(GOOD.replace("8 m", "9 m"), now=JUNE)[1]) == (0, 1, 2, 0)
    assert AssetPast.objects.get().fields == {"height": 8.0}


def test_a_dry_run_reports_the_same_and_writes_nothing() -> None:
    loaded(GOOD)
    more = GOOD.replace("8 m", "9 m") + "L-4,112.57,26.89,新单位,8,在用\nL-5,,,照明处,8,在用\n"
    load = received(more)
    loads.choose(load, loads.propose(load).mapping, by=DESK)
    tried = loads.run(load, by=DESK, now=JUNE, dry_run=True)
    assert Asset.objects.count() == 3
    assert not KeptAside.objects.exists()
    assert not Party.objects.filter(key="新单位").exists()
    assert counts(tried) == counts(loads.run(load, by=DESK, now=JUNE)) == (1, 1, 2, 1)
    assert tried.owners == ("新单位",)


def test_rows_that_do_not_fit_are_kept_aside_and_the_good_ones_come_in() -> None:
    load, report = loaded(
        GOOD
        + "L-4,112.57,26.89,照明处,很高,在用\n,112.57,26.89,照明处,8,在用\nL-6,abc,26.89,照明处,8,在用\n"
        + "L-1,112.57,26.89,照明处,8,在用\nL-8,12.57,26.89,照明处,8,在用\nL-9,112.57,26.89,照明处,8,怪\n"
    )
    assert counts(report) == (3, 0, 0, 6)
    kept = {each.row_number: each.reason for each in KeptAside.objects.filter(load=load)}
    assert sorted(kept) == [5, 6, 7, 8, 9, 10]
    assert "杆高" in kept[5]["zh"]
    assert "twice (first at row 2)" in kept[8]["en"]
    assert "km from the city's centre" in kept[9]["en"]
    load.refresh_from_db()
    assert (load.state, load.report["kept_aside"]) == (LoadState.LOADED, 6)


def test_the_rest_is_handed_out_to_correct_and_send_again() -> None:
    load, _ = loaded(GOOD + "L-4,112.57,26.89,照明处,很高,在用\n=L-5,,,照明处,8,在用\n")
    rest = "".join(loads.kept_aside_csv(load))
    assert rest.startswith("\ufeff编号,经度,纬度,权属单位,杆高,状态,reason")
    assert "'=L-5" in rest
    mended = rest.replace("很高", "10 m").replace("'=L-5,,", "'=L-5,112.6,26.9")
    _, report = loaded(mended, "路灯-rest.csv")
    assert counts(report)[0] == 2
    assert Asset.objects.filter(key="=L-5").exists()


def test_longitude_and_latitude_exchanged_are_told_as_such() -> None:
    exchanged = GOOD.replace("经度,纬度", "纬度,经度")
    with pytest.raises(WrongPlace, match="swap the two columns"):
        loaded(exchanged)
    assert not Asset.objects.exists()
    assert Load.objects.get().state == LoadState.FAILED


def test_metres_in_the_city_plane_are_recognised() -> None:
    with pytest.raises(WrongPlace, match="not in this city"):
        loaded("编号,X坐标,Y坐标,路灯\nL-1,457000,2975000,x\n")


def test_a_file_without_a_key_or_kind_is_refused_with_its_columns() -> None:
    load = received("a,b\n1,2\n", "stuff.csv")
    with pytest.raises(WhichKind):
        loads.choose(load, loads.propose(load).mapping, by=DESK)
    with pytest.raises(MissingColumns, match="a, b"):
        loads.choose(load, ColumnMapping("street_light", "wgs84", {"a": Rule("name")}), by=DESK)


def test_a_saved_mapping_is_proposed_again_for_the_same_columns() -> None:
    load = received(GOOD)
    mapping = ColumnMapping("camera_pole", "gcj02", {"编号": Rule("key"), "经度": Rule("lon"), "纬度": Rule("lat")})
    loads.choose(load, mapping, by=DESK, save_as="监控")
    assert loads.propose(received(GOOD, "other.csv")).mapping == mapping


def test_words_of_a_register_may_be_given_a_meaning() -> None:
    load = received("编号,经度,纬度,状态\nL-1,112.57,26.89,5\n")
    columns = {
        "编号": Rule("key"),
        "经度": Rule("lon"),
        "纬度": Rule("lat"),
        "状态": Rule("life", words={"5": "retired"}),
    }
    loads.choose(load, ColumnMapping("street_light", "wgs84", columns), by=DESK)
    loads.run(load, by=DESK, now=MAY)
    assert Asset.objects.get().life == Life.RETIRED


def test_the_preview_shows_rows_as_they_would_be_taken() -> None:
    load = received(GOOD + "L-4,112.57,26.89,照明处,很高,在用\n")
    shown = loads.preview(load, loads.propose(received(GOOD)).mapping, now=MAY)
    assert shown.rows[1].values["field.height"] == 9.144
    assert shown.rows[0].values["owner"] == "照明处"
    assert [aside.row for aside in shown.aside] == [5]
    assert not Party.objects.exists()


def test_a_load_that_is_done_is_told_again_and_not_done_again() -> None:
    load, report = loaded(GOOD + "L-4,,,照明处,8,在用\n")
    assert counts(loads.run(load, by=DESK, now=JUNE)) == counts(report)
    assert KeptAside.objects.count() == 1
    with pytest.raises(Conflict):
        loads.choose(load, loads.propose(load).mapping, by=DESK)


def test_the_same_content_is_stored_once_and_too_much_is_refused() -> None:
    first, second = received(GOOD), received(GOOD, "again.csv")
    assert first.stored_as == second.stored_as
    with pytest.raises(FileTooLarge):
        loads.receive_file(io.BytesIO(b"x" * (2 << 20)), "large.csv", by=DESK, largest_mib=1)
