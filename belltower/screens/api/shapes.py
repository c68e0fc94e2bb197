# SPDX-License-Identifier: Apache-2.0
"""What operations answer: the shapes of the OpenAPI document. Fields are added here, never removed or retyped."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, NotRequired
from uuid import UUID

from pydantic import BaseModel, Field
from typing_extensions import TypedDict

from belltower.core.jobs.models import JobState
from belltower.core.places.models import AreaLevel, Life, LoadState, PartyKind, Role

Position = Annotated[
    list[float], Field(min_length=2, max_length=2, description="[longitude, latitude] in degrees, WGS 84")
]


class Text(TypedDict):
    """A text in Chinese, English or both."""

    zh: NotRequired[str]
    en: NotRequired[str]


class Geometry(TypedDict):
    """A GeoJSON geometry (RFC 7946) in WGS 84."""

    type: Literal["Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon"]
    coordinates: list[Any]


class Page(BaseModel):
    """A page of a list. `next` is the cursor of the page after it, null on the last one."""

    next: str | None


class Problem(BaseModel):
    """Why something was not done (RFC 9457). `title` is in the language of Accept-Language."""

    type: str
    title: str
    status: int
    code: str
    facts: dict[str, Any]
    request: str | None = None


class PartyRef(BaseModel):
    uid: UUID
    key: str
    name: Text


class AreaRef(BaseModel):
    code: str
    level: AreaLevel
    name: Text


class AreaLine(AreaRef):
    """An area as lists show it. Valid from a day until (not including) another."""

    uid: UUID
    parent: str | None = Field(description="the code of the area above")
    position: Position | None = Field(description="a point inside")
    area_m2: float | None
    population: int | None
    valid_from: date
    valid_until: date | None


class Area(AreaLine):
    geometry: Geometry | None
    source: str


class AreaPage(Page):
    items: list[AreaLine]


class AssetLine(BaseModel):
    """An asset as lists show it. True in the world since `valid_from`, known here since `recorded_at`."""

    uid: UUID
    kind: str
    key: str = Field(description="the natural key within the kind: the owner's own number")
    code: str | None = Field(description="the 17-digit code of GB/T 47678.5")
    name: Text | None
    life: Life
    position: Position | None = Field(description="a point on the asset")
    area: AreaRef | None
    owner: PartyRef | None
    fields: dict[str, Any] = Field(description="what the kind declares (GET /api/v1/kinds/{name}), units as declared")
    valid_from: datetime
    recorded_at: datetime


class Asset(AssetLine):
    geometry: Geometry | None
    source: str
    recorded_by: str


class AssetPage(Page):
    items: list[AssetLine]


class AssetState(BaseModel):
    """What was known of an asset at one instant about another."""

    uid: UUID
    kind: str
    key: str
    code: str | None
    name: Text | None
    life: Life
    owner: PartyRef | None
    fields: dict[str, Any]
    geometry: Geometry | None
    valid_from: datetime
    recorded_at: datetime
    recorded_by: str
    source: str


class Difference(BaseModel):
    """One thing that changed: a column, or `fields.NAME`. Null is "not known"."""

    what: str
    before: Any
    after: Any


class Change(BaseModel):
    """One recorded change: since when it is true, when and by whom it was written down, and what differed."""

    valid_from: datetime
    recorded_at: datetime
    recorded_by: str
    source: str
    is_back_dated: bool = Field(description="it speaks of a time for which something else had been recorded already")
    differences: list[Difference]


class ChangePage(Page):
    items: list[Change]


class NearAsset(BaseModel):
    """An asset and how far its nearest part is, in metres of the city's metric plane."""

    uid: UUID
    kind: str
    key: str
    name: Text | None
    life: Life
    position: Position
    distance_m: float


class NearAssets(BaseModel):
    """The nearest first."""

    items: list[NearAsset]


class Party(PartyRef):
    kind: PartyKind
    credit_code: str | None = Field(description="the unified social credit code, GB 32100")
    parent: UUID | None


class PartyPage(Page):
    items: list[Party]


class ResponsibilityLine(BaseModel):
    """One rule. Without `kind` it holds for every kind, without `area` in the whole city."""

    uid: UUID
    role: Role
    kind: str | None
    area: AreaRef | None
    party: PartyRef
    valid_from: date
    valid_until: date | None
    basis: str


class ResponsibilityPage(Page):
    items: list[ResponsibilityLine]


class DecidingRule(BaseModel):
    """Without `kind` it holds for every kind, without `area` (a code) in the whole city."""

    kind: str | None
    area: str | None
    valid_from: date
    valid_until: date | None
    basis: str


class Decision(BaseModel):
    """Who answers in one role, and the rule that decided (null where the asset's own record of its owner did)."""

    role: Role
    party: PartyRef
    rule: DecidingRule | None
    because: Text


class Answerable(BaseModel):
    """Who answers, role by role. A role that is not listed is not known."""

    area: AreaRef | None
    decisions: list[Decision]


class Hit(BaseModel):
    """Something that search found. `code` is what people call it by, `where` the area it lies in."""

    what: Literal["asset", "area", "party"]
    uid: UUID
    code: str
    title: Text
    where: Text | None
    position: Position | None


class Hits(BaseModel):
    """The best hits, best first."""

    items: list[Hit]


class Choice(BaseModel):
    value: str
    title: Text


class FieldDeclaration(BaseModel):
    name: str
    title: Text
    holds: str = Field(description="text, integer, number, boolean, date, choice, or a measured quantity")
    unit: str | None = Field(description="UCUM code")
    required: bool
    choices: list[Choice]


class Kind(BaseModel):
    name: str
    title: Text
    pack: str
    geometry: Literal["point", "line", "polygon"]
    gb_code: str | None
    fields: list[FieldDeclaration]


class KindPage(Page):
    items: list[Kind]


class Pack(BaseModel):
    name: str
    title: Text
    about: Text
    kinds: list[str]
    streams: list[str]
    cases: list[str]


class PackPage(Page):
    items: list[Pack]


class CodeLine(BaseModel):
    """A class of parts or matters in an official standard."""

    standard: str
    kind: Literal["part", "matter"]
    code: str
    name: Text
    verified: str


class CodePage(Page):
    items: list[CodeLine]


class Job(BaseModel):
    """A piece of long work. `total` is null while it is not known."""

    uid: UUID
    work: str
    title: Text
    why: str
    state: JobState
    asked_by: str
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    retry_at: datetime | None
    attempts: int
    attempts_allowed: int
    done: int
    total: int | None
    doing: Text | None
    is_cancel_asked: bool
    result: dict[str, Any] | None
    because: Text | None = Field(description="why it failed or ended as it did")


class JobPage(Page):
    items: list[Job]


class Load(BaseModel):
    """A file on its way into the city, or loaded."""

    uid: UUID
    target: str
    file_name: str
    crs: str
    state: LoadState
    is_dry_run: bool
    rules: dict[str, Any] | None
    report: dict[str, Any] | None
    job: UUID | None
    by: str
    made_at: datetime


class LoadPage(Page):
    items: list[Load]


class Mapping(BaseModel):
    """How a file is read: what it holds (a kind, or `areas`), its coordinates, and what each column is.

    A column is `{"to": target}`, with `unit` for bare numbers and `words` for what its words mean; `key` is
    `@geometry` where no column is the key.
    """

    target: str
    crs: str
    columns: dict[str, dict[str, Any]]
    key: str = ""


class Proposal(BaseModel):
    """What the file probably is, other kinds it could be (best first), and what to know before using it."""

    mapping: Mapping
    kinds: list[str]
    warnings: list[Text]


class KeptAside(BaseModel):
    """A row that could not be read: its number in the file, why, and the row as it stood."""

    row_number: int
    reason: Text
    row: dict[str, Any]


class KeptAsidePage(Page):
    items: list[KeptAside]


class City(BaseModel):
    """The profile of the one city of this installation."""

    name: Text
    code: str
    country: str
    subdivision: str | None
    zone: str
    plane: str
    centre: Position
    languages: list[str]
    levels: list[dict[str, Any]]
    districts: list[dict[str, Any]]
    working_hours: list[str]
    calendar_exceptions: list[dict[str, Any]]


class Whoami(BaseModel):
    kind: Literal["person", "service"]
    name: str
    uid: UUID
    roles: list[str]
    verbs: list[str]
    party: PartyRef | None
    sees: Literal["everything", "own", "nothing"]
    language: str
