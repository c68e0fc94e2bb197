# SPDX-License-Identifier: Apache-2.0
"""Every page answers, shows what there is to the one who asks, and says clearly when it does not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from belltower.core.places.models import Asset, SavedView
from belltower.screens.console.tests import scene

pytestmark = pytest.mark.django_db
PAGES = [
    "/assets/",
    "/assets/?kind=street_light",
    "/areas/",
    "/areas/430405/",
    "/loads/",
    "/jobs/",
    "/packs/",
    "/search/?q=hbl",
]


def as_(username: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(scene.user(username))
    return client


def lamp() -> Asset:
    return Asset.objects.get(key="LD-0001")


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_answers_in_both_languages(city, address, language):
    answer = as_("admin").get(address, headers={"accept-language": language})
    assert answer.status_code == 200
    assert f'lang="{"en" if language == "en" else "zh-Hans"}"' in answer.content.decode()


def test_a_stranger_is_sent_to_sign_in_and_back():
    answer = Client().get("/assets/?kind=street_light")
    assert answer.status_code == 302
    assert answer["Location"] == "/sign-in/?next=%2Fassets%2F%3Fkind%3Dstreet_light"


def test_signing_in_leads_back_to_where_one_was_going(city):
    sent = {"username": "viewer", "password": scene.PASSWORD, "next": "/packs/"}
    assert Client().post("/sign-in/", sent)["Location"] == "/packs/"


def test_signing_in_never_leads_to_another_site(city):
    sent = {"username": "viewer", "password": scene.PASSWORD, "next": "https://example.org/"}
    assert Client().post("/sign-in/", sent)["Location"] == "/"


def test_a_wrong_password_is_told_without_saying_which_was_wrong(city):
    for username in ("viewer", "unknown"):
        answer = Client(headers={"accept-language": "en"}).post("/sign-in/", {"username": username, "password": "x"})
        assert answer.status_code == 422
        assert "The name or the password is not right" in answer.content.decode()


def test_somebody_without_a_role_sees_nothing_and_reads_why(city):
    answer = as_("nobody").get("/assets/")
    assert answer.status_code == 403
    assert "You may not view this. Ask an administrator for a role that may." in answer.content.decode()
    assert "not_allowed" in answer.content.decode()


def test_a_viewer_may_not_load_or_edit(city):
    client = as_("viewer")
    assert client.get("/loads/").status_code == 403
    assert client.get(f"/assets/{lamp().uid}/edit/").status_code == 403
    assert "/edit/" not in client.get(f"/assets/{lamp().uid}/").content.decode()


def test_an_unknown_address_and_an_unknown_asset_say_so(city):
    client = as_("viewer")
    assert client.get("/assets/01890000-0000-7000-8000-000000000000/").status_code == 404
    assert client.get("/areas/999999/").status_code == 404
    assert "There is no area" in client.get("/areas/999999/").content.decode()


def test_the_asset_page_shows_fields_units_and_who_answers(city):
    page = as_("viewer").get(f"/assets/{lamp().uid}/").content.decode()
    assert "Hubei Road lamp 1" in page
    assert "Pole height" in page
    assert "Zhuhui government" in page
    assert "scene, clause 4" in page
    assert "No rule covers this kind here in this role." in page


def test_an_edit_is_recorded_and_told_in_the_history(city):
    asset = lamp()
    form = {
        "name_zh": "湖北路1号灯", "name_en": "Hubei Road lamp 1", "life": "out_of_service", "field.height": "30 ft",
        "field.lamp": "LED", "field.wattage": "120", "field.on_traffic_pole": "false", "reason": "fell in the storm",
        "expected": asset.recorded_at.isoformat(),
    }  # fmt: skip
    assert as_("officer").post(f"/assets/{asset.uid}/edit/", form).status_code == 302
    page = as_("viewer").get(f"/assets/{asset.uid}/").content.decode()
    for said in ("came as 30 ft", "fell in the storm", "Out of service", "officer"):
        assert said in page


def test_a_refused_edit_loses_nothing_that_was_typed(city):
    form = {"life": "in_service", "field.height": "very high", "name_zh": "新名称"}
    answer = as_("officer").post(f"/assets/{lamp().uid}/edit/", form)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "bad_field_value" in page
    assert "very high" in page
    assert "新名称" in page


def test_an_edit_of_what_another_changed_meanwhile_is_refused(city):
    asset = lamp()
    form = {"life": "retired", "expected": (asset.recorded_at - timedelta(days=1)).isoformat()}
    answer = as_("officer").post(f"/assets/{asset.uid}/edit/", form)
    assert answer.status_code == 422
    assert lamp().life == "in_service"


def test_as_of_a_time_before_the_asset_was_known_nothing_is_shown(city):
    page = as_("viewer").get(f"/assets/{lamp().uid}/?valid=2024-05-20T00:00&known=2024-05-20T00:00").content.decode()
    assert "Nothing was known of it then" in page


def test_a_view_is_saved_shared_and_forgotten(city):
    as_("officer").post("/assets/views/", {"name": "Bins", "query": "kind=waste_bin", "is_shared": "on"})
    as_("officer").post("/assets/views/", {"name": "Mine", "query": "life=planned"})
    seen = as_("viewer").get("/assets/").content.decode()
    assert "Bins" in seen
    assert "Mine" not in seen
    shared = SavedView.objects.get(name="Bins")
    assert as_("viewer").post(f"/assets/views/{shared.uid}/forget/").status_code == 404
    assert as_("officer").post(f"/assets/views/{shared.uid}/forget/").status_code == 302
    assert not SavedView.objects.filter(name="Bins").exists()


@pytest.mark.parametrize("form", ["csv", "xlsx", "geojson", "gpkg", "shp"])
def test_a_list_is_exported_with_its_own_filters(city, form):
    answer = as_("officer").get(f"/assets/export/{form}/?kind=street_light&life=planned")
    body = b"".join(answer.streaming_content)
    assert answer.status_code == 200
    assert len(body) > 100
    if form == "csv":
        assert b"LD-0003" in body
        assert b"LD-0001" not in body


def test_an_export_needs_its_verb_and_a_known_format(city):
    assert as_("viewer").get("/assets/export/csv/").status_code == 403
    assert as_("officer").get("/assets/export/doc/").status_code == 404


def test_an_export_that_does_not_fit_its_format_says_why(city):
    answer = as_("officer").get("/assets/export/gpkg/")
    assert answer.status_code == 422
    assert "cannot_export" in answer.content.decode()
