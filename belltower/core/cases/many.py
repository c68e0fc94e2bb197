# SPDX-License-Identifier: Apache-2.0
"""One step with many cases: each is judged and written by itself, and each has its own result."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from belltower.core.cases.acting import Acting
from belltower.core.cases.actions import advance, find
from belltower.core.cases.errors import NoneChosen, TooManyCases
from belltower.core.cases.models import Case
from belltower.core.cases.steps import Told
from belltower.core.cases.table import Step
from belltower.kernel.errors import Refusal

MOST = 200
"""So many cases at once: more would hold the rows of all of them for too long."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one: the case as it is now, or why it was refused. ``number`` is as it was asked for."""

    number: str
    case: Case | None = None
    refusal: Refusal | None = None


def advance_each(numbers: Iterable[str], step: Step, told: Told, *, acting: Acting, now: datetime) -> list[Outcome]:
    """Take one step with each of these cases, in the order of their numbers; one that is refused stops no other.

    A case is looked for as the viewer sees it: of one that they do not see they learn that there is none. Raises NoneChosen,
    TooManyCases; then nothing is done.
    """
    chosen = sorted({one.strip() for one in numbers} - {""})
    if not chosen:
        raise NoneChosen()
    if len(chosen) > MOST:
        raise TooManyCases(count=len(chosen), most=MOST)
    return [_one(number, step, told, acting, now) for number in chosen]


def _one(number: str, step: Step, told: Told, acting: Acting, now: datetime) -> Outcome:
    try:
        return Outcome(number, advance(find(number), step, told, acting=acting, now=now))
    except Refusal as refusal:
        return Outcome(number, refusal=refusal)
