# SPDX-License-Identifier: Apache-2.0
"""History is the same wherever readings lie: hot, in files, or part here and part there; and only what a viewer sees."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from belltower.core.observations.lake import files, manifest
from belltower.core.observations.lake.errors import LakeDamaged
from belltower.core.observations.lake.rows import instant, micros
from belltower.core.observations.lake.tests.ponds import BEGIN, DAY, FIRST, all_of, close, hot, put_rows, told
from belltower.core.observations.lake.tests.test_closing import _lake as _lake
from belltower.core.observations.models import LakeDay
from belltower.core.observations.reading import by_id, history, parts
from belltower.core.observations.rollups import Every, RollUps
from belltower.core.observations.tests.senses import asked, streams
from belltower.core.places.scope import NOTHING, seen_as

pytestmark = pytest.mark.django_db(transaction=True)
SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
EVERY: tuple[Every, ...] = ("minute", "hour", "day")
SPAN = (BEGIN - DAY, BEGIN + 5 * DAY)


def obvious(
    rows: list[tuple[int, float, float]], every: Every, zone: tzinfo
) -> dict[tuple[int, datetime], tuple[float, ...]]:
    """Roll-ups as one would make them by hand: count, mean, least, greatest, first and last by stream and civil span."""
    spans: dict[tuple[int, datetime], list[float]] = {}
    for stream, seconds, value in rows:
        local = (BEGIN + timedelta(seconds=seconds)).astimezone(zone)
        begins = local.replace(second=0, microsecond=0)
        if every != "minute":
            begins = begins.replace(minute=0)
        if every == "day":
            begins = datetime(local.year, local.month, local.day, tzinfo=zone)
        spans.setdefault((stream, begins.astimezone(UTC)), []).append(value)
    return {
        key: (len(held), sum(held) / len(held), min(held), max(held), held[0], held[-1]) for key, held in spans.items()
    }


def shown(found: RollUps) -> dict[tuple[int, datetime], tuple[float, ...]]:
    columns = (found.count, found.mean, found.min, found.max, found.first, found.last)
    keys = [(stream, instant(at)) for stream, at in zip(found.stream.tolist(), found.at.tolist(), strict=True)]
    assert keys == sorted(set(keys)), "one row a span, in order"
    return dict(zip(keys, zip(*(column.tolist() for column in columns), strict=True), strict=True))


def agree(
    found: dict[tuple[int, datetime], tuple[float, ...]], wanted: dict[tuple[int, datetime], tuple[float, ...]]
) -> None:
    assert found.keys() == wanted.keys()
    for key, (count, mean, *others) in wanted.items():
        assert (found[key][0], *found[key][2:]) == (count, *others)
        assert found[key][1] == pytest.approx(mean, rel=1e-12, abs=1e-12)


# Seconds after BEGIN, in three UTC days, often near a midnight of UTC or of Shanghai, often twice the same.
SECONDS = st.one_of(
    st.integers(0, 3 * 86_400 - 1),
    st.sampled_from([0, 57_599, 57_600, 86_399, 86_400, 86_401, 144_000, 172_799, 172_800]),
)
VALUES = st.floats(-1e6, 1e6).filter(lambda one: one == 0 or abs(one) > 1e-6)
ROWS = st.lists(st.tuples(st.integers(0, 2), SECONDS, VALUES), min_size=1, max_size=40)


@given(first=ROWS, later=ROWS, closed=st.sets(st.integers(0, 2)), again=st.sets(st.integers(0, 2)))
@hypothesis_settings(max_examples=8)
def test_history_is_the_same_wherever_the_rows_lie(first, later, closed, again) -> None:  # type: ignore[no-untyped-def]
    """Some rows are written, some days closed, more rows come late, some days are merged: nobody can tell."""
    with _cleared():
        ids = streams(3)
        put_rows(*((ids[n], s, v) for n, s, v in first))
        was = {every: shown(history(ids, *SPAN, every=every, zone=SHANGHAI)) for every in EVERY}
        raw = all_of(ids)
        for day in closed:
            close(FIRST + timedelta(days=day))
        assert all_of(ids) == raw
        for every in EVERY:
            agree(shown(history(ids, *SPAN, every=every, zone=SHANGHAI)), was[every])
            agree(was[every], obvious(raw, every, SHANGHAI))
        put_rows(*((ids[n], s + 0.5, v) for n, s, v in later))
        mixed = all_of(ids)
        for day in again:
            close(FIRST + timedelta(days=day))
        assert all_of(ids) == mixed
        assert len(mixed) == len(raw) + len({(n, s) for n, s, _ in later})
        for every in EVERY:
            agree(shown(history(ids, *SPAN, every=every, zone=SHANGHAI)), obvious(mixed, every, SHANGHAI))


def test_readings_of_one_instant_are_first_and_last_by_their_ids() -> None:
    [one] = streams(1)
    put_rows((one, 60, 1.0), (one, 60, 2.0), (one, 60, 3.0), results=[61, 62, 63])
    for _ in range(2):
        found = history([one], *SPAN, every="hour", zone=UTC)
        assert (found.first.tolist(), found.last.tolist(), found.count.tolist()) == ([1.0], [3.0], [3])
        close()
    assert LakeDay.objects.get().has_equal_instants


def test_a_civil_day_is_as_long_as_it_is() -> None:
    """On 25 October 2026 a day of Berlin has 25 hours; it is one day, and its hours are 25."""
    [one] = streams(1)
    begin = datetime(2026, 10, 25, tzinfo=BERLIN)
    zero = (begin - BEGIN).total_seconds()
    put_rows(*((one, zero + hour * 3600, float(hour)) for hour in range(26)))
    for _ in range(2):
        days = history([one], begin - DAY, begin + 3 * DAY, every="day", zone=BERLIN)
        assert days.count.tolist() == [25, 1]
        assert [instant(at) for at in days.at.tolist()] == [begin, datetime(2026, 10, 26, tzinfo=BERLIN)]
        assert history([one], begin, begin + 3 * DAY, every="hour", zone=BERLIN).count.tolist() == [1] * 26
        for day in hot():
            close(day)


def test_bad_readings_and_those_without_a_number_are_not_rolled_up() -> None:
    [one] = streams(1)
    put_rows((one, 1, 1.0), (one, 2, 50.0), (one, 3, 3.0), (one, 4, 7.0))
    asked("UPDATE observations_reading SET quality = 2 WHERE value = 50 RETURNING 1")
    asked("UPDATE observations_reading SET value = NULL WHERE value = 7 RETURNING 1")
    for _ in range(2):
        found = history([one], *SPAN, every="hour", zone=UTC)
        assert (found.count.tolist(), found.mean.tolist(), found.last.tolist()) == ([2], [2.0], [3.0])
        assert len(history([one], *SPAN)) == 4
        close()


def test_nobody_reads_streams_they_do_not_see_neither_hot_nor_in_files() -> None:
    [one] = streams(1)
    put_rows((one, 1, 1.0))
    [reading] = history([one], *SPAN).id.tolist()
    for _ in range(2):
        with transaction.atomic(), seen_as(NOTHING):
            assert len(history([one], *SPAN)) == len(history(None, *SPAN)) == len(by_id([reading])) == 0
            assert len(history([one], *SPAN, every="hour")) == 0
        assert len(history(None, *SPAN)) == len(by_id([reading])) == 1
        close()


def test_a_span_holds_its_begin_and_not_its_end() -> None:
    [one] = streams(1)
    put_rows((one, 1, 1.0), (one, 2, 2.0), (one, 3, 3.0))
    for _ in range(2):
        second = timedelta(seconds=1)
        assert told(history([one], BEGIN + second, BEGIN + 3 * second)) == [(one, 1, 1.0), (one, 2, 2.0)]
        assert len(history([one], BEGIN + second, BEGIN + second)) == 0
        close()


def test_days_are_given_one_by_one() -> None:
    [one] = streams(1)
    put_rows((one, 1, 1.0), (one, 86_400, 2.0), (one, 2, 1.5))
    close()
    assert [told(part) for part in parts([one], *SPAN)] == [[(one, 1, 1.0), (one, 2, 1.5)], [(one, 86_400, 2.0)]]


def test_a_file_that_is_gone_is_said_never_shown_as_no_readings() -> None:
    [one] = streams(1)
    put_rows((one, 1, 1.0))
    made = close()
    assert made
    files.path_of(made.file).unlink()
    with pytest.raises(LakeDamaged) as refused:
        history([one], *SPAN)
    assert made.file in refused.value.say("en")


def test_many_streams_are_read_at_once() -> None:
    ids = streams(1_500)
    put_rows(*((one, 60.0, float(one)) for one in ids))
    close()
    found = history(ids[:1_200], *SPAN)
    assert found.stream.tolist() == ids[:1_200]
    assert found.value.tolist() == [float(one) for one in ids[:1_200]]


def test_instants_are_exact_to_the_microsecond() -> None:
    [one] = streams(1)
    put_rows((one, 0.000001, 1.0), (one, 86_399.999999, 2.0))
    close()
    assert history([one], *SPAN).at.tolist() == [micros(BEGIN) + 1, micros(BEGIN) + 86_399_999_999]


def _cleared():  # type: ignore[no-untyped-def]
    """An example of its own: what it writes is gone after it, days and all."""
    import contextlib

    @contextlib.contextmanager
    def cleared() -> Iterator[None]:
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                for day in [*hot(), *(one.day for one in LakeDay.objects.all())]:
                    cursor.execute(
                        "SELECT test_as_owner(%s)", [f"DROP TABLE IF EXISTS observations_reading_{day:%Y%m%d}"]
                    )
                for table in ("lake_day", "latest", "datastream", "sensor", "observed_property", "thing"):
                    cursor.execute("SELECT test_as_owner(%s)", [f"TRUNCATE observations_{table} CASCADE"])
            assert manifest.days_between(FIRST, FIRST + 9 * DAY) == []

    return cleared()


def test_what_is_sent_again_after_its_day_was_closed_is_a_duplicate() -> None:
    one, two = streams(2)
    rows = [(one, 1.0, 1.0), (one, 2.0, 2.0), (two, 90_000.0, 3.0)]
    put_rows(*rows)
    close()
    put_rows(*rows, (one, 3.0, 9.0))
    assert all_of() == sorted([*rows, (one, 3.0, 9.0)])
    close()
    put_rows(*rows, (one, 3.0, 9.0))
    assert all_of() == sorted([*rows, (one, 3.0, 9.0)])
    assert asked("SELECT sum(received), sum(stored), sum(duplicates) FROM observations_count") == [(11, 4, 7)]
