# SPDX-License-Identifier: Apache-2.0
"""Limits let through what they promise and no more, over all processes, and say when to come back."""

from __future__ import annotations

import multiprocessing
import stat
from pathlib import Path

import pytest
from django.test import Client, RequestFactory, override_settings
from hypothesis import given
from hypothesis import strategies as st
from litestar.testing import TestClient

from belltower.project.gateway import watch
from belltower.project.gateway.application import AtTheDoor, litestar
from belltower.project.guard import limiting
from belltower.project.guard.limits import DEFAULTS, Counts, Limit, judge, read
from belltower.project.guard.proxies import IS_FORWARDED, TrustedProxies, client_of
from belltower.project.installation import UnreadableSetting, _networks
from tests.security.asking import ask
from tests.security.routes import every_route

NOW = 1_800_000_000.0
NAMES = {route.name for route in every_route()}


@pytest.fixture
def counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Counts:
    """An empty table, also for the doors."""
    made = Counts(tmp_path / "limits", key=b"k")
    monkeypatch.setattr(limiting, "counts", lambda: made)
    monkeypatch.setattr(watch, "counts", lambda: made)
    return made


def test_exactly_as_many_pass_at_once_as_it_says(counts: Counts) -> None:
    limit = Limit("x", 7, 60)
    waits = [counts.wait_for(limit, "li", NOW) for _ in range(10)]
    assert waits[:7] == [0.0] * 7
    assert all(0 < wait <= 60 / 7 + 0.01 for wait in waits[7:])
    assert counts.wait_for(limit, "wang", NOW) == 0.0, "another's requests do not count"
    assert counts.wait_for(limit, "li", NOW + waits[7] + 0.001) == 0.0, "after the wait that was told it passes"
    assert counts.wait_for(limit, "li", NOW + waits[7] + 0.002) > 0.0


@given(
    count=st.integers(1, 50), period=st.sampled_from([1.0, 60.0, 3600.0]),
    steps=st.lists(st.floats(0, 30), min_size=1, max_size=200),
)  # fmt: skip
def test_no_period_lets_through_more_than_twice_the_count(count: int, period: float, steps: list[float]) -> None:
    """In any window of one period: a burst of ``count`` and what flows in meanwhile."""
    limit, due, now, passed = Limit("x", count, period), 0.0, NOW, []
    for step in steps:
        now += step
        due, wait = judge(due, limit, now)
        if wait == 0.0:
            passed.append(now)
    for start in passed:
        assert sum(start <= at < start + period for at in passed) <= 2 * count


def test_a_clock_that_is_set_back_locks_nobody_out(counts: Counts) -> None:
    limit = Limit("x", 5, 60)
    for _ in range(5):
        counts.wait_for(limit, "li", NOW + 7 * 24 * 3600)
    assert counts.wait_for(limit, "li", NOW) <= 60 / 5 + 0.01
    assert counts.wait_for(limit, "li", NOW + 60) == 0.0


def test_processes_count_together(tmp_path: Path) -> None:
    """Four processes that ask 100 times each are let through 100 times, not 400."""
    context = multiprocessing.get_context("spawn")
    passed = context.Queue()
    workers = [context.Process(target=ask, args=(tmp_path / "limits", 100, NOW, passed)) for _ in range(4)]
    for worker in workers:
        worker.start()
    assert sum(passed.get(timeout=60) for _ in workers) == 100
    for worker in workers:
        worker.join(60)


def test_the_table_is_closed_to_others_and_holds_no_name(counts: Counts, tmp_path: Path) -> None:
    counts.wait_for(Limit("sign_in", 5, 60), "li.wei", NOW)
    file = tmp_path / "limits"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"li.wei" not in file.read_bytes()


def test_the_setting_changes_what_it_names() -> None:
    limits = read("sign_in=3/hour, search=off")
    assert limits["sign_in"] == Limit("sign_in", 3, 3600.0)
    assert "search" not in limits
    assert limits["api"] in DEFAULTS
    assert read("off") == {}


@pytest.mark.parametrize("bad", ["sign_in", "nothing=1/min", "sign_in=0/min", "sign_in=5/year", "sign_in=-1/s", "on"])
def test_a_setting_that_is_not_understood_stops_the_start(bad: str) -> None:
    with pytest.raises(UnreadableSetting):
        read(bad)


def test_every_address_that_is_limited_is_there() -> None:
    for name in (*limiting.SIGN_IN, *limiting.SEARCHES, *limiting.EXPORTS):
        assert any(one.startswith(name) for one in NAMES), name


def test_the_fourth_wrong_password_waits(people: None, counts: Counts) -> None:
    with override_settings(BELLTOWER_LIMITS="sign_in=3/hour"):
        client = Client()
        wrong = {"username": " ADMIN", "password": "no"}
        assert [client.post("/sign-in/", wrong).status_code for _ in range(3)] == [422] * 3
        refused = client.post("/sign-in/", {"username": "admin", "password": "no"})
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["Retry-After"]) <= 1200
        assert "too_many_requests" in refused.content.decode()
        assert client.get("/sign-in/").status_code == 200, "the page itself is open"
        assert client.post("/sign-in/", {"username": "officer", "password": "no"}).status_code == 422


def test_an_address_that_tries_many_accounts_waits(people: None, counts: Counts) -> None:
    with override_settings(BELLTOWER_LIMITS="sign_in_address=5/hour"):
        client = Client()
        tried = [client.post("/sign-in/", {"username": f"u{n}", "password": "no"}).status_code for n in range(6)]
        assert tried == [422] * 5 + [429]
        elsewhere = client.post("/sign-in/", {"username": "u9", "password": "no"}, REMOTE_ADDR="10.1.1.1")
        assert elsewhere.status_code == 422


def test_the_api_answers_with_a_problem_and_counts_tokens_apart(db: None, counts: Counts) -> None:
    with override_settings(BELLTOWER_LIMITS="api=2/hour, api_address=4/hour"):
        client = Client()
        by_token = [client.get("/api/v1/whoami", headers={"authorization": f"Bearer bt_{n}"}) for n in (1, 1, 1, 2, 2)]
        assert [one.status_code for one in by_token] == [401, 401, 429, 401, 429]
        problem = by_token[2].json()
        assert (problem["code"], problem["status"]) == ("too_many_requests", 429)
        assert problem["request"] == by_token[2].headers["X-Request-ID"]
        assert problem["facts"]["limit"] == "api"
        assert by_token[2].headers["Content-Type"] == "application/problem+json"
        assert client.get("/api/v1/whoami", headers={"authorization": "Bearer bt_3"}).status_code == 429, (
            "invented tokens"
        )


def test_searches_and_uploads_have_limits_of_their_own(people: None, counts: Counts) -> None:
    with override_settings(BELLTOWER_LIMITS="search=1/min, upload=1/hour"):
        client = Client()
        assert [client.get("/search/?q=x").status_code for _ in range(2)] == [302, 429]
        sent = [client.post("/loads/", {"a": "b"}).status_code for _ in range(2)]
        assert sent == [302, 429]


@override_settings(BELLTOWER_LIMITS="heads=2/hour")
def test_the_open_page_of_signed_heads_is_counted_by_address(db: None, counts: Counts) -> None:
    client = Client()
    assert [client.get(at).status_code for at in ("/heads/", "/heads/newest.json", "/heads/")] == [200, 404, 429]
    assert Client(REMOTE_ADDR="198.51.100.7").get("/heads/").status_code == 200


def test_the_machines_door_counts_addresses(counts: Counts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BELLTOWER_LIMITS", "gateway=3/hour")
    with TestClient(watch.watched(litestar, AtTheDoor())) as client:
        answers = [client.get("/healthz") for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert answers[-1].json()["code"] == "too_many_requests"
    assert answers[-1].headers["content-type"] == "application/problem+json"


TRUSTED = _networks("10.0.0.0/8,::1")


@pytest.mark.parametrize(
    ("peer", "told", "expected"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "unknown", "10.0.0.1"),
        ("10.0.0.1", "1.1.1.1, <script>", "10.0.0.1"),
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
    ],
)
def test_a_forwarded_address_is_believed_only_from_a_trusted_proxy(peer: str, told: str, expected: str) -> None:
    """Read from the right: what the client wrote itself stands further left and is never believed."""
    assert client_of(peer, told, TRUSTED) == expected


def test_headers_of_a_stranger_are_taken_away() -> None:
    seen = {}

    def view(request):  # type: ignore[no-untyped-def]
        seen.update(request.META, secure=request.is_secure())

    with override_settings(BELLTOWER_PROXIES=TRUSTED):
        door = TrustedProxies(view)
        told = {"HTTP_X_FORWARDED_FOR": "198.51.100.1", "HTTP_X_FORWARDED_PROTO": "https"}
        door(RequestFactory().get("/", REMOTE_ADDR="203.0.113.9", **told))
        assert (seen["REMOTE_ADDR"], seen["secure"], seen[IS_FORWARDED]) == ("203.0.113.9", False, True)
        assert "HTTP_X_FORWARDED_PROTO" not in seen
        seen.clear()
        door(RequestFactory().get("/", REMOTE_ADDR="10.2.3.4", **told))
        assert (seen["REMOTE_ADDR"], seen["secure"]) == ("198.51.100.1", True)
