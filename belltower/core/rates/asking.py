# SPDX-License-Identifier: Apache-2.0
"""Rates of this city: which cases a period is about, their histories in two queries, and the city's own definitions.

Everything is of the cases that whoever asks sees (the database's policies): an enterprise counts its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.fields.json import KeyTextTransform

from belltower.core.access.people import today
from belltower.core.cases.deadlines import calendar_of, limits
from belltower.core.cases.models import Case, CaseStep, Report
from belltower.core.cases.table import State, Step
from belltower.core.places import city
from belltower.core.places.kinds import register
from belltower.core.places.models import Area, Party
from belltower.core.rates.counting import Figure, Side, behind, count
from belltower.core.rates.defining import Definition, definitions
from belltower.core.rates.errors import BadPeriod, NoSuchRate, TooManyCases
from belltower.core.rates.facts import Clockwork, History, Period, Turn
from belltower.kernel.instants import day_bounds
from belltower.kernel.texts import Text
from belltower.kernel.working_time import WorkingTime

MOST = 50_000
"""So many cases are looked at for one answer, and no more."""
NOBODY = Q(pk__in=[])
_BACKWARDS = Text(zh="结束日早于开始日", en="it ends before it begins")
_AHEAD = Text(zh="尚未开始", en="it has not begun")
_COLUMNS = ("case_id", "case__kind", "case__grade", "at", "step", "state", "graded")


@dataclass(frozen=True, slots=True)
class Asked:
    """Civil days of the city, both included, and of which cases: ``area`` a code (with all below it), ``sector`` a pack's name,
    ``party`` the key of who must put it right now, ``kind`` a kind of case. Empty: any. What nobody knows finds nothing.
    """

    since: date
    until: date
    area: str = ""
    sector: str = ""
    party: str = ""
    kind: str = ""


def this_month(now: datetime) -> tuple[date, date]:
    """From the first of the city's month until today."""
    day = today(now)
    return day.replace(day=1), day


def figures(asked: Asked, now: datetime) -> list[Figure]:
    """Every rate of the period, as things stood at its end, or stand now. Raises BadPeriod, TooManyCases, BadRates."""
    period = period_of(asked, now)
    return count(histories(asked, period), defined(asked.until), period, clockwork())


def cases_behind(asked: Asked, name: str, side: Side, now: datetime) -> tuple[Definition, list[int]]:
    """The rate and the cases behind its figure, by primary key. Raises NoSuchRate and what ``figures`` does."""
    row = next((one for one in defined(asked.until) if one.name == name), None)
    if row is None:
        raise NoSuchRate(rate=name[:40])
    period = period_of(asked, now)
    return row, behind(histories(asked, period), row, side, period, clockwork())


def defined(day: date) -> list[Definition]:
    """What each rate is on that civil day: the bureau's own row, or the one that comes ready."""
    return definitions(settings.BELLTOWER_RATES).on(day)


def period_of(asked: Asked, now: datetime) -> Period:
    """The instants of the asked days, cut at ``now``. Raises BadPeriod."""
    zone = city.current().tz
    begin, end = day_bounds(asked.since, zone)[0], day_bounds(asked.until, zone)[1]
    reason = _BACKWARDS if asked.until < asked.since else _AHEAD if now < begin else None
    if reason:
        raise BadPeriod(since=asked.since.isoformat(), until=asked.until.isoformat(), reason=reason)
    return Period(begin, min(end, now))


def clockwork() -> Clockwork:
    """The city's time limits, calendar and hours."""
    profile = city.current()
    return Clockwork(limits(profile), WorkingTime(calendar_of(profile), tuple(profile.working_hours), profile.tz))


def histories(asked: Asked, period: Period) -> Iterator[History]:
    """The cases asked for that were open in the period, or that somebody told something of in it. Raises TooManyCases."""
    found = _cases(asked, period)
    if found.values("pk")[: MOST + 1].count() > MOST:
        raise TooManyCases(most=f"{MOST:,}")
    ratings = _ratings(found, period)
    rows = CaseStep.objects.filter(case__in=found.values("pk"), at__lt=period.end)
    rows = rows.annotate(graded=KeyTextTransform("grade", "about")).order_by("case_id", "number")
    for case, steps in groupby(rows.values_list(*_COLUMNS).iterator(chunk_size=10_000), key=lambda row: row[0]):
        yield _history(case, list(steps), tuple(ratings.get(case, ())))


def _history(case: int, steps: list[tuple[Any, ...]], ratings: tuple[tuple[datetime, int], ...]) -> History:
    turns = (Turn(at, Step(step), State(state), graded or "") for *_, at, step, state, graded in steps)
    return History(case, steps[0][1], steps[0][2], tuple(turns), ratings)


def _cases(asked: Asked, period: Period) -> QuerySet[Case]:
    """Whatever ended before the period and was not touched since has nothing to tell of it."""
    rated = Report.objects.filter(rated_at__gte=period.begin, rated_at__lt=period.end)
    concerns = Q(ended_at=None) | Q(changed_at__gte=period.begin) | Q(pk__in=rated.order_by().values("case_id"))
    return Case.objects.filter(concerns, *_conditions(asked), reported_at__lt=period.end).order_by()


def _conditions(asked: Asked) -> Iterable[Q]:
    if asked.area:
        area = Area.objects.current().filter(code=asked.area).only("path").first()
        yield Q(area__in=Area.objects.under(area).order_by().values("pk")) if area else NOBODY
    if asked.sector:
        known = register()
        kinds = [name for name, pack in known.pack_of.items() if pack.name == asked.sector]
        of_case = [kind.name for pack in known.packs if pack.name == asked.sector for kind in pack.cases]
        yield Q(asset_kind__in=kinds) | Q(kind__in=of_case)
    if asked.party:
        yield Q(party__in=Party.objects.filter(key=asked.party).values("pk"))
    if asked.kind:
        yield Q(kind=asked.kind)


def _ratings(found: QuerySet[Case], period: Period) -> dict[int, list[tuple[datetime, int]]]:
    """What residents gave in the period, by case. Who must not see reports knows of none."""
    given = Report.objects.filter(
        case__in=found.values("pk"), rated_at__gte=period.begin, rated_at__lt=period.end, stars__isnull=False
    )
    told: dict[int, list[tuple[datetime, int]]] = {}
    for case, at, stars in given.order_by("pk").values_list("case_id", "rated_at", "stars"):
        if at is not None and stars is not None:
            told.setdefault(case, []).append((at, stars))
    return told
