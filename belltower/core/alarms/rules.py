# SPDX-License-Identifier: Apache-2.0
"""Judgements on alarms: what a rationalisation lacks, which command a state allows, how long a shelf may be. No look-ups."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from belltower.core.alarms.models import CALLING, AlarmState, Condition, What
from belltower.kernel.texts import Text

LONGEST_SHELF = timedelta(hours=24)
"""ISA-18.2 asks for a time limit on shelving and leaves it to the site: ours is a day, so that each shift meets it."""

ALLOWED: Mapping[What, frozenset[AlarmState]] = {
    What.ACKNOWLEDGE: frozenset(CALLING),
    What.SHELVE: frozenset(AlarmState) - {AlarmState.SHELVED, AlarmState.SUPPRESSED, AlarmState.OUT_OF_SERVICE},
    What.UNSHELVE: frozenset({AlarmState.SHELVED}),
    What.RESET: frozenset({AlarmState.LATCHED_UNACKNOWLEDGED, AlarmState.LATCHED_ACKNOWLEDGED}),
    What.OUT_OF_SERVICE: frozenset(AlarmState) - {AlarmState.OUT_OF_SERVICE},
    What.RETURN_TO_SERVICE: frozenset({AlarmState.OUT_OF_SERVICE}),
    What.SUPPRESS: frozenset(AlarmState),
    What.UNSUPPRESS: frozenset(AlarmState),
    What.COMMENT: frozenset(AlarmState),
    What.ASSIGN: frozenset(AlarmState),
}
"""What an operator may do in each state. The engine has the last word: a state may change before its turn comes."""

_LACKING = {
    "cause": Text(zh="原因", en="cause"),
    "consequence": Text(zh="后果", en="consequence"),
    "response": Text(zh="处置", en="response"),
    "time_to_respond": Text(zh="响应时限", en="time to respond"),
}
_LIMITED = frozenset({Condition.HIHI, Condition.HI, Condition.LO, Condition.LOLO, Condition.DEVIATION, Condition.RATE,
                      Condition.DISCREPANCY})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A definition as somebody states it, before it is judged. Limits are in the stream's own unit."""

    condition: Condition
    title: Text
    limit: float | None = None
    set_point: float | None = None
    deadband: float = 0.0
    on_delay: timedelta = timedelta(0)
    off_delay: timedelta = timedelta(0)
    stale_after: timedelta | None = None
    is_latching: bool = False
    priority: int = 3
    cause: str = ""
    consequence: str = ""
    response: str = ""
    time_to_respond: timedelta | None = None
    suppressed_when: str = ""


def may_do(state: str, what: str) -> bool:
    """Whether an alarm in ``state`` takes the command ``what``."""
    return AlarmState(state) in ALLOWED[What(what)]


def missing_for_enabling(reasons: Mapping[str, object]) -> list[Text]:
    """What a rationalisation lacks of cause, consequence, response and time to respond; blank words count as nothing."""
    return [said for name, said in _LACKING.items() if not _is_said(reasons.get(name))]


def fault_of(draft: Draft, *, has_other: bool) -> Text | None:
    """Why an alarm of this definition could not be judged, or None. ``has_other``: it is measured against a stream."""
    if draft.condition in _LIMITED and (draft.limit is None or not math.isfinite(draft.limit)):
        return Text(zh="限值须为有限的数", en="its limit must be a finite number")
    if draft.condition is Condition.STALE and not (draft.stale_after and draft.stale_after > timedelta(0)):
        return Text(zh="静默时长须大于零", en="the silence must be longer than nothing")
    if draft.condition is Condition.DISCREPANCY and not has_other:
        return Text(zh="须选择对比的数据流", en="it needs a stream to compare with")
    if draft.condition is Condition.DEVIATION and draft.set_point is None and not has_other:
        return Text(zh="须给出设定值或对比的数据流", en="it needs a set point, or a stream to compare with")
    if not math.isfinite(draft.deadband) or draft.deadband < 0:
        return Text(zh="回差不得为负", en="its dead band must not be negative")
    if min(draft.on_delay, draft.off_delay) < timedelta(0):
        return Text(zh="延时不得为负", en="a delay must not be negative")
    return None


def is_shelf_fair(reason: str, until: datetime, *, now: datetime) -> bool:
    """Whether a shelving has a reason and ends in the future, within LONGEST_SHELF."""
    return bool(reason.strip()) and now < until <= now + LONGEST_SHELF


def _is_said(value: object) -> bool:
    if isinstance(value, timedelta):
        return value > timedelta(0)
    return bool(str(value or "").strip())
