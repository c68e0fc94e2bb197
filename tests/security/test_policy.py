# SPDX-License-Identifier: Apache-2.0
"""What the code never does, read from the code: run what it reads, ask whom a stranger names, go through a shell."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = [path for path in sorted((ROOT / "belltower").rglob("*.py")) if not {"tests", "migrations"} & set(path.parts)]
# Who may ask other machines, and where the address comes from.
ASKS = {
    "belltower/project/running.py": "our own doors",
    "belltower/project/doctor/place.py": "our own doors",
    "belltower/project/guard/open_door.py": "nobody: which addresses are this machine's own",
    "belltower/edges/sources/bridge.py": "nobody: this machine's name",
    "belltower/edges/opcua/identity.py": "nobody: this machine's name",
    "belltower/demo/feeder.py": "our own door for readings",
    "belltower/core/attachments/scanning.py": "the scanner of the settings",
    "belltower/core/attachments/stores/objects.py": "the object store of the settings",
    "belltower/core/ledger/stamps.py": "the time stamp authority of the settings",
    "belltower/core/notices/channels/asking.py": "public addresses that an administrator typed, and the gateways of the settings",
    "belltower/screens/console/provider.py": "the identity provider of the settings",
}
_ASKING = {
    "urllib.request",
    "httpx",
    "requests",
    "http.client",
    "aiohttp",
    "smtplib",
    "ftplib",
    "socket",
    "obstore",
    "boto3",
}
# Spark sends what its workers run as pickles, whatever we do; this one never lies in a file or comes from a person.
_PICKLES = {"belltower/analytics/spark/judging.py: pickle"}
_RUNNING = {"pickle", "marshal", "shelve", "dill", "xml", "lxml", "code", "codeop"}
_UNSAFE_YAML = {"load", "load_all", "unsafe_load", "full_load", "Loader", "UnsafeLoader", "FullLoader"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def trees() -> Iterator[tuple[str, ast.AST]]:
    for path in SOURCES:
        yield name_of(path), ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    return found


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def test_nothing_that_runs_on_reading_is_read() -> None:
    """No pickles but one, no evaluation, no YAML that makes objects, no XML parser that follows entities."""
    found = []
    for name, tree in trees():
        found += [f"{name}: {one}" for one in imported(tree) if one.split(".")[0] in _RUNNING]
        for called, _ in calls(tree):
            if called in ("eval", "exec", "compile", "__import__") or (
                called.startswith("yaml.") and called.split(".")[1] in _UNSAFE_YAML
            ):
                found.append(f"{name}: {called}")
    assert set(found) == _PICKLES


def test_the_server_asks_nobody_whom_a_person_names() -> None:
    """Connections to others are made in a few places, each to an address of the installation's settings."""
    asking = {
        name
        for name, tree in trees()
        for one in imported(tree)
        if any(one == each or one.startswith(f"{each}.") for each in _ASKING)
    }
    assert asking == set(ASKS)


def test_no_command_goes_through_a_shell() -> None:
    found = []
    for name, tree in trees():
        for called, node in calls(tree):
            if called in ("os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"):
                found.append(f"{name}: {called}")
            if called.startswith("subprocess.") and any(
                word.arg == "shell" and not (isinstance(word.value, ast.Constant) and word.value.value is False)
                for word in node.keywords
            ):
                found.append(f"{name}: {called} with a shell")
    assert found == []


def test_the_browser_keeps_only_how_things_look() -> None:
    """No storage but two cookies: light or dark, and whether alarms are heard. The field pages keep what waits to be sent,
    and the tasks it belongs to, on the telephone of who works outside (decision 0202)."""
    outside = ROOT / "web" / "src" / "field"
    kept = [
        line.strip()
        for path in sorted((ROOT / "web" / "src").rglob("*.ts"))
        if not path.is_relative_to(outside)
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"localStorage|sessionStorage|indexedDB|caches\.|document\.cookie", line)
    ]
    assert all("bt_theme" in line or "bt_sound" in line for line in kept)
    assert len(kept) == 3
