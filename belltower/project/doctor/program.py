# SPDX-License-Identifier: Apache-2.0
"""Checks of the program: Python, packages against the locks, front end, translations, what only tests need."""

from __future__ import annotations

import importlib.metadata
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from packaging.markers import Marker
from packaging.utils import canonicalize_name

import belltower
from belltower.project.doctor.finding import Finding, fine, note, wrong

PACKAGE = Path(belltower.__file__).parent
LOCK = PACKAGE.parent / "requirements" / "base.txt"
OLDEST_PYTHON = (3, 11)
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)(?:\s*;\s*([^\\]+?))?\s*\\?$")


def python() -> Iterator[Finding]:
    """Python is new enough."""
    saw = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        yield wrong("Python", saw, "Install Python 3.11 or later, remove .venv and run `make setup`.")
    else:
        yield fine("Python", saw)


def pins(lock: Path) -> dict[str, str]:
    """Package to version, as locked for this machine (markers are heeded)."""
    found: dict[str, str] = {}
    for line in lock.read_text().splitlines():
        match = _PIN.match(line)
        if match and (match[3] is None or Marker(match[3]).evaluate()):
            found[canonicalize_name(match[1])] = match[2]
    return found


def packages(lock: Path = LOCK) -> Iterator[Finding]:
    """Every locked package is installed in its locked version."""
    if not lock.exists():
        yield note("packages", f"no lock file at {lock}", "Installed from a wheel: the locks are in the source tree.")
        return
    wanted, off = pins(lock), []
    for name, version in wanted.items():
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found = "missing"
        if found != version:
            off.append(f"{name} {found} (locked {version})")
    if off:
        yield wrong("packages", ", ".join(off), "Run `make setup`; if that changes nothing, `make clean setup`.")
    else:
        yield fine("packages", f"{len(wanted)} as locked")


def front_end(built: Path = PACKAGE / "screens/console/static/built") -> Iterator[Finding]:
    """The pages' scripts and styles are built."""
    if not any(built.rglob("*.js")):
        yield wrong("front end", f"nothing built in {built}", "Run `make setup` (it brings its own Node).")
    else:
        yield fine("front end", f"{sum(1 for _ in built.rglob('*.js'))} scripts")


def translations(root: Path = PACKAGE) -> Iterator[Finding]:
    """Every message catalogue is compiled and not older than its source."""
    catalogues = sorted(root.rglob("locale/*/LC_MESSAGES/*.po"))
    stale = [
        str(source.relative_to(root))
        for source in catalogues
        if not (made := source.with_suffix(".mo")).exists() or made.stat().st_mtime < source.stat().st_mtime
    ]
    if stale:
        yield wrong("translations", f"not compiled: {', '.join(stale)}", "Run `make setup`.")
    else:
        yield fine("translations", f"{len(catalogues)} catalogues compiled")


def browser() -> Iterator[Finding]:
    """What only the browser tests need; an installation runs without."""
    mend = "Only tests need it: `make test` as root installs it."
    chromium = shutil.which("chromium")
    yield fine("Chromium", chromium) if chromium else note("Chromium", "not installed", mend)
    if shutil.which("fc-list"):
        listed = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True).stdout
        yield fine("Chinese fonts", f"{len(listed.splitlines())}") if listed else note("Chinese fonts", "none", mend)
    else:
        yield note("Chinese fonts", "fontconfig is not installed", mend)
