# SPDX-License-Identifier: Apache-2.0
"""Features at the machines' door: whose rows a connection shows, who is let in, and what is said to others."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from litestar.testing import TestClient

from belltower.core.access import actions
from belltower.core.access.rules import Verb
from belltower.core.places.scope import EVERYTHING, NOTHING, Scope
from belltower.edges.features.connections import Connections
from belltower.edges.features.errors import TooBroad
from belltower.edges.features.tests import town
from belltower.kernel.actors import Actor
from belltower.project.gateway import application as gateway
from belltower.project.gateway.features import bearer
from belltower.project.gateway.serving import address

SEEN = "SELECT current_setting('belltower.sees'), current_setting('belltower.parties')"


@pytest.fixture
def connections(db: None) -> Iterator[Connections]:
    made = Connections(address)
    yield made
    made._forget()


def test_a_connection_shows_the_rows_of_who_asks_now(connections: Connections) -> None:
    """Whoever asked before, and also after a statement of theirs failed."""
    for scope, sees, parties in (
        (EVERYTHING, "all", "*"),
        (Scope(frozenset({7, 5})), "own", "5,7"),
        (NOTHING, "own", ""),
        (EVERYTHING, "all", "*"),
    ):
        assert connections.fetch(scope, SEEN, {}) == [(sees, parties)]
        assert connections.fetch(scope, SEEN, {}) == [(sees, parties)]
        with pytest.raises(psycopg.errors.UndefinedTable):
            connections.fetch(Scope(frozenset({9})), "SELECT FROM nowhere", {})
    assert connections.fetch(NOTHING, "SELECT count(*) FROM places_asset", {}) == [(0,)]


def test_a_connection_that_was_lost_is_made_again_with_its_scope(connections: Connections) -> None:
    scope = Scope(frozenset({3}))
    [(pid,)] = connections.fetch(scope, "SELECT pg_backend_pid()", {})
    with psycopg.connect(address()) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])
    assert connections.fetch(scope, SEEN, {}) == [("own", "3")]


def test_it_only_reads_and_only_for_a_while(connections: Connections) -> None:
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        connections.fetch(EVERYTHING, "CREATE TEMPORARY TABLE x (y int)", {})
    connections.fetch(EVERYTHING, "SELECT set_config('statement_timeout', '50', false)", {})
    with pytest.raises(TooBroad):
        connections.fetch(EVERYTHING, "SELECT pg_sleep(5)", {})


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("Bearer x", "Bearer x"),
        ("Basic " + base64.b64encode(b"map:a:b").decode(), "Bearer a:b"),
        ("basic " + base64.b64encode("名:x".encode()).decode(), "Bearer x"),
        ("Basic !!", ""),
        ("Basic /w==", ""),
        ("", ""),
    ],
)
def test_a_password_is_read_as_a_token(given: str, taken: str) -> None:
    assert bearer(given) == taken


@pytest.mark.django_db(transaction=True)
def test_who_is_let_in_and_what_is_said_to_others() -> None:
    made = town.build()
    by = Actor.system("test")
    narrow = actions.add_service_account("mine", party=made.mine, by=by)
    broad = actions.add_service_account("all", party=None, by=by)

    def token(account: object, verb: Verb) -> dict[str, str]:
        secret = actions.make_token(account, scopes=(verb,), expires_at=None, by=by, now=datetime.now(UTC)).secret
        return {"Authorization": f"Bearer {secret}"}

    lights = "/features/collections/street_light/items"
    with TestClient(gateway.application) as client:
        for path in ("/features", "/features/", "/features/conformance", lights, "/features/collections/none"):
            answer = client.get(path, headers={"Accept-Language": "en"})
            assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
            assert answer.headers["WWW-Authenticate"].startswith("Basic ")
        assert client.get(lights, headers={"Authorization": "Bearer nothing"}).status_code == 401
        assert client.get(lights, headers=token(broad, Verb.SENSE)).json()["code"] == "not_allowed"
        mine, every = token(narrow, Verb.VIEW), token(broad, Verb.VIEW)
        for _ in range(2):
            assert client.get(lights, headers=mine).json()["numberReturned"] == (town.LAMPS + 1) // 2
            assert client.get(lights, headers=every).json()["numberReturned"] == town.LAMPS
        refused = client.get(f"{lights}?filter=drop", headers=every)
        assert (refused.status_code, refused.json()["code"]) == (400, "features_bad_filter")
        assert client.delete(lights, headers=every).status_code == 405
        assert client.head(lights, headers=every).content == b""
        landing = client.get("/features", headers={**every, "Accept": "text/html"})
        assert landing.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'")
        assert client.get("/features/style.css").headers["Content-Type"] == "text/css; charset=utf-8"
        assert client.get("/featuresque").status_code == 404
