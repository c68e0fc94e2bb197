# SPDX-License-Identifier: Apache-2.0
"""What one process compiled, all others of the same text load."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from belltower.analytics.alarms import compiling, engine
from belltower.analytics.compiling import Loops

LOADED = """
from belltower.analytics.alarms import engine, kernels
engine.warm_up()
print(sum(kernels.run.stats.cache_hits.values()), sum(kernels.run.stats.cache_misses.values()))
"""


def test_a_second_process_loads_what_the_first_one_compiled() -> None:
    engine.warm_up()
    assert list(compiling.loops.folder.rglob("kernels.run-*.nbi"))
    said = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True, timeout=120)
    assert said.stdout.split() == ["1", "0"]


def test_the_folder_is_named_after_every_file_and_lies_where_it_may_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = tmp_path / "work.py"
    places = []
    for written, asked in (("a = 1", ""), ("a = 2", ""), ("a = 2", str(tmp_path / "elsewhere"))):
        text.write_text(written)
        monkeypatch.setenv("NUMBA_CACHE_DIR", asked)
        places.append(Loops(tmp_path, "engine-").folder)
    assert places[0].name != places[1].name == places[2].name
    assert [place.parent for place in places] == [tmp_path / "__pycache__"] * 2 + [tmp_path / "elsewhere"]
