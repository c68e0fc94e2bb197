# SPDX-License-Identifier: Apache-2.0
"""The way of a file into the city: send it, say which column is what, try it, load it, read the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from belltower.core.access.rules import LOAD
from belltower.core.jobs.models import ENDED, Job
from belltower.core.places.actions import loads
from belltower.core.places.kinds import GIVEN, kind_title, register
from belltower.core.places.loading.mapping import AREAS, ASSET_TARGETS, BY_GEOMETRY, FIELD, ColumnMapping
from belltower.core.places.loading.preview import Preview
from belltower.core.places.loading.report import LoadReport
from belltower.core.places.models import KeptAside, Life, Load, LoadState
from belltower.kernel.errors import NotFound, Refusal, Unreadable
from belltower.kernel.packs import Field
from belltower.kernel.texts import Text
from belltower.screens.console import mapping_form
from belltower.screens.console.doors import ConsoleRequest, door
from belltower.screens.console.shown import plain, printed, shown
from belltower.screens.console.views.jobs import dressed

RECENT = 50
ASIDE_SHOWN = 200
HIDDEN = {FIELD + GIVEN}


@door(LOAD)
def show_all(request: ConsoleRequest) -> HttpResponse:
    """The form to send a file, and what was loaded lately; a file that is sent is kept and looked at."""
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None:
            raise Unreadable(what=Text(zh="文件", en="the file"), reason=Text(zh="没有选择文件", en="none was chosen"))
        load = loads.receive_file(file, file.name or "file", by=request.actor)
        return redirect("console:load", load.uid)
    recent = [(load, _target_title(load.target), _report(load)) for load in Load.objects.all()[:RECENT]]
    return render(request, "console/loads.html", {"recent": recent})


@door(LOAD)
def show(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Where the load stands: choosing the columns, under way, or done."""
    load = find(uid)
    job = _job(load)
    if job and job.state not in ENDED:
        return render(request, "console/loads/running.html", {"load": load, "one": dressed(job)})
    if load.state == LoadState.LOADED:
        return render(request, "console/loads/done.html", _done(load))
    if request.method == "POST":
        return _settle(request, load)
    if load.rules and not request.GET.get("target") and not request.GET.get("crs"):
        return _choosing(request, load, ColumnMapping.read(load.rules), job=job)
    proposal = loads.propose(load, target=request.GET.get("target") or None, crs=request.GET.get("crs") or None)
    return _choosing(request, load, proposal.mapping, kinds=proposal.kinds, warnings=proposal.warnings, job=job)


@door(LOAD)
def progress(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """How far the load is; when it has ended the whole page is asked for again."""
    load = find(uid)
    job = _job(load)
    answer = render(request, "console/loads/progress.html", {"load": load, "one": dressed(job) if job else None})
    if job is None or job.state in ENDED:
        answer["HX-Refresh"] = "true"
    return answer


@door(LOAD)
def aside(request: ConsoleRequest, uid: UUID) -> StreamingHttpResponse:
    """The rows kept aside as CSV, with the reasons, to correct and send again."""
    load = find(uid)
    stem = load.file_name.rpartition(".")[0] or load.file_name
    answer = StreamingHttpResponse(loads.kept_aside_csv(load), content_type="text/csv; charset=utf-8")
    name = _("%(file)s kept aside.csv") % {"file": stem}
    answer.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    return answer


def find(uid: UUID) -> Load:
    """The load of that uid. Raises NotFound."""
    load = Load.objects.filter(uid=uid).first()
    if load is None:
        raise NotFound(noun=Text(zh="导入记录", en="load"), name=uid)
    return load


def _job(load: Load) -> Job | None:
    return Job.objects.filter(uid=load.job_uid).first() if load.job_uid else None


def _settle(request: ConsoleRequest, load: Load) -> HttpResponse:
    """Take the sent mapping: look at it again, or ask for the (dry) run. A refusal loses nothing that was chosen."""
    mapping = mapping_form.read(request.POST, loads.open_load(load).shape.columns)
    step = request.POST.get("step", "look")
    if step == "look":
        return _choosing(request, load, mapping)
    try:
        load = loads.choose(load, mapping, by=request.actor, save_as=request.POST.get("save_as", ""))
        why = request.POST.get("why", "").strip() or _("Loaded by hand in the console")
        loads.ask_load(load, by=request.actor, why=why, dry_run=step == "dry_run")
    except Refusal as refusal:
        return _choosing(request, load, mapping, refusal=refusal)
    return redirect("console:load", load.uid)


def _choosing(
    request: ConsoleRequest,
    load: Load,
    mapping: ColumnMapping,
    *,
    kinds: tuple[str, ...] = (),
    warnings: tuple[Text, ...] = (),
    refusal: Refusal | None = None,
    job: Job | None = None,
) -> HttpResponse:
    source = loads.open_load(load)
    looked, refusal = (None, refusal) if refusal or mapping.target == AREAS else _looked(load, mapping)
    chosen = register().kinds.get(mapping.target)
    return render(
        request,
        "console/loads/choose.html",
        {
            "load": load,
            "source": source,
            "mapping": mapping,
            "is_areas": mapping.target == AREAS,
            "kind": chosen,
            "lines": mapping_form.lines(source, mapping),
            "targets": mapping_form.targets(mapping),
            "field_targets": mapping_form.fields(mapping),
            "systems": mapping_form.SYSTEMS,
            "is_other_system": mapping.crs not in dict(mapping_form.SYSTEMS),
            "by_geometry": mapping.key == BY_GEOMETRY,
            "guesses": [(name, kind_title(name)) for name in kinds],
            "packs": [pack for pack in register().packs if pack.assets],
            "warnings": warnings,
            "looked": looked and _table(looked, mapping),
            "refusal": refusal and {"sentence": refusal.say(get_language() or "zh"), "code": refusal.code},
            "tried": _report(load) if load.is_dry_run else None,
            "job": dressed(job) if job else None,
        },
        status=422 if refusal and request.method == "POST" else 200,
    )


def _looked(load: Load, mapping: ColumnMapping) -> tuple[Preview | None, Refusal | None]:
    """The first rows as they would be read, or why they cannot be."""
    if not mapping.target:
        return None, None
    try:
        return loads.preview(load, mapping), None
    except Refusal as refusal:
        return None, refusal


def _table(looked: Preview, mapping: ColumnMapping) -> dict[str, object]:
    """The preview as a table: a column a target, in the order of the first rows."""
    columns = [to for to in dict.fromkeys(to for row in looked.rows for to in row.values) if to not in HIDDEN]
    kind = register().kinds.get(mapping.target)
    declared = {to: kind.field(to.removeprefix(FIELD)) for to in columns if kind and to.startswith(FIELD)}
    return {
        "heads": [_head(to, declared.get(to)) for to in columns],
        "rows": [(row.row, [_cell(to, row.values, declared.get(to)) for to in columns]) for row in looked.rows],
        "aside": looked.aside,
        "looked_at": looked.looked_at,
    }


def _head(to: str, field: Field | None) -> tuple[Text, str]:
    if field is not None:
        return field.title, printed(field.unit)
    return ASSET_TARGETS.get(to, Text(en=to)), ""


def _cell(to: str, row: Mapping[str, Any], field: Field | None) -> str | None:
    """One cell of the preview in the reader's words; None where it is not known."""
    value, language = row.get(to), get_language() or "zh"
    if field is not None:
        found = shown(field, value, (row.get(FIELD + GIVEN) or {}).get(field.name, ""))
        return found.value and (f"{found.value} ({found.original})" if found.original else found.value)
    if to == "kind":
        return kind_title(str(value)).say(language)
    if to == "life" and value:
        return str(Life(value).label)
    if isinstance(value, Mapping):
        return Text.read(value).say(language)
    return f"{value:.6f}" if isinstance(value, float) else plain(value)


def _done(load: Load) -> dict[str, object]:
    kept = KeptAside.objects.filter(load=load)[:ASIDE_SHOWN]
    return {
        "load": load,
        "report": _report(load),
        "target_title": _target_title(load.target),
        "is_areas": load.target == AREAS,
        "kept": [(row, _as_it_stood(row.row)) for row in kept],
        "shown": ASIDE_SHOWN,
    }


def _as_it_stood(row: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A row's cells that hold anything; a geometry is too long to read here."""
    return [(column, str(cell)[:60]) for column, cell in row.items() if cell and column != "geometry"][:8]


def _report(load: Load) -> LoadReport | None:
    return LoadReport.read(load.report) if load.report else None


def _target_title(target: str) -> Text | None:
    if not target:
        return None
    return Text(zh="区域", en="Areas") if target == AREAS else kind_title(target)
