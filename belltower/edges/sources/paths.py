# SPDX-License-Identifier: Apache-2.0
"""Where in a JSON document a value lies: names and places, as in ``data.sensors[0].ch4`` or ``["a key.with dots"]``."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Path = tuple[str | int, ...]
Getter = Callable[[Any], Any]
_STEP = re.compile(r"""\.?([^.\[\]"]+)|\[(-?\d+)\]|\["((?:[^"\\]|\\.)*)"\]""")


class NotThere(Exception):
    """A document has nothing at a path; ``args[0]`` is the step that failed."""


def read_path(text: str) -> Path:
    """The steps of a written path; ``$`` is the whole document. Raises ValueError."""
    rest = text.removeprefix("$")
    steps: list[str | int] = []
    at = 0
    while at < len(rest):
        found = _STEP.match(rest, at)
        if not found:
            raise ValueError(text)
        name, place, quoted = found.groups()
        steps.append(int(place) if place is not None else name if name is not None else re.sub(r"\\(.)", r"\1", quoted))
        at = found.end()
    return tuple(steps)


def value_at(document: Any, path: Path) -> Any:
    """What lies at ``path``. Raises NotThere."""
    for step in path:
        try:
            # A name is asked of objects only, a place of lists only: "abc"[0] is no value.
            if isinstance(document, dict if isinstance(step, str) else list):
                document = document[step]  # type: ignore[index]
                continue
        except (KeyError, IndexError):
            pass
        raise NotThere(step)
    return document
