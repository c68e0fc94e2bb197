# SPDX-License-Identifier: Apache-2.0
"""GDAL's own client of OGC API - Features reads the gateway as it is really served: collections, boxes, filters, systems.

GDAL comes with pyogrio, which the product needs anyway. QGIS has a client of its own; the guide says how to open it there.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyogrio
import pytest
import requests
import shapely
from django.conf import settings

from belltower.edges.features.tests import town as scene

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.server]


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@pytest.fixture
def served(transactional_db: None, tmp_path: Path) -> Iterator[str]:
    """The root of the door at a gateway process with tokens, on this run's database, with the town in it."""
    scene.build()
    place, port = settings.DATABASES["default"], _free_port()
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgresql://{place['USER']}@/{place['NAME']}?host={place['HOST'].replace('/', '%2F')}",
        "BELLTOWER_HOME": str(tmp_path),
    }
    arguments = ["gateway", "--host", "127.0.0.1", "--port", str(port)]
    with (tmp_path / "log").open("w") as log:
        running = subprocess.Popen(
            [sys.executable, "-m", "belltower.project.serve", *arguments], env=environment, stdout=log, stderr=log
        )
        try:
            _wait_for(port, running, tmp_path / "log")
            yield f"http://127.0.0.1:{port}/features"
        finally:
            running.terminate()
            running.wait(20)


def _wait_for(port: int, running: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert running.poll() is None, log.read_text()
        try:
            if requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError(log.read_text())


def _token() -> str:
    from datetime import UTC, datetime

    from belltower.core.access import actions
    from belltower.core.access.rules import Verb

    account = actions.service_account("map", by=scene.BY)
    return actions.make_token(account, scopes=(Verb.VIEW,), expires_at=None, by=scene.BY, now=datetime.now(UTC)).secret


def test_gdal_reads_collections_boxes_filters_and_systems(served: str) -> None:
    """A page a request of three features, so that it goes by next links; its name and password are a token's."""
    refused = requests.get(f"{served}/collections", timeout=20)
    assert (refused.status_code, refused.json()["code"]) == (401, "not_signed_in")
    assert "Basic" in refused.headers["WWW-Authenticate"]
    wrong = requests.post(f"{served}/collections", timeout=20, auth=("map", _token()))
    assert (wrong.status_code, wrong.json()["code"], wrong.headers["Allow"]) == (405, "features_read_only", "GET, HEAD")
    pyogrio.set_gdal_config_options({"GDAL_HTTP_USERPWD": f"map:{_token()}", "GDAL_HTTP_AUTH": "BASIC"})
    try:
        source = f"OAPIF:{served}"
        layers = {str(name) for name, _ in pyogrio.list_layers(source)}
        assert {"assets", "areas", "findings", "street_light", "building"} <= layers
        _reads(source)
        _basic_is_for_features_only(served)
    finally:
        pyogrio.set_gdal_config_options({"GDAL_HTTP_USERPWD": None, "GDAL_HTTP_AUTH": None})


def _basic_is_for_features_only(served: str) -> None:
    """What a browser sends by itself may read features, and writes nothing anywhere."""
    door, basic = served.removesuffix("/features"), ("x", _token())
    assert requests.get(served, auth=basic, timeout=20).status_code == 200
    assert requests.get(f"{door}/sta/v1.1/Things", auth=basic, timeout=20).status_code == 401
    assert requests.post(f"{door}/ingest", data=b"{}", auth=basic, timeout=20).status_code == 401


def _reads(source: str) -> None:
    paged = {"PAGE_SIZE": "3"}
    meta, _, shapes, fields = pyogrio.raw.read(source, layer="street_light", **paged)
    names = list(meta["fields"])
    assert sorted(fields[names.index("key")]) == [f"street_light-{n}" for n in range(scene.LAMPS)]
    assert shapely.from_wkb(shapes[0]).equals_exact(shapely.Point(scene.WEST, scene.NORTH), 1e-9)
    box = (112.5105, 26.80, 112.5125, 26.8109)
    _, _, shapes, fields = pyogrio.raw.read(source, layer="assets", bbox=box)
    assert sorted(fields[names.index("key") + 1]) == ["building-0", "street-0", "street_light-1", "street_light-2"]
    _, _, _, fields = pyogrio.raw.read(
        source, layer="street_light", where="owner = 'theirs' AND key > 'street_light-3'"
    )
    assert sorted(fields[names.index("key")]) == ["street_light-5", "street_light-7"]
    meta, _, shapes, _ = pyogrio.raw.read(source, layer="building", CRS="EPSG:3857")
    assert shapely.from_wkb(shapes[0]).area > 1_000
