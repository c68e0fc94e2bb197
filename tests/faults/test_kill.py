# SPDX-License-Identifier: Apache-2.0
"""kill -9 of database, web and worker at random during imports and edits: what was acknowledged is there, nothing is half.

The seed is printed; BELLTOWER_FAULT_SEED repeats a run's choices (not its exact timing).
"""

from __future__ import annotations

import csv
import json
import os
import random
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from tests.faults.installation import Installation, installed, wait_until

pytestmark = [pytest.mark.server, pytest.mark.xdist_group("installation")]
ROOT = Path(__file__).parents[2]
LIGHTS = 20
ROWS = 4000
MAIN = ("worker", "database", "web")


class Editor(threading.Thread):
    """Renames its own street lights over HTTP, one edit after the other, and remembers which were acknowledged."""

    def __init__(self, installation: Installation, token: str, uids: list[str]) -> None:
        super().__init__(daemon=True)
        self._at, self._token, self._uids = f"http://127.0.0.1:{installation.port}/api/v1/assets/", token, uids
        self.tried: dict[str, int] = dict.fromkeys(uids, 0)
        self.acknowledged: dict[str, list[int]] = {uid: [] for uid in uids}
        self.answers: Counter[int] = Counter()
        self._done = threading.Event()

    def run(self) -> None:
        while not self._done.is_set():
            for uid in self._uids:
                number = self.tried[uid] = self.tried[uid] + 1
                status = self._rename(uid, number)
                self.answers[status] += 1
                if status == 200:
                    self.acknowledged[uid].append(number)
                elif status == 0 and self._done.wait(0.05):  # nobody answers just now
                    return

    def stop(self) -> None:
        self._done.set()
        self.join(30)

    def _rename(self, uid: str, number: int) -> int:
        """The status of the answer; 0 where there was none."""
        edit = {"changes": {"name": {"en": str(number)}}, "valid_from": datetime.now(UTC).isoformat()}
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json", "If-Match": "*"}
        request = urllib.request.Request(self._at + uid, json.dumps(edit).encode(), headers, method="PATCH")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except (urllib.error.URLError, OSError):
            return 0


def drive(installation: Installation, *arguments: str) -> subprocess.Popen[str]:
    environment = {
        **installation.environment,
        "DATABASE_URL": installation.database_url,
        "DJANGO_SETTINGS_MODULE": "belltower.project.settings",
    }
    command = [installation.python, "-m", "tests.faults.driver", *arguments]
    return subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def driven(installation: Installation, *arguments: str) -> dict[str, object]:
    said, _ = drive(installation, *arguments).communicate(timeout=180)
    return dict(json.loads(said))


def write_files(folder: Path, count: int) -> None:
    for number in range(count):
        with (folder / f"load-{number:04}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["FACILITYID", "LONGITUDE", "LATITUDE"])
            writer.writerows((f"load-{number:04}-{row}", 112.5 + row * 1e-5, 26.9) for row in range(ROWS))


def strike(installation: Installation, target: str) -> None:
    """kill -9 of one process of the installation."""
    parts = installation.processes()
    part = parts["web"][1:] if target == "web worker" else parts[target]
    if part:  # it may be down from the last blow already
        part[0].kill()


def storm(installation: Installation, chance: random.Random, kills: int) -> Counter[str]:
    """``kills`` blows at random instants, each main part at least once; some fall while things are still down."""
    struck: Counter[str] = Counter()
    for number in range(kills):
        time.sleep(chance.uniform(0.2, 2.0))
        target = MAIN[number] if number < len(MAIN) else chance.choice([*MAIN, "web worker"])
        strike(installation, target)
        struck[target] += 1
        if chance.random() < 0.7:
            wait_until(lambda: installation.is_ready, 90, installation.state)
    wait_until(lambda: installation.is_ready, 120, installation.state)
    return struck


@pytest.fixture
def installation() -> Iterator[Installation]:
    with tempfile.TemporaryDirectory(prefix="belltower-kill-") as folder, installed(Path(folder) / "home") as one:
        one.start()
        yield one


def check_edits(installation: Installation, editor: Editor) -> None:
    """Every acknowledged edit is in the asset's story, in order, and no edit is there that nobody tried."""
    with installation.connect() as connection:
        for uid, acknowledged in editor.acknowledged.items():
            states = connection.execute(
                "WITH one AS (SELECT id FROM places_asset WHERE uid = %s)"
                " SELECT (name->>'en')::int, recorded_at, superseded_at FROM places_asset_past"
                " WHERE asset_id IN (SELECT id FROM one) UNION ALL"
                " SELECT (name->>'en')::int, recorded_at, NULL FROM places_asset WHERE id IN (SELECT id FROM one)"
                " ORDER BY 2",
                [uid],
            ).fetchall()
            there = [number for number, _, _ in states if number is not None]
            assert set(acknowledged) <= set(there), "an acknowledged edit is missing"
            assert there == sorted(set(there)), "edits are in the order in which they were made, each once"
            assert not there or there[-1] <= editor.tried[uid]
            assert all(earlier[2] == later[1] for earlier, later in pairwise(states)), (
                "each state ends when the next begins"
            )


def check_loads(installation: Installation, acknowledged: list[str]) -> None:
    """Every load that was asked for is there whole, or not at all where its job is dead; none without a job."""
    with installation.connect() as connection:
        found = dict(
            connection.execute(
                "SELECT left(key, 9), count(*) FROM places_asset WHERE key LIKE 'load-%' GROUP BY 1"
            ).fetchall()
        )
        state_of = dict(connection.execute("SELECT left(title->>'en', 14), state FROM jobs_job").fetchall())
    for name in acknowledged:
        state = state_of[f"Load {name}"]
        assert (state, found.get(name, 0)) in (("done", ROWS), ("dead", 0)), f"{name} is {state}: {found.get(name)}"
    assert set(found.values()) <= {ROWS}


def weather(installation: Installation, kills: int, files: int, seed: int) -> None:
    """Prepare, import and edit while it storms, let everything come to rest, and look."""
    prepared = driven(installation, "prepare", str(LIGHTS))
    uids = [str(uid) for uid in prepared["uids"]]  # type: ignore[attr-defined]
    editor = Editor(installation, str(prepared["token"]), uids)
    with tempfile.TemporaryDirectory() as folder:
        write_files(Path(folder), files)
        with drive(installation, "load", folder) as loader:
            editor.start()
            try:
                struck = storm(installation, random.Random(seed), kills)
                acknowledged = (loader.communicate(timeout=300)[0]).split()
            finally:
                loader.kill()
    assert loader.returncode == 0
    wait_until(lambda: jobs_at_rest(installation), 240, "every job ended")
    editor.stop()
    print(f"seed {seed}: {dict(struck)}; edits {dict(editor.answers)}; loads {len(acknowledged)}")
    assert len(acknowledged) == files
    assert editor.answers[200] > kills
    check_edits(installation, editor)
    check_loads(installation, acknowledged)
    assert driven(installation, "audit")["drift"] == [], "the pyramid counts what is there"


def jobs_at_rest(installation: Installation) -> bool:
    with installation.connect() as connection:
        row = connection.execute(
            "SELECT count(*) FROM jobs_job WHERE state NOT IN ('done', 'dead', 'cancelled')"
        ).fetchone()
        return row == (0,)


def seed_of_this_run() -> int:
    return int(os.environ.get("BELLTOWER_FAULT_SEED") or random.SystemRandom().randrange(10**6))


def test_three_kills_lose_nothing(installation: Installation) -> None:
    weather(installation, kills=3, files=6, seed=seed_of_this_run())


@pytest.mark.long
def test_fifty_kills_lose_nothing(installation: Installation) -> None:
    weather(installation, kills=50, files=60, seed=seed_of_this_run())


@pytest.mark.long
def test_everything_killed_at_once_ten_times_loses_nothing(installation: Installation) -> None:
    """Supervisor, database, web and worker together, as when the machine's memory runs out; then a new start."""
    prepared = driven(installation, "prepare", str(LIGHTS))
    editor = Editor(installation, str(prepared["token"]), [str(uid) for uid in prepared["uids"]])  # type: ignore[attr-defined]
    editor.start()
    for _ in range(10):
        time.sleep(1.0)
        for process in [*installation.everyone()]:
            process.kill()
        installation.kill()
        installation.start()
    editor.stop()
    check_edits(installation, editor)
