# SPDX-License-Identifier: Apache-2.0
"""What every benchmark stands on: a database of its own with everyday durability, and one way to print figures."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def fresh_database() -> Iterator[Path]:
    """A new, migrated embedded database in a folder of its own, with the durability a real city has."""
    home = Path(tempfile.mkdtemp(prefix="belltower-bench-"))
    os.environ["BELLTOWER_HOME"] = str(home)
    os.environ.pop("DATABASE_URL", None)
    from belltower.project.database import ready

    try:
        with ready():
            yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def report(**figures: float | int | str) -> None:
    """The last line of a benchmark: one flat JSON object."""
    print(json.dumps(figures, ensure_ascii=False), flush=True)
