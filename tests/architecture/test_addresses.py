# SPDX-License-Identifier: Apache-2.0
"""Packages are locked by hash, and no tracked file names a registry, a package's address, or a path of one machine."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HERE = Path(__file__)
LOCKS = ("bootstrap", "base", "build", "test")

# Written apart, so that this file does not find itself.
FORBIDDEN = {
    "a registry": re.compile(
        r"(pypi\.(org|python)|pythonhosted\.org|registry\.(npmjs|yarnpkg)|npmmirror|tuna\.tsinghua|mirrors\.aliyun"
        r"|crates\.io/api|conda\.anaconda)", re.I,
    ),
    "a package's address": re.compile(r"https?://\S+\.(whl|tgz|tar\.gz|deb)\b", re.I),
    "a path of one machine": re.compile(r"(?<![\w.$}])/(root|home/\w+|Users/\w+|work)/[\w.-]"),
}  # fmt: skip


def texts() -> list[tuple[str, str]]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    found = []
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path == HERE or not path.is_file():
            continue
        try:
            found.append((name, path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return found


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_tracked_file_names(what: str) -> None:
    found = [
        f"{name}: {match.group(0)}" for name, text in texts() if (match := FORBIDDEN[what].search(text)) is not None
    ]
    assert found == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_its_hashes(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()
    pins = re.findall(r"^([\w.\[\],-]+)==[^\n]*((?:\n +--hash=sha256:[0-9a-f]{64}[^\n]*)*)", text, re.M)
    assert pins
    assert [name for name, hashes in pins if not hashes] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_that_is_wanted_is_locked(lock: str) -> None:
    wanted = re.findall(r"^([A-Za-z][\w.-]*)", (ROOT / "requirements" / f"{lock}.in").read_text(), re.M)
    locked = (ROOT / "requirements" / f"{lock}.txt").read_text().lower()
    missing = [
        name for name in wanted if not re.search(rf"^{re.escape(name.lower().replace('_', '-'))}==", locked, re.M)
    ]
    assert missing == []


def test_every_package_of_the_front_end_has_its_integrity_and_no_address() -> None:
    lock = json.loads((ROOT / "web" / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    assert [name for name, entry in packages.items() if not entry.get("integrity")] == []
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
