# SPDX-License-Identifier: Apache-2.0
"""Where the compiled loops of this room lie (analytics/compiling.py says how)."""

from __future__ import annotations

from pathlib import Path

from belltower.analytics.compiling import Loops

loops = Loops(Path(__file__).parent, "corridor-")
