# SPDX-License-Identifier: Apache-2.0
"""Topic patterns with names: ``city/+/gas/{device}/telemetry`` subscribes to any device and says which one it was."""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAMED = re.compile(r"\{([a-z][a-z0-9_]*)\}")
LONGEST_BYTES = 65_535


@dataclass(frozen=True, slots=True)
class Pattern:
    """A topic pattern: what to subscribe to (section 4.7 of MQTT 5.0), and how to take a topic apart."""

    text: str
    filter: str
    names: tuple[str, ...]
    _expression: re.Pattern[str]

    def match(self, topic: str) -> dict[str, str] | None:
        """The named levels of ``topic``, or None where it is another."""
        found = self._expression.fullmatch(topic)
        return found.groupdict() if found else None


def read_pattern(text: str) -> Pattern:
    """The pattern that was written. Raises ValueError, with the reason, where it is none."""
    if not text or "\0" in text or len(text.encode()) > LONGEST_BYTES:
        raise ValueError("empty, too long or with a null")
    levels = text.split("/")
    names = [found.group(1) for level in levels if (found := _NAMED.fullmatch(level))]
    if len(set(names)) < len(names):
        raise ValueError("a name stands twice")
    filters = [_filter(level, is_last=number == len(levels) - 1) for number, level in enumerate(levels)]
    return Pattern(text, "/".join(filters), tuple(names), re.compile(_expression(levels), re.DOTALL))


def _filter(level: str, *, is_last: bool) -> str:
    if _NAMED.fullmatch(level):
        return "+"
    if level == "+" or (level == "#" and is_last):
        return level
    if any(sign in level for sign in "+#{}"):
        raise ValueError(f"'{level}' is no level: + and {{name}} stand alone between slashes, # stands last")
    return level


def _expression(levels: list[str]) -> str:
    parts: list[str] = []
    for level in levels:
        if level == "#":  # also the level above it: "a/#" takes "a"
            return "/".join(parts) + ("(?:/.*)?" if parts else "[^$].*")
        named = _NAMED.fullmatch(level)
        parts.append(f"(?P<{named.group(1)}>[^/]*)" if named else "[^/]*" if level == "+" else re.escape(level))
    return "/".join(parts)
