# SPDX-License-Identifier: Apache-2.0
"""Editing one asset, its history, and who answers for it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from belltower.core.access.rules import Verb
from belltower.core.places.models import Asset, Party, PartyKind, Responsibility, Role
from belltower.screens.api.tests.scene import BUILT, LAT, LON, WRITTEN, Street

pytestmark = pytest.mark.django_db
SEEN = f'"{WRITTEN:%Y-%m-%dT%H:%M:%S.%fZ}"'
BROKE = "2025-06-01T00:00:00Z"


def change(client: Client, asset: Asset, seen: str | None = SEEN, /, **changes: Any) -> Any:
    headers = {"If-Match": seen} if seen else {}
    body = {"valid_from": BROKE, "changes": changes}
    address = f"/api/v1/assets/{asset.uid}"
    return client.patch(address, body, content_type="application/json", headers=headers)


def test_a_change_keeps_what_it_does_not_speak_of(bureau: Client, street: Street) -> None:
    answer = change(bureau, street.lamp, life="out_of_service", fields={"lamp": "LED"})
    after = answer.json()
    assert (after["life"], after["fields"], after["valid_from"]) == ("out_of_service", {"lamp": "LED"}, BROKE)
    assert after["name"] == {"zh": "L-1号"}
    assert answer["ETag"] != SEEN
    assert bureau.get(f"/api/v1/assets/{street.lamp.uid}")["ETag"] == answer["ETag"]


def test_a_change_of_a_state_that_no_longer_stands_is_refused(bureau: Client, street: Street) -> None:
    change(bureau, street.lamp, life="out_of_service")
    answer = change(bureau, street.lamp, life="retired")
    assert (answer.status_code, answer.json()["code"]) == (412, "changed_meanwhile")
    street.lamp.refresh_from_db()
    assert street.lamp.life == "out_of_service"


def test_a_change_must_say_which_state_it_saw(bureau: Client, street: Street) -> None:
    assert change(bureau, street.lamp, None, life="retired").status_code == 428
    assert change(bureau, street.lamp, "*", life="retired").status_code == 200


def test_the_state_that_was_seen_may_stand_in_the_body(bureau: Client, street: Street) -> None:
    body = {"valid_from": BROKE, "expected_recorded_at": BUILT.isoformat(), "changes": {"life": "retired"}}
    address = f"/api/v1/assets/{street.lamp.uid}"
    assert bureau.patch(address, body, content_type="application/json").status_code == 412
    body["expected_recorded_at"] = WRITTEN.isoformat()
    assert bureau.patch(address, body, content_type="application/json").status_code == 200


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"colour": "red"}, "invalid_request"),
        ({"life": None}, "invalid_request"),
        ({"fields": {"colour": "red"}}, "unknown_field"),
        ({"fields": {"height": "tall"}}, "bad_field_value"),
        ({"geometry": {"type": "LineString", "coordinates": [[1, 2], [3, 4]]}}, "bad_geometry"),
        ({"geometry": {"type": "Point", "coordinates": ["x"]}}, "unreadable"),
        ({"geometry": {"type": "Point", "coordinates": [500, 500]}}, "bad_geometry"),
        ({"owner": "0190b8a0-0000-7000-8000-000000000000"}, "unknown_party"),
        ({"fields": {"lamp": "a\0b"}}, "invalid_request"),
    ],
)
def test_a_change_that_cannot_be_is_refused_with_its_reason(
    bureau: Client, street: Street, changes: dict[str, Any], code: str
) -> None:
    answer = change(bureau, street.lamp, **changes)
    assert answer.json()["code"] == code
    assert 400 <= answer.status_code < 500
    street.lamp.refresh_from_db()
    assert street.lamp.recorded_at == WRITTEN


def test_moving_an_asset_moves_its_point(bureau: Client, street: Street) -> None:
    moved = change(bureau, street.lamp, geometry={"type": "Point", "coordinates": [LON + 0.01, LAT]}).json()
    assert moved["position"] == [LON + 0.01, LAT]
    assert moved["area"]["code"] == "430405"


def test_only_who_may_edit_edits_and_only_what_they_see(as_token: Callable[..., Client], street: Street) -> None:
    assert change(as_token(Verb.VIEW), street.lamp, life="retired").status_code == 403
    gas = as_token(Verb.VIEW, Verb.EDIT, party=street.gas)
    assert change(gas, street.lamp, life="retired").status_code == 404
    assert change(gas, street.valve, life="retired").status_code == 200


def test_a_party_may_not_give_its_assets_away(as_token: Callable[..., Client], street: Street) -> None:
    gas = as_token(Verb.VIEW, Verb.EDIT, party=street.gas)
    assert change(gas, street.valve, owner=str(street.light.uid)).status_code == 403
    assert change(gas, street.valve, owner=None).status_code == 403


def test_the_history_tells_each_change_and_the_asset_as_it_was(bureau: Client, street: Street) -> None:
    change(bureau, street.lamp, life="out_of_service", owner=str(street.gas.uid))
    address = f"/api/v1/assets/{street.lamp.uid}"
    entry, broke = bureau.get(f"{address}/history").json()["items"]
    assert entry["differences"] == []
    told = {one["what"]: (one["before"], one["after"]) for one in broke["differences"]}
    assert told["life"] == ("in_service", "out_of_service")
    assert told["owner"][1]["key"] == "gas"
    assert bureau.get(f"{address}/as-of?valid_at=2025-05-31T23:59:59Z").json()["owner"]["key"] == "light"
    assert bureau.get(f"{address}/as-of?valid_at={BROKE}").json()["life"] == "out_of_service"
    assert bureau.get(f"{address}/as-of?valid_at=2020-01-01T00:00:00Z").status_code == 404


def test_the_history_comes_in_pages_too(bureau: Client, street: Street) -> None:
    change(bureau, street.lamp, life="out_of_service")
    address = f"/api/v1/assets/{street.lamp.uid}/history"
    first = bureau.get(f"{address}?limit=1").json()
    second = bureau.get(address, {"limit": 1, "cursor": first["next"]}).json()
    assert (first["items"][0]["differences"], len(second["items"]), second["next"]) == ([], 1, None)
    assert second["items"][0]["differences"]


def test_what_another_party_owned_then_stays_with_it(
    bureau: Client, as_token: Callable[..., Client], street: Street
) -> None:
    change(bureau, street.lamp, owner=str(street.gas.uid))
    gas = as_token(Verb.VIEW, party=street.gas)
    address = f"/api/v1/assets/{street.lamp.uid}"
    assert "light" not in gas.get(f"{address}/history").content.decode()
    assert gas.get(f"{address}/as-of?valid_at=2025-01-01T00:00:00Z").status_code == 404


def test_who_answers_is_told_with_the_rule_that_decided(bureau: Client, street: Street) -> None:
    bureau_of_lights = Party.objects.create(key="b", kind=PartyKind.REGULATOR, name={"zh": "照明中心"})
    since = date(2024, 1, 1)
    Responsibility.objects.create(party=bureau_of_lights, role=Role.SECTOR, kind="street_light", valid_from=since)
    answer = bureau.get(f"/api/v1/assets/{street.lamp.uid}/responsibilities").json()
    told = {one["role"]: one for one in answer["decisions"]}
    assert (told["sector"]["party"]["key"], told["sector"]["rule"]["kind"]) == ("b", "street_light")
    assert (told["owner"]["party"]["key"], told["owner"]["rule"]) == ("light", None)
    query = {"lon": LON, "lat": LAT, "kind": "street_light"}
    here = bureau.get("/api/v1/responsibilities/resolve", query).json()
    assert (here["area"]["code"], [one["role"] for one in here["decisions"]]) == ("430405", ["sector"])
    before = since - timedelta(days=1)
    assert bureau.get("/api/v1/responsibilities/resolve", {**query, "on": before}).json()["decisions"] == []
    [rule] = bureau.get("/api/v1/responsibilities").json()["items"]
    assert (rule["role"], rule["party"]["key"]) == ("sector", "b")


def test_search_finds_what_the_caller_may_see(bureau: Client, as_token: Callable[..., Client], street: Street) -> None:
    assert [one["code"] for one in bureau.get("/api/v1/search?q=L-1").json()["items"]] == ["L-1"]
    assert as_token(Verb.VIEW, party=street.gas).get("/api/v1/search?q=L-1").json()["items"] == []
    assert [one["key"] for one in bureau.get("/api/v1/assets?text=L-1").json()["items"]] == ["L-1"]
