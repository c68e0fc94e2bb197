# SPDX-License-Identifier: Apache-2.0
"""Which kind of case a resident's words are about: by the words of the kinds' own titles, until a classifier does it."""

from __future__ import annotations

import re

from belltower.core.cases.kinds import ALARM, BREACH, OTHER, case_kinds
from belltower.kernel.packs import CaseKind

_NOT_OFFERED = frozenset({BREACH, ALARM})
"""What only the city itself finds."""
_LEAST = 2


def offered() -> list[CaseKind]:
    """The kinds that residents choose from; something else comes last."""
    kinds = [one for one in case_kinds().values() if one.name not in _NOT_OFFERED]
    return sorted(kinds, key=lambda one: one.name == OTHER)


def suggest_kind(text: str) -> str | None:
    """The kind whose title the text shares the most of; None where none shares two Chinese characters running, or a word.

    An honest guess and no more: it knows no word that is not in a title.
    """
    said = _parts(text)
    shares = [
        (len(_parts(f"{one.title.zh} {one.title.en}") & said), one.name) for one in offered() if one.name != OTHER
    ]
    most, name = max(shares, default=(0, ""))
    return name if most else None


def _parts(text: str) -> set[str]:
    """Pairs of Chinese characters, and words of at least four letters."""
    chinese = re.findall(r"[㐀-鿿]+", text)
    pairs = {run[at : at + _LEAST] for run in chinese for at in range(len(run) - 1)}
    return pairs | set(re.findall(r"[a-z]{4,}", text.lower()))
