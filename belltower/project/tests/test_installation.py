# SPDX-License-Identifier: Apache-2.0
"""What the environment says about an installation, and the secret that a home keeps."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from belltower.project import installation


def test_without_settings_everything_is_in_var_and_on_this_machine(tmp_path: Path) -> None:
    chosen = installation.read({"BELLTOWER_HOME": str(tmp_path)})
    assert (chosen.database_url, chosen.packs, chosen.is_debug) == (None, None, False)
    assert chosen.hosts == ("127.0.0.1", "localhost", "[::1]")
    assert chosen.postgres_folder == tmp_path / "postgres"


def test_packs_and_hosts_are_lists(tmp_path: Path) -> None:
    chosen = installation.read(
        {"BELLTOWER_HOME": str(tmp_path), "BELLTOWER_PACKS": "poles, waste", "BELLTOWER_HOSTS": "a.example,b.example"}
    )
    assert (chosen.packs, chosen.hosts) == (("poles", "waste"), ("a.example", "b.example"))


def test_no_packs_is_not_the_same_as_not_saying(tmp_path: Path) -> None:
    assert installation.read({"BELLTOWER_HOME": str(tmp_path), "BELLTOWER_PACKS": ""}).packs == ()


def test_the_secret_is_made_once_and_closed_to_others(tmp_path: Path) -> None:
    home = tmp_path / "home"
    first = installation.read({"BELLTOWER_HOME": str(home)}).secret_key
    assert len(first) >= 48
    assert installation.read({"BELLTOWER_HOME": str(home)}).secret_key == first
    assert stat.S_IMODE((home / "secret-key").stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert [path.name for path in home.iterdir()] == ["secret-key"]


def test_processes_that_start_together_agree_on_one_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: installation.read({"BELLTOWER_HOME": str(tmp_path)}).secret_key, range(64)))
    assert len(found) == 1
    assert len(found.pop()) >= 48


def test_a_secret_from_the_environment_is_not_written_down(tmp_path: Path) -> None:
    chosen = installation.read({"BELLTOWER_HOME": str(tmp_path), "BELLTOWER_SECRET_KEY": "k" * 50})
    assert chosen.secret_key == "k" * 50
    assert list(tmp_path.iterdir()) == []
