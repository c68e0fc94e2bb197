# SPDX-License-Identifier: Apache-2.0
"""Grants over the API: listed, added and ended by administrators, by nobody else."""

from __future__ import annotations

import pytest
from django.test import Client

from belltower.core.access import actions, people
from belltower.core.access.models import RoleName, User
from belltower.core.ledger.models import Entry
from belltower.core.places.models import Party
from belltower.core.places.tests import scene
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

pytestmark = pytest.mark.django_db
BY = Actor.system("test")


@pytest.fixture
def admin() -> Client:
    return signed_in("admin", RoleName.ADMINISTRATOR)


@pytest.fixture
def li() -> User:
    scene.choose_hengyang()
    scene.put(*scene.whole_city())
    return actions.add_user("li", Text(zh="李工"), password=None, by=BY)


def signed_in(name: str, role: RoleName) -> Client:
    user = actions.add_user(name, Text(en=name), password=None, by=BY)
    actions.grant(user, role, valid_from=people.today(), by=BY)
    browser = Client()
    browser.force_login(user)
    return browser


def test_a_grant_is_added_seen_and_ended(li: User, admin: Client) -> None:
    party = Party.objects.create(key="gas", kind="enterprise", name={"zh": "燃气"})
    asked = {
        "user": "li", "role": "enterprise", "area": "430408", "party": str(party.uid),
        "valid_from": "2026-01-01", "why": "衡城管〔2026〕1号",
    }  # fmt: skip
    made = admin.post("/api/v1/grants", asked, content_type="application/json")
    assert made.status_code == 201, made.content
    assert made.json()["area"]["code"] == "430408"
    assert people.roles_of(li, people.today()) == {RoleName.ENTERPRISE}
    [listed] = admin.get("/api/v1/grants?user=li").json()["items"]
    assert listed == made.json()
    uid = made.json()["uid"]
    ended = admin.post(f"/api/v1/grants/{uid}/end", {"on": "2026-02-01"}, content_type="application/json")
    assert ended.json()["valid_until"] == "2026-02-01"
    assert people.roles_of(li, people.today()) == frozenset()
    assert admin.get("/api/v1/grants?user=li&on=2026-02-01").json()["items"] == []
    assert len(admin.get("/api/v1/grants?user=li&on=2026-01-31").json()["items"]) == 1


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"user": "nobody"}, 404, "not_found"),
        ({"area": "999999"}, 404, "not_found"),
        ({"role": "mayor"}, 422, None),
        ({"valid_from": "2026-02-01", "valid_until": "2026-02-01"}, 422, "bad_period"),
        ({"role": "administrator", "area": "430408"}, 422, "whole_city_only"),
    ],
)
def test_what_cannot_be_granted_is_refused(
    li: User, admin: Client, changes: dict[str, str], status: int, code: str | None
) -> None:
    answer = admin.post("/api/v1/grants", {"user": "li", "role": "viewer"} | changes, content_type="application/json")
    assert answer.status_code == status
    assert code is None or answer.json()["code"] == code
    assert not li.grants.exists()


def test_who_administers_nothing_grants_nothing(li: User) -> None:
    leader = signed_in("leader", RoleName.LEADER)
    answer = leader.post("/api/v1/grants", {"user": "li", "role": "viewer"}, content_type="application/json")
    assert answer.status_code == leader.get("/api/v1/grants").status_code == 403
    assert not li.grants.exists()


def test_a_grant_says_in_the_ledger_who_gave_it(li: User, admin: Client) -> None:
    admin.post("/api/v1/grants", {"user": "li", "role": "viewer"}, content_type="application/json")
    given = User.objects.get(username="admin").as_actor().reference
    assert Entry.objects.filter(what="access.grant", actor=given, form__table="access_grant").count() == 1
