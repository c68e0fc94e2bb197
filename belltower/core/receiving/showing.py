# SPDX-License-Identifier: Apache-2.0
"""What everybody may read of a case: its kind, its place rounded, how it stands, days, the unit, and public remarks.

One shape for pages, open data and feed, so that what must not leave has one place to be kept out. Only cases that came from
residents are told, and of those none about things that are secret: the database keeps to the latter (SEEN).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from belltower.core.cases.duplicates import NEAR_M, Told, likely_duplicates
from belltower.core.cases.errors import NoSuchCase
from belltower.core.cases.kinds import Source, title_of
from belltower.core.cases.models import Case
from belltower.core.cases.table import OPEN, State
from belltower.core.places.models import Area
from belltower.core.places.scope import Scope
from belltower.core.receiving.rules import Happened, Standing, history_of, rounded, standing_of
from belltower.kernel.packs import Secrecy
from belltower.kernel.texts import Text

SEEN = Scope(secrecy=Secrecy.PUBLIC)
"""As whom the public pages look: everywhere, everybody's, nothing that is secret."""
SHOWN = (Source.RESIDENT, Source.MESSAGE)
NOT_LISTED = (State.DECLINED, State.MERGED)
PUT_RIGHT_FOR = timedelta(days=30)
"""How long the list of nearby cases shows what is ended."""


@dataclass(frozen=True, slots=True)
class PublicCase:
    """A case as everybody may know it. ``lon``, ``lat``: WGS 84, rounded to about 100 m; None where nobody knows."""

    number: str
    kind: str
    title: Text
    standing: Standing
    lon: float | None
    lat: float | None
    area: str
    area_title: Text | None
    unit: Text | None
    reported_at: datetime
    changed_at: datetime
    ended_at: datetime | None
    is_simulated: bool
    due_at: datetime | None = None
    history: tuple[Happened, ...] = ()
    remarks: tuple[tuple[datetime, str], ...] = field(default=())


def cases_shown(area: str = "") -> QuerySet[Case]:
    """The cases that everybody may know, the newest first; of the area with that code and all below it, where given."""
    rows = Case.objects.filter(source__in=SHOWN).exclude(state=State.MERGED).select_related("party", "area")
    rows = rows.defer("area__geometry", "area__words").order_by("-pk")
    if not area:
        return rows
    inside = Q(path__startswith=f"{area}/") | Q(path__contains=f"/{area}/")
    return rows.filter(area_id__in=Area.objects.filter(inside).values("pk"))


def nearby(now: datetime) -> QuerySet[Case]:
    """Those of them with a place that are open, or were put right lately."""
    rows = cases_shown().exclude(state__in=NOT_LISTED).exclude(lon=None)
    return rows.filter(state__in=OPEN) | rows.filter(ended_at__gte=now - PUT_RIGHT_FOR)


def one_shown(number: str) -> Case:
    """The case of that number, where everybody may know it. Raises NoSuchCase."""
    case = cases_shown().filter(number=number[:20]).first()
    if case is None:
        raise NoSuchCase(case=number[:20])
    return case


def shown(case: Case) -> PublicCase:
    """What everybody may know of it, without its history; nothing is looked up."""
    return PublicCase(
        number=case.number, kind=case.kind, title=title_of(case.kind), standing=standing_of(case.state),
        lon=rounded(case.lon), lat=rounded(case.lat), area=case.area.code if case.area else "",
        area_title=case.area.title if case.area else None, unit=case.party.title if case.party else None,
        reported_at=case.reported_at, changed_at=case.changed_at, ended_at=case.ended_at, is_simulated=case.is_simulated,
        due_at=case.due_at,
    )  # fmt: skip


def told(case: Case) -> PublicCase:
    """The same with its history and what the bureau said in public."""
    plain = shown(case)
    steps = case.steps.order_by("number").values_list("step", "at")
    remarks = case.remarks.filter(is_public=True).order_by("pk").values_list("at", "text")
    return PublicCase(
        **{name: getattr(plain, name) for name in PublicCase.__slots__ if name not in ("history", "remarks")},
        history=tuple(history_of(steps)), remarks=tuple(remarks),
    )  # fmt: skip


def likely(told_of: Told, *, now: datetime) -> list[tuple[PublicCase, float]]:
    """The public cases that a new report may repeat, with the metres between, measured from their public places.

    From what is public only, so that asking tells nobody more than the list of nearby cases does.
    """
    if told_of.lon is None or told_of.lat is None:
        return []
    reach = 2 * NEAR_M / 100_000  # degrees: enough on both axes up to 60 degrees from the equator
    near = nearby(now).filter(
        lon__range=(told_of.lon - reach, told_of.lon + reach), lat__range=(told_of.lat - reach, told_of.lat + reach)
    )
    rows = {one.number: one for one in map(shown, near[:_MOST_COMPARED])}
    known = [_compared(one) for one in rows.values()]
    return [(rows[one.number], one.metres) for one in likely_duplicates(told_of, known)]


_MOST_COMPARED = 200


def _compared(one: PublicCase) -> Told:
    words = f"{one.title.zh} {one.title.en}"
    return Told(one.lon, one.lat, one.kind, one.reported_at, words, one.number, is_open=one.ended_at is None)
