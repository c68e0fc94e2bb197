# SPDX-License-Identifier: Apache-2.0
"""What can be measured at both doors, by whom, and under which names."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from django.db import connection
from django.test import Client, override_settings

from belltower.core.jobs import actions as jobs
from belltower.core.jobs.models import Job, JobState
from belltower.core.jobs.work import work
from belltower.core.ledger.models import Head
from belltower.kernel import measures as kernel_measures
from belltower.kernel import request_id
from belltower.kernel.actors import Actor
from belltower.kernel.measures import Measure, measures
from belltower.project.gateway import application as gateway
from belltower.project.health import may_measure
from belltower.project.watch import logs, metrics

work("tests.measured")(lambda job: None)
PAGE = Path(__file__).parents[3] / "docs" / "guides" / "watch.md"
LINE = re.compile(r"^(\w+)(?:\{.*\})? \S+$")


def measured(client: Client) -> dict[str, float]:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    lines = [line for line in answer.content.decode().splitlines() if line and not line.startswith("#")]
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines}


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, db: None) -> Client:
    monkeypatch.setattr("belltower.project.health.database_answers", lambda: True)
    return Client()


def test_requests_are_counted_by_the_name_of_the_address(here: Client) -> None:
    """Never by the address itself: one series an address would be as many as there are assets."""
    key = 'belltower_requests_total{door="people",method="GET",route="console:asset",status="302"}'
    before = measured(here).get(key, 0)
    here.get("/assets/0190b8a0-0000-7000-8000-000000000000/")
    here.get("/assets/0190b8a0-0000-7000-8000-000000000001/")
    after = measured(here)
    assert after[key] == before + 2
    assert after['belltower_request_seconds_count{door="people",route="console:asset"}'] >= 2
    assert not [name for name in after if "0190b8a0" in name]


def test_addresses_and_methods_that_are_not_there_make_no_series_of_their_own(here: Client) -> None:
    for number in range(3):
        here.get(f"/nowhere/{number}")
        here.generic(f"ODD{number}", "/")
    names = [name for name in measured(here) if name.startswith("belltower_requests_total")]
    assert not [name for name in names if "ODD" in name or "/nowhere" in name]
    assert [name for name in names if 'route="nowhere"' in name and 'status="404"' in name]


def test_jobs_and_workers_are_measured(here: Client) -> None:
    job = jobs.ask("tests.measured", by=Actor.system("test"), why="to be measured")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
    found = measured(here)
    assert found['belltower_jobs{state="waiting"}'] == Job.objects.filter(state=JobState.WAITING).count() >= 1
    assert found["belltower_jobs_oldest_waiting_seconds"] >= 0
    assert found["belltower_workers"] == 0
    assert found["belltower_database_up"] == 1
    assert job.uid


def test_a_source_that_fails_blinds_no_other(here: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_measures, "_sources", dict(kernel_measures._sources))

    @measures
    def broken() -> Iterator[Measure]:
        yield Measure("belltower_broken", "It breaks", {}, 1)
        raise RuntimeError("no")

    found = measured(here)
    assert "belltower_workers" in found
    assert "belltower_broken" not in found


def test_a_database_that_is_away_is_measured(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("belltower.project.health.database_answers", lambda: False)
    found = measured(Client())
    assert found["belltower_database_up"] == 0
    assert "belltower_workers" not in found


@pytest.mark.parametrize(
    ("given", "is_near", "token", "expected"),
    [
        ("", True, None, True), ("", False, None, False), ("Bearer t", False, "t", True), ("", True, "t", False),
        ("Bearer ü", False, "t", False), ("t", False, "t", False), ("Bearer ", False, "", False),
    ],
)  # fmt: skip
def test_who_may_look(given: str, is_near: bool, token: str | None, expected: bool) -> None:
    """By token where there is one; without one from this machine alone."""
    assert may_measure(given, is_near=is_near, token=token) == expected


def test_through_a_web_server_on_this_machine_nobody_may(here: Client) -> None:
    """nginx comes from the loopback too: what it brings is not from here."""
    assert here.get("/metrics", headers={"x-forwarded-for": "198.51.100.1"}).status_code == 403
    assert here.get("/metrics", headers={"forwarded": "for=198.51.100.1"}).status_code == 403
    assert here.get("/metrics", REMOTE_ADDR="198.51.100.1").status_code == 403
    with override_settings(BELLTOWER_METRICS_TOKEN="t" * 20):
        assert here.get("/metrics").status_code == 403
        assert here.get("/metrics", headers={"authorization": f"Bearer {'t' * 20}"}).status_code == 200


def test_the_machines_door_measures_by_path_and_guards_alike(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    monkeypatch.setattr("belltower.project.health.database_answers", lambda: False)
    near, far = from_address("127.0.0.1"), from_address("198.51.100.1")
    near("/healthz")
    near("/nowhere/17")
    page = near("/metrics").text
    assert 'belltower_requests_total{door="machines",method="GET",route="/healthz",status="200"}' in page
    assert "/nowhere/17" not in page
    assert near("/metrics", {"X-Forwarded-For": "198.51.100.1"}).status_code == 403
    assert far("/metrics").status_code == 403


def from_address(address: str) -> Callable[..., httpx.Response]:
    """Asks the machines' door as from that address."""

    def ask(path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        async def asking() -> httpx.Response:
            transport = httpx.ASGITransport(gateway.application, client=(address, 1))  # type: ignore[arg-type]
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                return await client.get(path, headers=headers)

        return asyncio.run(asking())

    return ask


def test_every_measure_has_its_line_in_the_guide_and_every_line_its_measure(here: Client) -> None:
    Head.objects.create(size=1, root=b"r", at=datetime.now(UTC), algorithm="a", key="k", signature=b"s")
    found = {line.split("{")[0] for line in measured(here)}
    names = {re.sub(r"_(total|bucket|count|sum|created)$", "", name) for name in found}
    named = {family.name for family in metrics.registry.collect()}
    told = set(re.findall(r"^\| `(belltower_\w+)`", PAGE.read_text(encoding="utf-8"), re.M))
    assert told == names | named


def test_a_job_carries_the_id_of_the_request_that_asked(db: None) -> None:
    with request_id.carried("asked-by-the-desk"):
        job = jobs.ask("tests.measured", by=Actor.system("test"), why="to be traced")
    with connection.cursor() as cursor:
        cursor.execute("SELECT args->>'request' FROM procrastinate_jobs WHERE args->>'job' = %s", [str(job.uid)])
        assert cursor.fetchone() == ("asked-by-the-desk",)


def test_a_job_runs_under_that_id(transactional_db: None) -> None:
    from belltower.core.jobs.worker import serve

    seen: list[str | None] = []
    work("tests.traced")(lambda job: seen.append(request_id.current()))
    with request_id.carried("asked-by-the-desk"):
        jobs.ask("tests.traced", by=Actor.system("test"), why="to be traced")
    serve(until_empty=True)
    assert seen == ["asked-by-the-desk"]


@pytest.mark.parametrize(("form", "formatter"), [("json", logs.JsonLines), ("text", logs.Readable)])
def test_the_form_of_the_log_is_a_setting(form: str, formatter: type) -> None:
    assert logs.configuration(form)["formatters"]["lines"] == {"()": formatter}
