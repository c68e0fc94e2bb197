# SPDX-License-Identifier: Apache-2.0
"""Roll-ups of roll-ups are those of the readings; which days are whose, and when a night's work begins."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from belltower.core.observations.lake import kept, retention
from belltower.core.observations.rollups import READINGS, duckdb_sql, of_table, offsets_between
from belltower.core.observations.works import night_before
from belltower.kernel.packs import Keeping

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)


def test_days_of_the_city_and_of_utc() -> None:
    day = date(2026, 11, 10)
    assert retention.utc_days_of(day, SHANGHAI) == [day - DAY, day]
    assert retention.civil_days_of(day, SHANGHAI) == [day, day + DAY]
    assert retention.utc_days_of(day, UTC) == retention.civil_days_of(day, UTC) == [day]


def test_a_night_begins_at_two_in_the_city() -> None:
    two = datetime(2026, 11, 23, 18, tzinfo=UTC)  # 02:00 in Shanghai
    assert night_before(two, SHANGHAI) == two
    assert night_before(two - timedelta(seconds=1), SHANGHAI) == two - DAY


def test_a_day_stays_hot_for_as_long_as_any_kind_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "keepings", lambda: {"": Keeping(), "bin.fill": Keeping(hot=7)})
    assert (retention.hot_days(3), retention.hot_days(9)) == (7, 9)


@settings(max_examples=20)
@given(st.data())
def test_roll_ups_of_roll_ups_are_those_of_the_readings(data: st.DataObject) -> None:
    """Minutes to hours to days, whatever the zone; count, least, greatest, first and last exact, the mean to 1e-12."""
    zone = ZoneInfo(data.draw(st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "Asia/Kolkata"])))
    begin = datetime(2026, 10, 24, tzinfo=UTC)
    rows = data.draw(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 3 * 86_400), st.floats(-1e6, 1e6)), min_size=1,
                              max_size=60, unique_by=lambda row: row[:2]))  # fmt: skip
    ats = np.array([int(begin.timestamp()) + row[1] for row in rows], np.int64) * 1_000_000
    table = pa.table({
        "id": np.arange(len(rows)), "stream": np.array([row[0] for row in rows]), "quality": np.zeros(len(rows), np.int16),
        "at": pa.array(ats).cast(pa.timestamp("us", tz="UTC")), "value": np.array([row[2] for row in rows]),
    })  # fmt: skip
    offsets = offsets_between(zone, begin, begin + 4 * DAY)
    with duckdb.connect() as connection:
        connection.register(READINGS, table)
        made = {
            every: of_table(connection.sql(duckdb_sql(every, offsets, by_id=False)).to_arrow_table(), every, zone)
            for every in ("minute", "hour", "day")
        }
    scale = np.abs(table.column("value").to_numpy()).max()
    for finer, every in (("minute", "hour"), ("hour", "day"), ("minute", "day")):
        again, whole = kept.together([made[finer]], every, zone), made[every]
        for name in ("stream", "at", "count", "min", "max", "first", "last"):
            np.testing.assert_array_equal(getattr(again, name), getattr(whole, name), err_msg=name)
        np.testing.assert_allclose(again.mean, whole.mean, rtol=1e-12, atol=1e-12 * scale)
