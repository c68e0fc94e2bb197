# SPDX-License-Identifier: Apache-2.0
"""Signal clauses: each owns one alarm a stream, kept in step with its dated values, and is judged by that alarm's condition.

Whether somebody acknowledged, shelved or reset the alarm changes nothing of what is so. While it is suppressed or out of
service, nothing is known.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection

from belltower.analytics.alarms.states import Kind as SignalKind
from belltower.core.alarms import keeping
from belltower.core.alarms.models import AlarmState, Condition, Definition
from belltower.core.alarms.owned import keep_for_clause
from belltower.core.alarms.rules import Draft
from belltower.core.observations.models import Datastream
from belltower.core.standards import things
from belltower.core.standards.checks import SignalCheck, bound
from belltower.core.standards.clauses import Clause
from belltower.core.standards.judging import Judged, judges, today
from belltower.core.standards.reading_parts import fields_of
from belltower.core.standards.revisions import InForce, revisions_on
from belltower.core.standards.things import FALSE, TRUE, UNKNOWN, Ints, Things
from belltower.core.standards.verdicts import judged, noted, values_as_json
from belltower.kernel.actors import Actor
from belltower.kernel.packs import Register
from belltower.kernel.texts import Text

BY = Actor.system("standards")
_ACTIVE = (AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED)
_HIDDEN = (AlarmState.SUPPRESSED, AlarmState.OUT_OF_SERVICE)


@dataclass(frozen=True, slots=True)
class Heard:
    """What the alarm of one stream says: ``is_wrong`` None is unknown, and ``why`` tells why."""

    is_wrong: bool | None
    evidence: dict[str, Any]


def keep_alarms(*, now: datetime, register: Register, by: Actor = BY) -> int:
    """Have every signal clause that is in force own its alarms with the values of this day, and others none.

    How many alarms were made, changed or ended. Alarms are made for the streams of things that a clause means, or may mean.
    """
    clauses = [one.clause for one in revisions_on(today(now)) if isinstance(one.clause.check, SignalCheck)]
    moved = end_alarms({clause.id for clause in clauses}, now=now, by=by)
    return moved + sum(keep_alarms_of(clause, now=now, register=register, by=by) for clause in clauses)


def end_alarms(clauses: Collection[str], *, now: datetime, by: Actor = BY) -> int:
    """End the alarms of all clauses but these; how many."""
    owners = set(Definition.objects.exclude(clause="").values_list("clause", flat=True).distinct())
    return sum(keep_for_clause(gone, None, {}, by=by, now=now).ended for gone in sorted(owners - set(clauses)))


def keep_alarms_of(
    clause: Clause, *, now: datetime, register: Register, subjects: Sequence[int] | None = None, by: Actor = BY
) -> int:
    """Have one clause own its alarms: all of them, or those of some assets; how many were made, changed or ended."""
    day = today(now)
    streams = dict(_streams(clause, _subjects(clause, day, register, subjects)).values_list("pk", "stale_after"))
    kept = keep_for_clause(clause.id, draft_of(clause, day), streams, by=by, now=now, among=subjects)
    return kept.made + kept.changed + kept.ended


def moved_unnoted(one: InForce, then: datetime, now: datetime) -> frozenset[int]:
    """Assets that may stand otherwise than ``then`` though no note says so.

    A stream fell silent since, or one that is heard is on an asset that did not hold; and an alarm is on the shelf, whose
    condition only the engine's state knows.
    """
    assert isinstance(one.clause.check, SignalCheck)
    is_of_silence = one.clause.check.condition.kind is SignalKind.STALE
    with connection.cursor() as cursor:
        cursor.execute(
            _SHELVED if is_of_silence else f"{_SHELVED} UNION {_HEARD}",
            {"clause": one.clause.id, "id": one.clause_id, "then": then, "now": now},
        )
        return frozenset(pk for (pk,) in cursor.fetchall())


_SHELVED = """
    SELECT s.asset_id FROM alarms_alarm a JOIN alarms_definition d ON d.id = a.definition_id
        JOIN observations_datastream s ON s.id = d.stream_id
    WHERE a.state = 'shelved' AND d.clause = %(clause)s AND s.asset_id IS NOT NULL
"""
_HEARD = """
    SELECT s.asset_id FROM alarms_definition d JOIN observations_datastream s ON s.id = d.stream_id
        JOIN observations_latest l ON l.stream = s.id
        LEFT JOIN standards_verdict v ON v.clause_id = %(id)s AND v.subject = s.asset_id AND v.letter <> 'h'
    WHERE d.clause = %(clause)s AND s.asset_id IS NOT NULL AND l.at IS NOT NULL
        AND (l.at + s.stale_after >= %(then)s AND l.at + s.stale_after < %(now)s
             OR v.subject IS NOT NULL AND l.at >= d.changed_at AND (l.at + s.stale_after < %(now)s) IS NOT TRUE)
"""


def draft_of(clause: Clause, day: date) -> Draft:
    """The alarm that the clause asks for, with the values of a day."""
    check, values = clause.check, clause.values_on(day)
    assert isinstance(check, SignalCheck)
    assert values is not None
    condition, why = check.condition, check.rationalisation
    is_stale = condition.kind is SignalKind.STALE

    def number(name: str | None) -> float | None:
        return float(values[name]) if name else None  # type: ignore[arg-type]

    def length(name: str | None) -> timedelta:
        return values[name] if name else timedelta(0)  # type: ignore[return-value]

    return Draft(
        condition=Condition(condition.word), title=clause.title, limit=None if is_stale else number(condition.limit),
        set_point=number(condition.set_point), deadband=number(condition.deadband) or 0.0,
        on_delay=length(condition.on_delay), off_delay=length(condition.off_delay),
        stale_after=length(condition.limit) if is_stale else None, priority=check.priority, cause=_both(why.cause),
        consequence=_both(why.consequence), response=_both(why.response), time_to_respond=why.time_to_respond,
    )  # fmt: skip


@judges(SignalCheck)
def judge(clause: Clause, *, now: datetime, register: Register, subjects: Sequence[int] | None) -> Judged:
    """Broken while the condition of any of its streams is active; unknown without a stream, a reading, or an alarm of ours."""
    check, day = clause.check, today(now)
    assert isinstance(check, SignalCheck)
    who = _subjects(clause, day, register, subjects)
    heard: dict[int, list[Heard]] = {}
    active = _Active()
    streams = _streams(clause, who).values("pk", "uid", "name", "asset_id", "stale_after", "latest__at")
    owned = Definition.objects.filter(clause=clause.id).select_related("alarm")
    if subjects is not None:
        owned = owned.filter(stream__asset_id__in=subjects)
    alarms = {row.stream_id: row for row in owned}
    for stream in streams:
        told = _heard(check, stream, alarms.get(stream["pk"]), active, now)
        heard.setdefault(stream["asset_id"], []).append(told)
    holds = np.array([_letter(heard.get(one, ())) for one in who.ids.tolist()], dtype=np.int8)
    values = values_as_json(clause.values_on(day) or {})

    def evidence(bad: Ints) -> Iterator[dict[str, Any]]:
        known = noted(who.ids[bad].tolist(), ())
        for place in bad.tolist():
            pk = int(who.ids[place])
            told = [one.evidence for one in heard.get(pk, ()) if one.is_wrong is not False]
            yield {"values": values, "streams": told, **known[pk], **({} if heard.get(pk) else {"why": "no_stream"})}

    return judged(who, holds, evidence)


class _Active:
    """Which conditions are active, also of alarms on the shelf: only the engine's state knows of those, read once."""

    def __init__(self) -> None:
        self._by_alarm: dict[int, bool] | None = None

    def __call__(self, row: Definition) -> bool:
        if row.alarm.state != AlarmState.SHELVED:
            return row.alarm.state in _ACTIVE
        if self._by_alarm is None:
            kept = keeping.load()
            ids, flags = kept.definitions.alarm_ids.tolist(), kept.state.alarms["active"].tolist()
            self._by_alarm = {pk: bool(flag) for pk, flag in zip(ids, flags, strict=True)}
        return self._by_alarm.get(row.pk, False)


def _heard(check: SignalCheck, stream: dict[str, Any], row: Definition | None, active: _Active, now: datetime) -> Heard:
    about = {"stream": str(stream["uid"]), "name": stream["name"]}
    if row is None:
        return Heard(None, about | {"why": "no_alarm"})
    about |= {"alarm": str(row.alarm.uid)}
    if row.alarm.state in _HIDDEN:
        return Heard(None, about | {"why": str(row.alarm.state)})
    if active(row):
        raised = row.alarm.raised_at.isoformat() if row.alarm.raised_at else None
        return Heard(True, about | {"raised_at": raised, "value": row.alarm.value})
    if check.condition.kind is SignalKind.STALE:
        return Heard(False, about)
    at, silent = stream["latest__at"], stream["stale_after"]
    if at is None or at < row.changed_at:
        return Heard(None, about | {"why": "not_heard_yet"})
    return Heard(None, about | {"why": "silent"}) if silent and at + silent < now else Heard(False, about)


def _letter(heard: Sequence[Heard]) -> int:
    found = [one.is_wrong for one in heard]
    return FALSE if True in found else UNKNOWN if None in found or not found else TRUE


def _subjects(clause: Clause, day: date, register: Register, subjects: Sequence[int] | None) -> Things:
    """The things that the clause means, or may mean."""
    check, values = clause.check, clause.values_on(day)
    assert isinstance(check, SignalCheck)
    assert values is not None
    asked = {"meant": bound(check.where, values, day)}
    fields = fields_of(register.kind(clause.applies_to))
    found = things.assets(clause.applies_to, fields, asked, subjects=subjects)
    return found.kept(found.says["meant"] != FALSE)


def _streams(clause: Clause, who: Things) -> Any:
    assert isinstance(clause.check, SignalCheck)
    return Datastream.objects.filter(
        stream=f"{clause.applies_to}.{clause.check.stream}", asset_id__in=who.ids.tolist()
    ).order_by("pk")


def _both(text: Text) -> str:
    """Both languages in one field of the rationalisation."""
    return text.zh if text.zh == text.en else f"{text.zh} {text.en}"
