# SPDX-License-Identifier: Apache-2.0
"""The table of the security standard names only what there is, and its page says what the table says.

``python -m tests.architecture.test_hardening`` writes the page anew.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from belltower.project.guard.limits import DEFAULTS

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "reference" / "asvs.yaml"
PAGE = ROOT / "docs" / "reference" / "asvs.md"
GUIDE = ROOT / "docs" / "guides" / "harden.md"
STATES = ("done", "not applicable", "open")
# Items of levels 1 and 2 in each chapter of 4.0.3 that were not withdrawn.
CHAPTERS = {
    1: "Architecture", 2: "Signing in", 3: "Sessions", 4: "Access", 5: "Validation and encoding", 6: "Stored cryptography",
    7: "Faults and logs", 8: "Data protection", 9: "Communication", 10: "Malicious code", 11: "Business logic",
    12: "Files", 13: "Interfaces", 14: "Configuration",
}  # fmt: skip


@cache
def items() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))["items"]
    return found


def page() -> str:
    """The table as people read it."""
    counted = Counter(one["state"] for one in items())
    lines = [
        "# OWASP ASVS 4.0.3, level 2, item by item",
        "",
        "Written from `asvs.yaml` by `python -m tests.architecture.test_hardening`. What it is about:",
        "[harden](../guides/harden.md). The words are ours; the numbers are the standard's.",
        "",
        ", ".join(f"{counted[state]} {state}" for state in STATES) + ".",
    ]
    for number, title in CHAPTERS.items():
        lines += ["", f"## V{number} {title}", "", "| item | asks | stands | where, or why |", "|---|---|---|---|"]
        lines += [_row(one) for one in items() if one["id"].split(".")[0] == str(number)]
    return "\n".join(lines) + "\n"


def _row(one: dict[str, Any]) -> str:
    where = ", ".join(f"`{each}`" for each in one.get("where", ()))
    said = "; ".join(filter(None, (where, one.get("note"), one.get("why"))))
    return f"| {one['id']} | {one['ask']} | {one['state']} | {said} |"


def test_every_item_is_there_once_and_in_order() -> None:
    ids = [tuple(map(int, one["id"].split("."))) for one in items()]
    assert ids == sorted(set(ids))
    assert {one[0] for one in ids} == set(CHAPTERS)
    assert len(ids) > 250


def test_what_is_done_names_where_and_the_rest_says_why() -> None:
    for one in items():
        assert one["state"] in STATES, one["id"]
        assert bool(one.get("where")) == (one["state"] == "done"), one["id"]
        assert bool(one.get("why")) == (one["state"] != "done"), one["id"]


def test_every_file_and_test_that_is_named_exists() -> None:
    missing = []
    for one in items():
        for named in one.get("where", ()):
            path, _, test = named.partition("::")
            file = ROOT / path
            if not file.is_file() or (
                test and not re.search(rf"^def {test}\(", file.read_text(encoding="utf-8"), re.M)
            ):
                missing.append((one["id"], named))
    assert missing == []


def test_the_page_says_what_the_table_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m tests.architecture.test_hardening"


def test_the_guide_tells_every_limit_with_its_default() -> None:
    per = {60: "min", 3600: "hour"}
    told = set(re.findall(r"^\| `(\w+)` \| (\S+) \|", GUIDE.read_text(encoding="utf-8"), re.M))
    assert told == {(one.name, f"{one.count}/{per[int(one.period_s)]}") for one in DEFAULTS}


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
