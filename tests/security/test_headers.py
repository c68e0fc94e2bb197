# SPDX-License-Identifier: Apache-2.0
"""Every answer of both doors carries the headers that keep a browser from doing more than our pages need."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client, override_settings
from litestar.testing import TestClient

from belltower.project.gateway import application as gateway
from belltower.project.guard.headers import PAGE_POLICY
from tests.security.routes import every_route

ROOT = Path(__file__).parents[2]
NEEDED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def check(headers: dict[str, str], what: str) -> None:
    for name, value in NEEDED.items():
        assert headers.get(name) == value, f"{what}: {name}"
    policy = headers.get("Content-Security-Policy", "")
    assert "default-src 'none'" in policy, what
    assert "frame-ancestors 'none'" in policy, what
    assert "unsafe" not in policy, what
    assert re.fullmatch(r"[\w.-]{8,64}", headers.get("X-Request-ID", "")), what
    assert "geolocation=(self)" in headers.get("Permissions-Policy", ""), what
    assert "Cache-Control" in headers, what
    assert "Access-Control-Allow-Origin" not in headers, what
    assert "Server" not in headers, what


def test_every_address_of_the_people_s_door_sends_them(signed_in: Client) -> None:
    """Signed in and not, found or not found, allowed or refused; each says its type, and none of them breaks."""
    nobody = Client(raise_request_exception=False)
    for route in every_route():
        for client, who in ((signed_in, "signed in"), (nobody, "nobody")):
            answer = client.get(route.address)
            check(dict(answer.headers), f"GET {route.address} {who} ({answer.status_code})")
            assert answer.status_code < 500 or route.name == "readyz", route
            said = answer.headers.get("Content-Type", "")
            if answer.streaming or answer.content:
                assert "/" in said, route
            if said.startswith("text/"):
                assert "charset=utf-8" in said.lower(), (route, said)
            if said.startswith("text/html"):
                assert answer.headers["Content-Security-Policy"] == PAGE_POLICY, route


def test_what_is_kept_by_nobody_says_so(signed_in: Client) -> None:
    for address in ("/areas/", "/api/v1/whoami", "/jobs/"):
        assert "no-store" in signed_in.get(address).headers["Cache-Control"], address


def test_faults_and_files_send_them_too(signed_in: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from belltower.screens.console.views import packs

    monkeypatch.setattr(packs, "render", lambda *_: 1 / 0)
    broken = signed_in.get("/packs/")
    assert broken.status_code == 500
    check(dict(broken.headers), "500")
    check(dict(signed_in.get("/static/console/bell.svg").headers), "a file")
    check(dict(signed_in.get("/nowhere/").headers), "404")
    check(dict(signed_in.post("/sign-out/").headers), "403")
    check(dict(signed_in.get("/", headers={"host": "evil.example"}).headers), "400")


def test_the_machines_door_sends_them(db: None) -> None:
    with TestClient(gateway.application) as client:
        addresses = [path for route in gateway.ROUTES for path in route.paths]  # type: ignore[union-attr]
        assert {"/", "/healthz", "/readyz", "/metrics"} <= set(addresses)
        for address in (*addresses, "/nowhere"):
            for method in ("GET", "POST"):
                answer = client.request(method, address)
                headers = {name.title().replace("Id", "ID"): value for name, value in answer.headers.items()}
                check(headers, f"{method} {address} ({answer.status_code})")


def test_over_tls_browsers_are_told_to_insist(signed_in: Client) -> None:
    with override_settings(SECURE_HSTS_SECONDS=31536000):
        answer = Client(raise_request_exception=False).get("/sign-in/", secure=True)
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in Client().get("/sign-in/", secure=True).headers


def test_no_template_holds_script_style_or_handler_of_its_own() -> None:
    """What the policy forbids is not even written: inline scripts but data, style attributes, on… attributes."""
    forbidden = re.compile(
        r"<script(?![^>]*(?:\bsrc=|type=\"application/json\"))|<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:",
        re.I,
    )
    found = [
        f"{path.relative_to(ROOT)}: {match[0].strip()}"
        for path in sorted(ROOT.glob("belltower/**/*.html"))
        if (match := forbidden.search(path.read_text(encoding="utf-8")))
    ]
    assert found == []


def test_no_script_of_ours_writes_markup_or_styles_as_text() -> None:
    """htmx swaps what our own server rendered; our own scripts make nodes, and set styles through the object model."""
    forbidden = re.compile(
        r"\.innerHTML\s*=|insertAdjacentHTML|document\.write|\beval\(|new Function|setAttribute\(\"style"
    )
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in sorted((ROOT / "web" / "src").rglob("*.ts"))
        if (match := forbidden.search(path.read_text(encoding="utf-8")))
    ]
    assert found == []
