# SPDX-License-Identifier: Apache-2.0
"""How an own word stands beside what the city finds: a judgement alone."""

from __future__ import annotations

from enum import StrEnum

from belltower.core.standards.clauses import Outcome
from belltower.core.standards.findings import Letter


class Beside(StrEnum):
    """``same``; ``better`` or ``worse`` than what is found; ``new``: said where the city does not know; ``silent``: not said."""

    SAME = "same"
    BETTER = "better"
    WORSE = "worse"
    NEW = "new"
    SILENT = "silent"


DIFFERENT = frozenset({Beside.BETTER, Beside.WORSE})

_FOUND = {Letter.HOLDS: Outcome.HOLDS, Letter.BROKEN: Outcome.BROKEN}


def beside(found: Letter | None, own: Outcome | None) -> Beside:
    """How an own word stands beside the city's letter; None is a subject that was not judged yet, or a word not given.

    A word of "not known" says nothing. Who is exempt, or not meant, is found neither way: what is said then is only said.
    """
    if own is None or own is Outcome.UNKNOWN:
        return Beside.SILENT
    known = _FOUND.get(found) if found is not None else None
    if known is None:
        return Beside.NEW
    if known is own:
        return Beside.SAME
    return Beside.BETTER if own is Outcome.HOLDS else Beside.WORSE
