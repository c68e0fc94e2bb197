# SPDX-License-Identifier: Apache-2.0
"""Signing in: no session is planted, no cookie leaks, nobody is sent elsewhere, nobody learns who has an account."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client, override_settings

from belltower.screens.console.tests import scene

ELSEWHERE = (
    "https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "http:evil.example",
    "javascript:alert(1)", "data:text/html,x", " //evil.example", "/%0d%0aLocation:%20https://evil.example",
    "https:/evil.example", "http://testserver@evil.example", "\t//evil.example", "//testserver.evil.example/",
)  # fmt: skip


def sign_in(client: Client, **more: str):  # type: ignore[no-untyped-def]
    return client.post("/sign-in/", {"username": "viewer", "password": scene.PASSWORD, **more})


def test_a_planted_session_is_not_the_one_that_signs_in(client: Client, people: None) -> None:
    """Whoever gave the visitor a session beforehand holds nothing afterwards."""
    session = client.session
    session["planted"] = "yes"
    session.save()
    planted = session.session_key
    sign_in(client)
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != planted
    other = Client()
    other.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert other.get("/areas/").status_code == 302, "the planted session is signed in"


def test_a_session_ends_on_the_server(client: Client, people: None) -> None:
    sign_in(client)
    kept = client.cookies[settings.SESSION_COOKIE_NAME].value
    client.post("/sign-out/")
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = kept
    assert thief.get("/areas/").status_code == 302


def test_an_invented_session_is_not_taken_up(client: Client, people: None) -> None:
    client.cookies[settings.SESSION_COOKIE_NAME] = "a" * 32
    sign_in(client)
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != "a" * 32


@pytest.mark.parametrize("is_tls", [False, True])
def test_cookies_are_for_our_server_alone(people: None, is_tls: bool) -> None:
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "LANGUAGE_COOKIE_SECURE")
    with override_settings(**dict.fromkeys(names, is_tls)):
        client = Client()
        sign_in(client)
        client.get("/areas/")
        client.post("/language/", {"language": "en", "next": "/"})
        assert {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME} <= set(
            client.cookies
        )
        for name, cookie in client.cookies.items():
            assert cookie["httponly"], name
            assert cookie["samesite"] in ("Lax", "Strict"), name
            assert bool(cookie["secure"]) == is_tls, name
            assert not cookie["domain"], name


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_next_leads_nowhere_but_here(client: Client, people: None, elsewhere: str) -> None:
    for answer in (sign_in(client, next=elsewhere), client.post("/language/", {"language": "en", "next": elsewhere})):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/")
        assert urlsplit(answer.headers["Location"]).netloc == ""
        assert not answer.headers["Location"].startswith(("//", "/\\"))
        assert "\n" not in answer.headers["Location"]


def test_the_page_does_not_carry_a_way_elsewhere(client: Client, people: None) -> None:
    for elsewhere in ELSEWHERE:
        page = client.get("/sign-in/", {"next": elsewhere}).content.decode()
        assert 'value="https://evil' not in page
        assert 'value="//evil' not in page


def test_a_wrong_name_and_a_wrong_password_sound_alike(client: Client, people: None) -> None:
    """The page tells nobody which accounts there are."""
    wrong = client.post("/sign-in/", {"username": "viewer", "password": "no"})
    unknown = client.post("/sign-in/", {"username": "viewar", "password": "no"})
    told = [one.content.decode().replace("viewar", "viewer") for one in (wrong, unknown)]
    assert wrong.status_code == unknown.status_code == 422
    first, second = map(_without_tokens, told)
    assert first == second


def _without_tokens(page: str) -> str:
    return re.sub(r"[A-Za-z0-9]{64}|\w{4}-\w{4}-\w{4}", "", page)


def test_the_password_is_not_in_the_page_that_refuses_it(client: Client, people: None) -> None:
    page = client.post("/sign-in/", {"username": "viewer", "password": "Tr0mpet-and-bell"}).content
    assert b"Tr0mpet" not in page
