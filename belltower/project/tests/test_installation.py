# SPDX-License-Identifier: Apache-2.0
"""What the environment says about an installation, and the secret that a home keeps."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

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


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("BELLTOWER_SECRET_KEY", "secret_key"),
        ("DATABASE_URL", "database_url"),
        ("BELLTOWER_METRICS_TOKEN", "metrics_token"),
    ],
)
def test_a_secret_comes_from_its_file_or_as_a_credential(tmp_path: Path, name: str, field: str) -> None:
    """A file is named, a credential of systemd's is found by its name; the variable itself comes first."""
    named, lent = tmp_path / "named", tmp_path / "credentials"
    named.write_text("from the file\n")
    lent.mkdir()
    (lent / name.lower().replace("_", "-")).write_text("from systemd\n")
    environment = {"BELLTOWER_HOME": str(tmp_path), "CREDENTIALS_DIRECTORY": str(lent)}
    assert getattr(installation.read(environment), field) == "from systemd"
    environment[f"{name}_FILE"] = str(named)
    assert getattr(installation.read(environment), field) == "from the file"
    assert getattr(installation.read({**environment, name: "said"}), field) == "said"


@pytest.mark.parametrize("held", [None, "  \n"], ids=["missing", "empty"])
def test_a_secret_that_was_meant_to_be_there_is_not_made_up(tmp_path: Path, held: str | None) -> None:
    path = tmp_path / "key"
    if held is not None:
        path.write_text(held)
    with pytest.raises(installation.UnreadableSetting) as refused:
        installation.read({"BELLTOWER_HOME": str(tmp_path), "BELLTOWER_SECRET_KEY_FILE": str(path)})
    assert "BELLTOWER_SECRET_KEY_FILE" in refused.value.say("zh")
    assert not (tmp_path / "secret-key").exists()


def test_proxies_are_networks_and_nonsense_is_refused(tmp_path: Path) -> None:
    chosen = installation.read({"BELLTOWER_HOME": str(tmp_path), "BELLTOWER_PROXIES": "10.0.0.0/8, ::1"})
    assert [str(one) for one in chosen.proxies] == ["10.0.0.0/8", "::1/128"]
    with pytest.raises(installation.UnreadableSetting):
        installation.read({"BELLTOWER_HOME": str(tmp_path), "BELLTOWER_PROXIES": "the one in front"})


@pytest.mark.parametrize("name", ["BELLTOWER_ADDRESS", "BELLTOWER_LIVE"])
def test_an_address_is_an_origin(name: str, tmp_path: Path) -> None:
    with pytest.raises(installation.NotAnOrigin):
        installation.read({"BELLTOWER_HOME": str(tmp_path), name: "https://city.example/path"})
    assert (
        installation.read({"BELLTOWER_HOME": str(tmp_path), "BELLTOWER_ADDRESS": "https://city.example"}).address
        == "https://city.example"
    )
