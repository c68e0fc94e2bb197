# SPDX-License-Identifier: Apache-2.0
"""Every benchmark one after another, or those named: `python -m benchmarks [NAME ...] [--quick|--full] [--list]`."""

from __future__ import annotations

import argparse
import pkgutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
RUNS = 'if __name__ == "__main__":'


def names() -> list[str]:
    """The benchmarks there are: every module here that can be run."""
    modules = (one.name for one in pkgutil.iter_modules([str(HERE)]))
    return sorted(name for name in modules if name != "__main__" and RUNS in _text(name))


def about(name: str) -> str:
    """The first line of a benchmark's docstring, read without importing it."""
    text = _text(name)
    return text.split('"""', 2)[1].strip().splitlines()[0] if '"""' in text else ""


def _text(name: str) -> str:
    return (HERE / f"{name}.py").read_text(encoding="utf-8")


def run(name: str, *, is_quick: bool) -> bool:
    """Run one in a process of its own, so that none warms another's caches; whether it ended well."""
    began = time.monotonic()
    print(f"== {name}: {about(name)}", flush=True)
    done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *(["--quick"] if is_quick else [])], check=False)
    print(f"== {name} took {time.monotonic() - began:.0f} s", flush=True)
    return done.returncode == 0


def main() -> int:
    """All of them quickly, or the named ones in full; 1 when any of them failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="run these, in full (default: all, quickly)")
    parser.add_argument("--list", action="store_true", help="name the benchmarks and stop")
    speed = parser.add_mutually_exclusive_group()
    speed.add_argument("--quick", action="store_true", help="under a minute each")
    speed.add_argument("--full", action="store_true", help="the sizes of the promises")
    asked = parser.parse_args()
    if asked.list:
        print("\n".join(f"{name:<12} {about(name)}" for name in names()))
        return 0
    if unknown := set(asked.names) - set(names()):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(names())}")
    is_quick = asked.quick or not (asked.names or asked.full)
    failed = [name for name in asked.names or names() if not run(name, is_quick=is_quick)]
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
