# SPDX-License-Identifier: Apache-2.0
"""The pyramid and the stamps hold whatever is written, by whomever, at the same time or one after the other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import numpy as np
import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from belltower.core.places import pyramid, stamps
from belltower.core.places.columns import Box
from belltower.core.places.geometry import cells
from belltower.core.places.models import Asset, Life, Party, PartyKind, PyramidDelta, Stamp
from belltower.core.places.scope import NOTHING, Scope

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HERE, THERE = (112.57, 26.89), (112.90, 26.50)
CITY = (8, 208, 108)  # the tile of zoom 8 that holds them
KINDS = ["street_light", "waste_bin"]
SQUARE = stamps.SIDE_M


def place(lon: float, lat: float) -> dict[str, object]:
    """The columns of an asset at a place; the plane of these tests is simply degrees times 100,000."""
    x, y = lon * 1e5, lat * 1e5
    return {"lon": lon, "lat": lat, "cell": int(cells(np.array([lon]), np.array([lat]))[0]), "box": Box(x, y, x, y)}


def put(key: str, kind: str = "street_light", at: tuple[float, float] = HERE, **columns: object) -> Asset:
    return Asset.objects.create(
        kind=kind, key=key, valid_from=NOW, recorded_at=NOW, recorded_by="test", **{**place(*at), **columns}
    )


def change(asset: Asset, minutes: int = 1, **columns: object) -> None:
    asset.recorded_at = asset.recorded_at + timedelta(minutes=minutes)
    Asset.objects.filter(pk=asset.pk).update(recorded_at=asset.recorded_at, **columns)


def there_are() -> dict[str, int]:
    assert list(pyramid.drift()) == []
    return pyramid.totals()


@pytest.mark.django_db
def test_an_asset_is_counted_as_soon_as_it_is_written() -> None:
    put("1")
    put("2", "waste_bin", at=THERE)
    assert there_are() == {"street_light": 1, "waste_bin": 1}
    [bin_, light] = sorted(pyramid.counts(*CITY, level=12, kinds=KINDS), key=lambda count: count.kind)[::-1]
    assert (light.kind, light.lon, light.lat) == ("street_light", pytest.approx(HERE[0]), pytest.approx(HERE[1]))
    assert (bin_.kind, bin_.n) == ("waste_bin", 1)


@pytest.mark.django_db
def test_a_moved_asset_is_counted_where_it_is_now() -> None:
    light = put("1")
    change(light, **place(*THERE))
    [count] = pyramid.counts(*CITY, level=16, kinds=KINDS)
    assert (count.n, round(count.lon, 5), round(count.lat, 5)) == (1, *THERE)
    assert there_are() == {"street_light": 1}


@pytest.mark.django_db
def test_a_retired_asset_leaves_the_map_and_may_come_back() -> None:
    light = put("1")
    change(light, life=Life.RETIRED)
    assert there_are() == {}
    change(light, life=Life.IN_SERVICE)
    assert there_are() == {"street_light": 1}


@pytest.mark.django_db
def test_an_asset_is_counted_for_its_owner_of_today_only() -> None:
    one, other = (Party.objects.create(key=key, kind=PartyKind.OWNER, name={"en": key}) for key in ("A", "B"))
    light = put("1", owner=one)
    put("2")
    mine, theirs = Scope(frozenset({one.pk})), Scope(frozenset({other.pk}))
    assert (pyramid.totals(mine), pyramid.totals(theirs)) == ({"street_light": 1}, {})
    change(light, owner_id=other.pk)
    assert (pyramid.totals(mine), pyramid.totals(theirs)) == ({}, {"street_light": 1})
    assert pyramid.totals(NOTHING) == {}
    assert sum(each.n for each in pyramid.counts(*CITY, level=10, kinds=KINDS, scope=theirs)) == 1
    assert there_are() == {"street_light": 2}


@pytest.mark.django_db
def test_what_has_no_place_is_not_on_the_map_until_it_has_one() -> None:
    light = Asset.objects.create(kind="street_light", key="1", valid_from=NOW, recorded_at=NOW, recorded_by="test")
    assert there_are() == {}
    change(light, **place(*HERE))
    assert there_are() == {"street_light": 1}


@pytest.mark.django_db
def test_a_change_that_the_map_does_not_show_adds_nothing() -> None:
    light = put("1")
    before = PyramidDelta.objects.count()
    change(light, fields={"height": 9})
    assert PyramidDelta.objects.count() == before


@pytest.mark.django_db
def test_what_has_gathered_is_folded_by_the_writers_themselves() -> None:
    """Two thousand single writes leave less than two thousand rows to add up while reading."""
    Asset.objects.bulk_create(
        [
            Asset(kind="street_light", key=str(n), valid_from=NOW, recorded_at=NOW, recorded_by="test", **place(*HERE))
            for n in range(2000)
        ],
        batch_size=1,
    )
    assert PyramidDelta.objects.count() <= 1000
    assert Stamp.objects.count() <= 1001
    assert there_are() == {"street_light": 2000}


@pytest.mark.django_db
def test_coarser_tiles_than_are_kept_are_added_up() -> None:
    put("1")
    put("2", at=THERE)
    assert [each.n for each in pyramid.counts(0, 0, 0, level=3, kinds=KINDS)] == [2]


@pytest.mark.django_db
def test_a_broken_pyramid_is_noticed_and_rebuilt() -> None:
    put("1")
    pyramid.fold()
    with connection.cursor() as cursor:
        cursor.execute("SELECT test_as_owner('UPDATE places_pyramid SET n = 5 WHERE level = 12')")
    assert [level for level, *_ in pyramid.drift()] == [12]
    pyramid.rebuild()
    assert there_are() == {"street_light": 1}


@pytest.mark.django_db
def test_a_stamp_grows_with_every_change_of_its_square_and_with_no_other() -> None:
    here, there = (Box(x * 1e5, y * 1e5, x * 1e5, y * 1e5) for x, y in (HERE, THERE))
    light = put("1")
    before, elsewhere = stamps.version(here), stamps.version(there)
    change(light, name={"zh": "一号灯"})
    assert (stamps.version(here), stamps.version(there)) == (before + 1, elsewhere)
    change(light, **place(*THERE))
    assert (stamps.version(here), stamps.version(there)) == (before + 2, elsewhere + 1)
    pyramid.fold()
    assert (stamps.version(here), stamps.version(there)) == (before + 2, elsewhere + 1)


@pytest.mark.django_db
def test_a_long_thing_stamps_every_square_it_passes() -> None:
    put("1", "street", box=Box(10, 10, 10 + 3 * SQUARE, 20))
    assert [stamps.version(Box(x * SQUARE + 5, 5, x * SQUARE + 6, 6)) for x in range(-1, 6)] == [0, 1, 1, 1, 1, 0, 0]


spots = st.sampled_from([HERE, THERE, (112.571, 26.891), (112.6, 26.9), (-77.03, 38.9), None])
writes = st.tuples(st.integers(0, 7), st.sampled_from(KINDS), spots, st.integers(0, 2), st.sampled_from(Life.values))


class AgainstCountingAll(TestCase):
    @settings(max_examples=40, deadline=None)
    @given(st.lists(st.lists(writes, min_size=1, max_size=6), max_size=6), st.sets(st.integers(0, 5)))
    def test_any_history_of_writes_leaves_the_pyramid_as_a_rebuild_would(
        self, history: list[list[tuple[int, str, tuple[float, float] | None, int, str]]], folds: set[int]
    ) -> None:
        owners = [None, *(Party.objects.create(key=k, kind=PartyKind.OWNER, name={"en": k}).pk for k in "AB")]
        for step, batch in enumerate(history):
            with connection.cursor() as cursor:
                cursor.execute(_UPSERT.format(rows=_rows(batch, owners)), {"at": NOW + timedelta(minutes=step)})
            if step in folds:
                pyramid.fold()
        assert list(pyramid.drift()) == []
        kept = _everything()
        pyramid.rebuild()
        assert kept == _everything()


def _rows(batch: list, owners: list[int | None]) -> str:  # type: ignore[type-arg]
    rows = {}
    for key, kind, spot, owner, life in batch:
        where = place(*spot) if spot else None
        at = f"{where['lon']}, {where['lat']}, {where['cell']}" if where else "NULL, NULL, NULL"
        rows[kind, key] = f"(gen_random_uuid(), '{kind}', '{key}', {at}, {owners[owner] or 'NULL'}::bigint, '{life}')"
    return ", ".join(rows.values())


# Both triggers in one statement: some rows are new, others change.
_UPSERT = """
    INSERT INTO places_asset AS a (uid, kind, key, lon, lat, cell, owner_id, life, fields, source, valid_from, recorded_at, recorded_by)
    SELECT uid, kind, key, lon::float8, lat::float8, cell::bigint, owner, life, '{{}}', '', %(at)s, %(at)s, 'test'
    FROM (VALUES {rows}) AS given (uid, kind, key, lon, lat, cell, owner, life)
    ON CONFLICT (kind, key) DO UPDATE SET lon = EXCLUDED.lon, lat = EXCLUDED.lat, cell = EXCLUDED.cell,
        owner_id = EXCLUDED.owner_id, life = EXCLUDED.life, valid_from = EXCLUDED.valid_from,
        recorded_at = EXCLUDED.recorded_at
"""


def _everything() -> object:
    owned = Scope(frozenset(Party.objects.values_list("pk", flat=True)))
    washington = (8, 73, 97)
    return [
        pyramid.counts(*spot, level=level, kinds=KINDS, scope=scope)
        for spot in (CITY, washington)
        for level in range(9, 17)
        for scope in (Scope(), owned)
    ]


@pytest.fixture
def in_threads() -> Callable[..., list[Exception]]:
    """Run writers at the same time, each in a transaction of its own; give back what went wrong."""

    def run(*writers: Callable[[], None]) -> list[Exception]:
        wrong: list[Exception] = []

        def work(writer: Callable[[], None]) -> None:
            try:
                writer()
            except Exception as error:
                wrong.append(error)
            finally:
                connection.close()

        threads = [Thread(target=work, args=[writer]) for writer in writers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        assert not any(thread.is_alive() for thread in threads), "writers wait for each other"
        return wrong

    return run


@pytest.mark.django_db(transaction=True)
def test_writers_of_the_same_place_never_wait_for_each_other(in_threads: Callable[..., list[Exception]]) -> None:
    """Each writes here, then there, or the other way round, and holds its transaction open until both have done both."""
    met = Barrier(2, timeout=30)

    def writer(name: str, *places_: tuple[float, float]) -> Callable[[], None]:
        def write() -> None:
            with transaction.atomic():
                for number, at in enumerate(places_):
                    put(f"{name}{number}", at=at)
                    met.wait()

        return write

    assert in_threads(writer("a", HERE, THERE), writer("b", THERE, HERE)) == []
    assert there_are() == {"street_light": 4}


@pytest.mark.django_db(transaction=True)
def test_many_writers_and_folds_and_a_rebuild_at_once_lose_no_count(
    in_threads: Callable[..., list[Exception]],
) -> None:
    def writer(name: str) -> Callable[[], None]:
        def write() -> None:
            for number in range(60):
                light = put(f"{name}{number}", at=(HERE, THERE)[number % 2])
                if number % 3 == 0:
                    change(light, **place(*THERE))

        return write

    def fold() -> None:
        for _ in range(20):
            pyramid.fold()

    def rebuild() -> None:
        for _ in range(10):
            pyramid.rebuild()

    assert in_threads(writer("a"), writer("b"), writer("c"), fold, rebuild) == []
    assert there_are() == {"street_light": 180}


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_was_never_counted() -> None:
    put("1")
    before = there_are()
    with transaction.atomic():
        put("2")
        pyramid.fold()
        transaction.set_rollback(True)
    assert there_are() == before == {"street_light": 1}
