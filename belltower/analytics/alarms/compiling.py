# SPDX-License-Identifier: Apache-2.0
"""How the engine's loops are compiled: once for all processes (analytics/compiling.py), and without counting references."""

from __future__ import annotations

from pathlib import Path

from numba import njit

from belltower.analytics.compiling import Loops

loops = Loops(Path(__file__).parent, "engine-")
outer = loops.outer(_nrt=False)

# Called by compiled code only, so without a door for Python; and without counting references to the arrays of Work,
# which step holds anyway: that counting cost a hundred times what a reading costs. What every slow reading goes through
# is inlined, because a call hands over all of Work, some 150 words.
_INNER = {"_nrt": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
inner = njit(**_INNER)  # type: ignore[call-overload]
inlined = njit(forceinline=True, **_INNER)  # type: ignore[call-overload]
