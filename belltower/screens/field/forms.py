# SPDX-License-Identifier: Apache-2.0
"""The forms of one task: each step that may be taken now, and what the same person may do right after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from belltower.core.cases.table import RULES, Needs, Step
from belltower.core.fieldwork.rules import NEXT, role_of
from belltower.kernel.texts import Text

_ASIDE = (Step.REFUSE, Step.SEND_BACK)


@dataclass(frozen=True, slots=True)
class Form:
    """One step to take. ``follows`` is the step after which it opens; None: it is open. ``key`` makes a second press harmless."""

    step: Step
    key: UUID
    follows: Step | None = None

    @property
    def asks_reason(self) -> bool:
        return any(Needs.REASON in rule.needs for rule in RULES if rule.step is self.step)

    @property
    def is_aside(self) -> bool:
        """Whether it is the less usual way, which is folded away."""
        return self.step in _ASIDE

    @property
    def asks_photo(self) -> bool:
        return self.step is not Step.CLOSE

    @property
    def shows(self) -> Text:
        """What a photo of it is called."""
        return role_of(self.step).text


def forms_of(can: Sequence[Step]) -> list[Form]:
    """Usual ways first; what follows an open step comes last, closed."""
    first = sorted((Form(step, uuid4()) for step in can), key=lambda one: one.is_aside)
    after = [Form(then, uuid4(), step) for step in can for then in NEXT.get(step, ()) if then not in can]
    return first + after
