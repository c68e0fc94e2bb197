# SPDX-License-Identifier: Apache-2.0
"""Judgements about messages: who must look, how long a reply took, whether it says something, what moved between months."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

_PASSED_ON = re.compile(r"已(?:经)?(?:转|移)(?:交|至|给|办|送)|转(?:交|办)给?|请(?:您)?(?:拨打|致电|联系|咨询|向)")
_SAYS = re.compile(
    r"经(?:核|调查|了解|现场|查)|核实|根据|按照|依据|规定|已(?:经)?(?:完成|修复|整改|处理|清理|解决|责令|安排|更换|开通|恢复|拆除)|"
    r"计划|预计|将于|正在|由于|因为|不(?:属于|符合|予)|不能|无法|情况如下|答复如下"
)
_LETTERS = re.compile(r"[^\u4e00-\u9fffA-Za-z0-9]")
LEAST_LETTERS = 40
"""Letters of a reply below which it is a courtesy."""
LEAST_SHARED = 0.15
"""Share of the pairs of letters of a message's subject that its reply takes up."""


class Reply(StrEnum):
    """What a reply does with the question."""

    NONE = "none"
    COURTESY = "courtesy"
    PASSED_ON = "passed_on"
    BESIDE = "beside"
    ANSWERED = "answered"


def reply_of(subject: str, reply: str) -> Reply:
    """Whether the question was answered, by signs that everybody can check (docs/why/messages.md).

    Too short: a courtesy. It sends elsewhere and says nothing of the matter: passed on. It takes up hardly a pair of
    letters of the subject: beside the question. Else answered; that it is right or put right nobody knows by this.
    """
    plain = _LETTERS.sub("", reply)
    if not plain:
        return Reply.NONE
    if len(plain) < LEAST_LETTERS:
        return Reply.PASSED_ON if _PASSED_ON.search(reply) else Reply.COURTESY
    if not _SAYS.search(reply):
        return Reply.PASSED_ON if _PASSED_ON.search(reply) else Reply.COURTESY
    asked, told = _pairs(_LETTERS.sub("", subject)), _pairs(plain)
    return Reply.ANSWERED if not asked or len(asked & told) >= LEAST_SHARED * len(asked) else Reply.BESIDE


def days_to_reply(at: datetime, replied_at: datetime | None) -> float | None:
    """Days of the clock until the reply; None where there is none, or where it is dated before the message."""
    if replied_at is None or replied_at < at:
        return None
    return (replied_at - at).total_seconds() / 86400


def is_unsure(confidence: float, threshold: float) -> bool:
    """Whether a person is asked: below the threshold, not at it."""
    return confidence < threshold


@dataclass(frozen=True, slots=True)
class Moved:
    """How many people wrote about something this month and the month before."""

    label: str
    now: int
    before: int

    @property
    def change(self) -> int:
        return self.now - self.before


def moved(now: Mapping[str, int], before: Mapping[str, int]) -> list[Moved]:
    """What people care about, most first; what nobody wrote about this month stands at the end."""
    found = [Moved(label, now.get(label, 0), before.get(label, 0)) for label in now.keys() | before.keys()]
    return sorted(found, key=lambda one: (-one.now, -one.before, one.label))


def month_of(said: str, today: date) -> date:
    """The first day of the month that "2026-11" says; of today's where it says none."""
    try:
        return date.fromisoformat(f"{said}-01")
    except ValueError:
        return today.replace(day=1)


def month_before(first: date) -> date:
    """The first day of the month before."""
    return date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1)


def month_after(first: date) -> date:
    """The first day of the month after."""
    return date(first.year + (first.month == 12), first.month % 12 + 1, 1)


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}
