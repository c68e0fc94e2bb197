# SPDX-License-Identifier: Apache-2.0
"""The shape of the house: folders, files, functions, licence lines, pages of the rooms, numbers of migrations."""

from __future__ import annotations

import ast
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_FILE = 400
LONGEST_FUNCTION = 60

# Longer than the rule, and why. An entry whose reason is gone fails too.
LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}

ROOMS = (
    "kernel", "core/access", "core/alarms", "core/attachments", "core/jobs", "core/places", "packs", "screens/api", "screens/console", "screens/public", "screens/field", "core/receiving", "core/evidence", "core/fieldwork", "demo", "project",
)  # fmt: skip


def tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


SOURCES = [path for path in tracked("*.py") if "/migrations/" not in name_of(path)]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_folder_stands_empty_for_later() -> None:
    """A package with nothing in it but its own first line is a promise, not a room."""
    packages = {path.parent for path in tracked("belltower/*__init__.py")}
    empty = [
        name_of(folder)
        for folder in packages
        if folder.name not in ("tests", "migrations")
        and not any(path.is_relative_to(folder) and path.name != "__init__.py" for path in tracked("belltower"))
    ]
    assert empty == []


def test_a_file_is_read_in_one_sitting() -> None:
    long = {name_of(path) for path in SOURCES if len(path.read_text().splitlines()) > LONGEST_FILE}
    assert long == set(LONG_FILES)


def test_a_function_is_read_in_one_breath() -> None:
    long = {
        f"{name_of(path)}:{name}" for path in SOURCES for name, lines in functions(path) if lines > LONGEST_FUNCTION
    }
    assert long == set(LONG_FUNCTIONS)


def test_functions_are_short_at_the_median() -> None:
    lengths = sorted(lines for path in SOURCES if "/tests/" not in name_of(path) for _, lines in functions(path))
    assert lengths[len(lengths) // 2] <= 12


@pytest.mark.parametrize("end", ["py", "ts", "css"])
def test_every_source_says_its_licence_first(end: str) -> None:
    silent = [
        name_of(path)
        for path in tracked(f"*.{end}")
        if "/migrations/" not in name_of(path)
        and (text := path.read_text(encoding="utf-8"))
        and "SPDX-License-Identifier: Apache-2.0" not in "".join(text.splitlines(keepends=True)[:2])
    ]
    assert silent == []


def test_every_module_says_what_lives_in_it() -> None:
    """apps.py of a room is Django's form, filled in."""
    silent = [
        name_of(path)
        for path in SOURCES
        if path.name != "apps.py" and (text := path.read_text()).strip() and not ast.get_docstring(ast.parse(text))
    ]
    assert silent == []


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_has_its_page(room: str) -> None:
    page = ROOT / "belltower" / room / "README.md"
    assert page.is_file(), f"{room} has no README.md"
    assert len(page.read_text().splitlines()) >= 10


def test_no_two_migrations_of_a_room_share_a_number() -> None:
    numbers = Counter((path.parent, path.name[:4]) for path in tracked("belltower/*/migrations/[0-9]*.py"))
    assert [key for key, count in numbers.items() if count > 1] == []


def test_no_room_is_called_by_what_it_is_not() -> None:
    """A thing without a home says that a word is missing."""
    homeless = re.compile(r"(^|/)(utils?|helpers?|common|misc|extras)(\.py|/)")
    assert [name_of(path) for path in SOURCES if homeless.search(name_of(path))] == []
