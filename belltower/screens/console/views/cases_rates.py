# SPDX-License-Identifier: Apache-2.0
"""The official rates of cases: of a period, each number opening to its cases; and the same as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.utils.translation import get_language

from belltower.core.access.rules import EXPORT, VIEW
from belltower.core.cases.kinds import case_kinds
from belltower.core.cases.models import Case
from belltower.core.cases.wording import VERIFIED
from belltower.core.places.kinds import register
from belltower.core.places.models import Area, Party
from belltower.core.rates.asking import MOST, Asked, cases_behind, figures, this_month
from belltower.core.rates.counting import SMALL, Side
from belltower.core.rates.errors import NoSuchRate
from belltower.core.rates.telling import sheet
from belltower.kernel.errors import Refusal
from belltower.screens.console.case_listing import SIZE, with_all
from belltower.screens.console.case_story import Row
from belltower.screens.console.doors import ConsoleRequest, door
from belltower.screens.console.refusals import status_of

_NARROWING = ("area", "sector", "party", "kind")


@door(VIEW)
def show(request: ConsoleRequest) -> HttpResponse:
    """Every rate of the period that the address asks for; this month where it asks for none."""
    asked, wrong, found, status = asked_of(request.GET.dict(), request.now), "", [], 200
    try:
        found = figures(asked, request.now)
    except Refusal as refusal:
        wrong, status = refusal.say(get_language() or "zh"), status_of(refusal)
    page = {
        "asked": asked, "wrong": wrong, "most": f"{MOST:,}", "small": SMALL, "said": _said(asked), "choices": choices(),
        "rows": [(one, VERIFIED[one.definition.source.verified]) for one in found],
    }  # fmt: skip
    return render(request, "console/cases/rates.html", page, status=status)


@door(VIEW)
def show_cases(request: ConsoleRequest, rate: str, side: str) -> HttpResponse:
    """The cases behind a figure. Raises NoSuchRate, BadPeriod, TooManyCases."""
    if side not in set(Side):
        raise NoSuchRate(rate=f"{rate}/{side}"[:40])
    asked = asked_of(request.GET.dict(), request.now)
    row, keys = cases_behind(asked, rate, Side(side), request.now)
    number = request.GET.get("page", "")
    at = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0
    keys.reverse()  # the newest first
    wanted = keys[at * SIZE : (at + 1) * SIZE]
    shown = with_all(Case.objects.filter(pk__in=wanted)).order_by("-pk")
    page = {
        "asked": asked, "definition": row, "is_counted": side == Side.COUNTED, "count": len(keys), "said": _said(asked),
        "rows": [Row(one, request.now) for one in shown], "next": at + 1 if len(keys) > (at + 1) * SIZE else None,
        "before": at - 1 if at else None,
    }  # fmt: skip
    return render(request, "console/cases/rate_cases.html", page)


@door(EXPORT)
def send(request: ConsoleRequest) -> HttpResponse:
    """The same figures as CSV. Raises BadPeriod, TooManyCases."""
    asked = asked_of(request.GET.dict(), request.now)
    made = io.StringIO()
    csv.writer(made).writerows(sheet(figures(asked, request.now), get_language() or "zh"))
    answer = HttpResponse("\ufeff" + made.getvalue(), content_type="text/csv; charset=utf-8")
    name = f"rates-{asked.since.isoformat()}-{asked.until.isoformat()}.csv"
    answer["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return answer


def asked_of(said: Mapping[str, str], now: datetime) -> Asked:
    """What an address asks for; a day that cannot be read is this month's."""
    first, last = this_month(now)
    narrowed = {name: said.get(name, "").strip()[:120] for name in _NARROWING}
    return Asked(_day(said.get("since", ""), first), _day(said.get("until", ""), last), **narrowed)


def choices() -> dict[str, Any]:
    """What the period can be narrowed to: all there is, whether or not there are cases of it."""
    return {
        "areas": list(
            Area.objects.current().filter(level__in=("district", "street")).defer("geometry", "words").order_by("path")
        ),
        "sectors": [pack for pack in register().packs if pack.assets or pack.cases],
        "parties": list(Party.objects.filter(cases__isnull=False).defer("words").distinct().order_by("key")[:200]),
        "kinds": case_kinds().values(),
    }


def _said(asked: Asked) -> str:
    """What was asked for as a query string, for the addresses behind the figures."""
    said = {"since": asked.since.isoformat(), "until": asked.until.isoformat()}
    return urlencode(said | {name: value for name in _NARROWING if (value := getattr(asked, name))})


def _day(said: str, otherwise: date) -> date:
    try:
        day = date.fromisoformat(said)
    except ValueError:
        return otherwise
    return day if 1800 <= day.year <= 2999 else otherwise
