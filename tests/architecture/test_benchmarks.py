# SPDX-License-Identifier: Apache-2.0
"""Benchmarks can be found, and each says what it measures."""

import subprocess
import sys
from pathlib import Path

from benchmarks.__main__ import about, names

ROOT = Path(__file__).parents[2]


def listed(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_every_benchmark_says_in_a_line_what_it_measures() -> None:
    assert names()
    assert all(len(about(name)) > 20 for name in names())


def test_what_only_helps_benchmarks_is_not_listed() -> None:
    assert not {"ground", "__main__", "mixed_city"} & set(names())
    assert [line.split()[0] for line in listed("--list").stdout.splitlines()] == names()


def test_an_unknown_benchmark_is_named() -> None:
    done = listed("speed_of_light")
    assert done.returncode == 2
    assert "speed_of_light" in done.stderr
