# SPDX-License-Identifier: Apache-2.0
"""A disk that is full, for the hot store and for the lake: nothing acknowledged is lost, who asks is told, and room mends it.

The disks are real: small file systems in memory, which only root may mount.
"""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from django.db import connection
from litestar.testing import TestClient

from belltower.core.access import actions
from belltower.core.access.rules import Verb
from belltower.core.observations.lake import files
from belltower.core.observations.lake.errors import LakeFull
from belltower.core.observations.lake.tests import ponds
from belltower.core.observations.models import Datastream, LakeDay
from belltower.core.observations.tests.senses import asked
from belltower.edges.sources.bridge import Bridge
from belltower.edges.sources.holding import our_address
from belltower.edges.sources.mapping import read_source
from belltower.edges.sources.readings import Frame, Point, Reading, Taken
from belltower.edges.sources.tests.running import counts, make_streams, wait_until
from belltower.kernel.actors import Actor
from belltower.project.gateway import application as gateway

pytestmark = pytest.mark.django_db(transaction=True)
MIB = 1 << 20
BY = Actor.system("tests")
NOW = datetime.now(UTC).replace(microsecond=0)


@contextmanager
def _mounted(folder: Path, mib: int) -> Iterator[Path]:
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={mib}m", "tmpfs", folder], capture_output=True, text=True
    )
    if done.returncode:
        pytest.skip(f"a small disk cannot be mounted here (only root may): {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with _mounted(tmp_path / "disk", 24) as folder:
        yield folder


def filled(disk: Path) -> Path:
    """The disk's last free byte is taken by this file."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(MIB // 16))
    return filler


@pytest.fixture
def hot_disk(disk: Path) -> Iterator[Path]:
    """New tables of this test's database, such as those of days, lie on the disk."""
    place, name = disk / "tables", f"tight_{os.getpid()}"
    place.mkdir(mode=0o700)
    own = connection.settings_dict
    address = f"postgresql://postgres@/{own['NAME']}?host={own['HOST']}"
    with psycopg.connect(address, autocommit=True) as server:
        server.execute(f"CREATE TABLESPACE {name} LOCATION '{place}'")
        server.execute(f"GRANT CREATE ON TABLESPACE {name} TO belltower, belltower_app")
        for day in (NOW, NOW + timedelta(days=1)):
            server.execute(f"DROP TABLE IF EXISTS observations_reading_{day:%Y%m%d}")
            server.execute(f"SET default_tablespace = {name}")
            server.execute("SELECT observations_make_day(%s)", [day.date()])
            server.execute("RESET default_tablespace")
        yield disk
        for day in (NOW, NOW + timedelta(days=1)):
            server.execute(f"DROP TABLE observations_reading_{day:%Y%m%d}")
        server.execute(f"DROP TABLESPACE {name}")


def body(stream: int, first: int, count: int) -> bytes:
    at = int(NOW.timestamp() * 1e6)
    return b"\n".join(
        msgspec.json.encode({"stream": stream, "at": at + number, "value": 1.0})
        for number in range(first, first + count)
    )


class Feed:
    """A far end that has so many readings for us in one go, and is asked for them again on each new connection."""

    def __init__(self, count: int) -> None:
        self.acknowledged: list[list[Any]] = []
        self._count, self._begun = count, threading.Event()

    def begin(self) -> None:
        """Give them away."""
        self._begun.set()

    def recall(self, memory: Any) -> None:
        """Nothing is remembered."""

    def open(self) -> None:
        """Nothing is connected."""

    def take(self, within_s: float) -> Taken:
        if not self._begun.wait(within_s) or not self._count:
            return Taken()
        count, self._count = self._count, 0
        point, at = Point("m/0", "%"), int(NOW.timestamp() * 1e6)
        readings = [Reading(point, "m/0", at + number, 1.0, 0, 0) for number in range(count)]
        return Taken(frames=[Frame("far", b"end", at)], readings=readings, receipts=[7])

    def acknowledge(self, taken: Taken) -> None:
        self.acknowledged.append(list(taken.receipts))

    def close(self) -> None:
        """Nothing is held."""


@contextmanager
def bridging(feed: Feed) -> Iterator[None]:
    """A bridge of that feed works in a thread."""
    mapping = "source: plant\nkind: modbus\nsince: 2026-11-23\naddress: modbus://there\nevery: PT1S\nregisters: [{stream: m/0, unit: '%', register: 0}]"
    bridge, stopping = Bridge(read_source(mapping), our_address()), threading.Event()
    bridge._feed = feed
    thread = threading.Thread(target=bridge.run, args=(stopping,))
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(20)


def error() -> str:
    """What the source's page says is wrong."""
    rows = asked("SELECT error->>'en' FROM sources_standing WHERE source = 'plant'")
    return str(rows[0][0]) if rows else ""


def test_a_full_disk_is_told_at_every_way_in_and_room_mends_it(hot_disk: Path) -> None:
    make_streams(["m/0"])
    stream = Datastream.objects.get(key="m/0").pk
    account = actions.service_account("meter", by=BY)
    secret = actions.make_token(account, scopes=[Verb.SENSE, Verb.VIEW], expires_at=None, by=BY, now=NOW).secret
    headers = {"authorization": f"Bearer {secret}", "accept-language": "en"}
    with TestClient(gateway.application) as client:

        def send(first: int, count: int) -> Any:
            given = {**headers, "content-type": "application/x-ndjson"}
            return client.post("/ingest", content=body(stream, first, count), headers=given)

        assert send(0, 100).json()["stored"] == 100
        filler = filled(hot_disk)
        refused = send(100, 20_000)
        single = client.post(f"/sta/v1.1/Datastreams({stream})/Observations", content=b'{"result": 1}', headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (503, "no_room"), refused.text
        assert "disk is full" in refused.json()["title"]
        assert int(refused.headers["retry-after"]) > 0
        assert single.status_code in (201, 503)  # a page that was begun may have room for one
        singles = int(single.status_code == 201)
        assert asked("SELECT count(*) FROM observations_reading") == [(100 + singles,)]
        filler.unlink()
        assert send(100, 20_000).json()["stored"] == 20_000
    received, stored, duplicates, refused_count = counts("meter")
    assert (received, stored, duplicates, refused_count) == (20_100 + singles, 20_100 + singles, 0, 0)


def test_a_bridge_keeps_what_it_took_says_why_and_stores_it_once_there_is_room(hot_disk: Path) -> None:
    """And it acknowledges nothing by the numbers of the connection that it had before."""
    make_streams(["m/0"])
    feed = Feed(count=20_000)
    with bridging(feed):
        filler = filled(hot_disk)
        feed.begin()
        wait_until(lambda: "No space left" in error(), "the page of the source says why")
        assert feed.acknowledged == []
        assert asked("SELECT count(*) FROM observations_reading") == [(0,)]
        filler.unlink()
        wait_until(lambda: counts("plant")[1] == 20_000, "all is stored")
        wait_until(lambda: bool(feed.acknowledged), "the bridge went on")
    assert feed.acknowledged[0] == []
    assert counts("plant") == (20_000, 20_000, 0, 0)


def test_a_day_that_does_not_fit_into_the_lake_stays_in_the_database(disk: Path, settings: Any) -> None:
    settings.BELLTOWER_LAKE = disk / "lake"
    make_streams(["m/0"])
    stream = Datastream.objects.get(key="m/0").pk
    ponds.put_rows(*((stream, float(number), number * 1.1) for number in range(1_000)))
    before = ponds.all_of()
    filler = filled(disk)
    with pytest.raises(LakeFull, match="full"):
        ponds.close()
    assert ponds.all_of() == before
    assert ponds.hot() == [ponds.FIRST]
    assert LakeDay.objects.count() == 0
    assert not list(disk.rglob("*.writing")), "half a file would take the room that is missing"
    filler.unlink()
    made = ponds.close()
    assert made
    assert made.rows == 1_000
    assert ponds.all_of() == before
    assert ponds.hot() == []
    assert files.path_of(made.file).is_file()
