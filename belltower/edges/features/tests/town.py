# SPDX-License-Identifier: Apache-2.0
"""A small town as features: lamps in a row, a building, a street across, of two owners; and how tests ask for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import shapely
from django.db import connection

from belltower.core.places.actions.parties import put_party
from belltower.core.places.bulk import AssetBatch, merge_assets
from belltower.core.places.models import Asset, Party
from belltower.core.places.scope import EVERYTHING, Scope, seen_as
from belltower.core.places.tests import scene
from belltower.edges.features.selecting import Fetch
from belltower.edges.features.service import Answer, Asked, answer
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

BY = Actor.system("test")
NOW = datetime(2026, 11, 1, tzinfo=UTC)
BUILT = datetime(2024, 5, 1, tzinfo=UTC)
BASE = "http://here/features"
LAMPS = 9
WEST, NORTH = 112.51, 26.81
BUILDING = shapely.Polygon([(112.5105, 26.8108), (112.5125, 26.8108), (112.5125, 26.8112), (112.5105, 26.8112)])
"""Its point lies at about 112.5115; it reaches over the lamps from 1 to 2."""
STREET = shapely.LineString([(112.505, 26.8095), (112.52, 26.8095)])


@dataclass
class Town:
    """``mine`` owns the lamps with even numbers and the street, ``theirs`` the rest."""

    mine: Party
    theirs: Party

    @property
    def narrow(self) -> Scope:
        """What mine sees."""
        return Scope(frozenset({self.mine.pk}))


def build() -> Town:
    """The town, in the open transaction."""
    scene.choose_hengyang()
    scene.put(*scene.whole_city())
    owners = [put_party(key=name, kind="enterprise", name=Text(en=name), by=BY) for name in ("mine", "theirs")]
    for shapes, kind, fields in (
        ([shapely.Point(WEST + n / 1000, NORTH) for n in range(LAMPS)], "street_light", None),
        ([BUILDING], "building", None),
        ([STREET], "street", [{"class": "trunk"}]),
    ):
        count = len(shapes)
        batch = AssetBatch(
            kind=kind, keys=[f"{kind}-{n}" for n in range(count)], valid_from=BUILT, geoms=shapes,
            owner_ids=[owners[n % 2 if kind != "building" else 1].pk for n in range(count)],
            names=[Text(zh=f"{n}号“灯”\n", en=f"No. {n}") for n in range(count)], fields=fields,
        )  # fmt: skip
        merge_assets([batch], by=BY, now=NOW, source="test")
    return Town(*owners)


def fetching(scope: Scope) -> Fetch:
    """Statements in the test's own transaction, as ``scope`` sees it."""

    def fetch(sql: str, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
        connection.ensure_connection()
        with seen_as(scope), connection.connection.cursor(binary=True) as cursor:
            return cursor.execute(sql.encode(), dict(values)).fetchall()

    return fetch


def ask(
    path: str, scope: Scope = EVERYTHING, /, *, accept: str = "", language: str = "en", tag: str = "", **given: Any
) -> Answer:
    """One request at the service, without a server."""
    path, _, query = path.partition("?")
    asked = Asked(path, query or urlencode(given), accept, language, tag, BASE)
    return answer(asked, scope, fetching(scope))


def get(path: str, scope: Scope = EVERYTHING, /, **given: Any) -> Any:
    """The document that comes."""
    found = ask(path, scope, **given)
    assert found.status == 200
    return json.loads(found.body)


def changed(key: str, **more: Any) -> None:
    """Write into one asset, a minute after what was known."""
    Asset.objects.filter(key=key).update(**more, recorded_at=NOW + timedelta(minutes=1))


def keys(document: Any) -> list[str]:
    """The keys of the assets on a page, in order."""
    return [one["properties"]["key"] for one in document["features"]]


def walk(path: str, scope: Scope = EVERYTHING, /, **given: Any) -> list[Any]:
    """All features of all pages, by the next links."""
    document, found = get(path, scope, **given), []
    while True:
        found += document["features"]
        following = [each["href"] for each in document["links"] if each["rel"] == "next"]
        if not following:
            return found
        document = get(following[0].removeprefix(BASE), scope)
