# SPDX-License-Identifier: Apache-2.0
"""Coming in by an OpenID Connect provider that runs as its own process: who is believed, and every lie that is not."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import pyotp
import pytest
import requests
from django.test import Client

from belltower.core.access import actions, identities, second_factor
from belltower.core.access.models import Identity, RoleName, User
from belltower.core.access.people import today
from belltower.core.access.policy import Provider, SignIn
from belltower.core.ledger.models import Entry
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text
from belltower.screens.console import provider as client
from tests.provider.running import Running, running

pytestmark = [pytest.mark.django_db, pytest.mark.server]
BY = Actor.system("test")
CLIENT, SECRET = "belltower", "a secret between us"


@pytest.fixture(scope="module")
def provider():
    with running() as one:
        yield one


@pytest.fixture(autouse=True)
def believed(provider: Running, settings):
    """This installation believes that provider, and reads its configuration anew for each test."""
    known = Provider(provider.issuer, CLIENT, SECRET, "Provider")
    settings.BELLTOWER_SIGN_IN = SignIn(frozenset(), 8, known)
    provider.tell_to_lie("")
    client.forget()
    yield
    provider.tell_to_lie("")
    client.forget()


@pytest.fixture
def li() -> User:
    user = actions.add_user("li", Text(zh="李工"), password=None, by=BY)
    actions.grant(user, RoleName.VIEWER, valid_from=today(), by=BY)
    return user


def begin(browser: Client, to: str = "/packs/") -> str:
    """To the provider; the address of its page."""
    answer = browser.get("/sign-in/oidc/", {"next": to})
    assert answer.status_code == 302
    return answer["Location"]


def local(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}"


def come_back(browser: Client, provider: Running, subject: str = "0001", to: str = "/packs/"):
    return browser.get(local(provider.sign_in_at(begin(browser, to), subject)))


def is_signed_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


def test_somebody_who_is_tied_to_a_user_comes_in_and_goes_where_they_were_going(li: User, provider: Running) -> None:
    identities.link(li, issuer=provider.issuer, subject="0001", by=BY)
    browser = Client()
    answer = come_back(browser, provider)
    assert (answer.status_code, answer["Location"]) == (302, "/packs/")
    assert browser.get("/packs/").status_code == 200
    [entry] = Entry.objects.filter(what="access.signed_in")
    assert entry.about["way"] == "oidc"


def test_the_request_carries_state_nonce_and_a_challenge(provider: Running) -> None:
    asked = {key: values[0] for key, values in parse_qs(urlsplit(begin(Client())).query).items()}
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43
    assert min(len(asked["state"]), len(asked["nonce"])) >= 20
    assert asked["redirect_uri"] == "http://testserver/sign-in/oidc/back/"


LIES = {
    "issuer": "iss", "audience": "aud", "nonce": "nonce", "no_nonce": "nonce", "no_sub": "sub", "no_exp": "exp",
    "expired": "exp", "from_the_future": "iat", "signature": "bad_signature", "unsigned": None,
    "shared_secret": None, "no_id_token": "no_id_token", "other_configuration": "issuer",
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_of_the_provider_lets_nobody_in(li: User, provider: Running, lie: str) -> None:
    """One thing wrong is enough, and each "no" is in the security log with its reason."""
    identities.link(li, issuer=provider.issuer, subject="0001", by=BY)
    browser = Client()
    address = begin(browser)
    provider.tell_to_lie(lie)
    if lie in ("other_configuration", "unsigned", "shared_secret"):
        client.forget()  # so that the configuration is read while it lies
    answer = browser.get(local(provider.sign_in_at(address, "0001")))
    assert answer.status_code == 422
    assert not is_signed_in(browser)
    [entry] = Entry.objects.filter(what="access.sign_in_failed")
    assert entry.about["step"] == "oidc"
    assert entry.about["reason"] == (LIES[lie] or entry.about["reason"])
    provider.tell_to_lie("")
    client.forget()
    assert come_back(browser, provider).status_code == 302  # and the same, honestly, is believed


def changed(address: str, **values: str) -> str:
    parts = urlsplit(address)
    query = {key: got[0] for key, got in parse_qs(parts.query).items()} | values
    return urlunsplit(parts._replace(query=urlencode(query)))


@pytest.mark.parametrize(
    "wrong", [{"state": "another"}, {"state": ""}, {"code": "guessed"}, {"error": "access_denied"}]
)
def test_an_answer_that_was_tampered_with_is_not_believed(li: User, provider: Running, wrong: dict[str, str]) -> None:
    identities.link(li, issuer=provider.issuer, subject="0001", by=BY)
    browser = Client()
    back = provider.sign_in_at(begin(browser), "0001")
    assert browser.get(local(changed(back, **wrong))).status_code == 422
    assert not is_signed_in(browser)


def test_an_answer_in_another_browser_is_not_believed(li: User, provider: Running) -> None:
    """Nobody is signed in as an attacker by a link the attacker made (login CSRF)."""
    identities.link(li, issuer=provider.issuer, subject="0001", by=BY)
    back = provider.sign_in_at(begin(Client()), "0001")
    other = Client()
    assert other.get(local(back)).status_code == 422
    begin(other)
    assert other.get(local(back)).status_code == 422
    assert not is_signed_in(other)


def test_an_answer_is_good_once(li: User, provider: Running) -> None:
    identities.link(li, issuer=provider.issuer, subject="0001", by=BY)
    browser = Client()
    back = local(provider.sign_in_at(begin(browser), "0001"))
    assert browser.get(back).status_code == 302
    browser.post("/sign-out/")
    assert browser.get(back).status_code == 422


def test_somebody_the_provider_knows_and_we_do_not_stays_out(li: User, provider: Running) -> None:
    """The e-mail address says nothing: only a tie that was made says who somebody is."""
    browser = Client()
    answer = come_back(browser, provider, subject="li")
    assert answer.status_code == 422
    assert not is_signed_in(browser)
    assert not Identity.objects.exists()


def test_who_was_deactivated_stays_out(li: User, provider: Running) -> None:
    identities.link(li, issuer=provider.issuer, subject="0001", by=BY)
    actions.deactivate(li, by=BY)
    assert come_back(Client(), provider).status_code == 422


def test_a_person_ties_their_identity_and_comes_in_by_it(li: User, provider: Running) -> None:
    browser = Client()
    browser.force_login(li)
    leaving = browser.get("/account/identities/link/")["Location"]
    answer = browser.get(local(provider.sign_in_at(leaving, "0001")))
    assert answer["Location"] == "/account/"
    assert identities.user_of(provider.issuer, "0001") == li
    assert is_signed_in(other := Client()) is False
    assert come_back(other, provider).status_code == 302


def test_our_own_code_is_asked_unless_the_provider_asked_for_one(li: User, provider: Running) -> None:
    identities.link(li, issuer=provider.issuer, subject="0001", by=BY)
    now = datetime.now(UTC)
    totp = pyotp.TOTP(second_factor.begin(li, issuer="Belltower", by=BY).seed)
    second_factor.confirm(li, totp.at(now), by=BY, now=now)
    browser = Client()
    assert come_back(browser, provider)["Location"] == "/sign-in/code/"
    assert not is_signed_in(browser)
    provider.be_strong()
    assert come_back(browser, provider)["Location"] == "/packs/"


def test_nobody_is_sent_elsewhere_afterwards(li: User, provider: Running) -> None:
    identities.link(li, issuer=provider.issuer, subject="0001", by=BY)
    assert come_back(Client(), provider, to="https://evil.example.org/")["Location"] == "/"


def test_the_session_has_a_new_key_afterwards(li: User, provider: Running) -> None:
    """A key that somebody planted before is worthless (session fixation)."""
    identities.link(li, issuer=provider.issuer, subject="0001", by=BY)
    browser = Client()
    address = begin(browser)
    before = browser.session.session_key
    browser.get(local(provider.sign_in_at(address, "0001")))
    assert browser.session.session_key != before


def test_a_provider_that_is_away_is_said_to_be(settings) -> None:
    settings.BELLTOWER_SIGN_IN = SignIn(frozenset(), 8, Provider("http://127.0.0.1:9", CLIENT, None, "Away"))
    answer = Client().get("/sign-in/oidc/")
    assert answer.status_code == 422
    assert b"provider_away" in answer.content


def test_without_a_provider_there_is_no_such_page(settings) -> None:
    settings.BELLTOWER_SIGN_IN = SignIn(frozenset(), 8)
    assert Client().get("/sign-in/oidc/").status_code == 404


def test_a_provider_that_others_wrote_is_believed_as_well(li: User, settings) -> None:
    """oidc-provider-mock, on Authlib's server side, in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    issuer = f"http://127.0.0.1:{port}"
    command = [
        sys.executable,
        "-m",
        "oidc_provider_mock",
        "--port",
        str(port),
        "--require-nonce",
        "true",
        "--user",
        "0001",
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _until_it_answers(issuer)
        settings.BELLTOWER_SIGN_IN = SignIn(frozenset(), 8, Provider(issuer, CLIENT, SECRET, "Other"))
        identities.link(li, issuer=issuer, subject="0001", by=BY)
        browser = Client()
        back = requests.post(begin(browser), data={"sub": "0001"}, timeout=10, allow_redirects=False)
        assert browser.get(local(back.headers["Location"]))["Location"] == "/packs/"
        assert is_signed_in(browser)
    finally:
        process.terminate()
        process.wait(timeout=10)


def _until_it_answers(issuer: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            if requests.get(f"{issuer}/.well-known/openid-configuration", timeout=2).ok:
                return
        except requests.ConnectionError:
            pass
    raise AssertionError("the provider did not start within 30 s")
