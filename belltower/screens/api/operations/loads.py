# SPDX-License-Identifier: Apache-2.0
"""Loads: send a file, ask what it probably is, load it as a job, and fetch the rows that were kept aside."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import StreamingHttpResponse
from ninja import Field, File, Query, Router, Schema
from ninja.files import UploadedFile
from pydantic import ConfigDict

from belltower.core.access.rules import Verb
from belltower.core.places.actions import loads
from belltower.core.places.loading.mapping import ColumnMapping
from belltower.core.places.models import KeptAside, Load, LoadState
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text
from belltower.screens.api import columns, shapes
from belltower.screens.api.doors import Caller, Request, asking
from belltower.screens.api.operations.jobs import shown as shown_job
from belltower.screens.api.pages import PageQuery, page_of
from belltower.screens.api.streams import answering, streamed
from belltower.screens.api.words import CoordinateSystem, Line, Name, Words

router = Router(tags=["loads"])
NOUN = Text(zh="导入", en="load")


class LoadQuery(PageQuery):
    state: list[LoadState] = []


class ProposeQuery(Schema):
    target: Name | None = Field(None, description="a kind, or `areas`, where it is known")
    crs: CoordinateSystem | None = None


class GivenRule(Schema):
    model_config = ConfigDict(extra="forbid")
    to: Words
    unit: Line | None = None
    words: dict[Words, Line] = Field(default_factory=dict)


class GivenMapping(Schema):
    """A mapping as `propose` answers it."""

    model_config = ConfigDict(extra="forbid")
    target: Name
    crs: CoordinateSystem = "wgs84"
    columns: dict[Words, GivenRule]
    key: Line = ""


class RunOrder(Schema):
    model_config = ConfigDict(extra="forbid")
    mapping: GivenMapping | None = Field(None, description="the proposed one, or that of the last run, when left out")
    save_as: Line = Field("", description="keep the mapping under this name")
    is_dry_run: bool = Field(False, description="tell exactly what would happen, and write nothing")
    why: Words = "API"


@router.get("/loads", response=shapes.LoadPage, **asking(Verb.LOAD))
def list_loads(request: Request, where: Query[LoadQuery]) -> dict[str, Any]:
    """Loads, the latest first."""
    rows = Load.objects.filter(state__in=where.state) if where.state else Load.objects.all()
    return page_of(rows, columns.LOAD, columns.load, at=where, newest_first=True)


@router.post("/loads", response={201: shapes.Load}, **asking(Verb.LOAD))
def send_file(request: Request, file: File[UploadedFile]) -> dict[str, Any]:
    """Send a file of areas or assets: CSV, XLSX, GeoJSON, GeoPackage, or a zipped Shapefile."""
    load = loads.receive_file(file, file.name or "file", by=request.auth.actor)
    return _shown(load.uid)


@router.get("/loads/{uuid:uid}", response=shapes.Load, **asking(Verb.LOAD))
def get_load(request: Request, uid: UUID) -> dict[str, Any]:
    """One load, with its report once it has run."""
    return _shown(uid)


@router.post("/loads/{uuid:uid}/propose", response=shapes.Proposal, **asking(Verb.LOAD))
def propose_mapping(request: Request, uid: UUID, where: Query[ProposeQuery]) -> dict[str, Any]:
    """What the file probably is, and what each of its columns."""
    proposal = loads.propose(_load(uid), target=where.target, crs=where.crs)
    warnings = [one.as_json() for one in proposal.warnings]
    return {"mapping": proposal.mapping.as_json(), "kinds": list(proposal.kinds), "warnings": warnings}


@router.post("/loads/{uuid:uid}/run", response={202: shapes.Job}, **asking(Verb.LOAD))
def run_load(request: Request, uid: UUID, order: RunOrder) -> dict[str, Any]:
    """Load the file, or try it, as a job: rows that cannot be read are kept aside and never stop the good ones."""
    return shown_job(request.auth, _asked(request.auth, _load(uid), order))


@router.get("/loads/{uuid:uid}/kept-aside", response=shapes.KeptAsidePage, **asking(Verb.LOAD))
def list_kept_aside(request: Request, uid: UUID, where: Query[PageQuery]) -> dict[str, Any]:
    """The rows that were kept aside, with their numbers and reasons."""
    rows = KeptAside.objects.filter(load=_load(uid))
    return page_of(rows, columns.KEPT_ASIDE, columns.kept_aside, at=where)


@router.get("/loads/{uuid:uid}/kept-aside.csv", **asking(Verb.LOAD, **answering("text/csv")))
def get_kept_aside_csv(request: Request, uid: UUID) -> StreamingHttpResponse:
    """The rows that were kept aside, as a file to correct and send again."""
    lines = loads.kept_aside_csv(_load(uid))
    return streamed(lines, "text/csv", f"kept-aside-{uid}.csv")


@transaction.atomic
def _asked(caller: Caller, load: Load, order: RunOrder) -> UUID:
    """Settle the mapping and ask for the job; its uid."""
    if order.mapping or load.rules is None:
        given = ColumnMapping.read(order.mapping.dict()) if order.mapping else loads.propose(load).mapping
        load = loads.choose(load, given, by=caller.actor, save_as=order.save_as)
    return loads.ask_load(load, by=caller.actor, why=order.why, dry_run=order.is_dry_run).uid


def _load(uid: UUID) -> Load:
    load = Load.objects.filter(uid=uid).first()
    if load is None:
        raise NotFound(noun=NOUN, name=uid)
    return load


def _shown(uid: UUID) -> dict[str, Any]:
    row = Load.objects.filter(uid=uid).values(*columns.LOAD).first()
    if row is None:
        raise NotFound(noun=NOUN, name=uid)
    return columns.load(row)
