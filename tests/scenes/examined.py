# SPDX-License-Identifier: Apache-2.0
"""What the person of an enterprise of two_enterprises sat: an exam for their party alone, passed, with a certificate."""

from __future__ import annotations

from datetime import UTC, datetime

from belltower.core.access.models import User
from belltower.core.learning import actions
from belltower.core.learning.actions import ExamDraft
from belltower.core.places.models import Party
from belltower.core.places.scope import EVERYTHING
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

BY = Actor.system("scene")
AT = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
UNTIL = datetime(2099, 1, 1, tzinfo=UTC)


def examined(party: Party, person: User, which: str) -> tuple[dict[str, str], set[str]]:
    """Uids by noun, and the words that only its own people may read."""
    draft = ExamDraft(Text(en=f"{which} exam"), 2, 50, 30, AT, UNTIL, attempts=3, party_ids=(party.pk,))
    exam = actions.set_exam(draft, within=EVERYTHING, by=BY, now=AT)
    begun = actions.begin(exam, person, (), by=person.as_actor(), now=AT)
    rightly = {at: one["right"] for at, one in enumerate(begun.questions)}
    actions.answer(begun, rightly, by=person.as_actor(), now=AT)
    sitting = actions.hand_in(begun, by=person.as_actor(), now=AT)
    words = {f"{which} exam", str(exam.uid), str(sitting.uid), str(sitting.certificate)}
    return {"exam": str(exam.uid), "sitting": str(sitting.uid)}, words
