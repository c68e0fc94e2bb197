# SPDX-License-Identifier: Apache-2.0
"""The named conditions that rates are made of: each a phrase in both languages, and whether it is so of one case. No look-ups.

A rate's denominator is the cases of which all its conditions hold, its numerator those of them of which some more hold: it is a
share, whatever a bureau writes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from belltower.core.cases.evaluating import GOOD_GRADES
from belltower.core.cases.table import OPEN, Stage, State, Step
from belltower.core.rates.facts import Facts
from belltower.kernel.texts import Text

SATISFIED_FROM = 4.0
"""So many stars of five, on the mean, and more: satisfied."""
_HANDLING = (Stage.HANDLING,)


@dataclass(frozen=True, slots=True)
class Condition:
    """``text`` goes after "cases": "cases reported in the period"."""

    text: Text
    holds: Callable[[Facts], bool]


def _in_time(facts: Facts, stage: Stage) -> bool:
    return all(one.late_at is None for one in facts.settled(stage))


def _done(facts: Facts, stage: Stage) -> bool:
    return all(one.is_done for one in facts.settled(stage))


def _reported(facts: Facts) -> bool:
    return facts.period.holds(facts.turns[0].at)


def _filed_in_time(facts: Facts) -> bool:
    return all(one.late_at is None for one in facts.stays if one.stage is Stage.FILING)


def _is_overdue(facts: Facts) -> bool:
    return (
        facts.state in OPEN
        and bool(facts.stays)
        and facts.stays[-1].into is None
        and facts.stays[-1].late_at is not None
    )


def _is_closed_in_time(facts: Facts) -> bool:
    return facts.closed_at is not None and not facts.is_late


def _is_closed_late(facts: Facts) -> bool:
    return facts.closed_at is not None and facts.is_late


def _is_evaluated_well(facts: Facts) -> bool:
    return facts.evaluation in GOOD_GRADES


def _is_satisfied(facts: Facts) -> bool:
    return facts.stars is not None and facts.stars >= SATISFIED_FROM


def _of(zh: str, en: str, holds: Callable[[Facts], bool]) -> Condition:
    return Condition(Text(zh=zh, en=en), holds)


CONDITIONS: Mapping[str, Condition] = {
    "reported": _of("本期上报", "reported in the period", _reported),
    "filed": _of("已立案", "filed by its end", lambda one: one.has(Step.FILE)),
    "filed_now": _of("本期立案", "filed in the period", lambda one: one.period.holds(one.first(Step.FILE))),
    "filed_in_time": _of("按时立案", "filed in time", _filed_in_time),
    "valid": _of("期末未被不予立案", "not declined at its end", lambda one: one.state is not State.DECLINED),
    "dispatch_due": _of(
        "本期应派遣", "due to be dispatched in the period", lambda one: bool(one.settled(Stage.DISPATCHING))
    ),
    "dispatched_in_time": _of("按时派遣", "dispatched in time", lambda one: _in_time(one, Stage.DISPATCHING)),
    "dispatched_rightly": _of(
        "派遣后未退单、未移交", "neither refused nor handed over", lambda one: not one.has(Step.REFUSE, Step.HAND_OVER)
    ),
    "handling_due": _of("本期应处置", "due to be handled in the period", lambda one: bool(one.settled(*_HANDLING))),
    "handled": _of("已处置", "handled by its end", lambda one: _done(one, Stage.HANDLING)),
    "handled_in_time": _of("按时处置", "handled in time", lambda one: _in_time(one, Stage.HANDLING)),
    "handling_late": _of("超期未处置", "overdue and not handled yet", lambda one: not _done(one, Stage.HANDLING)),
    "suspended_once": _of("曾挂账（延期）", "suspended at some time", lambda one: one.has(Step.SUSPEND)),
    "checking_due": _of("本期应核实", "due to be checked in the period", lambda one: bool(one.settled(Stage.CHECKING))),
    "checked": _of("已核实", "checked by its end", lambda one: _done(one, Stage.CHECKING)),
    "checked_in_time": _of("按时核实", "checked in time", lambda one: _in_time(one, Stage.CHECKING)),
    "closing_due": _of("本期应结案", "due to be closed in the period", lambda one: one.period.holds(one.due_at)),
    "closed": _of("已结案", "closed by its end", lambda one: one.state is State.CLOSED),
    "closed_in_time": _of("按时结案（各环节均未超期）", "closed with no clock overdue", _is_closed_in_time),
    "closed_late": _of("超期结案", "closed with a clock overdue", _is_closed_late),
    "closed_now": _of("本期结案", "closed in the period", lambda one: one.period.holds(one.closed_at)),
    "not_closed": _of("期末未办结", "open at its end", lambda one: one.state in OPEN),
    "reworked": _of("曾退回返工或重新办理", "sent back or reopened", lambda one: one.has(Step.SEND_BACK, Step.REOPEN)),
    "overdue": _of("期末已超期", "overdue at its end", _is_overdue),
    "suspended": _of("期末挂账", "suspended at its end", lambda one: one.state is State.SUSPENDED),
    "rated": _of("本期有市民评分", "rated by residents in the period", lambda one: one.stars is not None),
    "satisfied": _of("市民评分平均不低于 4 星", "rated 4 stars or more on the mean", _is_satisfied),
    "evaluated": _of("已综合评价", "evaluated by its end", lambda one: one.evaluation is not None),
    "evaluated_well": _of("综合评价为优秀或良好", "evaluated as excellent or good", _is_evaluated_well),
}


def words_of(names: tuple[str, ...]) -> Text:
    """Conditions as one phrase."""
    found = [CONDITIONS[name].text for name in names]
    return Text(zh="、".join(one.zh for one in found), en=" and ".join(one.en for one in found))
