# SPDX-License-Identifier: Apache-2.0
"""The ledger's pages: who may read them, what they find, and the heads that everybody may have."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from cryptography.exceptions import InvalidSignature
from django.conf import settings
from django.test import Client

from belltower.core.access import actions as access
from belltower.core.access.models import RoleName, User
from belltower.core.jobs.models import Job
from belltower.core.ledger import check_proof, heads
from belltower.core.ledger.entries import record
from belltower.core.ledger.models import Entry
from belltower.core.places.models import Asset, Party
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text
from belltower.screens.console.tests import scene

pytestmark = pytest.mark.django_db
BY = Actor.system("scene")
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture
def signed(city, tmp_path, monkeypatch) -> heads.TreeHead:
    """The small city under a head that is signed with a key of this test's."""
    monkeypatch.setattr(settings, "BELLTOWER_LEDGER_KEY", tmp_path / "key")
    made = heads.sign_head(NOW)
    assert made
    return made


def as_(username: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(scene.user(username))
    return client


def person(username: str, role: RoleName, **narrowed) -> User:
    party = narrowed.pop("of", None)
    user = access.add_user(username, Text(en=username), password=scene.PASSWORD, party=party, by=BY)
    access.grant(user, role, valid_from=scene.SINCE, by=BY, **narrowed)
    return user


def edited(by: User) -> Asset:
    """A lamp that ``by`` changed, signed into the log."""
    from belltower.core.places.actions.assets import edit_asset

    lamp = Asset.objects.get(key="LD-0001")
    edit_asset(lamp.uid, {"reason": "wind", "fields": {"height": 10.5}}, by=by.as_actor(), valid_from=NOW, now=NOW)
    heads.sign_head(NOW)
    return lamp


def newest_about(lamp: Asset) -> Entry:
    entry = Entry.objects.filter(form__table="places_asset", row=lamp.pk).first()
    assert entry
    return entry


def test_who_oversees_the_city_reads_the_ledger_and_others_are_refused(signed):
    person("leader", RoleName.LEADER)
    person("assessor", RoleName.ASSESSOR)
    person("district", RoleName.LEADER, party=Party.objects.get(key="lighting"))
    seen = {name: as_(name).get("/ledger/").status_code for name in ("admin", "leader", "assessor")}
    assert set(seen.values()) == {200}
    refused = {name: as_(name).get("/ledger/").status_code for name in ("viewer", "officer", "district", "nobody")}
    assert set(refused.values()) == {403}
    assert "/ledger/" not in as_("viewer").get("/packs/").content.decode()
    assert "/ledger/" in as_("admin").get("/packs/").content.decode()


def test_names_are_shown_as_of_now_and_are_not_in_the_ledger(signed):
    edited(scene.user("officer"))
    page = as_("admin").get("/ledger/?what=places.edit_asset").content.decode()
    assert ">officer<" in page
    assert not Entry.objects.filter(actor__contains="officer").exists()


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("who=officer", True),
        ("who=viewer", False),
        ("what=places.edit_asset", True),
        ("what=places.", True),
        ("what=edit", False),
        ("table=places_asset", True),
        ("table=jobs_job", False),
        ("since=2000-01-01T00:00", True),
        ("until=2000-01-01T00:00", False),
        ("since=yesterday", False),
        ("row=4711", False),
    ],
)
def test_filters_stand_in_the_address(signed, query, is_found):
    entry = newest_about(edited(scene.user("officer")))
    page = as_("admin").get(f"/ledger/?{query}").content.decode()
    assert (f'href="/ledger/{entry.pk}/"' in page) == is_found


def test_a_row_is_found_in_single_entries_and_in_batches(signed):
    lamp = edited(scene.user("officer"))
    page = as_("admin").get(f"/ledger/?table=places_asset&row={lamp.pk}")
    assert len(page.context["lines"]) == 2
    assert {line.entry.rows for line in page.context["lines"]} == {1, 200}


def test_pages_follow_one_another_without_gap_or_repetition(signed):
    for count in range(60):
        record("tests.noted", by=BY, subject=f"tests:{count}")
    client, found, after = as_("admin"), [], ""
    while True:
        page = client.get(f"/ledger/?what=tests.noted&after={after}").context
        found += [line.entry.subject for line in page["lines"]]
        after = page["next"]
        if not after:
            break
    assert found == [f"tests:{count}" for count in reversed(range(60))]


def test_who_signed_in_is_for_administrators_only(signed):
    person("leader", RoleName.LEADER)
    record("access.signed_in", by=BY, subject="access.user:x")
    entry = Entry.objects.filter(what="access.signed_in").first()
    assert entry
    assert "access.signed_in" in as_("admin").get("/ledger/").content.decode()
    assert "access.signed_in" not in as_("leader").get("/ledger/").content.decode()
    assert as_("leader").get(f"/ledger/{entry.pk}/").status_code == 404
    assert as_("leader").get(f"/ledger/{entry.pk}/proof.json").status_code == 404


def test_an_entry_shows_what_is_hashed_and_what_was_written_with_it(signed):
    entry = newest_about(edited(scene.user("officer")))
    page = as_("admin").get(f"/ledger/{entry.pk}/")
    said = page.content.decode()
    assert "belltower entry 1" in said
    assert f"what {entry.what}" in said
    assert {line.table for line in page.context["siblings"]} == {"places_asset_past"}
    assert as_("admin").get("/ledger/999999999/").status_code == 404
    assert as_("admin").get(f"/ledger/{2**70}/").status_code == 404


def test_the_proof_of_an_entry_holds(signed):
    entry = newest_about(edited(scene.user("officer")))
    check_proof.check(as_("admin").get(f"/ledger/{entry.pk}/proof.json").json())


def test_an_enterprise_sees_the_entries_of_its_own_assets_only(signed):
    person("lighter", RoleName.ENTERPRISE, of=Party.objects.get(key="lighting"))
    lamp, bin_ = edited(scene.user("officer")), Asset.objects.get(key="B1")
    client = as_("lighter")
    assert client.get("/ledger/").status_code == 403
    page = client.get(f"/assets/{lamp.uid}/entries/")
    assert [line.entry.rows for line in page.context["lines"]] == [1, 200]
    assert "officer" not in page.content.decode()
    entry = newest_about(lamp)
    proof = client.get(f"/assets/{lamp.uid}/entries/{entry.pk}/proof.json").json()
    check_proof.check(proof)
    assert proof["row"]["id"] == lamp.pk
    assert client.get(f"/assets/{bin_.uid}/entries/").status_code == 404
    other = Entry.objects.filter(form__table="places_asset").exclude(pk=entry.pk).exclude(rows=200).first()
    assert other
    assert client.get(f"/assets/{lamp.uid}/entries/{other.pk}/").status_code == 404


def test_a_verification_is_asked_for_by_administrators_once(signed):
    person("leader", RoleName.LEADER)
    assert as_("leader").post("/ledger/check/").status_code == 403
    first, second = as_("admin").post("/ledger/check/"), as_("admin").post("/ledger/check/")
    assert first["Location"] == second["Location"]
    assert Job.objects.filter(work="ledger.verify").count() == 1
    assert "A verification is under way" in as_("admin").get("/ledger/").content.decode()


def test_findings_of_the_last_verification_are_told(signed):
    from belltower.core.jobs.models import JobState

    as_("admin").post("/ledger/check/")
    finding = {"code": "row_changed", "where": "places_asset 7", "text": {"zh": "被改", "en": "it was changed"}}
    result = {"entries": 3, "rows": 2, "against": 0, "found": 1, "is_whole": False, "findings": [finding]}
    Job.objects.filter(work="ledger.verify").update(state=JobState.DONE, ended_at=NOW, result=result)
    page = as_("admin").get("/ledger/").content.decode()
    assert "1 finding" in page
    assert "places_asset 7" in page


def test_everybody_may_have_the_heads_and_learns_nothing_else(signed):
    edited(scene.user("officer"))
    page = Client(headers={"accept-language": "en"}).get("/heads/")
    said = page.content.decode()
    assert page.status_code == 200
    assert signed.root.hex() in said
    for secret in ("officer", "places_asset", "LD-0001", "edit_asset"):
        assert secret not in said


def test_a_witness_follows_from_head_to_head(signed):
    edited(scene.user("officer"))
    client = Client()
    newest = client.get("/heads/newest.json").json()
    assert client.get(f"/heads/{signed.size}.json").json()["root"] == signed.root.hex()
    growth = client.get(f"/heads/{signed.size}/growth/{newest['size']}.json").json()
    check_proof.check(growth, bytes.fromhex(newest["public_key"]))
    growth["old"]["root"] = growth["new"]["root"]
    with pytest.raises(InvalidSignature):
        check_proof.check(growth)
    assert [one["size"] for one in client.get("/heads/all.json").json()["heads"]] == [newest["size"], signed.size]


def test_what_is_no_head_is_told_in_json(signed):
    for address in (f"/heads/{signed.size + 999}.json", f"/heads/1/growth/{2**70}.json", "/heads/stamps/9.tsr"):
        answer = Client().get(address)
        assert answer.status_code == 404
        assert json.loads(answer.content)["code"] == "not_found"


def test_before_the_first_head_the_page_says_so(db):
    assert "No head has been signed yet" in Client(headers={"accept-language": "en"}).get("/heads/").content.decode()
    assert Client().get("/heads/newest.json").status_code == 404


def test_the_checker_is_given_out_as_it_is(db):
    said = Client().get("/heads/check_proof.py").content.decode()
    assert said.startswith("#!/usr/bin/env python3")
    assert "import belltower" not in said
