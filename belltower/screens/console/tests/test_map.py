# SPDX-License-Identifier: Apache-2.0
"""The map page tells the browser what it needs, and its tiles hold what the viewer may see and nothing else."""

from __future__ import annotations

import gzip
import json
from datetime import date

import mapbox_vector_tile
import pytest
from django.test import Client

from belltower.core.access import actions as access
from belltower.core.access.models import RoleName
from belltower.core.places import geometry
from belltower.core.places.models import Area, Asset, Party
from belltower.kernel.texts import Text
from belltower.screens.console.tests import scene

pytestmark = pytest.mark.django_db


def as_(username: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(scene.user(username))
    return client


@pytest.fixture
def lamp(city) -> Asset:
    return Asset.objects.get(key="LD-0001")


@pytest.fixture
def sweepers(city) -> Client:
    """Somebody of the sanitation centre, which owns the bins."""
    party = Party.objects.get(key="sanitation")
    user = access.add_user("sweepers", Text("环卫", "Sweepers"), password=scene.PASSWORD, party=party, by=scene.BY)
    access.grant(user, RoleName.ENTERPRISE, valid_from=date(2024, 1, 1), by=scene.BY)
    return as_("sweepers")


def settings_of(answer) -> dict:
    page = answer.content.decode()
    begin = page.index(">", page.index('id="map-settings"')) + 1
    return json.loads(page[begin : page.index("</script>", begin)])


def tile_of(client: Client, asset: Asset, zoom: int, kinds: str) -> dict:
    cell = int(geometry.cells(*(geometry.np.array([each]) for each in (asset.lon, asset.lat)), zoom)[0])
    x, y = (sum(((cell >> (2 * bit + part)) & 1) << bit for bit in range(zoom)) for part in (0, 1))
    answer = client.get(f"/tiles/assets/{zoom}/{x}/{y}.mvt", {"kinds": kinds})
    assert answer.status_code == 200
    return mapbox_vector_tile.decode(gzip.decompress(answer.content))


def test_the_page_lists_layers_by_pack_with_counts(city):
    answer = as_("viewer").get("/map/")
    lights = next(one for one in settings_of(answer)["layers"] if one["kind"] == "street_light")
    assert (lights["title"], lights["geometry"], lights["shown"]) == ("Street light", "point", True)
    assert "Street light: 199 in the city, as a list" in answer.content.decode()


def test_with_an_area_chosen_its_own_assets_are_counted(city):
    area = Area.objects.get(code="430405001")
    Asset.objects.filter(kind="street_light").update(area=Area.objects.get(code="430405"))
    Asset.objects.filter(pk__in=Asset.objects.filter(kind="street_light").order_by("pk")[:3]).update(area=area)
    page = as_("viewer").get("/map/", {"area": "430405001"}).content.decode()
    assert "Street light: 3 in this area, as a list" in page
    assert "Street light: 199 in this area, as a list" in as_("viewer").get("/map/?area=430405").content.decode()


def test_the_address_chooses_layers_area_and_asset(lamp):
    answer = as_("viewer").get("/map/", {"kinds": "waste_bin", "area": "430405001", "asset": str(lamp.uid)})
    told = settings_of(answer)
    assert [one["kind"] for one in told["layers"] if one["shown"]] == ["waste_bin"]
    assert told["area"]["code"] == "430405001"
    assert told["asset"]["uid"] == str(lamp.uid)
    assert 'href="/assets/?area=430405001"' in answer.content.decode()


def test_an_area_that_is_not_there_is_said(city):
    assert "There is no area '999999'" in as_("viewer").get("/map/?area=999999").content.decode()


def test_a_tile_close_by_holds_the_asset_and_from_afar_its_count(lamp):
    close = tile_of(as_("viewer"), lamp, 16, "street_light")
    assert lamp.uid.hex in {one["properties"]["uid"] for one in close["points"]["features"]}
    afar = tile_of(as_("viewer"), lamp, 10, "street_light")
    assert sum(one["properties"]["n"] for one in afar["clusters"]["features"]) == 199  # one is retired


def test_another_owners_assets_are_on_no_tile_panel_or_search(lamp, sweepers):
    assert tile_of(sweepers, lamp, 16, "street_light") == {}
    assert tile_of(sweepers, lamp, 10, "street_light") == {}
    assert sweepers.get(f"/map/assets/{lamp.uid}/").status_code == 404
    assert settings_of(sweepers.get("/map/", {"asset": str(lamp.uid)}))["asset"] is None
    assert lamp.uid.hex not in sweepers.get("/map/found/", {"q": "LD-0001"}).content.decode().replace("-", "")


def test_a_tile_that_is_as_it_was_is_not_sent_again(lamp):
    client = as_("viewer")
    first = client.get("/tiles/assets/10/832/433.mvt", {"kinds": "street_light"})
    again = client.get(
        "/tiles/assets/10/832/433.mvt", {"kinds": "street_light"}, headers={"if-none-match": first["ETag"]}
    )
    assert (first.status_code, again.status_code) == (200, 304)
    other_layers = client.get(
        "/tiles/assets/10/832/433.mvt", {"kinds": "waste_bin"}, headers={"if-none-match": first["ETag"]}
    )
    assert other_layers.status_code == 200


def test_tiles_are_kept_by_the_viewers_browser_only(lamp):
    answer = as_("viewer").get("/tiles/assets/10/832/433.mvt", {"kinds": "street_light"})
    assert answer["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("address", ["/tiles/assets/3/9/0.mvt", "/tiles/areas/99/0/0.mvt"])
def test_a_tile_that_cannot_be_is_refused(city, address):
    assert as_("viewer").get(address).status_code == 404


def test_borders_and_names_of_areas_come_as_tiles(city):
    area = Area.objects.get(code="430405001")
    cell = int(geometry.cells(*(geometry.np.array([each]) for each in (area.lon, area.lat)), 12)[0])
    x, y = (sum(((cell >> (2 * bit + part)) & 1) << bit for bit in range(12)) for part in (0, 1))
    answer = as_("viewer").get(f"/tiles/areas/12/{x}/{y}.mvt")
    tile = mapbox_vector_tile.decode(answer.content)
    assert "430405001" in {one["properties"]["code"] for one in tile["names"]["features"]}
    assert {"city", "district", "street", "community"} == {
        one["properties"]["level"] for one in tile["areas"]["features"]
    }


def test_the_panel_tells_of_one_asset(lamp):
    panel = as_("viewer").get(f"/map/assets/{lamp.uid}/").content.decode()
    assert "LD-0001" in panel
    assert f'href="/assets/{lamp.uid}/"' in panel


def test_what_is_found_can_be_flown_to(lamp):
    found = as_("viewer").get("/map/found/", {"q": "LD-0001"}).content.decode()
    assert f'data-fly="{lamp.uid}"' in found
    assert "Nothing with a place is called" in as_("viewer").get("/map/found/", {"q": "zzzz"}).content.decode()
