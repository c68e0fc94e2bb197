# SPDX-License-Identifier: Apache-2.0
"""Every operation of the API has a door, and through it nobody sees what is another's."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from belltower.core.access.models import Token
from belltower.core.access.rules import Verb
from belltower.core.alarms.models import Alarm
from belltower.core.alarms.tests.plant import detector, enabled
from belltower.core.attachments.tests.photo import attached
from belltower.core.places.models import Responsibility, Role
from belltower.core.standards.tests.lit_street import dim
from belltower.screens.api.api import api
from belltower.screens.api.tests.scene import LAT, LON, Street, as_token, bureau, street
from tests.scenes.cased import cased

__all__ = ["as_token", "bureau", "street"]

pytestmark = pytest.mark.django_db
# Operations that ask for no verb, with the reason.
WITHOUT_A_VERB = {"whoami": "whoever came through a door may know as whom, even if they may do nothing"}
BUDGETS = json.loads((Path(__file__).parent / "query_budgets.json").read_text())["api"]

NOBODY = "0190b8a0-0000-7000-8000-000000000000"
Operation = tuple[str, str, dict[str, Any]]
OPERATIONS: dict[str, Operation] = {
    one["operationId"]: (method, path, one)
    for path, methods in api.get_openapi_schema(path_prefix="api/")["paths"].items()
    for method, one in methods.items()
}
LISTS = [name for name, (method, _, _) in OPERATIONS.items() if method == "get" and name.startswith(("list_", "find"))]


@pytest.fixture
def things(bureau: Client, street: Street) -> dict[str, str]:
    """What the bureau knows of the light company: an asset, the party, a load, its job."""
    Responsibility.objects.create(
        party=street.light, role=Role.SECTOR, kind="street_light", valid_from=date(2024, 1, 1)
    )
    file = SimpleUploadedFile("lights.csv", f"编号,经度,纬度\nL-1,{LON},{LAT}\n".encode())
    load = bureau.post("/api/v1/loads", {"file": file}).json()["uid"]
    mapping = {"target": "street_light", "columns": {"编号": {"to": "key"}}}
    job = bureau.post(f"/api/v1/loads/{load}/run", {"mapping": mapping}, content_type="application/json").json()
    photo = attached(street.lamp)
    alarm = enabled(detector(street.lamp, name="L-1"))
    Alarm.objects.update(raised_at=alarm.definition.changed_at)  # so that it has a message to be told by
    return {
        "attachments": str(photo.uid),
        "assets": str(street.lamp.uid),
        "parties": str(street.light.uid),
        "loads": load,
        "jobs": job["uid"],
        "alarms": str(alarm.uid),
        "findings": str(dim(street.lamp, datetime.now(UTC)).uid),
        "alarm-definitions": str(alarm.definition.uid),
        "cases": str(cased(street.lamp, "lights")[0]["case"]),
    }


def call(client: Client, name: str, things: dict[str, str]) -> Any:
    """Call the operation about the light company's things."""
    method, path, declared = OPERATIONS[name]
    uid = things.get(path.split("/")[3], NOBODY)
    address = path.format(uid=uid, case=uid, code="430405", name="street_light")
    needed = {"lon": LON, "lat": LAT, "kind": "street_light", "metres": 5000, "q": "L-1"}
    asked = {one["name"] for one in declared.get("parameters", ()) if one["in"] == "query" and one["required"]}
    query = {name: value for name, value in needed.items() if name in asked}
    return getattr(client, method)(address, query_params=query)


@pytest.mark.parametrize("name", OPERATIONS)
def test_every_operation_names_its_verb(name: str) -> None:
    verb = OPERATIONS[name][2]["x-verb"]
    assert (verb in list(Verb)) != (name in WITHOUT_A_VERB)


def test_every_door_is_guarded_by_the_verb_that_is_told() -> None:
    """What the document says is what the doors ask for, by token and by session alike."""
    found = set()
    for room in api._get_bound_routers():
        for view in room.path_operations.values():
            for operation in view.operations:
                doors = [getattr(door, "verb", "none") for door in operation.auth_callbacks]
                told = OPERATIONS[operation.view_func.__name__][2]["x-verb"]
                assert [door and door.value for door in doors] == [told, told]
                found.add(operation.view_func.__name__)
    assert found == OPERATIONS.keys()


def test_nobody_is_let_in_unknown(street: Street) -> None:
    let_in = {name for name in OPERATIONS if call(Client(), name, {}).status_code != 401}
    assert not let_in


def test_a_viewer_views_and_does_nothing_else(as_token: Callable[..., Client], things: dict[str, str]) -> None:
    viewer = as_token(Verb.VIEW)
    for name, (_, _, told) in OPERATIONS.items():
        expected = 200 if told["x-verb"] in (None, "view") else 403
        assert call(viewer, name, things).status_code == expected, name


def test_nothing_of_another_owner_appears(
    as_token: Callable[..., Client], street: Street, things: dict[str, str]
) -> None:
    """The gas company's account, with every verb it could be given, asks about the light company's things."""
    gas = as_token(*Verb, party=street.gas)
    for name in OPERATIONS:
        answer = call(gas, name, things)
        assert answer.status_code < 500, name
        if answer.status_code >= 300:
            continue
        told = b"".join(answer.streaming_content) if answer.streaming else answer.content
        for secret in (*things.values(), "L-1", "城市照明"):
            assert secret not in told.decode(), f"{name} tells {secret}"


def test_lists_keep_their_query_budgets(bureau: Client, things: dict[str, str]) -> None:
    """One query opens the door (and notes the token's use once a minute); a list should need one or two more."""
    used = {}
    for name in LISTS:
        call(bureau, name, things)
        Token.objects.update(last_used_at=datetime.now(UTC))  # or a slow machine notes it within what is counted
        with CaptureQueriesContext(connection) as queries:
            assert call(bureau, name, things).status_code == 200
        used[name] = len(queries)
    assert used.keys() == BUDGETS.keys(), "Every list of the API has its budget in query_budgets.json."
    assert {name: count for name, count in used.items() if count > BUDGETS[name]} == {}
