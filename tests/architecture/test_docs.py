# SPDX-License-Identifier: Apache-2.0
"""Pages can be found from the index, lead somewhere, and keep up with what the code declares."""

from __future__ import annotations

import dataclasses
import re
import subprocess
from pathlib import Path

import pytest

from belltower.kernel import packs

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


def _pages() -> list[Path]:
    """Every page that is, or is about to be, part of the project."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        return sorted(
            page
            for page in ROOT.rglob("*.md")
            if not {".venv", "node_modules", "var"} & set(page.relative_to(ROOT).parts)
        )
    return sorted(path for line in listed.stdout.splitlines() if (path := ROOT / line).is_file())


def _links(page: Path) -> list[str]:
    """The targets of a page's links, but for those inside code."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return LINK.findall(re.sub(r"`[^`]*`", "", text))


def _internal(page: Path) -> set[Path]:
    return {
        (page.parent / link.split("#")[0]).resolve()
        for link in _links(page)
        if not re.match(r"[a-z]+:", link) and not link.startswith("#")
    }


@pytest.mark.parametrize("page", _pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_to_something(page: Path) -> None:
    assert [str(target) for target in _internal(page) if not target.exists()] == []


def test_every_page_of_the_docs_is_found_from_the_index() -> None:
    """Two steps are enough: the index, and the list of decisions."""
    found = _internal(DOCS / "README.md") | _internal(DOCS / "decisions" / "README.md")
    lost = {page.resolve() for page in DOCS.rglob("*.md")} - found - {(DOCS / "README.md").resolve()}
    assert sorted(str(page.relative_to(ROOT)) for page in lost) == []


def test_every_room_that_has_a_page_is_found_from_the_index() -> None:
    rooms = {page.resolve() for page in _pages() if page.is_relative_to(ROOT / "belltower")}
    assert sorted(str(page.relative_to(ROOT)) for page in rooms - _internal(DOCS / "README.md")) == []


def test_no_two_decisions_share_a_number() -> None:
    numbers = [page.name[:4] for page in (DOCS / "decisions").glob("0*.md")]
    assert len(set(numbers)) == len(numbers)


def test_every_declaration_of_a_pack_is_in_the_reference() -> None:
    page = (DOCS / "reference" / "packs.md").read_text(encoding="utf-8")
    declared = [thing for thing in vars(packs).values() if isinstance(thing, type) and dataclasses.is_dataclass(thing)]
    ours = [thing for thing in declared if thing.__module__ == packs.__name__ and thing is not packs.Register]
    for thing in ours:
        [row] = [line for line in page.splitlines() if line.startswith(f"| `{thing.__name__}` ")]
        assert [field.name for field in dataclasses.fields(thing) if f"`{field.name}`" not in row] == []


def test_the_pages_name_no_place_on_somebodys_machine() -> None:
    private = re.compile(r"(?<![\w.])/(?:root|home|work|tmp)/\w")
    assert [str(page) for page in _pages() if private.search(page.read_text(encoding="utf-8"))] == []
