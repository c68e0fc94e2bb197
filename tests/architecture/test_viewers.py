# SPDX-License-Identifier: Apache-2.0
"""Who sees by area or by secrecy sees that much and no more, at every kind of door: page, API, search, count, tile, export."""

from __future__ import annotations

import dataclasses
import gzip
import itertools
from collections.abc import Callable, Iterator
from datetime import date

import mapbox_vector_tile
import pytest
from django.test import Client, override_settings

from belltower.core.access import actions as access
from belltower.core.access.models import RoleName
from belltower.core.places.kinds import register
from belltower.core.places.models import Area
from belltower.kernel.actors import Actor
from belltower.kernel.packs import Register, Secrecy
from belltower.kernel.texts import Text
from tests.architecture.test_foreign_enterprise import DOWN
from tests.scenes.two_enterprises import LAMPS, LAT, LON, STREET, TwoEnterprises

pytestmark = pytest.mark.django_db

ZOOM = 16
BY = Actor.system("test")
Seen = Callable[[Client], set[str]]


def viewer(role: RoleName, area: Area | None = None) -> Client:
    person = access.add_user(f"{role}-looks", Text("王工", "Wang"), password="bronze heron at dusk 41", by=BY)
    access.grant(person, role, valid_from=date(2024, 1, 1), area=area, by=BY)
    client = Client()
    client.force_login(person)
    return client


def listed(client: Client) -> set[str]:
    return {one["key"] for one in client.get("/api/v1/assets?limit=100").json()["items"]}


def near(client: Client) -> set[str]:
    found = client.get(f"/api/v1/assets/nearest?lon={LON + STREET}&lat={LAT}&count=100").json()
    return {one["key"] for one in found["items"]}


def exported(client: Client) -> set[str]:
    answer = client.get("/api/v1/exports/assets.csv?kind=building")
    told = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return {key for key in ("ours-H", "theirs-H") if key in told.decode("utf-8-sig")}


def drawn(client: Client) -> set[str]:
    """The buildings in the tiles about both streets."""
    found: set[str] = set()
    across = {int((LON + east + 180) / 360 * 2**ZOOM) for east in (0.003, STREET + 0.003)}
    for x, y in itertools.product(across, range(int(DOWN * 2**ZOOM) - 2, int(DOWN * 2**ZOOM) + 3)):
        answer = client.get(f"/tiles/assets/{ZOOM}/{x}/{y}.mvt?kinds=building")
        layers = mapbox_vector_tile.decode(gzip.decompress(answer.content)) if answer.content else {}
        found |= {one["properties"]["uid"] for layer in layers.values() for one in layer["features"]}
    return found


@pytest.fixture
def secret_buildings() -> Iterator[None]:
    """Buildings declared to be for the bureau's own people."""
    packs = [
        dataclasses.replace(
            pack,
            assets=tuple(
                dataclasses.replace(kind, secrecy=Secrecy.INTERNAL) if kind.name == "building" else kind
                for kind in pack.assets
            ),
        )
        for pack in register().packs
    ]
    with override_settings(BELLTOWER_REGISTER=Register(tuple(packs))):
        yield


def test_a_viewer_of_one_street_sees_that_street(two_enterprises: TwoEnterprises) -> None:
    client = viewer(RoleName.VIEWER, two_enterprises.ours.street)
    keys = listed(client)
    assert {key for key in keys if key.startswith("ours-")} != set()
    assert {key for key in keys if key.startswith("theirs-L")} == set()
    assert near(client) == keys
    theirs = two_enterprises.theirs.things["asset"]
    assert client.get(f"/api/v1/assets/{theirs}").status_code == 404
    assert client.get(f"/assets/{theirs}/").status_code == 404
    assert client.get("/assets/").context["count"] == len(keys)


@pytest.mark.usefixtures("secret_buildings")
def test_what_is_for_the_bureau_is_not_seen_by_a_viewer(two_enterprises: TwoEnterprises) -> None:
    public, desk = viewer(RoleName.VIEWER), viewer(RoleName.DESK)
    houses = {"ours-H", "theirs-H"}
    for seen in (listed, near):
        assert houses & seen(public) == set()
        assert houses & seen(desk) == houses
        assert len({key for key in seen(public) if "-L" in key}) == LAMPS["ours"] + LAMPS["theirs"]
    assert exported(viewer(RoleName.LEADER)) == houses
    assert exported(viewer(RoleName.ASSESSOR)) == houses
    assert drawn(public) == set()
    assert len(drawn(desk)) == len(houses)
    assert public.get("/assets/?kind=building").context["count"] == 0
    answers = {
        who: client.get("/search/?q=ours-H").content.decode() for who, client in (("public", public), ("desk", desk))
    }
    assert "银杏楼" in answers["desk"]
    assert "银杏楼" not in answers["public"]
