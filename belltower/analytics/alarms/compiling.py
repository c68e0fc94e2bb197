# SPDX-License-Identifier: Apache-2.0
"""How the loops are compiled, and where what was compiled is kept: by the text of all of the engine's files.

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
from functools import lru_cache
from pathlib import Path
from typing import Any

from numba import config, njit

_HERE = Path(__file__).parent
_PREFIX = "engine-"

# Called by compiled code only, so without a door for Python; and without counting references to the arrays of Work,
# which step holds anyway: that counting cost a hundred times what a reading costs. What every slow reading goes through
# is inlined, because a call hands over all of Work, some 150 words.
_INNER = {"_nrt": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
inner = njit(**_INNER)  # type: ignore[call-overload]
inlined = njit(forceinline=True, **_INNER)  # type: ignore[call-overload]


def outer(function: Callable[..., Any]) -> Any:
    """Called by Python: compiled, with all that it calls, once for all processes."""
    before = config.CACHE_DIR  # type: ignore[attr-defined]
    config.CACHE_DIR = str(folder())  # type: ignore[attr-defined]
    try:
        return njit(cache=True, nogil=True, _nrt=False)(function)  # type: ignore[call-overload]
    finally:
        config.CACHE_DIR = before  # type: ignore[attr-defined]


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """One process compiles, others wait and then load. What earlier texts were compiled to goes."""
    with (folder() / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
        for other in folder().parent.glob(f"{_PREFIX}*"):
            if other != folder() and other.parent.parent == _HERE:
                shutil.rmtree(other, ignore_errors=True)


@lru_cache(maxsize=1)
def folder() -> Path:
    """Where this engine's compiled loops lie."""
    texts = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(_HERE.glob("*.py"))))
    name = _PREFIX + texts.hexdigest()[:16]
    for root in (os.environ.get("NUMBA_CACHE_DIR"), _HERE / "__pycache__", Path.home() / ".cache" / "belltower"):
        if root and _may_hold(Path(root) / name):
            break
    return Path(root or ".") / name


def _may_hold(place: Path) -> bool:
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(place, os.W_OK)
