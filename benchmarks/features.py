# SPDX-License-Identifier: Apache-2.0
"""OGC API - Features over a million assets: pages of 100 and boxes, requests/s: ``python -m benchmarks.features [--quick]``.

Asked of one gateway process over HTTP, by a client process on the same machine. What is answered is checked in the same run:
pages and boxes against the rows themselves, and the order of axes of every system against pyproj.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import selectors
import socket
import sys
import time
import urllib.request
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np
import pyproj

from benchmarks.ground import fresh_database, report
from benchmarks.ingest import cpu_seconds, gateway
from benchmarks.mixed_city import SIDE_M, build

if TYPE_CHECKING:
    from numpy.typing import NDArray

ASSETS, QUICK_ASSETS = 1_000_000, 60_000
SECONDS, QUICK_SECONDS = 15.0, 4.0
CONNECTIONS = 8
PAGE = 100
BOX_M = 500
"""Half the side of a box."""
CHECKED = 25
ITEMS = "/features/collections/assets/items"


def main(arguments: list[str]) -> None:
    quick = "--quick" in arguments
    with fresh_database():
        build(QUICK_ASSETS if quick else ASSETS)
        token = prepare()
        with gateway() as (port, pid):
            figures = measure(port, pid, token, QUICK_SECONDS if quick else SECONDS)
    report(**figures)


def prepare() -> str:
    """A token that may view everything."""
    from belltower.core.access import actions
    from belltower.core.access.rules import Verb
    from belltower.kernel.actors import Actor

    by = Actor.system("benchmark")
    account = actions.service_account("benchmark", by=by)
    return actions.make_token(account, scopes=(Verb.VIEW,), expires_at=None, by=by, now=datetime.now(UTC)).secret


def measure(port: int, pid: int, token: str, seconds: float) -> dict[str, float]:
    """Requests/s of each sort, after what they answer was found right."""
    lon, lat = points()
    pages, boxes = list_of_pages(port, token), list_of_boxes()
    check_pages(port, token)
    check_boxes(port, token, boxes[:CHECKED], lon, lat)
    check_axes(port, token)
    print("pages, boxes and the order of axes: right")
    figures: dict[str, float] = {}
    for name, paths in (("items_per_s", pages), ("bbox_per_s", boxes), ("page_per_s", pages[:1])):
        hammer(port, token, paths, 1.0)
        before, began = cpu_seconds(pid), time.perf_counter()
        done, items, size = hammer(port, token, paths, seconds)
        took, used = time.perf_counter() - began, cpu_seconds(pid) - before
        print(
            f"{name}: {done / seconds:,.0f}/s over {CONNECTIONS} connections, {len(paths):,} addresses, {items / done:.0f} features and"
            f" {size / done / 1024:.0f} kB each, {used / done * 1000:.2f} CPU ms each ({used / took:.2f} cores of {os.cpu_count()}, the client beside)"
        )
        figures[name] = round(done / seconds)
    return figures


def points() -> tuple[NDArray[Any], NDArray[Any]]:
    """Where every asset's point is."""
    from belltower.core.places.models import Asset

    rows = np.array(Asset.objects.values_list("lon", "lat"), dtype=np.float64)
    return rows[:, 0], rows[:, 1]


def list_of_pages(port: int, token: str) -> list[str]:
    """Pages of 100 from everywhere in the register, each by its cursor."""
    from belltower.core.places.models import Asset
    from belltower.edges.features.asking import Cursor

    ids = np.array(Asset.objects.values_list("pk", flat=True), dtype=np.int64)
    chosen = np.random.default_rng(5).choice(ids[: len(ids) - PAGE], 2_000)
    return [f"{ITEMS}?limit={PAGE}"] + [f"{ITEMS}?limit={PAGE}&cursor={Cursor(int(one)).sealed()}" for one in chosen]


def list_of_boxes() -> list[str]:
    """Boxes of a square kilometre, spread as the city is."""
    from belltower.core.places import city

    plane, chance = city.plane(), np.random.default_rng(6)
    east, north = (float(one) for one in plane.to_plane(*city.current().centre))
    away = np.clip(chance.normal(0, SIDE_M / 5, (2_000, 2)), -SIDE_M / 2, SIDE_M / 2)
    at = np.add(away, (east, north))
    west, south = plane.to_geographic(at[:, 0] - BOX_M, at[:, 1] - BOX_M)
    right, top = plane.to_geographic(at[:, 0] + BOX_M, at[:, 1] + BOX_M)
    corners = np.round(np.column_stack([west, south, right, top]), 7).tolist()
    return [f"{ITEMS}?limit={PAGE}&bbox={','.join(map(repr, one))}" for one in corners]


def ask(port: int, token: str, path: str) -> Any:
    """A whole answer, as any program would ask for it."""
    address = path if path.startswith("http") else f"http://127.0.0.1:{port}{path}"
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=60) as answer:  # nosec 310
        return json.load(answer)


def walk(port: int, token: str, path: str, most: int = 100) -> list[Any]:
    """The features of at most so many pages, by next links."""
    found: list[Any] = []
    following: str | None = path
    while following and most:
        document = ask(port, token, following)
        found += document["features"]
        following = next((each["href"] for each in document["links"] if each["rel"] == "next"), None)
        most -= 1
    return found


def check_pages(port: int, token: str) -> None:
    """Five pages after each other are the first assets, in order and each once."""
    from belltower.core.places.models import Asset

    expected = [str(uid) for uid in Asset.objects.exclude(life="retired").values_list("uid", flat=True)[: 5 * PAGE]]
    assert [one["id"] for one in walk(port, token, f"{ITEMS}?limit={PAGE}", 5)] == expected


def check_boxes(port: int, token: str, boxes: list[str], lon: NDArray[Any], lat: NDArray[Any]) -> None:
    """Every point of a box comes once and no other; shapes that reach in come besides."""
    for path in boxes:
        west, south, east, north = map(float, path.partition("bbox=")[2].split(","))
        found = walk(port, token, path)
        assert len({one["id"] for one in found}) == len(found)
        inside = [one for one in found if one["geometry"]["type"] == "Point"]
        assert all(west <= one["geometry"]["coordinates"][0] <= east for one in inside)
        assert all(south <= one["geometry"]["coordinates"][1] <= north for one in inside)
        reaching = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
        assert len(inside) <= np.count_nonzero(reaching) <= len(found), path


def check_axes(port: int, token: str) -> None:
    """The same hundred features in each system, against pyproj with the axes as the authority has them."""
    plain = ask(port, token, f"{ITEMS}?limit={PAGE}")["features"]
    lon, lat = np.array([one["geometry"]["coordinates"] for one in plain], dtype=np.float64).T
    for number in (4326, 4490, 3857):
        uri = f"http://www.opengis.net/def/crs/EPSG/0/{number}"
        told = ask(port, token, f"{ITEMS}?limit={PAGE}&crs={quote(uri, safe='')}")["features"]
        expected = pyproj.Transformer.from_crs("OGC:CRS84", f"EPSG:{number}").transform(lon, lat)
        found = np.array([one["geometry"]["coordinates"] for one in told], dtype=np.float64).T
        assert np.allclose(found, expected, rtol=0, atol=1e-3 if number == 3857 else 1e-8), number
        corners = f"{expected[0].min()},{expected[1].min()},{expected[0].max()},{expected[1].max()}"
        boxed = ask(port, token, f"{ITEMS}?limit=1000&bbox={corners}&bbox-crs={quote(uri, safe='')}")
        assert boxed["numberReturned"] >= PAGE - 4, number  # those on the very edge may round away


def hammer(port: int, token: str, paths: list[str], seconds: float) -> tuple[int, int, int]:
    """Ask from a process of its own; how many were answered, with how many features and bytes."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        done, items, size = pool.apply(_ask_all, (port, token, paths, seconds))
        return int(done), int(items), int(size)


def _ask_all(port: int, token: str, paths: list[str], seconds: float) -> tuple[int, int, int]:
    """One request at a time on each connection."""
    ready = selectors.DefaultSelector()
    tail = f" HTTP/1.1\r\nHost: b\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    requests = [b"GET " + path.encode() + tail for path in paths]
    for number in range(CONNECTIONS):
        one = socket.create_connection(("127.0.0.1", port))
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ready.register(one, selectors.EVENT_READ, bytearray())
        one.sendall(requests[number % len(requests)])
    done = items = size = 0
    asked, until = CONNECTIONS, time.perf_counter() + seconds
    while time.perf_counter() < until:
        for found, _ in ready.select(1.0):
            buffer, connection = found.data, found.fileobj
            buffer += connection.recv(262_144)  # type: ignore[union-attr]
            if not _is_whole(buffer):
                continue
            done, items, size = done + 1, items + buffer.count(b'"type":"Feature",'), size + len(buffer)
            buffer.clear()
            connection.sendall(requests[asked % len(requests)])  # type: ignore[union-attr]
            asked += 1
    return done, items, size


def _is_whole(answer: bytearray) -> bool:
    """Whether an answer has come to its end. Raises for one that is not good."""
    end = answer.find(b"\r\n\r\n")
    if end < 0:
        return False
    if not answer.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(answer[:300].decode())
    at = answer.find(b"content-length: ", 0, end)
    return len(answer) >= end + 4 + int(answer[at + 16 : answer.find(b"\r", at, end + 2)])


if __name__ == "__main__":
    main(sys.argv[1:])
