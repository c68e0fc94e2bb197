# SPDX-License-Identifier: Apache-2.0
"""Cases: listed, reported, and taken step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Field, Query, Router, Schema
from pydantic import ConfigDict, StringConstraints

from belltower.core.access.rules import REPORT_CASES, VIEW
from belltower.core.cases.acting import Acting
from belltower.core.cases.actions import Draft, advance, find, remark, report
from belltower.core.cases.kinds import Grade, Source
from belltower.core.cases.models import Case
from belltower.core.cases.steps import Told
from belltower.core.cases.table import ENDED, State
from belltower.core.places.models import Area, Asset, Party
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text
from belltower.screens.api import case_rows, case_shapes
from belltower.screens.api.case_shapes import GradeWord, MarkWord, SourceWord, StageWord, StateWord, StepWord
from belltower.screens.api.doors import Caller, Request, asking
from belltower.screens.api.pages import PageQuery, page_of
from belltower.screens.api.words import AreaCode, Instant, Latitude, Line, Longitude, Name

router = Router(tags=["cases"])
CaseName = Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f-]{6,40}$")]
Said = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=4000)]
_AREA, _PARTY, _ASSET = Text(zh="区域", en="area"), Text(zh="责任主体", en="party"), Text(zh="部件", en="asset")
_STEP = ("number", "step", "state", "stage", "part", "at", "by", "party__uid", "holder__uid", "reason", "about")
_REMARK = ("uid", "text", "at", "by", "is_public")
SOURCES_OF_PEOPLE = (Source.DESK, Source.INSPECTOR, Source.ASSESSOR, Source.MESSAGE)


class CaseQuery(PageQuery):
    state: list[StateWord] = []
    stage: StageWord | None = None
    kind: Name | None = None
    source: SourceWord | None = None
    grade: GradeWord | None = None
    party: UUID | None = Field(None, description="the uid of the party that must put it right")
    area: AreaCode | None = Field(None, description="the code of an area; everything below it counts too")
    open: bool | None = None
    overdue: bool | None = Field(None, description="whether the clock of its stage has ended by now")


class GivenCase(Schema):
    """Something to put right. A place is WGS 84; `asset` is a uid."""

    model_config = ConfigDict(extra="forbid")
    text: Said
    kind: Name = "other"
    source: SourceWord = Source.DESK
    grade: GradeWord = Grade.NONE
    address: Line = ""
    lon: Longitude | None = None
    lat: Latitude | None = None
    asset: UUID | None = None
    parent: CaseName | None = None


class GivenStep(Schema):
    """A step with a case. `seen` is the number of the last step that the caller knows: with a later one there, nothing is done."""

    model_config = ConfigDict(extra="forbid")
    step: StepWord
    reason: Said = ""
    until: Instant | None = None
    party: UUID | None = Field(None, description="the uid of the party that is to put it right")
    into: CaseName | None = Field(None, description="the case to merge it into")
    seen: int | None = Field(None, ge=1)
    mark: MarkWord | None = Field(None, description="what you think of the work, to evaluate it")


class GivenRemark(Schema):
    model_config = ConfigDict(extra="forbid")
    text: Said


@router.get("/cases", response=case_shapes.CasePage, **asking(VIEW))
def list_cases(request: Request, where: Query[CaseQuery]) -> HttpResponse:
    """Cases that the caller sees, the newest first."""
    return case_rows.page(_wanted(where, timezone.now()), where)


@router.post("/cases", response={201: case_shapes.Case}, **asking(REPORT_CASES))
def report_case(request: Request, given: GivenCase) -> HttpResponse:
    """Report something to put right; the duty desk has it then."""
    asset = None
    if given.asset and (asset := Asset.objects.filter(uid=given.asset).select_related("area").first()) is None:
        raise NotFound(noun=_ASSET, name=given.asset)
    draft = Draft(
        given.text, given.kind, given.source if given.source in SOURCES_OF_PEOPLE else Source.DESK, given.grade,
        address=given.address, lon=given.lon, lat=given.lat, asset=asset,
        parent=find(given.parent) if given.parent else None,
    )  # fmt: skip
    return _one(report(draft, acting=acting_of(request.auth), now=timezone.now()), status=201)


@router.get("/cases/{case}", response=case_shapes.Case, **asking(VIEW))
def get_case(request: Request, case: CaseName) -> HttpResponse:
    """One case, by its number or uid."""
    return _one(find(case))


@router.get("/cases/{case}/steps", response=case_shapes.CaseStepPage, **asking(VIEW))
def list_case_steps(request: Request, case: CaseName, where: Query[PageQuery]) -> dict[str, Any]:
    """Everything that was done with a case, from its report on."""
    return page_of(find(case).steps.all(), _STEP, _step_shown, at=where)


@router.post("/cases/{case}/steps", response=case_shapes.Case, **asking(REPORT_CASES))
def advance_case(request: Request, case: CaseName, given: GivenStep) -> HttpResponse:
    """Take a step with a case. Who may take which one follows from its state, its history and what the caller may do."""
    told = Told(
        given.reason, given.until, party_id=_party(given.party).pk if given.party else None,
        into=find(given.into) if given.into else None, mark=given.mark or "",
    )  # fmt: skip
    return _one(
        advance(find(case), given.step, told, acting=acting_of(request.auth), now=timezone.now(), seen=given.seen)
    )


@router.get("/cases/{case}/remarks", response=case_shapes.CaseRemarkPage, **asking(VIEW))
def list_case_remarks(request: Request, case: CaseName, where: Query[PageQuery]) -> dict[str, Any]:
    """What was said of a case, from the first on."""
    return page_of(find(case).remarks.all(), _REMARK, dict, at=where)


@router.post("/cases/{case}/remarks", response={201: case_shapes.CaseRemark}, **asking(REPORT_CASES))
def remark_on_case(request: Request, case: CaseName, given: GivenRemark) -> tuple[int, dict[str, Any]]:
    """Say something of a case. It changes nothing of it, and is not public."""
    row = remark(find(case), given.text, acting=acting_of(request.auth), now=timezone.now())
    return 201, {name: getattr(row, name) for name in _REMARK}


def acting_of(caller: Caller) -> Acting:
    """The caller as somebody who acts on cases: what they may do, and where."""
    if caller.standing is not None:
        return Acting(caller.actor, {verb: caller.standing.scope(verb) for verb in caller.verbs}, caller.party_id)
    return Acting(caller.actor, dict.fromkeys(caller.verbs, caller.scope), caller.party_id)


def _step_shown(row: Mapping[str, Any]) -> dict[str, Any]:
    plain = {name: row[name] for name in _STEP if "__" not in name}
    return {**plain, "stage": row["stage"] or None, "party": row["party__uid"], "holder": row["holder__uid"]}


def _one(case: Case, *, status: int = 200) -> HttpResponse:
    """The case that the caller sees, or has just had a hand in: after a hand-over it may be out of their sight."""
    with seen_as(EVERYTHING):
        return case_rows.one(case.pk, status=status)


def _wanted(where: CaseQuery, now: datetime) -> case_rows.Wanted:
    found = case_rows.Wanted()
    for column in ("stage", "kind", "source", "grade"):
        if (value := getattr(where, column)) is not None:
            found.where(f"c.{column} = %s", value)
    if where.party:
        found.where("c.party_id = %s", _party(where.party).pk)
    if where.area:
        areas = _areas(where.area)
        found.where(*(("c.area_id = %s", areas[0]) if len(areas) == 1 else ("c.area_id = ANY(%s)", areas)))
    if where.state:
        found.where("c.state = ANY(%s)", list(map(str, where.state)))
    is_open = where.open if where.open is not None or not where.state else _all_open(where.state)
    if is_open is not None:
        found.where(f"c.ended_at IS {'' if is_open else 'NOT '}NULL")
    if where.overdue is not None:
        found.where(*case_rows.late(now, is_late=where.overdue))
    return found


def _all_open(states: Sequence[State]) -> bool | None:
    """True where no ended state is among them, so that the list goes by the index of what is open."""
    return True if ENDED.isdisjoint(states) else None


def _party(uid: UUID) -> Party:
    found = Party.objects.filter(uid=uid).only("pk").first()
    if found is None:
        raise NotFound(noun=_PARTY, name=uid)
    return found


def _areas(code: str) -> list[int]:
    top = Area.objects.current().filter(code=code).only("path").first()
    if top is None:
        raise NotFound(noun=_AREA, name=code)
    return list(Area.objects.filter(path__startswith=top.path).values_list("pk", flat=True))
