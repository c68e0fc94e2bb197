# SPDX-License-Identifier: Apache-2.0
"""What lies in deploy/ is hardened as its page says, and names only commands, settings and files that there are."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from belltower.project.cli import belltower
from belltower.project.serve import serve

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "container" / "compose.yaml").read_text())
OURS = {name: one for name, one in COMPOSE["services"].items() if one["image"] == "belltower"}
SETTINGS = set(re.findall(r"`((?:BELLTOWER|DATABASE)_[A-Z_]+)`", (ROOT / "docs/reference/settings.md").read_text()))
HARDENED = {
    "NoNewPrivileges": "yes", "CapabilityBoundingSet": "", "AmbientCapabilities": "", "ProtectSystem": "strict",
    "ProtectHome": "yes", "PrivateTmp": "yes", "PrivateDevices": "yes", "PrivateUsers": "yes", "RestrictNamespaces": "yes",
    "RestrictSUIDSGID": "yes", "LockPersonality": "yes", "UMask": "0077", "SystemCallArchitectures": "native",
    "User": "belltower", "StateDirectoryMode": "0700",
}  # fmt: skip


def directives(unit: Path) -> dict[str, list[str]]:
    """What a unit says, each directive with all its values."""
    said: dict[str, list[str]] = {}
    for line in unit.read_text().splitlines():
        if "=" in line and not line.startswith("#"):
            name, value = line.split("=", 1)
            said.setdefault(name, []).append(value)
    return said


def parse(words: list[str]) -> None:
    """Fails where this command line is not one of ours, or an option of it is unknown."""
    if words[0].endswith("python"):
        assert words[1:3] == ["-m", "belltower.project.serve"]
        command, rest = serve, words[3:]
    else:
        assert Path(words[0]).name == "belltower"
        command, rest = belltower, words[1:]
    _walk(command, rest)


def _walk(command: click.Command, words: list[str]) -> None:
    context = click.Context(command)
    while isinstance(command, click.Group):
        found = command.get_command(context, words[0])
        assert found, f"there is no command {words[0]}"
        command, words = found, words[1:]
    command.make_context("deploy", list(words), resilient_parsing=False)


def test_there_is_a_unit_for_each_part() -> None:
    assert [unit.stem for unit in UNITS] == [
        "belltower-gateway",
        "belltower-prepare",
        "belltower-web",
        "belltower-worker",
    ]
    wanted = " ".join(directives(DEPLOY / "systemd" / "belltower.target")["Wants"]).split()
    assert set(wanted) == {unit.name for unit in UNITS if "prepare" not in unit.name}


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_every_unit_is_hardened(unit: Path) -> None:
    said = directives(unit)
    assert {name: said.get(name, ["missing"])[0] for name in HARDENED} == HARDENED
    assert said["SystemCallFilter"][0] == "@system-service"
    assert "@privileged" in said["SystemCallFilter"][1]
    assert any(value.startswith("database-url:") for value in said["LoadCredential"])
    assert not [value for value in said["Environment"] if "SECRET" in value or "PASSWORD" in value or "://" in value]


def test_only_what_migrates_is_lent_the_owner_s_address() -> None:
    lent = [unit.stem for unit in UNITS if "database-owner-url" in unit.read_text()]
    assert lent == ["belltower-prepare"]
    assert [name for name, one in OURS.items() if "database-owner-url" in one["secrets"]] == ["prepare"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_every_unit_runs_a_command_that_there_is(unit: Path) -> None:
    [command] = directives(unit)["ExecStart"]
    parse(shlex.split(command))


@pytest.mark.parametrize("name", OURS)
def test_every_container_runs_a_command_that_there_is(name: str) -> None:
    entrypoint = re.search(r"^ENTRYPOINT (\[.*\])", (DEPLOY / "container/Containerfile").read_text(), re.M)
    assert entrypoint
    parse([*OURS[name].get("entrypoint", yaml.safe_load(entrypoint[1])), *OURS[name]["command"]])


def test_every_setting_that_is_named_is_one() -> None:
    text = "".join(path.read_text() for path in DEPLOY.rglob("*") if path.is_file())
    named = {name.removesuffix("_FILE") for name in re.findall(r"\b((?:BELLTOWER|DATABASE)_[A-Z_]+)\b", text)}
    assert named <= SETTINGS
    lent = {
        name.upper().replace("-", "_")
        for unit in UNITS
        for name in re.findall(r"LoadCredential=([\w-]+)", unit.read_text())
    }
    assert lent <= SETTINGS


@pytest.mark.parametrize("name", OURS)
def test_every_container_of_ours_is_hardened(name: str) -> None:
    one = OURS[name]
    assert one["read_only"] is True
    assert one["cap_drop"] == ["ALL"]
    assert "cap_add" not in one
    assert one["user"] == "10001:10001"
    assert "no-new-privileges:true" in one["security_opt"]
    assert "ports" not in one, "only the web server in front is reached from outside"
    assert not [value for value in one["environment"].values() if "://" in str(value)]


def test_the_other_containers_are_confined_and_secrets_come_from_files() -> None:
    for name, one in COMPOSE["services"].items():
        assert one["read_only"] is True, name
        assert one["cap_drop"] == ["ALL"], name
        assert "privileged" not in one, name
        assert set(one.get("secrets", ())) <= set(COMPOSE["secrets"]), name
        assert not [key for key in one.get("environment", {}) if re.search("PASSWORD$|SECRET_KEY$", key)], name
    assert COMPOSE["networks"]["inside"]["internal"] is True


def test_the_image_does_not_run_as_root_and_holds_no_secret() -> None:
    text = (DEPLOY / "container/Containerfile").read_text()
    assert re.findall(r"^USER (.*)", text, re.M) == ["10001:10001"]
    assert not re.search(r"SECRET|PASSWORD|TOKEN=", text)
    assert not re.search(r"^ADD |curl|wget", text, re.M)


def test_the_web_server_in_front_writes_over_what_clients_say_of_themselves() -> None:
    text = (DEPLOY / "nginx.conf").read_text()
    for server in text.split("server {")[2:]:
        assert "proxy_set_header X-Forwarded-For $remote_addr;" in server
        assert "proxy_set_header X-Forwarded-Proto $scheme;" in server
        assert "location = /metrics { return 404; }" in server
        assert "TLSv1.2 TLSv1.3" in server
        assert "TLSv1.1" not in server
    assert text.count("{") == text.count("}")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_understands_every_unit_and_finds_it_closed(unit: Path) -> None:
    """Exposure of 2.0 of 10 at most, by systemd's own count."""
    told = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True).stderr
    mine = [line for line in told.splitlines() if unit.name in line and "is not executable" not in line]
    assert mine == []
    counted = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", unit], capture_output=True, text=True
    )
    assert counted.returncode == 0, counted.stdout + counted.stderr


def test_every_file_that_the_page_names_is_there() -> None:
    page = (DEPLOY / "README.md").read_text()
    for name in re.findall(r"deploy/[\w./-]+\w", page):
        assert (ROOT / name).exists() or name.endswith("secrets"), name
