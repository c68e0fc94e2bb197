# SPDX-License-Identifier: Apache-2.0
"""What can be set and called has a line in the reference: pages that lag behind the program fail here."""

from __future__ import annotations

import pkgutil
import re
from pathlib import Path

from belltower.project import commands

ROOT = Path(__file__).parents[2]
SETTINGS = ROOT / "docs" / "reference" / "settings.md"
COMMANDS = ROOT / "docs" / "reference" / "commands.md"
# Read by programs of others, or by the tests only.
_READ = re.compile(
    r"""(?:environ(?:ment)?(?:\.get)?[\[(]|secret\(environment,)\s*["'](BELLTOWER_[A-Z0-9_]+|DATABASE_(?:OWNER_)?URL)["']"""
)
_BY_CONFTEST_ONLY = {"BELLTOWER_TEST_SERVER"}


def test_every_setting_has_its_line_and_every_line_its_setting() -> None:
    sources = [*(ROOT / "belltower").rglob("*.py"), ROOT / "conftest.py", *(ROOT / "tests").rglob("*.py")]
    read = {name for path in sources for name in _READ.findall(path.read_text())} - _BY_CONFTEST_ONLY
    told = set(re.findall(r"^\| `([A-Z0-9_]+)`", SETTINGS.read_text(), re.M))
    assert read == told


def test_every_command_has_its_line_and_every_line_its_command() -> None:
    there = {module.name for module in pkgutil.iter_modules(commands.__path__)}
    told = set(re.findall(r"^\| `belltower (\w+)", COMMANDS.read_text(), re.M))
    assert there == told
