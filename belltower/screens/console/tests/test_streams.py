# SPDX-License-Identifier: Apache-2.0
"""The pages of streams: newest values, silence apart from good, any span over hot store and lake, and what is taken home."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from belltower.core.observations.batches import batch_of, micros
from belltower.core.observations.declaring import declare_streams
from belltower.core.observations.models import Datastream
from belltower.core.observations.tests.senses import put, streams
from belltower.core.places.models import Asset
from belltower.screens.console import stream_span
from belltower.screens.console.alarm_trend import rounded
from belltower.screens.console.tests import scene

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def signed_in(username: str = "viewer") -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(scene.user(username))
    return client


@pytest.fixture
def stream(city: None) -> Datastream:
    """A level on a lamp that is silent after ten minutes; its newest reading is a minute old."""
    [one] = streams(1)
    Datastream.objects.update(
        asset=Asset.objects.get(key="LD-0001"), name="Water level", unit_symbol="m", stale_after=timedelta(minutes=10)
    )
    report(one, *((minutes, 2.0 + minutes / 100) for minutes in (1, 2, 3, 500)))
    return Datastream.objects.get()


def report(stream: int, *rows: tuple[float, float]) -> None:
    """Values so many minutes ago."""
    now = timezone.now()
    put(batch_of((stream, micros(now - timedelta(minutes=minutes)), value) for minutes, value in rows), at=now)


def page(client: Client, name: str, *parts: object, **query: str) -> str:
    answer = client.get(reverse(f"console:{name}", args=parts), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_list_tells_the_newest_value_and_where_it_was_measured(stream: Datastream) -> None:
    shown = page(signed_in(), "streams")
    for word in ("Water level", "2.01 m", "LD-0001", 'data-state="good"'):
        assert word in shown


@pytest.mark.parametrize(("minutes", "state"), [(11, "good"), (9, "silent")])
def test_silence_is_told_apart_from_a_good_value(stream: Datastream, minutes: int, state: str) -> None:
    Datastream.objects.update(stale_after=timedelta(minutes=minutes))
    quiet = signed_in()
    old = timezone.now() - timedelta(minutes=10)
    type(stream.latest).objects.update(at=old)
    assert f'data-state="{state}"' in page(quiet, "streams")
    assert f'data-quality="{state}"' in page(quiet, "stream", stream.uid)
    for asked in ("good", "silent"):
        assert ("Water level" in page(quiet, "streams", state=asked)) is (asked == state)


def test_a_stream_that_never_spoke_is_neither_good_nor_silent(city: None) -> None:
    streams(1)
    shown = page(signed_in(), "streams", state="never")
    assert 'data-state="never"' in shown
    assert ">s0" not in page(signed_in(), "streams", state="silent")


def test_the_page_shows_every_reading_of_a_short_span_and_roll_ups_of_a_long_one(stream: Datastream) -> None:
    close, far = (page(signed_in(), "stream", stream.uid, span=span) for span in ("1h", "30d"))
    assert "Trend of 3 readings" in close
    assert 'data-every=""' in close
    assert close.count("<tr data-row") == 3
    assert "Trend of 4 readings" in far
    assert 'data-every="hour"' in far
    assert "bt-trend-band" in far


def test_readings_that_lie_in_the_lake_are_on_the_page_too(stream: Datastream, settings, tmp_path) -> None:  # type: ignore[no-untyped-def]
    """The file is written by the lake's own hand; moving days is tested in its room."""
    import numpy as np

    from belltower.core.observations.lake import files
    from belltower.core.observations.lake.rows import ROW
    from belltower.core.observations.models import LakeDay

    settings.BELLTOWER_LAKE = tmp_path / "lake"
    day = datetime(2026, 3, 1, tzinfo=UTC)
    rows = np.zeros(2, ROW)
    rows["id"], rows["stream"], rows["at"] = [-2, -1], stream.pk, [micros(day), micros(day) + 1_000_000]
    rows["result_at"], rows["value"] = rows["at"], [41.5, 42.5]
    name = files.name_of(day.date(), 0)
    files.path_of(name).parent.mkdir(parents=True)
    tally = files.write([rows], files.path_of(name))
    LakeDay.objects.create(
        day=day.date(), file=name, rows=2, digest=tally.digest, has_equal_instants=False, revised_to=0, closed_at=NOW
    )
    shown = page(signed_in(), "stream", stream.uid, since="2026-02-28T00:00:00", until="2026-03-02T00:00:00")
    assert "Trend of 2 readings" in shown
    assert "42.5" in shown


def test_who_does_not_see_the_asset_meets_neither_the_stream_nor_its_name(stream: Datastream) -> None:
    Datastream.objects.update(asset=None)
    from belltower.core.access import actions as access
    from belltower.core.access.models import Grant, RoleName
    from belltower.core.places.models import Party

    person = scene.user("viewer")
    Grant.objects.filter(user=person).delete()
    access.grant(person, RoleName.VIEWER, party=Party.objects.first(), valid_from=scene.SINCE, by=scene.BY)
    client = signed_in()
    assert "Water level" not in page(client, "streams")
    assert client.get(reverse("console:stream", args=[stream.uid])).status_code == 404
    assert client.get(reverse("console:stream_export", args=[stream.uid, "csv"])).status_code in (403, 404)


def test_a_span_is_taken_home_as_csv_and_as_parquet_with_the_same_numbers(stream: Datastream) -> None:
    officer = signed_in("admin")
    sent = officer.get(reverse("console:stream_export", args=[stream.uid, "csv"]), {"span": "24h"})
    rows = list(csv.DictReader(io.StringIO(b"".join(sent.streaming_content).decode())))
    assert [float(row["value"]) for row in rows] == [7.0, 2.03, 2.02, 2.01]
    assert rows[0]["at"].endswith("Z")
    assert "Water" in sent.headers["Content-Disposition"] or "water" in sent.headers["Content-Disposition"]
    sent = officer.get(reverse("console:stream_export", args=[stream.uid, "parquet"]), {"span": "24h"})
    table = pq.read_table(io.BytesIO(b"".join(sent.streaming_content)))
    assert table.column("value").to_pylist() == [7.0, 2.03, 2.02, 2.01]
    assert [at.isoformat(timespec="microseconds") for at in table.column("at").to_pylist()] == [
        row["at"].replace("Z", "+00:00") for row in rows
    ]


def test_roll_ups_are_taken_home_too_and_an_empty_span_still_has_its_columns(stream: Datastream) -> None:
    admin = signed_in("admin")
    address = reverse("console:stream_export", args=[stream.uid, "csv"])
    days = b"".join(admin.get(address, {"span": "7d", "every": "day"}).streaming_content).decode().splitlines()
    assert days[0] == "at,count,mean,min,max,first,last"
    assert sum(int(line.split(",")[1]) for line in days[1:]) == 4
    nothing = {"since": "2001-01-01T00:00", "until": "2001-01-02T00:00"}
    assert b"".join(admin.get(address, nothing).streaming_content) == b"at,result_at,value,quality,flags\r\n"
    assert admin.get(reverse("console:stream_export", args=[stream.uid, "xml"])).status_code == 404


@pytest.mark.parametrize(
    ("hours", "every"),
    [(1, None), (6, None), (7, "minute"), (36, "minute"), (37, "hour"), (62 * 24, "hour"), (9999, "day")],
)
def test_the_roll_up_follows_from_the_length_of_the_span(hours: int, every: str | None) -> None:
    assert stream_span.Span(NOW - timedelta(hours=hours), NOW).every == every


@pytest.mark.parametrize(
    "asked",
    [{}, {"span": "9z"}, {"since": "x", "until": "y"}, {"since": "2026-01-02", "until": "2026-01-01"},
     {"since": "0001-01-01", "until": "9999-12-31"}],
)  # fmt: skip
def test_what_cannot_be_understood_shows_the_usual_span(asked: dict[str, str]) -> None:
    found = stream_span.read(asked, now=NOW, zone=SHANGHAI)
    assert (found.since, found.until, found.name) == (NOW - timedelta(days=1), NOW, "24h")


def test_ends_are_civil_time_and_steps_lie_beside() -> None:
    found = stream_span.read({"since": "2026-11-01T08:00", "until": "2026-11-01T10:00"}, now=NOW, zone=SHANGHAI)
    assert found.since == datetime(2026, 11, 1, 0, tzinfo=UTC)
    assert found.beside(SHANGHAI)["closer"] == {"since": "2026-11-01T08:30:00", "until": "2026-11-01T09:30:00"}
    assert found.beside(SHANGHAI)["later"] == {"since": "2026-11-01T09:00:00", "until": "2026-11-01T11:00:00"}


def test_a_declared_stream_is_called_and_measured_in_the_readers_words(city: None) -> None:
    """Its stored name is Chinese and its unit a UCUM code; who reads English sees neither, unless somebody renamed it."""
    chosen = Asset.objects.filter(key="LD-0001")
    declare_streams("street_light", among=[chosen.get().pk], by=scene.BY)
    found = Datastream.objects.get(key__endswith="/lamp_power")
    report(found.pk, (1, 61.5))
    for language, name, measured in (
        ("en", "Hubei Road lamp 1 Lamp power", "Power"),
        ("zh", "湖北路1号灯 灯具功率", "功率"),
    ):
        told = signed_in().get(f"/streams/{found.uid}/", headers={"accept-language": language}).content.decode()
        assert name in told
        assert f">{measured}</dd>" in told
    Datastream.objects.update(name="Lamp at the bridge", unit_symbol="Cel")
    told = page(signed_in(), "streams")
    assert "Lamp at the bridge" in told
    assert "61.5 °C" in told


@pytest.mark.parametrize(
    ("low", "high", "marks"),
    [(0.4, 52.9, [20, 40]), (-5, 5, [-5, 0, 5]), (0, 1, [0, 0.5, 1]), (12.9, 76.4, [20, 40, 60]), (99.99, 100.006, [99.99, 99.995, 100, 100.005])],
)  # fmt: skip
def test_an_axis_is_marked_with_round_values(low: float, high: float, marks: list[float]) -> None:
    assert rounded(low, high) == pytest.approx(marks)
