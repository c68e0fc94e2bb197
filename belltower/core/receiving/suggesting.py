# SPDX-License-Identifier: Apache-2.0
"""Which kind of case a resident's words are about: what the model that was trained for it says. Without one nobody guesses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from belltower.core.cases.kinds import ALARM, BREACH, OTHER, case_kinds, title_of
from belltower.core.messages.classifying import in_use, said_of
from belltower.core.messages.models import Purpose
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.kernel.packs import CaseKind
from belltower.kernel.texts import Text

_NOT_OFFERED = frozenset({BREACH, ALARM})
"""What only the city itself finds."""
_LEAST = 4
"""Letters below which nothing is said of a text."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """A kind, how likely it is (a calibrated chance), and whether that is too little: then a person at the desk says it."""

    kind: str
    confidence: float
    is_unsure: bool

    @property
    def title(self) -> Text:
        return title_of(self.kind)

    def about(self, chosen: str) -> dict[str, Any]:
        """What is kept with the report: what was suggested, what was chosen (empty: nothing). None of the words."""
        return {
            "suggested": self.kind,
            "confidence": round(self.confidence, 3),
            "unsure": self.is_unsure,
            "chosen": chosen,
        }


def offered() -> list[CaseKind]:
    """The kinds that residents choose from; something else comes last."""
    kinds = [one for one in case_kinds().values() if one.name not in _NOT_OFFERED]
    return sorted(kinds, key=lambda one: one.name == OTHER)


def may_suggest() -> bool:
    """Whether there is a model for it."""
    with seen_as(EVERYTHING):
        return in_use(Purpose.KINDS) is not None


def suggest(text: str) -> Suggested | None:
    """What the model for kinds says of the words; None without one, and for next to no words."""
    if len(text.strip()) < _LEAST:
        return None
    with seen_as(EVERYTHING):
        trained = in_use(Purpose.KINDS)
        if trained is None:
            return None
        [said] = said_of([text], trained)
    if said.label not in {one.name for one in offered()}:
        return None
    return Suggested(said.label, said.confidence or 0.0, said.is_unsure)


def guess_by_titles(text: str) -> str | None:
    """The kind whose title shares the most pairs of Chinese characters, or words, with the text; for where there is no model.

    Never shown as a suggestion: it only sorts what the desk looks at anyway.
    """
    said = _parts(text)
    shares = [
        (len(_parts(f"{one.title.zh} {one.title.en}") & said), one.name) for one in offered() if one.name != OTHER
    ]
    most, name = max(shares, default=(0, ""))
    return name if most else None


def _parts(text: str) -> set[str]:
    chinese = re.findall(r"[\u3400-\u9fff]+", text)
    return {run[at : at + 2] for run in chinese for at in range(len(run) - 1)} | set(
        re.findall(r"[a-z]{4,}", text.lower())
    )
