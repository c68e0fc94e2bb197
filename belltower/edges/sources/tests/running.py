# SPDX-License-Identifier: Apache-2.0
"""Far ends and bridges as real processes, on loopback, for the tests of every protocol."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection

from belltower.core.observations.models import Datastream, ObservedProperty, Sensor, Thing

PATIENCE_S = 40.0


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_until(holds: Callable[[], Any], what: str, within: float = PATIENCE_S) -> float:
    """Poll until it holds; how many seconds that took."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > within:
            raise AssertionError(f"not within {within:.0f} s: {what}")
        time.sleep(0.05)
    return time.monotonic() - began


def answers(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class BridgeProcess:
    """A bridge over the test's database, in a process of its own."""

    def __init__(self, mapping: str, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "mapping.yaml"
        file.write_text(mapping, encoding="utf-8")
        place = connection.settings_dict
        url = f"postgresql://{place['USER']}@/{place['NAME']}?host={place['HOST']}&options=-c%20belltower.sees%3Dall"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "belltower.edges.sources.tests.process", str(file)],
            env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "belltower.project.settings"},
        )

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """SIGTERM; its exit status."""
        self.process.terminate()
        return self.process.wait(20)


def make_streams(keys: list[str], *, unit: str = "%") -> None:
    """Datastreams of those keys, in one unit."""
    thing = Thing.objects.create(name="thing")
    sensor, observed = Sensor.objects.create(name="sensor"), ObservedProperty.objects.create(name="property")
    Datastream.objects.bulk_create(
        Datastream(
            key=key, name=key, thing=thing, sensor=sensor, observed_property=observed, unit_symbol=unit,
            unit_definition=f"http://unitsofmeasure.org/{unit}",
        )
        for key in keys
    )  # fmt: skip


def asked(query: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def stored_count() -> int:
    """How many readings there are."""
    return int(asked("SELECT count(*) FROM observations_reading")[0][0])


def counts(source: str) -> tuple[int, int, int, int]:
    """Received, stored, duplicates and refused of a source."""
    columns = "sum(received), sum(stored), sum(duplicates), sum(refused)"
    ((received, stored, duplicates, refused),) = asked(
        f"SELECT {columns} FROM observations_count WHERE source = %s", [source]
    )
    return int(received or 0), int(stored or 0), int(duplicates or 0), int(refused or 0)


def standing(source: str) -> tuple[str, str]:
    """State and holder of a source's bridge, as it told last."""
    rows = asked("SELECT state, holder FROM sources_standing WHERE source = %s", [source])
    return (rows[0][0], rows[0][1]) if rows else ("", "")
