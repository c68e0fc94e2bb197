# SPDX-License-Identifier: Apache-2.0
"""What a check finds, and how all of them are run."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass


class Verdict(enum.StrEnum):
    FINE = "fine"
    NOTE = "note"  # worth knowing; nothing is broken
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor: what was looked at, how it stands, and how to mend it where it is not fine."""

    check: str
    verdict: Verdict
    saw: str
    mend: str = ""

    def as_json(self) -> dict[str, str]:
        """For `belltower doctor --json`."""
        return {name: str(value) for name, value in asdict(self).items()}


def fine(check: str, saw: str) -> Finding:
    """All is well here."""
    return Finding(check, Verdict.FINE, saw)


def note(check: str, saw: str, mend: str) -> Finding:
    """Not broken, but worth knowing."""
    return Finding(check, Verdict.NOTE, saw, mend)


def wrong(check: str, saw: str, mend: str) -> Finding:
    """Broken, and this is what to do."""
    return Finding(check, Verdict.WRONG, saw, mend)


Check = Callable[[], Iterable[Finding]]


def examine(checks: Iterable[Check]) -> list[Finding]:
    """The findings of every check; one that fails itself is a finding too, and does not stop the others."""
    found: list[Finding] = []
    for check in checks:
        try:
            found.extend(check())
        except Exception as error:
            name = check.__name__.replace("_", " ")
            found.append(wrong(name, f"{type(error).__name__}: {error}", "This check failed itself; report it."))
    return found
