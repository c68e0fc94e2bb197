# SPDX-License-Identifier: Apache-2.0
"""Who is let in, and how a refusal reads."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from belltower.core.access import actions
from belltower.core.access.models import RoleName, User
from belltower.core.access.rules import Verb
from belltower.screens.api.tests.scene import BY, Street

pytestmark = pytest.mark.django_db
PROBLEM = "application/problem+json"


def test_without_a_door_key_nothing_is_told() -> None:
    answer = Client().get("/api/v1/assets")
    assert (answer.status_code, answer["Content-Type"], answer["WWW-Authenticate"]) == (401, PROBLEM, "Bearer")
    assert Client(headers={"Authorization": "Bearer bt_guess"}).get("/api/v1/assets").status_code == 401


def test_a_token_does_only_what_it_was_made_for(as_token: Callable[..., Client]) -> None:
    answer = as_token(Verb.EXPORT).get("/api/v1/assets")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert answer.json()["facts"]["needs"] == "view"


def test_a_refusal_speaks_the_language_that_was_asked_for(as_token: Callable[..., Client]) -> None:
    client = as_token(Verb.EXPORT)
    assert client.get("/api/v1/assets").json()["title"].startswith("You may not view")
    chinese = client.get("/api/v1/assets", headers={"Accept-Language": "zh-CN"}).json()["title"]
    assert chinese.startswith("您没有权限查看")


def test_a_session_opens_the_api_by_the_roles_held_today(li: User, street: Street) -> None:
    client = Client()
    client.force_login(li)
    assert client.get("/api/v1/assets").status_code == 403
    actions.grant(li, RoleName.VIEWER, valid_from=date(2020, 1, 1), by=BY)
    assert len(client.get("/api/v1/assets").json()["items"]) == 2
    assert client.get("/api/v1/whoami").json()["roles"] == ["viewer"]


def test_a_session_writes_only_with_the_token_that_shows_the_page_was_ours(li: User, street: Street) -> None:
    actions.grant(li, RoleName.ADMINISTRATOR, valid_from=date(2020, 1, 1), by=BY)
    client = Client(enforce_csrf_checks=True)
    client.force_login(li)
    address, edit = f"/api/v1/assets/{street.lamp.uid}", {"valid_from": "2025-01-01T00:00:00Z", "changes": {}}
    refused = client.patch(address, edit, content_type="application/json", headers={"If-Match": "*"})
    assert (refused.status_code, refused.json()["code"]) == (403, "no_csrf_token")
    client.cookies["csrftoken"] = secret = "x" * 32
    headers = {"If-Match": "*", "X-CSRFToken": secret}
    assert client.patch(address, edit, content_type="application/json", headers=headers).status_code == 200


def test_a_deactivated_person_is_outside_at_once(li: User, street: Street) -> None:
    actions.grant(li, RoleName.VIEWER, valid_from=date(2020, 1, 1), by=BY)
    client = Client()
    client.force_login(li)
    assert client.get("/api/v1/assets").status_code == 200
    actions.deactivate(li, by=BY)
    assert client.get("/api/v1/assets").status_code == 401


@pytest.mark.parametrize("path", ["nothing", "assets/a%0Ab", "../v2", ""])
def test_an_address_that_is_not_there_is_a_problem_too(path: str) -> None:
    answer = Client().get(f"/api/v1/{path}")
    assert (answer.status_code, answer["Content-Type"], answer.json()["code"]) == (404, PROBLEM, "no_such_operation")


def test_a_form_that_cannot_be_read_is_refused(bureau: Client) -> None:
    broken = "--x\r\n" + "a" * 20_000
    answer = bureau.post("/api/v1/loads", broken, content_type="multipart/form-data; boundary=x")
    assert (answer.status_code, answer["Content-Type"], answer.json()["code"]) == (400, PROBLEM, "invalid_request")


def test_a_request_that_does_not_fit_says_where(bureau: Client) -> None:
    answer = bureau.get("/api/v1/assets?limit=0&bbox=1,2,3")
    assert (answer.status_code, answer["Content-Type"]) == (422, PROBLEM)
    assert {one["at"] for one in answer.json()["facts"]["faults"]} == {"query.limit", "query.bbox"}


def test_the_operations_are_described_without_a_foreign_host() -> None:
    page = Client().get("/api/docs").content.decode()
    assert "swagger-ui-bundle.js" in page
    assert "http://" not in page
    assert "https://" not in page
    assert Client().get("/api/openapi.json").json()["openapi"].startswith("3.")
