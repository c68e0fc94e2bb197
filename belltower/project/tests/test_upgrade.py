# SPDX-License-Identifier: Apache-2.0
"""The guide to another major version of PostgreSQL, run as it is written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from belltower.project.postgres import embedded_programs
from belltower.project.postgres_folder import major_version

ROOT = Path(__file__).parents[3]
GUIDE = ROOT / "docs" / "guides" / "upgrade-postgresql.md"

pytestmark = [pytest.mark.server, pytest.mark.debian]


def other_programs() -> Path:
    for programs in sorted(Path("/usr/lib/postgresql").glob("*/bin")):
        if major_version(programs) != major_version(embedded_programs()):
            return programs
    pytest.skip("Debian's PostgreSQL is of the embedded version")


def belltower(*arguments: str, home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.run(
        [sys.executable, "-m", "belltower", *arguments], capture_output=True, text=True, timeout=180, cwd=ROOT,
        env={**environment, "BELLTOWER_HOME": str(home), **more},
    )  # fmt: skip


def test_a_city_of_an_older_version_is_refused_and_then_moved_by_the_guide(tmp_path: Path) -> None:
    """Also where the path is too long for a socket, which then lies elsewhere."""
    old, home = other_programs(), tmp_path / ("a" * 80) / "home"
    made = belltower("city", "use", "hengyang", home=home, BELLTOWER_PG_BIN=str(old))
    assert made.returncode == 0, made.stderr

    refused = belltower("city", "show", home=home)
    assert refused.returncode == 1
    assert "[other_major_version]" in refused.stderr

    [script] = re.findall(r"```bash\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"BELLTOWER_HOME": str(home), "OLD_PROGRAMS": str(old), "PYTHON": sys.executable}
    done = subprocess.run(["bash", "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

    assert (home / "postgres" / "data" / "PG_VERSION").read_text().strip() == major_version(embedded_programs())
    shown = belltower("city", "show", home=home)
    assert "衡阳" in shown.stdout, shown.stderr
    assert (home / "postgres-before-upgrade" / "data" / "PG_VERSION").read_text().strip() == major_version(old)
