# SPDX-License-Identifier: Apache-2.0
"""While the database is down both doors say so, in both languages, when to come back, and are back by themselves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from belltower.project.postgres import Postgres
from tests.faults.installation import two_free_ports, wait_until

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("database away")]
PATIENCE_S = 60.0


@dataclass
class Doors:
    """Both doors over a database that the test starts and stops itself."""

    home: Path
    server: Postgres
    port: int
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "BELLTOWER_"))}
        return {**kept, "BELLTOWER_HOME": str(self.home), "BELLTOWER_LIMITS": "off", "BELLTOWER_LOG": "json"}

    def belltower(self, *command: str) -> None:
        subprocess.run([sys.executable, "-m", "belltower", *command], env=self.environment, check=True, timeout=120)

    def open(self) -> None:
        for name, port in (("web", self.port), ("gateway", self.port + 1)):
            command = [
                sys.executable,
                "-m",
                "belltower.project.serve",
                name,
                "--host",
                "127.0.0.1",
                "--port",
                str(port),
            ]
            with (self.home / f"{name}.log").open("ab") as log:
                self.processes.append(subprocess.Popen(command, env=self.environment, stdout=log, stderr=log))
        for door in (0, 1):
            wait_until(lambda door=door: self.ask(door, "/healthz").status == 200, PATIENCE_S, self.logs)

    def ask(self, door: int, path: str, *, data: bytes | None = None, **headers: str) -> Answer:
        """What door 0 (people) or 1 (machines) answers, redirects not followed; status 0 where nobody is there."""
        address = f"http://127.0.0.1:{self.port + door}{path}"
        request = urllib.request.Request(address, data=data, headers=headers)
        try:
            with _no_redirects().open(request, timeout=30) as answer:
                return Answer(answer.status, dict(answer.headers), answer.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, dict(error.headers), error.read())
        except OSError:
            return Answer(0, {}, b"")

    def logs(self) -> str:
        return "\n".join((self.home / f"{name}.log").read_text()[-3000:] for name in ("web", "gateway"))

    def close(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(30)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), "")


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def _no_redirects() -> urllib.request.OpenerDirector:
    return urllib.request.build_opener(_Stay)


@contextmanager
def _opened(home: Path) -> Iterator[Doors]:
    doors = Doors(home, Postgres(home / "postgres"), two_free_ports())
    doors.server.start()
    try:
        doors.belltower("city", "use", "hengyang")
        doors.open()
        yield doors
    finally:
        doors.close()
        doors.server.stop()


@pytest.fixture(scope="module")
def doors() -> Iterator[Doors]:
    with tempfile.TemporaryDirectory(prefix="belltower-away-") as folder:
        home = Path(folder) / "home"
        home.mkdir(mode=0o700)
        with _opened(home) as opened:
            yield opened


@pytest.fixture(scope="module")
def away(doors: Doors) -> Doors:
    """The same, the database stopped after everything had been answered once."""
    assert doors.ask(0, "/api/v1/whoami").status == 401
    assert doors.ask(0, "/", Cookie="sessionid=" + "a" * 32).status == 302
    doors.server.stop()
    return doors


TOKEN = {"Authorization": "Bearer bt_" + "a" * 40}
SESSION = {"Cookie": "sessionid=" + "a" * 32}


@pytest.mark.parametrize("path", ["/", "/map/", "/assets/", "/jobs/"])
def test_a_page_says_so_in_both_languages(away: Doors, path: str) -> None:
    answer = away.ask(0, path, **SESSION)
    assert (answer.status, answer.header("Retry-After")) == (503, "5")
    page = answer.body.decode()
    assert "数据库" in page
    assert "The database does not answer" in page
    assert answer.header("X-Request-ID") in page
    assert "Traceback" not in page
    assert "default-src 'none'" in answer.header("Content-Security-Policy")


@pytest.mark.parametrize("headers", [TOKEN, SESSION], ids=["token", "session"])
def test_the_api_says_so_as_a_problem(away: Doors, headers: dict[str, str]) -> None:
    answer = away.ask(0, "/api/v1/assets", **headers)
    assert (answer.status, answer.header("Retry-After")) == (503, "5")
    assert answer.header("Content-Type") == "application/problem+json"
    problem = json.loads(answer.body)
    assert (problem["code"], problem["status"]) == ("database_away", 503)
    assert problem["request"] == answer.header("X-Request-ID")
    assert "socket" not in problem["title"]


def test_what_needs_no_database_is_served(away: Doors) -> None:
    assert away.ask(0, "/healthz").status == 200
    assert away.ask(1, "/healthz").status == 200
    assert away.ask(0, "/static/console/bell.svg").status == 200


def test_both_doors_are_not_ready_and_say_why(away: Doors) -> None:
    for door in (0, 1):
        answer = away.ask(door, "/readyz")
        assert answer.status == 503
        assert json.loads(answer.body)["database"] is False


def test_the_measurements_say_so_too(away: Doors) -> None:
    for door, name in ((0, "people"), (1, "machines")):
        page = away.ask(door, "/metrics").body.decode()
        assert "belltower_database_up 0.0" in page
        assert f'belltower_requests_total{{door="{name}"' in page


def test_the_log_has_lines_of_json_with_the_request_s_id(away: Doors) -> None:
    answer = away.ask(0, "/assets/", **SESSION, **{"X-Request-ID": "the-desk-read-this"})
    assert answer.header("X-Request-ID") == "the-desk-read-this"
    lines = [json.loads(line) for line in (away.home / "web.log").read_text().splitlines() if line.startswith("{")]
    mine = [line for line in lines if line.get("request") == "the-desk-read-this"]
    assert {line["message"] for line in mine} >= {"answered", "the database is away"}
    [answered] = [line for line in mine if line["message"] == "answered"]
    assert (answered["route"], answered["status"]) == ("console:assets", 503)


def test_it_is_back_by_itself(away: Doors) -> None:
    """The last of this file: the database comes back beneath running doors."""
    away.server.start()
    wait_until(lambda: away.ask(0, "/", **SESSION).status == 302, PATIENCE_S, away.logs)
    assert away.ask(0, "/api/v1/assets", **TOKEN).status == 401
    assert "belltower_database_up 1.0" in away.ask(1, "/metrics").body.decode()
