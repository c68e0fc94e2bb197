# SPDX-License-Identifier: Apache-2.0
"""Coming in on pages: the second step, what is the same for names that do not exist, sessions, forgery."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from django.contrib.auth import hashers
from django.test import Client

from belltower.core.access import actions, second_factor, sessions
from belltower.core.access.models import SecondFactor, Session
from belltower.core.access.policy import SignIn
from belltower.core.ledger.models import Entry
from belltower.core.ledger.personal import unseal
from belltower.screens.console.tests import scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]
FIELDS = {"username": "viewer", "password": scene.PASSWORD, "next": "/packs/"}


@pytest.fixture
def hasty(settings):
    """Hashes that cost nothing, for tests that are not about time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]


def enrolled(name: str = "viewer") -> pyotp.TOTP:
    user = scene.user(name)
    then = datetime.now(UTC) - timedelta(minutes=5)
    totp = pyotp.TOTP(second_factor.begin(user, issuer="Belltower", by=scene.BY).seed)
    second_factor.confirm(user, totp.at(then), by=scene.BY, now=then)
    return totp


def is_in(browser: Client) -> bool:
    return browser.get("/account/").status_code == 200


def test_a_password_alone_comes_in_where_no_code_is_asked(city):
    browser = Client()
    assert browser.post("/sign-in/", FIELDS)["Location"] == "/packs/"
    assert is_in(browser)
    [entry] = Entry.objects.filter(what="access.signed_in")
    assert entry.about == {"way": "password", "from": "127.0.0.0/24"}


def test_with_a_second_factor_the_password_is_half_of_it(city):
    totp = enrolled()
    browser = Client()
    assert browser.post("/sign-in/", FIELDS)["Location"] == "/sign-in/code/"
    assert not is_in(browser)
    assert browser.post("/sign-in/code/", {"code": "000000"}).status_code == 422
    assert not is_in(browser)
    assert browser.post("/sign-in/code/", {"code": totp.now()})["Location"] == "/packs/"
    assert is_in(browser)


def test_the_second_step_without_the_first_leads_back(city):
    totp = enrolled()
    assert Client().post("/sign-in/code/", {"code": totp.now()})["Location"] == "/sign-in/"
    assert Client().get("/sign-in/set-up/")["Location"] == "/sign-in/"


def test_the_half_of_a_sign_in_is_forgotten_after_ten_minutes(city):
    totp = enrolled()
    browser = Client()
    browser.post("/sign-in/", FIELDS)
    session = browser.session
    session["access.half"] = session["access.half"] | {"until": (datetime.now(UTC) - timedelta(seconds=1)).isoformat()}
    session.save()
    assert browser.post("/sign-in/code/", {"code": totp.now()})["Location"] == "/sign-in/"


def test_a_role_that_asks_for_a_second_factor_sets_one_up_before_anything_else(city, settings):
    settings.BELLTOWER_SIGN_IN = SignIn(frozenset({"administrator"}), 8)
    browser = Client()
    assert browser.post("/sign-in/", FIELDS | {"username": "admin"})["Location"] == "/sign-in/set-up/"
    assert not is_in(browser)
    page = browser.get("/sign-in/set-up/").content.decode()
    assert '<svg class="bt-qr"' in page or "bt-qr" in page
    assert "style=" not in page.split("bt-qr-box")[1].split("</div>")[0]  # the page's policy allows none
    admin = scene.user("admin")
    seed = unseal(admin.reference, "second_factor.seed", SecondFactor.objects.get(user=admin).seed_sealed)
    assert isinstance(seed, str)
    assert seed in page.replace(" ", "")
    shown = browser.post("/sign-in/set-up/", {"code": pyotp.TOTP(seed).now()})
    assert len(re.findall(r"<li>[a-z2-7]{5}-[a-z2-7]{5}</li>", shown.content.decode())) == 10
    assert is_in(browser)


def test_a_name_that_does_not_exist_gets_the_same_answer(city, hasty):
    wrong = Client().post("/sign-in/", FIELDS | {"password": "not that one"})
    unknown = Client().post("/sign-in/", FIELDS | {"username": "viewe2", "password": "not that one"})
    assert wrong.status_code == unknown.status_code == 422
    assert _plain(wrong) == _plain(unknown).replace("viewe2", "viewer")


def test_a_name_that_does_not_exist_takes_the_same_work(city, monkeypatch):
    """One hash each, whoever is asked for: time tells nothing. Counted, because a busy machine cannot be measured."""
    count = []
    real = hashers.Argon2PasswordHasher.encode
    monkeypatch.setattr(hashers.Argon2PasswordHasher, "encode", lambda *a, **k: count.append(1) or real(*a, **k))
    checked = hashers.Argon2PasswordHasher.verify
    monkeypatch.setattr(hashers.Argon2PasswordHasher, "verify", lambda *a, **k: count.append(1) or checked(*a, **k))
    work = []
    actions.deactivate(scene.user("officer"), by=scene.BY)
    for name in ("viewer", "viewe2", "officer"):
        count.clear()
        Client().post("/sign-in/", FIELDS | {"username": name, "password": "not that one"})
        work.append(len(count))
    assert work == [1, 1, 1]


def test_a_locked_name_gets_the_same_answer_whether_it_exists_or_not(city, hasty):
    answers = []
    for name in ("viewer", "viewe2"):
        for _ in range(10):
            answer = Client().post("/sign-in/", FIELDS | {"username": name, "password": "not that one"})
        answers.append(re.sub(r"\d\d:\d\d(:\d\d)?", "", _plain(answer)).replace("viewe2", "viewer"))
    assert answers[0] == answers[1]
    assert Client().post("/sign-in/", FIELDS).status_code == 422


def test_a_session_key_that_was_planted_is_worthless(city):
    """Session fixation: the key is new after each step that raises what the session may do."""
    totp = enrolled()
    browser = Client()
    planted = browser.session
    planted["anything"] = 1
    planted.save()
    browser.cookies["sessionid"] = planted.session_key
    browser.post("/sign-in/", FIELDS)
    half = browser.session.session_key
    browser.post("/sign-in/code/", {"code": totp.now()})
    keys = {planted.session_key, half, browser.session.session_key}
    assert len(keys) == 3
    assert not Session.objects.filter(session_key__in=[planted.session_key, half]).exists()


@pytest.mark.parametrize(
    "address",
    ["/sign-in/", "/sign-in/code/", "/sign-in/set-up/", "/sign-out/", "/account/password/", "/account/contact/",
     "/account/second-factor/", "/account/second-factor/remove/", "/account/second-factor/codes/",
     "/account/sessions/end-others/"],
)  # fmt: skip
def test_a_form_of_another_site_does_nothing(city, address):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(scene.user("viewer"))
    answer = browser.post(address, {"present": scene.PASSWORD, "new": "somebody else's phrase", "code": "1"})
    assert answer.status_code == 403
    assert is_in(browser)


def test_a_new_password_ends_every_other_session(city):
    here, elsewhere = Client(), Client()
    for browser in (here, elsewhere):
        browser.post("/sign-in/", FIELDS)
    sent = {"present": scene.PASSWORD, "new": "each lamp has its lane"}
    assert here.post("/account/password/", sent).status_code == 302
    assert is_in(here)
    assert not is_in(elsewhere)
    assert Client().post("/sign-in/", FIELDS | {"password": sent["new"]}).status_code == 302


def test_a_new_password_needs_the_present_one(city):
    browser = Client()
    browser.post("/sign-in/", FIELDS)
    answer = browser.post("/account/password/", {"present": "wrong", "new": "each lamp has its lane"})
    assert answer.status_code == 422
    assert "wrong_password" in answer.content.decode()
    assert scene.user("viewer").check_password(scene.PASSWORD)
    assert Entry.objects.filter(what="access.sign_in_failed").exists()


def test_sessions_are_listed_with_where_from_and_one_can_be_ended(city):
    here, phone = Client(), Client(headers={"user-agent": "A phone in a pocket"})
    for browser in (here, phone):
        browser.post("/sign-in/", FIELDS)
    assert "A phone in a pocket" in here.get("/account/").content.decode()
    row = Session.objects.get(session_key=phone.session.session_key)
    assert here.post(f"/account/sessions/{row.uid}/end/").status_code == 302
    assert not is_in(phone)
    assert is_in(here)


def test_nobody_ends_the_session_of_somebody_else(city):
    mine, theirs = Client(), Client()
    mine.post("/sign-in/", FIELDS)
    theirs.post("/sign-in/", FIELDS | {"username": "officer"})
    row = Session.objects.get(session_key=theirs.session.session_key)
    assert mine.post(f"/account/sessions/{row.uid}/end/").status_code == 404
    assert is_in(theirs)


@pytest.mark.parametrize(
    ("began", "seen"), [(timedelta(hours=25), timedelta(0)), (timedelta(hours=9), timedelta(hours=9))]
)
def test_a_session_ends_a_day_after_it_began_or_after_hours_away(city, began, seen):
    browser = Client()
    browser.post("/sign-in/", FIELDS)
    session, now = browser.session, datetime.now(UTC)
    old = {"began": (now - began).isoformat(), "seen": (now - seen).isoformat()}
    session[sessions.ABOUT] = session[sessions.ABOUT] | old
    session.save()
    assert browser.get("/packs/").status_code == 302
    assert browser.get("/api/v1/whoami").status_code == 401


def test_signing_out_is_told_to_the_log(city):
    browser = Client()
    browser.post("/sign-in/", FIELDS)
    browser.post("/sign-out/")
    [entry] = Entry.objects.filter(what="access.signed_out")
    assert entry.actor == scene.user("viewer").as_actor().reference


def test_a_shared_account_asks_for_nothing_personal(city):
    actions.add_user("demo", scene.user("viewer").title, password="belltower-demo", is_shared=True, by=scene.BY)
    browser = Client()
    browser.post("/sign-in/", FIELDS | {"username": "demo", "password": "belltower-demo"})
    page = browser.get("/account/").content.decode()
    assert "/account/second-factor/" not in page
    assert browser.post("/account/contact/", {"email": "a@example.org", "phone": ""}).status_code == 422


def _plain(answer) -> str:
    """The page without what is new on every page."""
    page = answer.content.decode()
    return re.sub(r'(csrfmiddlewaretoken" value=|X-CSRFToken": )"[^"]+"', "", page)
