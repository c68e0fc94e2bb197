# SPDX-License-Identifier: Apache-2.0
"""Loops that are compiled once for all processes, and where what was compiled lies: by the text of all of a room's files.

numba notices a change in a function's own file only; the folder's name notices one in any. It lies beside the files, or
in NUMBA_CACHE_DIR where that is set, or in the home folder where neither can be written.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

from numba import config, njit


class Loops:
    """The compiled loops of one room: ``here`` is its folder, ``prefix`` begins the names of its folders of compiled text."""

    def __init__(self, here: Path, prefix: str) -> None:
        self.here = here
        self.prefix = prefix

    def outer(self, **options: Any) -> Callable[[Callable[..., Any]], Any]:
        """Called by Python: compiled, with all that it calls, once for all processes."""

        def compiled(function: Callable[..., Any]) -> Any:
            before = config.CACHE_DIR  # type: ignore[attr-defined]
            config.CACHE_DIR = str(self.folder)  # type: ignore[attr-defined]
            try:
                return njit(cache=True, nogil=True, **options)(function)
            finally:
                config.CACHE_DIR = before  # type: ignore[attr-defined]

        return compiled

    @contextmanager
    def one_at_a_time(self) -> Iterator[None]:
        """One process compiles, others wait and then load. What earlier texts were compiled to goes."""
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
            for other in self.folder.parent.glob(f"{self.prefix}*"):
                if other != self.folder and other.parent.parent == self.here:
                    shutil.rmtree(other, ignore_errors=True)

    @cached_property
    def folder(self) -> Path:
        """Where this room's compiled loops lie."""
        texts = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(self.here.glob("*.py"))))
        name = self.prefix + texts.hexdigest()[:16]
        for root in (
            os.environ.get("NUMBA_CACHE_DIR"),
            self.here / "__pycache__",
            Path.home() / ".cache" / "belltower",
        ):
            if root and _may_hold(Path(root) / name):
                break
        return Path(root or ".") / name


def _may_hold(place: Path) -> bool:
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(place, os.W_OK)
