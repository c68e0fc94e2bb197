# SPDX-License-Identifier: Apache-2.0
"""The daily report of a desk (值班日报), set from its day and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from belltower.core.access.models import User
from belltower.core.duty.day import AlarmSeen, CallSeen, DayOfDesk
from belltower.core.duty.models import Answer, HandOver, LogLine, Shift, What
from belltower.core.duty.rules import Answered, Tally
from belltower.core.duty.wording import ANSWERED, ANSWERS, WHATS, WORDS, counted
from belltower.core.places import city
from belltower.core.standards.outputs.typesetting import typeset
from belltower.kernel.instants import zone_of
from belltower.kernel.texts import Text

TEMPLATE = "duty/templates/daily"


def people_of(day: DayOfDesk) -> dict[UUID, Text]:
    """What those are called who were on the desk that day, or to whom it was offered, by their accounts' uids."""
    wanted = {one.holder for one in day.shifts} | {one.to for one in day.hand_overs}
    return {one.uid: one.title for one in User.objects.filter(uid__in=wanted)}


def printed(day: DayOfDesk, *, fonts: Path, language: str = "zh", publisher: str = "") -> bytes:
    """The report on A4, a PDF, in ``zh`` or ``en``. Raises NotTypeset, NoFonts."""
    return typeset(TEMPLATE, page_data(day, language=language, publisher=publisher), fonts=fonts, day=day.day)


def page_data(day: DayOfDesk, *, language: str, publisher: str = "") -> dict[str, Any]:
    """All that the template prints, in one language; every time is the city's."""
    people = {uid: name.say(language) for uid, name in people_of(day).items()}
    return {
        "lang": language, "publisher": publisher or "Belltower 钟鼓楼",
        "words": {name: said.say(language) for name, said in WORDS.items()},
        "desk": day.desk.name.say(language), "day": day.day.isoformat(), "at": _clock(day.at, full=True),
        "is_over": day.end <= day.at,
        "unwatched": [{"from": _clock(since), "until": _clock(until)} for since, until in day.unwatched],
        "is_unbroken": day.desk.is_unbroken,
        "shifts": [_shift(one, people) for one in day.shifts],
        "hand_overs": [_hand_over(one, people, language) for one in day.hand_overs],
        "calls": [_call(one, language) for one in day.calls], "call_tally": _tally(day.call_tally, language),
        "alarms": [_alarm(one, language) for one in day.alarms], "alarm_tally": _tally(day.alarm_tally, language),
        "alarms_left_out": day.alarms_left_out,
        "lines": [_line(one, language) for one in day.lines],
    }  # fmt: skip


def _clock(at: datetime | None, *, full: bool = False) -> str:
    """The city's clock at that instant; a dash where there is none."""
    if at is None:
        return "—"
    return at.astimezone(zone_of(city.current().tz)).strftime("%Y-%m-%d %H:%M" if full else "%H:%M:%S")


def _shift(one: Shift, people: Mapping[UUID, str]) -> dict[str, Any]:
    return {"who": people.get(one.holder, "—"), "from": _clock(one.began_at, full=True),
            "until": _clock(one.ended_at, full=True)}  # fmt: skip


def _hand_over(one: HandOver, people: Mapping[UUID, str], language: str) -> dict[str, Any]:
    return {
        "at": _clock(one.offered_at), "to": people.get(one.to, "—"), "note": one.note,
        "standing": len(one.standing.get("alarms", ())), "seen": len(one.seen),
        "answer": ANSWERS[Answer(one.answer)].say(language), "answered_at": _clock(one.answered_at), "why": one.answer_note,
    }  # fmt: skip


def _call(one: CallSeen, language: str) -> dict[str, Any]:
    return {
        "rang": _clock(one.call.rang_at), "answered": _clock(one.call.answered_at), "about": one.call.about,
        "how": ANSWERED[one.answered].say(language), "key": one.answered.value,
    }  # fmt: skip


def _alarm(one: AlarmSeen, language: str) -> dict[str, Any]:
    definition = one.raised.alarm.definition
    return {
        "at": _clock(one.raised.at), "title": Text.read(definition.title).say(language), "priority": definition.priority,
        "acknowledged": _clock(one.acknowledged_at), "how": ANSWERED[one.answered].say(language), "key": one.answered.value,
    }  # fmt: skip


def _line(one: LogLine, language: str) -> dict[str, Any]:
    return {"at": _clock(one.at), "what": WHATS[What(one.what)].say(language), "text": one.text}


def _tally(of: Tally, language: str) -> dict[str, Any]:
    return {"said": counted(of).say(language), "bad": of.late + of.unanswered, "waiting": of.waiting,
            "is_known": of.among > 0, "late": Answered.LATE.value}  # fmt: skip
