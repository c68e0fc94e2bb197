# SPDX-License-Identifier: Apache-2.0
"""Cases of the rows that were stored, in the order of time: joined to a known one, or one of their own with its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from belltower.core.cases import deadlines
from belltower.core.cases.actions import next_numbers
from belltower.core.cases.clocks import Moment
from belltower.core.cases.models import Case, CaseStep
from belltower.core.cases.table import ENDED, Part, State, Step, holder_of, stage_of
from belltower.core.intake.errors import UnknownParties
from belltower.core.intake.joining import Asked, Known, Matters
from belltower.core.intake.mapping import Columns, Said
from belltower.core.intake.models import Intake, Joined, Origin
from belltower.core.ledger.entries import entry
from belltower.core.places.areas import AreaIndex
from belltower.core.places.models import Party
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

AT_ONCE = 1_000
_AS_SAID = Text(
    zh="按原系统记录办结，没有核查记录。", en="Ended as the other system has it; no check of it is recorded."
)
_OF_NOTHING = Text(
    zh="原系统标为重复，但文件中没有原案。", en="Called a duplicate there, and the file has no case that it repeats."
)


def make_cases(intake: Intake, columns: Columns, *, by: Actor, now: datetime) -> None:
    """Make or find the case of each stored row that has none yet, a thousand rows a transaction. Raises UnknownParties."""
    parties = _parties(columns)
    while rows := list(
        Origin.objects.filter(intake=intake, case=None)
        .select_related("intake")
        .order_by("reported_at", "row")[:AT_ONCE]
    ):
        with entry("intake.make_cases", by=by):
            _make(rows, columns, parties, by=by, now=now)


def _make(rows: Sequence[Origin], columns: Columns, parties: Mapping[str, int], *, by: Actor, now: datetime) -> None:
    matters, made, areas = _known(rows), dict[UUID, tuple[Case, list[CaseStep]]](), _areas(rows)
    uids: list[UUID] = []
    for row, number, area in zip(rows, next_numbers(len(rows), now), areas, strict=True):
        asked = Asked(row.number, row.place, row.kind_said, Said(row.state), row.reported_at)
        found = matters.find(asked)
        if found is None:
            case = _case(row, number, columns, parties.get(row.party_said), area)
            made[case.uid] = case, _history(case, row, by)
            found = case.uid, Joined.OWN
        matters.add(_known_of(row, found[0]))
        uids.append(found[0])
        row.joined = found[1]
    Case.objects.bulk_create([case for case, _ in made.values()], batch_size=AT_ONCE)
    for case, steps in made.values():
        for step in steps:
            step.case = case
    CaseStep.objects.bulk_create([step for _, steps in made.values() for step in steps], batch_size=AT_ONCE)
    pks = dict(Case.objects.filter(uid__in=set(uids)).values_list("uid", "pk"))
    for row, uid in zip(rows, uids, strict=True):
        row.case_id = pks[uid]
    Origin.objects.bulk_update(rows, ["case", "joined"], batch_size=AT_ONCE)


def _known(rows: Sequence[Origin]) -> Matters[UUID]:
    """Rows of any file that have a case, and the number or the place of one of these."""
    same = Q(number__in={row.number for row in rows}) | Q(place__in={row.place for row in rows if row.place})
    known = Origin.objects.filter(same).exclude(case=None).select_related("case").only(
        "number", "place", "kind_said", "reported_at", "closed_at", "state", "case__uid"
    )  # fmt: skip
    return Matters(_known_of(one, one.case.uid) for one in known if one.case)


def _known_of(row: Origin, uid: UUID) -> Known[UUID]:
    return Known(uid, row.number, row.place, row.kind_said, row.reported_at, row.closed_at)


def _areas(rows: Sequence[Origin]) -> list[int | None]:
    nan = float("nan")
    lon = [nan if row.lon is None else row.lon for row in rows]
    lat = [nan if row.lat is None else row.lat for row in rows]
    return [int(pk) if pk >= 0 else None for pk in AreaIndex.current().locate(lon, lat)]


def _parties(columns: Columns) -> dict[str, int]:
    """Our parties by what the file calls them. Raises UnknownParties."""
    wanted = set(columns.parties.values())
    known = dict(Party.objects.filter(key__in=wanted).values_list("key", "pk"))
    if missing := sorted(wanted - set(known)):
        raise UnknownParties(parties=", ".join(missing))
    return {said: known[key] for said, key in columns.parties.items()}


def _case(row: Origin, number: str, columns: Columns, party_id: int | None, area_id: int | None) -> Case:
    title = Text(zh=row.kind_said, en=row.kind_said)
    return Case(
        number=number, kind=columns.kind(row.kind_said), source=columns.source, title=title.as_json(), address=row.address,
        lon=row.lon, lat=row.lat, area_id=area_id, party_id=party_id, reported_at=row.reported_at,
        changed_at=row.reported_at,
    )  # fmt: skip


def _history(case: Case, row: Origin, by: Actor) -> list[CaseStep]:
    """Reported, and ended where the file says so: not a step more than it tells. The case is left as the last step has it."""
    end = {
        Said.OPEN: None,
        Said.CLOSED: (Step.CLOSE, State.CLOSED, _AS_SAID),
        Said.DECLINED: (Step.DECLINE, State.DECLINED, _AS_SAID),
        Said.DUPLICATE: (Step.DECLINE, State.DECLINED, _OF_NOTHING),
    }[Said(row.state)]
    told: list[tuple[Step, State, datetime, str]] = [(Step.REPORT, State.REPORTED, row.reported_at, "")]
    if end:
        step, state, why = end
        told.append((step, state, row.closed_at or row.reported_at, f"{why.zh}{why.en}"))
    about: dict[str, Any] = {"imported": row.intake.digest[:16], "row": row.row, "status": row.status_said}
    steps = []
    for number, (step, state, at, reason) in enumerate(told, 1):
        case.state, case.stage = state, stage_of(state, None) or ""
        case.changed_at, case.ended_at = at, at if state in ENDED else None
        steps.append(CaseStep(number=number, step=step, state=state, stage=case.stage, part=Part.DESK, at=at, by=by.reference,
                              party_id=case.party_id, holder_id=holder_of(state, None, case.party_id), reason=reason,
                              about=about))  # fmt: skip
    case.due_at = deadlines.due_after(case, [Moment(one.at, State(one.state), one.holder_id) for one in steps])
    return steps
