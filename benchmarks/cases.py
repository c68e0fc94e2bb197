# SPDX-License-Identifier: Apache-2.0
"""Cases through the API: reported, listed among a million, and both mixed: ``python -m benchmarks.cases [--quick]``.

Every report is a durable commit with its entries in the ledger, its event and its clock. The million are laid down as a
restored table would be, without entries; what is measured on top of them is the whole way from socket to socket. At the
end: how long a message board's export of 100,000 takes, read and classified (benchmarks/messages.py).
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import numpy as np
import psycopg

from benchmarks.ground import fresh_database, owner, report
from benchmarks.ingest import free_port, wait_for
from benchmarks.ledger import without_ledger

CASES, QUICK_CASES = 1_000_000, 50_000
SECONDS, QUICK_SECONDS = 12.0, 3.0
CONNECTIONS = 4
RATE = 50
PARTIES, AREAS = 40, 60
LISTS = (
    "limit=50", "limit=50&open=true", "limit=50&overdue=true", "limit=50&state=dispatched&state=in_progress",
    "limit=50&kind=light_out&open=true", "limit=50&area=430405001", "limit=50&area=430405&state=answered",
    "limit=50&party={party}", "limit=50&party={party}&state=in_progress", "limit=50&source=resident&grade=major",
)  # fmt: skip
_FILL = """
    INSERT INTO cases_case (uid, number, kind, source, grade, title, text, address, lon, lat, asset_kind, area_id, party_id,
        state, before, stage, due_at, rung, reported_at, changed_at, ended_at, is_simulated)
    SELECT gen_random_uuid(), '2020-' || n, (ARRAY['light_out', 'full_bin', 'dirty_street', 'other'])[1 + n %% 4],
        (ARRAY['resident', 'finding', 'inspector'])[1 + n %% 3], (ARRAY['none', 'general', 'major'])[1 + (n / 7) %% 3],
        '{"zh": "路灯不亮"}', 'benchmark', '', 112.5 + (n %% 1000) * 0.0002, 26.8 + (n %% 997) * 0.0002, '',
        (%(areas)s::bigint[])[1 + n %% %(n_areas)s], (%(parties)s::bigint[])[1 + (n / 3) %% %(n_parties)s],
        s.state, '', CASE WHEN s.is_open THEN 'handling' ELSE '' END,
        CASE WHEN s.is_open THEN now() + make_interval(mins => (n %% 5000)::int - 2000) END, 0,
        now() - make_interval(mins => (%(cases)s - n)::int), now(), CASE WHEN NOT s.is_open THEN now() END, true
    FROM generate_series(1, %(cases)s) AS n,
        LATERAL (SELECT n %% 20 = 0 AS is_open, CASE WHEN n %% 20 > 0 THEN 'closed'
            ELSE (ARRAY['filed', 'dispatched', 'in_progress', 'answered'])[1 + (n / 20) %% 4] END AS state) AS s
"""


def main(arguments: list[str]) -> None:
    is_quick = "--quick" in arguments
    seconds = QUICK_SECONDS if is_quick else SECONDS
    with fresh_database():
        token, party = prepare(QUICK_CASES if is_quick else CASES)
        lists = ["/api/v1/cases?" + one.format(party=party) for one in LISTS]
        with web() as port:
            rows = [len(_call(port, token, "GET", path)["items"]) for path in lists]
            assert min(rows) > 0, dict(zip(lists, rows, strict=True))
            listed, list_p95 = hammer(port, token, lists, "GET", seconds)
            created, create_p95 = hammer(port, token, ["/api/v1/cases"], "POST", seconds)
            p95 = mixed(port, token, lists, seconds)
        print(f"{'report a case':34}{created:10,.0f} /s{create_p95:10.1f} ms p95")
        print(f"{'a list of 50 by filters':34}{listed:10,.0f} /s{list_p95:10.1f} ms p95")
        print(f"{f'{RATE} requests/s, a fifth reports':34}{'':13}{p95:10.1f} ms p95")
        figures = {"create_per_s": round(created, 1), "list_per_s": round(listed, 1), "p95_ms": round(p95, 1)}
    report(**figures)


def prepare(cases: int) -> tuple[str, str]:
    """A city with streets, parties and so many cases; a token, and the uid of a party."""
    import shapely

    from belltower.core.access import actions
    from belltower.core.access.rules import Verb
    from belltower.core.places.actions.areas import AreaDraft, put_areas
    from belltower.core.places.actions.city import use_profile
    from belltower.core.places.actions.parties import put_party
    from belltower.core.places.city import load_profile
    from belltower.core.places.models import Area
    from belltower.kernel.actors import Actor
    from belltower.kernel.texts import Text

    by = Actor.system("benchmark")
    use_profile(load_profile("hengyang"), by=by)
    whole = shapely.box(112.4, 26.7, 112.8, 27.1)
    drafts = [AreaDraft(code="430400", level="city", name=Text("衡阳市"), geometry=whole),
              AreaDraft(code="430405", level="district", name=Text("珠晖区"), parent_code="430400", geometry=whole)]  # fmt: skip
    strip = 0.4 / AREAS
    drafts += [
        AreaDraft(code=f"430405{number:03}", level="street", name=Text(f"{number}号街道"), parent_code="430405",
                  geometry=shapely.box(112.4 + number * strip, 26.7, 112.4 + (number + 1) * strip, 27.1))
        for number in range(1, AREAS)
    ]  # fmt: skip
    put_areas(drafts, by=by, on=datetime(2020, 1, 1, tzinfo=UTC).date(), source="benchmark")
    parties = [put_party(f"P{number}", "enterprise", Text(f"单位{number}"), by=by) for number in range(PARTIES)]
    areas = list(Area.objects.filter(level="street").values_list("pk", flat=True))
    account = actions.service_account("benchmark", by=by)
    verbs = (Verb.VIEW, Verb.REPORT_CASES)
    secret = actions.make_token(account, scopes=verbs, expires_at=None, by=by, now=datetime.now(UTC)).secret
    with without_ledger(), owner() as raw:
        fill(raw, cases, areas, [one.pk for one in parties])
    return secret, str(parties[0].uid)


def fill(raw: psycopg.Connection[Any], cases: int, areas: list[int], parties: list[int]) -> None:
    """So many cases, one in twenty of them open."""
    facts = {"areas": areas, "n_areas": len(areas), "parties": parties, "n_parties": len(parties), "cases": cases}
    raw.execute("SET belltower.sees = 'all'")
    raw.execute(_FILL, facts)
    raw.commit()
    raw.autocommit = True
    raw.execute("VACUUM ANALYZE cases_case")


@contextmanager
def web() -> Iterator[int]:
    """The people's door with two workers, as `belltower run` starts it; its port."""
    port = free_port()
    command = [sys.executable, "-m", "belltower.project.serve", "web", "--host", "127.0.0.1", "--port", str(port)]
    quiet = {**os.environ, "BELLTOWER_LOG": "plain", "BELLTOWER_LIMITS": "off"}
    process = subprocess.Popen(command, env=quiet, stderr=subprocess.DEVNULL)
    try:
        wait_for(port)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def hammer(port: int, token: str, paths: list[str], method: str, seconds: float) -> tuple[float, float]:
    """Ask over some connections, each one request at a time; answers per second, and the 95th percentile in ms."""
    with multiprocessing.get_context("spawn").Pool(CONNECTIONS) as pool:
        asked = [(port, token, paths, method, seconds, number) for number in range(CONNECTIONS)]
        found = pool.starmap(_ask, asked)
    took = [one for each in found for one in each]
    return len(took) / seconds, float(np.percentile(took, 95)) * 1000


def mixed(port: int, token: str, lists: list[str], seconds: float) -> float:
    """RATE requests a second by the clock, whoever is still waiting; the 95th percentile in ms from when each was due."""
    with multiprocessing.get_context("spawn").Pool(CONNECTIONS) as pool:
        asked = [(port, token, lists, seconds, number) for number in range(CONNECTIONS)]
        found = pool.starmap(_paced, asked)
    return float(np.percentile([one for each in found for one in each], 95)) * 1000


def _ask(port: int, token: str, paths: list[str], method: str, seconds: float, number: int) -> list[float]:
    connection, took, at = http.client.HTTPConnection("127.0.0.1", port), [], number
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        began = time.perf_counter()
        _call(port, token, method, paths[at % len(paths)], connection)
        took.append(time.perf_counter() - began)
        at += 1
    return took


def _paced(port: int, token: str, lists: list[str], seconds: float, number: int) -> list[float]:
    connection, took, began = http.client.HTTPConnection("127.0.0.1", port), [], time.perf_counter()
    for turn in range(int(seconds * RATE / CONNECTIONS)):
        due = began + (turn * CONNECTIONS + number) / RATE
        time.sleep(max(0.0, due - time.perf_counter()))
        is_report = turn % 5 == 0
        path = "/api/v1/cases" if is_report else lists[(turn + number) % len(lists)]
        _call(port, token, "POST" if is_report else "GET", path, connection)
        took.append(time.perf_counter() - due)
    return took


_REPORT = json.dumps(
    {"text": "解放路12号门前路灯不亮", "kind": "light_out", "source": "inspector", "lon": 112.61, "lat": 26.9}
)


def _call(
    port: int, token: str, method: str, path: str, connection: http.client.HTTPConnection | None = None
) -> dict[str, Any]:
    asked = connection or http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    asked.request(method, path, _REPORT if method == "POST" else None, headers)
    answer = asked.getresponse()
    body = answer.read()
    assert answer.status in (200, 201), body[:300]
    told: dict[str, Any] = json.loads(body)
    return told


if __name__ == "__main__":
    main(sys.argv[1:])
