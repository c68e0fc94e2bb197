# SPDX-License-Identifier: Apache-2.0
"""The shape that every planner's answer has as a file: problem, plan and certificate, and the digest that ties them.

Nothing here is used by checkers: a checker that shared code with a planner would share its faults.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

FORMAT = "belltower-plan/1"
Tell = Callable[[int, int | None], None]
"""Hears the value and the bound (None: not known yet) while a planner works; what it raises ends the work."""


class Status(StrEnum):
    """What is known of how good a plan is."""

    PROVEN = "proven"
    """The bound has closed: no plan is better."""
    BOUNDED = "bounded"
    """It was stopped with a gap between the plan and the bound, which are both told."""


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A plan with the problem that it answers and the certificate that proves it.

    ``kind`` names the folder of planners/ whose checker reads it. ``problem`` holds whole numbers, texts, lists and
    mappings of them, and no fractions: their decimal form, and so the digest, would depend on who writes them.
    ``plan`` holds at least ``status``, ``value``, ``bound`` and ``gap``; ``certificate`` is between planner and checker.
    """

    kind: str
    problem: Mapping[str, Any]
    plan: Mapping[str, Any]
    certificate: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        """As written to a file and as a checker reads it."""
        return {
            "format": FORMAT,
            "kind": self.kind,
            "problem_digest": digest(self.problem),
            "problem": dict(self.problem),
            "plan": dict(self.plan),
            "certificate": dict(self.certificate),
        }

    def text(self) -> str:
        """The file's content: one line of JSON, since a city's networks and paths are long."""
        return json.dumps(self.as_json(), ensure_ascii=False, separators=(",", ":")) + "\n"


def digest(problem: Mapping[str, Any]) -> str:
    """SHA-256 of a problem written as JSON with sorted keys, no spaces, in UTF-8; begins with ``sha256:``."""
    written = json.dumps(problem, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return "sha256:" + hashlib.sha256(written.encode()).hexdigest()


def gap(value: int, bound: int) -> float:
    """How far the bound is from the value, as a share of the bound; 0.0 where they meet."""
    return abs(bound - value) / max(1, abs(bound))
