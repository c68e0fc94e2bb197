# SPDX-License-Identifier: Apache-2.0
"""Who is to be told of a step with a case: judgement alone, by party; None stands for the duty desk. No look-ups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from belltower.core.cases.table import Step
from belltower.core.notices.kinds import NoticeKind

_K = NoticeKind
TO_PARTY: Mapping[Step, NoticeKind] = {
    Step.DISPATCH: _K.DISPATCHED, Step.HAND_OVER: _K.DISPATCHED, Step.TAKE_OVER: _K.DISPATCHED,
    Step.SEND_BACK: _K.RETURNED, Step.REOPEN: _K.REOPENED, Step.CLOSE: _K.CLOSED, Step.DECLINE: _K.DECLINED,
    Step.MERGE: _K.MERGED,
}  # fmt: skip
"""What the party that must put it right is told. Where no party must, the desk hears of what was reopened."""
TO_DESK: Mapping[Step, NoticeKind] = {Step.REFUSE: _K.REFUSED, Step.ANSWER: _K.ANSWERED}
TO_REPORTERS: Mapping[Step, NoticeKind] = {
    Step.FILE: _K.FILED, Step.DECLINE: _K.DECLINED, Step.ANSWER: _K.ANSWERED, Step.CLOSE: _K.CLOSED,
    Step.REOPEN: _K.REOPENED, Step.MERGE: _K.MERGED,
}  # fmt: skip
TO_AREA: Mapping[Step, NoticeKind] = {Step.FILE: _K.FILED, Step.CLOSE: _K.CLOSED}
DIGEST_AT = time(7)
"""The civil time at which subscribers get one letter of what happened since the last."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What a party, or the desk (None), is told."""

    kind: NoticeKind
    party_id: int | None


def told_of(
    step: Step, *, party_id: int | None, before_id: int | None, rung: int = 0, tell: Sequence[int | None] = ()
) -> list[Telling]:
    """Who inside is told of a step, each once.

    ``party_id`` must put it right from then on, ``before_id`` had to until then. ``tell`` is whom the rung of the ladder names.
    """
    if step is Step.ESCALATE:
        kind = NoticeKind.OVERDUE if rung <= 1 else NoticeKind.ESCALATED
        return [Telling(kind, one) for one in dict.fromkeys(tell)]
    if step in TO_DESK:
        return [Telling(TO_DESK[step], None)]
    kind_ = TO_PARTY.get(step)
    if kind_ is None or (party_id is None and step is not Step.REOPEN):
        return []
    found = [Telling(kind_, party_id)]
    if before_id is not None and before_id != party_id:
        found.append(Telling(NoticeKind.MOVED, before_id))
    return found


def next_digest(now: datetime, zone: tzinfo) -> datetime:
    """The next instant at which subscribers are written to: DIGEST_AT of the city's civil day."""
    civil = now.astimezone(zone)
    today = datetime.combine(civil.date(), DIGEST_AT, zone)
    return today if today > now else datetime.combine(civil.date() + timedelta(days=1), DIGEST_AT, zone)
