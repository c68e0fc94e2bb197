# SPDX-License-Identifier: Apache-2.0
"""Official numbers are given once and never again, however many give them at a time."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection, connections

from belltower.core.places.actions.assets import number_assets
from belltower.core.places.errors import NoOfficialClass, NumbersUsedUp
from belltower.core.places.models import Area, Asset, AssetPast, Numbering
from belltower.core.places.scope import EVERYTHING
from belltower.core.places.search import find
from belltower.core.places.tests.scene import BY, choose_hengyang, put, whole_city
from belltower.core.places.words import words_for
from belltower.kernel.codes import check_asset_code

BUILT = datetime(2024, 5, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def lights(count: int, area: str | None, *, code: str | None = None, kind: str = "street_light") -> None:
    where = Area.objects.current().get(code=area) if area else None
    first = Asset.objects.count()
    Asset.objects.bulk_create(
        Asset(kind=kind, key=f"L-{number}", code=code, area=where, words=words_for((f"L-{number}",), None),
              valid_from=BUILT, recorded_at=BUILT, recorded_by="load")
        for number in range(first, first + count)
    )  # fmt: skip


def codes() -> list[str | None]:
    return list(Asset.objects.order_by("pk").values_list("code", flat=True))


def test_assets_are_numbered_by_district_in_order(small_city: None) -> None:
    lights(2, "430408001001")
    lights(1, "430407")
    lights(1, "430408")
    report = number_assets("street_light", by=BY, now=NOW)
    assert codes() == ["43040801037000001", "43040801037000002", "43040701037000001", "43040801037000003"]
    assert (report.numbered, report.without_district) == (4, 0)
    assert all(check_asset_code(code or "") is None for code in codes())


def test_an_asset_in_no_district_gets_no_number(small_city: None) -> None:
    lights(1, "430400")
    lights(1, None)
    report = number_assets("street_light", by=BY, now=NOW)
    assert (report.numbered, report.without_district) == (0, 2)
    assert codes() == [None, None]


def test_numbering_again_numbers_only_what_is_new(small_city: None) -> None:
    lights(1, "430408")
    number_assets("street_light", by=BY, now=NOW)
    lights(1, "430408")
    assert number_assets("street_light", by=BY, now=NOW).numbered == 1
    assert codes() == ["43040801037000001", "43040801037000002"]


def test_numbers_that_came_with_a_file_are_passed_over(small_city: None) -> None:
    lights(1, "430408", code="43040801037000007")
    lights(1, "430408")
    number_assets("street_light", by=BY, now=NOW)
    lights(1, "430408", code="43040801037000020")
    lights(1, "430408")
    number_assets("street_light", by=BY, now=NOW)
    assert [int((code or "")[11:]) for code in codes()] == [7, 8, 20, 21]


def test_a_number_is_not_given_again_after_its_asset_lost_it(small_city: None) -> None:
    lights(1, "430408")
    number_assets("street_light", by=BY, now=NOW)
    Asset.objects.update(code=None, recorded_at=datetime(2026, 3, 2, tzinfo=UTC))
    number_assets("street_light", by=BY, now=datetime(2026, 3, 3, tzinfo=UTC))
    assert codes() == ["43040801037000002"]


def test_a_given_number_is_recorded_and_found(small_city: None) -> None:
    lights(1, "430408")
    number_assets("street_light", by=BY, now=NOW)
    asset = Asset.objects.get()
    assert (asset.recorded_at, asset.recorded_by, asset.valid_from) == (NOW, "test", BUILT)
    assert AssetPast.objects.get().code is None
    assert [hit.uid for hit in find("43040801037000001", scope=EVERYTHING)] == [asset.uid]
    assert [hit.uid for hit in find("L-0", scope=EVERYTHING)] == [asset.uid]


def test_a_kind_without_an_official_class_is_refused(small_city: None) -> None:
    with pytest.raises(NoOfficialClass, match="Signal cabinet"):
        number_assets("signal_cabinet", by=BY, now=NOW)


def test_when_no_number_is_left_nothing_is_given(small_city: None) -> None:
    lights(2, "430408")
    Numbering.objects.create(prefix="43040801037", last=999_998)
    with pytest.raises(NumbersUsedUp, match="43040801037"):
        number_assets("street_light", by=BY, now=NOW)
    assert codes() == [None, None]
    assert Numbering.objects.get().last == 999_998


@pytest.fixture
def open_city(transactional_db: None) -> Iterator[None]:
    """A city that several connections see at once."""
    choose_hengyang()
    put(*whole_city())
    yield
    with connection.cursor() as cursor:  # assets refuse DELETE; a test database is emptied by TRUNCATE
        cursor.execute("SELECT test_as_owner('TRUNCATE places_asset, places_asset_past CASCADE')")


def test_two_processes_that_number_at_once_never_give_a_number_twice(open_city: None, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """Small batches, so that the two take turns many times."""
    monkeypatch.setattr("belltower.core.places.actions.assets._NUMBERED_AT_ONCE", 7)
    lights(300, "430408001001")
    gate, reports, failures = threading.Barrier(2), [], []

    def number() -> None:
        try:
            gate.wait(timeout=10)
            reports.append(number_assets("street_light", by=BY, now=NOW).numbered)
        except Exception as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=number) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failures == []
    assert sum(reports) == 300
    assert sorted(int((code or "")[11:]) for code in codes()) == list(range(1, 301))
