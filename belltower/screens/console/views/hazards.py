# SPDX-License-Identifier: Apache-2.0
"""The hazard ledger: the closing report by area, enterprise, kind and month, the hazards behind each number, and the sheets."""

from __future__ import annotations

import csv
import io
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import get_language

from belltower.core.access.rules import EXPORT, Verb
from belltower.core.cases.table import ENDED, State
from belltower.core.hazards.actions import import_upload
from belltower.core.hazards.models import Hazard, Sheet
from belltower.core.hazards.reporting import PUT_RIGHT, By, hazards_of, report
from belltower.core.places.loading.guard import guarded
from belltower.kernel.errors import NotFound, Refusal
from belltower.kernel.texts import Text
from belltower.screens.console.case_story import Row
from belltower.screens.console.doors import ConsoleRequest, MayNot, door
from belltower.screens.console.refusals import status_of
from belltower.screens.console.views.cases import acting_of

SHEET = Text(zh="隐患表格", en="sheet of hazards")
FILE = Text(zh="文件", en="file")
MOST, MOST_ASIDE, MOST_SHEETS = 50, 200, 30
ONLY = ("all", "open", "overdue", "answered", "put_right", "major")


@door(Verb.VIEW)
def show(request: ConsoleRequest) -> HttpResponse:
    """The closing report, grouped as the address asks."""
    by = _by(request)
    rows, total = report(by, now=request.now)
    page = {"by": by, "ways": list(By), "rows": rows, "total": total}
    return render(request, "console/hazards/report.html", page)


@door(EXPORT)
def report_csv(request: ConsoleRequest) -> HttpResponse:
    """The same report as CSV, in the reader's language."""
    by, language = _by(request), get_language() or "zh"
    rows, _ = report(by, now=request.now)
    file = io.StringIO()
    out = csv.writer(file)
    out.writerow([by.text.say(language), *(one.say(language) for one in _HEADS)])
    for row in rows:
        one = row.counted
        numbers = (one.found, one.major, one.open, one.overdue, one.answered, one.put_right, one.dropped)
        out.writerow([guarded(row.title.say(language)), *numbers, "" if one.share is None else f"{one.share:.1f}"])
    answer = HttpResponse("\ufeff" + file.getvalue(), content_type="text/csv; charset=utf-8")
    name = content_disposition_header(as_attachment=True, filename=f"hazards-{by.value}.csv")
    answer.headers["Content-Disposition"] = name or "attachment"
    return answer


@door(Verb.VIEW)
def show_rows(request: ConsoleRequest) -> HttpResponse:
    """The hazards behind a number of the report, the latest first."""
    asked = {name: request.GET.get(name, "")[:120] for name in ("by", "key", "only")}
    found = Hazard.objects.all() if not asked["by"] else hazards_of(_by(request), asked["key"])
    asked["only"] = asked["only"] if asked["only"] in ONLY else "all"
    number = request.GET.get("page", "")
    page_number = int(number) if number.isascii() and number.isdigit() and len(number) < 5 else 0
    begin = page_number * MOST
    chosen = _only(found, asked["only"], request).select_related("case__party", "enterprise", "area")
    chosen = chosen.defer("area__geometry", "area__words", "enterprise__words", "case__party__words")
    rows = list(chosen[begin : begin + MOST + 1])
    page = {
        "rows": [(one, Row(one.case, request.now)) for one in rows[:MOST]],
        "only": asked["only"], "ways": ONLY, "next": page_number + 1 if len(rows) > MOST else None,
        "ask": urlencode({name: asked[name] for name in ("by", "key") if asked[name]}),
    }  # fmt: skip
    return render(request, "console/hazards/rows.html", page)


@door(Verb.DISPATCH_CASES)
def sheets(request: ConsoleRequest) -> HttpResponse:
    """The sheets that were imported, and the form to send one; POST imports it, or says what is wrong."""
    wrong, status = "", 200
    if request.method == "POST" and (file := request.FILES.get("file")) is not None:
        if not request.standing.scope(Verb.DISPATCH_CASES).sees_all:
            raise MayNot(Verb.DISPATCH_CASES)  # a sheet is of the whole city
        try:
            made = import_upload(file, file.name or "sheet", acting=acting_of(request), now=request.now)
            return redirect("console:hazard_sheet", made.uid)
        except Refusal as refusal:
            wrong, status = refusal.say(get_language() or "zh"), status_of(refusal)
    page = {"sheets": Sheet.objects.all()[:MOST_SHEETS], "wrong": wrong}
    return render(request, "console/hazards/sheets.html", page, status=status)


@door(Verb.DISPATCH_CASES)
def sheet(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """One sheet with the rows that were kept aside, each with the reason. Raises NotFound."""
    found = Sheet.objects.filter(uid=uid).first()
    if found is None:
        raise NotFound(noun=SHEET, name=str(uid))
    aside = [(one, list(one.values.items())) for one in found.aside.all()[:MOST_ASIDE]]
    return render(request, "console/hazards/sheet.html", {"sheet": found, "aside": aside})


_HEADS = (
    Text(zh="发现", en="Found"), Text(zh="其中重大", en="Of them major"), Text(zh="未整改", en="Open"),
    Text(zh="超期", en="Overdue"), Text(zh="待复查", en="To be re-inspected"), Text(zh="复查通过", en="Verified put right"),
    Text(zh="不予立案或并案", en="Dropped"), Text(zh="整改率（%）", en="Put right (%)"),
)  # fmt: skip


def _by(request: ConsoleRequest) -> By:
    asked = request.GET.get("by", "")
    return By(asked) if asked in set(By) else By.AREA


def _only(found: QuerySet[Hazard], only: str, request: ConsoleRequest) -> QuerySet[Hazard]:
    settled = [*PUT_RIGHT, *ENDED]
    return {
        "all": lambda: found,
        "open": lambda: found.exclude(case__state__in=settled),
        "overdue": lambda: found.exclude(case__state__in=settled).filter(case__due_at__lt=request.now),
        "answered": lambda: found.filter(case__state=State.ANSWERED),
        "put_right": lambda: found.filter(case__state__in=PUT_RIGHT),
        "major": lambda: found.filter(grade="major"),
    }[only]()
