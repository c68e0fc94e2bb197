# SPDX-License-Identifier: Apache-2.0
"""What a hostile request may try on any address: forged forms, odd methods, wrong hosts, huge and twisted bodies."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from django.test import Client, override_settings
from litestar.testing import TestClient

from belltower.core.access.models import User
from belltower.project.gateway import application as gateway
from belltower.project.guard.sizes import TAKES_FILES, most_mib
from tests.security.routes import every_route

UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
# A signed link of a letter is the right itself, whoever posts it: mail programs do (RFC 8058). A cookie adds nothing.
BY_LINK = {"public:subscribe_stop"}
NAMES = {route.name for route in every_route()}


def test_no_unsafe_request_passes_without_the_token_of_our_page(signed_in: Client) -> None:
    """A page of somebody else's can send the administrator's cookie, but not the token: nothing is done for it."""
    done = []
    for route in every_route():
        for method in UNSAFE if route.name not in BY_LINK else ():
            answer = signed_in.generic(method, route.address, b"{}", content_type="application/json")
            if answer.status_code not in (403, 405) and not (answer.status_code == 404 and route.address == "/api/x"):
                done.append((method, route.address, answer.status_code))
    assert done == []


def test_a_token_of_another_visitor_is_no_token(signed_in: Client) -> None:
    signed_in.get("/sign-in/")
    forged = signed_in.post("/sign-out/", {"csrfmiddlewaretoken": "a" * 64})
    assert forged.status_code == 403
    assert signed_in.get("/areas/").status_code == 200


def test_a_form_from_another_site_is_refused_even_with_the_token(signed_in: Client) -> None:
    page = signed_in.get("/areas/")
    token = page.context["csrf_token"]
    sent = {"csrfmiddlewaretoken": str(token)}
    assert signed_in.post("/sign-out/", sent, headers={"origin": "https://evil.example"}).status_code == 403
    assert signed_in.post("/sign-out/", sent, headers={"origin": "http://testserver"}).status_code == 302


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "PROPFIND", "X" * 2000])
def test_methods_that_no_page_has_are_refused(signed_in: Client, method: str) -> None:
    for address in ("/", "/areas/", "/api/v1/whoami", "/static/console/bell.svg", "/healthz", "/nowhere"):
        answer = signed_in.generic(method, address, headers={"x-secret": "echo me"})
        assert answer.status_code == 405, address
        assert b"echo me" not in answer.content


def test_the_machines_door_refuses_methods_that_it_has_not(db: None) -> None:
    with TestClient(gateway.application) as client:
        for method in ("TRACE", "POST", "PROPFIND"):
            answer = client.request(method, "/healthz")
            assert answer.status_code == 405, method
            assert answer.headers["content-type"].startswith("application/problem+json")
            assert answer.json()["request"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(
    "host",
    ["evil.example", "testserver.evil.example", "testserver:80@evil.example", "evil.example:8000", "a b", "[::bad"],
)
def test_a_host_that_is_not_ours_is_not_answered(client: Client, db: None, host: str) -> None:
    """No address in a page or redirect can be made to lead elsewhere by the Host header."""
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        answer = client.get("/sign-in/", headers={"host": host})
    assert answer.status_code == 400
    assert b"evil.example" not in answer.content


def test_a_forwarded_host_is_never_believed(client: Client, db: None) -> None:
    answer = client.get("/", headers={"x-forwarded-host": "evil.example", "forwarded": "host=evil.example"})
    assert "evil.example" not in answer.headers["Location"]


@pytest.mark.parametrize("address", ["/sign-in/", "/api/v1/whoami", "/language/", "/nowhere"])
def test_a_huge_body_is_refused_before_it_is_read(client: Client, db: None, address: str) -> None:
    class Unread(BytesIO):
        def read(self, *_: object) -> bytes:
            raise AssertionError("it was read")

    answer = client.generic("POST", address, b"", CONTENT_LENGTH=str(11 << 20), **{"wsgi.input": Unread()})
    assert answer.status_code in (413, 404, 405), address
    if address != "/nowhere":
        assert answer.status_code == 413


def test_addresses_that_take_files_are_there_and_the_others_take_ten_mebibytes() -> None:
    for name in TAKES_FILES:
        assert any(one.startswith(name) for one in NAMES), name
    assert most_mib("console:sign_in") == 10
    assert most_mib("console:loads") > 1024


@pytest.mark.parametrize("length", ["-1", "many", "1e9", "99999999999999999999"])
def test_a_length_that_is_none_does_no_harm(client: Client, db: None, length: str) -> None:
    answer = client.generic("POST", "/api/v1/responsibilities", b"{}", CONTENT_LENGTH=length)
    assert 400 <= answer.status_code < 500


def test_thousands_of_fields_are_refused(signed_in: Client) -> None:
    form = "&".join(f"a{number}=1" for number in range(5000))
    answer = signed_in.post("/sign-in/", form, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in (400, 403)


DEEP = 100_000


@pytest.mark.parametrize(
    "body",
    [
        b"[" * DEEP + b"]" * DEEP,
        b'{"a":' * DEEP + b"1" + b"}" * DEEP,
        b'{"a":' * 900 + b'"\\u0000"' + b"}" * 900,
        b'{"a": NaN}',
        b'{"a": 1e999999}',
        b'{"a": "\\ud800"}',
        b"\xff\xfe{}",
        b'{"is_dry_run": ' + b"9" * 5000 + b"}",
    ],
    ids=["arrays", "objects", "nul-below", "nan", "infinite", "half-a-character", "utf-16", "digits"],
)
def test_twisted_json_is_refused_and_breaks_nothing(admin: User, body: bytes) -> None:
    browser = Client(raise_request_exception=False)
    browser.force_login(admin)
    for route in every_route():
        if route.name.startswith("api:") and "0190b8a0" in route.address:
            for method in ("POST", "PATCH"):
                answer = browser.generic(method, route.address, body, content_type="application/json")
                assert answer.status_code in (400, 404, 405, 415, 422, 428), (method, route.address, answer.content)
                json.loads(answer.content)


@pytest.mark.parametrize(
    "words",
    [
        "%00",
        "%0d%0aSet-Cookie:%20a=b",
        "%ff%fe",
        "%ed%a0%80",
        "%F0%9F%94%94",
        "%E2%80%AE",
        "a" * 8000,
        "..%2f..%2f",
        "%25s%7B0%7D",
    ],
    ids=["nul", "crlf", "bytes", "surrogate", "bell", "right-to-left", "long", "parents", "formats"],
)
def test_odd_text_in_any_query_breaks_nothing(signed_in: Client, words: str) -> None:
    for route in every_route():
        query = "&".join(
            f"{name}={words}"
            for name in ("q", "kind", "area", "owner", "order", "cursor", "next", "page", "at", "life")
        )
        answer = signed_in.get(f"{route.address}?{query}")
        assert answer.status_code < 500 or route.name == "readyz", (route.address, answer.status_code)
        assert "a" not in answer.cookies, route.address


@pytest.mark.parametrize(
    "path",
    ["/static/../secret-key", "/static/%2e%2e/secret-key", "/static/..%2f..%2fsecret-key", "/static//etc/passwd",
     "/static/%00", "/static/built/../../../settings.py", "/static/console\\..\\..\\x"],
)  # fmt: skip
def test_no_path_leads_out_of_the_static_files(client: Client, db: None, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in (400, 404)
    assert b"root:" not in answer.content
