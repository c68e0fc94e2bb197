# SPDX-License-Identifier: Apache-2.0
"""Cases of what the city finds by itself: a finding opens one and closes it when its clause holds again; an alarm without a clause.

Told of a finding, this room looks at how the finding stands and makes its case agree with that: told twice, or late, it comes
to the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import shapely
from django.db.models import Q

from belltower.core.alarms.models import Alarm
from belltower.core.cases import deadlines
from belltower.core.cases.acting import Acting, clock, finding
from belltower.core.cases.actions import ADVANCED, advance, next_numbers
from belltower.core.cases.clocks import Moment
from belltower.core.cases.kinds import ALARM, Grade, Source, kind_for_clause
from belltower.core.cases.models import Case, CaseStep
from belltower.core.cases.steps import Told
from belltower.core.cases.table import ENDED, OPEN, Part, State, Step, holder_of, stage_of
from belltower.core.ledger.entries import entry
from belltower.core.ledger.outbox import emit_many
from belltower.core.places.models import Asset
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.core.standards.models import Because, Finding, FindingState
from belltower.kernel.texts import Text

_AGAIN = Text(zh="同一条款再次违反", en="The same clause is broken again")
_NO_LONGER = Text(zh="条款不再要求", en="The clause no longer asks for it")
_OF_FINDING = Text(zh="{subject}：{clause}", en="{subject}: {clause}")
_OF_ALARM = Text(zh="{asset}：{alarm}", en="{asset}: {alarm}")


@dataclass(frozen=True, slots=True)
class Opened:
    """How many cases were opened, reopened, closed because it holds again, and declined because nothing asks for it."""

    opened: int = 0
    reopened: int = 0
    closed: int = 0
    declined: int = 0


def follow_findings(uids: Iterable[UUID | str], *, now: datetime) -> Opened:
    """Make the cases of these findings agree with how the findings stand now."""
    with seen_as(EVERYTHING):
        found = list(_findings(uids))
        last = _last_cases(found)
        fresh = [one for one in found if one.state == FindingState.OPEN and one.pk not in last]
        moved = [_follow(one, last[one.pk], now) for one in found if one.pk in last]
        if fresh:
            open_many([_case_of_finding(one, number, now) for one, number in zip(fresh, next_numbers(len(fresh), now), strict=True)],
                       finding(), now)  # fmt: skip
    return Opened(len(fresh), moved.count(Step.REOPEN), moved.count(Step.CLOSE), moved.count(Step.DECLINE))


def open_for_alarms(uids: Iterable[UUID | str], *, now: datetime) -> int:
    """A case for each of these alarms that no clause owns and that has no open case; how many."""
    with seen_as(EVERYTHING):
        alarms = Alarm.objects.filter(uid__in=set(uids), definition__clause="").select_related(
            "definition", "stream__asset__owner", "stream__asset__area"
        )
        busy = set(
            Case.objects.filter(alarm_uid__in=[one.uid for one in alarms], state__in=OPEN).values_list(
                "alarm_uid", flat=True
            )
        )
        fresh = [one for one in alarms if one.uid not in busy]
        cases = [
            _case_of_alarm(one, number, now) for one, number in zip(fresh, next_numbers(len(fresh), now), strict=True)
        ]
        if cases:
            open_many(cases, clock(), now)
    return len(cases)


def _findings(uids: Iterable[UUID | str]) -> Iterable[Finding]:
    rows = Finding.objects.filter(uid__in=set(uids)).select_related("clause", "revision", "asset", "area", "party")
    return rows.defer("evidence", "asset__words", "area__geometry", "area__words", "party__words").order_by("pk")


def _last_cases(found: Sequence[Finding]) -> Mapping[int, Case]:
    """The newest case of each finding, by the finding's id."""
    rows = Case.objects.filter(finding__in=[one.pk for one in found]).order_by("pk")
    return {row.finding_id: row for row in rows if row.finding_id}


def _follow(one: Finding, case: Case, now: datetime) -> Step | None:
    """The step by which a finding's case comes to agree with it; None where it does already, or was merged into another."""
    state, by = State(case.state), finding()
    if one.state == FindingState.OPEN:
        if state not in (State.CLOSED, State.DECLINED, State.VERIFIED):
            return None
        advance(case, Step.REOPEN, Told(reason=_AGAIN.say("zh")), acting=by, now=now)
        return Step.REOPEN
    if state in ENDED:
        return None
    if one.closed_because != Because.HOLDS:
        advance(
            case,
            Step.DECLINE,
            Told(reason=_NO_LONGER.say("zh"), about={"because": one.closed_because}),
            acting=by,
            now=now,
        )
        return Step.DECLINE
    if state is not State.VERIFIED:
        case = advance(case, Step.VERIFY, Told(about={"finding": str(one.uid)}), acting=by, now=now)
    advance(case, Step.CLOSE, acting=by, now=now)
    return Step.CLOSE


def _case_of_finding(one: Finding, number: str, now: datetime) -> Case:
    title = _OF_FINDING.format(subject=one.subject_title, clause=Text.read(one.revision.body["title"]))
    kind = kind_for_clause(one.clause.key, one.kind)
    return _at(Case(number=number, kind=kind, source=Source.FINDING, grade=Grade(one.grade), title=title.as_json(),
                    finding=one, area=one.area, party=one.party, responsibility_id=one.responsibility_id,
                    reported_at=now, changed_at=now), one.asset)  # fmt: skip


def _case_of_alarm(one: Alarm, number: str, now: datetime) -> Case:
    asset, title = one.stream.asset, Text.read(one.definition.title)
    if asset is not None:
        title = _OF_ALARM.format(asset=asset.title or Text(zh=asset.key), alarm=title)
    return _at(Case(number=number, kind=ALARM, source=Source.ALARM, title=title.as_json(), alarm_uid=one.uid,
                    area=asset.area if asset else None, party=asset.owner if asset else None, reported_at=now,
                    changed_at=now), asset)  # fmt: skip


def _at(case: Case, asset: Asset | None) -> Case:
    """The case beside its asset."""
    if asset is not None:
        case.asset, case.asset_kind = asset, asset.kind
        if asset.geometry:
            point = shapely.from_wkb(bytes(asset.geometry)).representative_point()
            case.lon, case.lat = point.x, point.y
    return case


_PATH = (Step.REPORT, State.REPORTED), (Step.FILE, State.FILED), (Step.DISPATCH, State.DISPATCHED)


def open_many(cases: Sequence[Case], acting: Acting, now: datetime) -> None:
    """Write new cases that were looked at already: reported and filed, and dispatched where it is known who answers."""
    with entry("cases.open", by=acting.actor):
        steps = {case.number: _steps(case, acting, now) for case in cases}
        for case in cases:
            case.due_at = deadlines.due_after(
                case, [Moment(now, State(one.state), one.holder_id) for one in steps[case.number]]
            )
        Case.objects.bulk_create(cases, batch_size=1000)
        for case in cases:
            for step in steps[case.number]:
                step.case = case
        CaseStep.objects.bulk_create([step for case in cases for step in steps[case.number]], batch_size=1000)
        emit_many(ADVANCED, [(case.reference, {"step": steps[case.number][-1].step, "state": case.state,
                                               "number": len(steps[case.number])}) for case in cases])  # fmt: skip


def _steps(case: Case, acting: Acting, now: datetime) -> list[CaseStep]:
    made = []
    for number, (step, state) in enumerate(_PATH if case.party_id else _PATH[:2], 1):
        case.state, case.stage = state, stage_of(state, None) or ""
        made.append(
            CaseStep(number=number, step=step, state=state, stage=case.stage, part=acting.fixed or Part.DESK, at=now,
                     by=acting.actor.reference, party_id=case.party_id, holder_id=holder_of(state, None, case.party_id))
        )  # fmt: skip
    return made


def findings_without_case() -> Q:
    """Open findings that no case is about, for the round that looks after what an event may have missed."""
    return Q(state=FindingState.OPEN, cases=None)
