# SPDX-License-Identifier: Apache-2.0
"""The drill of docs/guides/backup.md by its command line: saved nightly, killed at work, brought back elsewhere."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from belltower.project.postgres import Postgres
from belltower.project.safekeeping.tests.scene import contents_of, rows_of
from belltower.project.tests.keeper import QUICK

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.server


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BELLTOWER", "DATABASE"))}
    return {**kept, "BELLTOWER_HOME": str(home), **more}


def belltower(home: Path, *arguments: str, **more: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "belltower", *arguments], capture_output=True, text=True, cwd=ROOT, timeout=280,
        env=environment(home, **more),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def register(path: Path, count: int, first: int = 0) -> Path:
    rows = (f"L-{first + n},{112.6 + n * 1e-5:.6f},26.9" for n in range(count))
    path.write_text("key,longitude,latitude\n" + "\n".join(rows) + "\n")
    return path


def test_a_city_killed_at_work_comes_back_on_another_machine(tmp_path: Path) -> None:
    """kill -9 in the middle of a load: what was saved before and after both come back, with their heads."""
    home, saved, again = tmp_path / "home", tmp_path / "disk", tmp_path / "elsewhere" / "home"
    belltower(home, "city", "use", "hengyang")
    belltower(home, "load", "assets", str(register(tmp_path / "lights.csv", 500)), "--kind", "street_light")
    recipient = belltower(home, "backup", "identity", str(tmp_path / "identity")).strip()
    nightly = {"BELLTOWER_BACKUP_TO": str(saved), "BELLTOWER_BACKUP_RECIPIENT": recipient, "BELLTOWER_BACKUP_KEEP": "3"}
    belltower(home, "backup", "make", **nightly)

    more = str(register(tmp_path / "more.csv", 20_000, first=1000))
    with subprocess.Popen(
        [sys.executable, "-m", "belltower", "load", "assets", more, "--kind", "street_light"], cwd=ROOT,
        env=environment(home), stdout=subprocess.PIPE, text=True,
    ) as loading:  # fmt: skip
        assert loading.stdout
        loading.stdout.readline()  # the mapping is told right before rows are written
        deadline = time.monotonic() + 60
        while not list((home / "files" / "loads").rglob("*.csv"))[1:] and time.monotonic() < deadline:
            time.sleep(0.02)
        loading.send_signal(signal.SIGKILL)
    belltower(home, "backup", "make", **nightly)
    assert belltower(home, "backup", "verify", str(saved), "--all").count("whole ") == 2

    said = belltower(
        tmp_path / "nowhere", "restore", str(saved), "--into", str(again), "--identity", str(tmp_path / "identity")
    )
    assert "restored" in said
    assert not (tmp_path / "nowhere").exists(), "restoring makes no other home"
    with Postgres(home / "postgres", settings=QUICK) as old, Postgres(again / "postgres", settings=QUICK) as new:
        before, after = contents_of(old.url()), contents_of(new.url())
        assert after.head == before.head
        assert {**before.tables, "procrastinate_workers": 0} == {**after.tables, "procrastinate_workers": 0}
        for table in ("places_asset", "places_load", "ledger_entry", "ledger_batch"):
            assert rows_of(new.url(), table) == rows_of(old.url(), table)
    for key in home.glob("*-key"):
        assert (again / key.name).read_bytes() == key.read_bytes()
    [first, second] = json.loads((home / "backups.json").read_text())
    assert first["id"] > second["id"]
    verified = belltower(again, "ledger", "verify")
    assert verified


def test_keys_are_never_laid_open_unasked(tmp_path: Path) -> None:
    belltower(tmp_path / "home", "city", "use", "hengyang")
    refused = subprocess.run(
        [sys.executable, "-m", "belltower", "backup", str(tmp_path / "disk")], capture_output=True, text=True, cwd=ROOT,
        env=environment(tmp_path / "home"),
    )  # fmt: skip
    assert refused.returncode == 1
    assert "[keys_would_lie_open]" in refused.stderr
    assert not (tmp_path / "disk").exists()
