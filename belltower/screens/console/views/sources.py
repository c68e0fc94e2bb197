# SPDX-License-Identifier: Apache-2.0
"""Sources of readings: how their bridges stand, what came and what was refused; mappings, dry runs, and replaying."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Func, Q, QuerySet, Sum, TextField, Value
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from belltower.core.access.rules import Verb
from belltower.core.observations.batches import micros
from belltower.core.observations.models import Count, KeptAside, RefusalCount
from belltower.edges.sources.actions import Replayed, find_source, put_source, replay, switch_source
from belltower.edges.sources.dry_run import Would, dry_run
from belltower.edges.sources.mapping import read_source
from belltower.edges.sources.models import BridgeState, Source, StandingRow
from belltower.edges.sources.readings import Frame
from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text
from belltower.screens.console.doors import ConsoleRequest, door

SIZE = 50
COUNTED = timedelta(hours=24)
SILENT_AFTER = timedelta(seconds=20)
NO_BRIDGE, OFF = "no_bridge", "off"
STATE_TITLES = {
    BridgeState.CONNECTED: _("Connected"),
    BridgeState.AWAY: _("Not reached"),
    BridgeState.WAITING: _("Waiting"),
    BridgeState.STOPPED: _("Stopped"),
    NO_BRIDGE: _("No bridge"),
    OFF: _("Switched off"),
}
# Drawn as the jobs' states are: the same shapes for the same meanings.
LOOKS = {
    BridgeState.CONNECTED: "done", BridgeState.AWAY: "failed", BridgeState.WAITING: "waiting",
    BridgeState.STOPPED: "cancelled", NO_BRIDGE: "dead", OFF: "cancelled",
}  # fmt: skip
_TOTALS = ("received", "stored", "duplicates", "refused", "late", "polls_due", "polls_answered", "polls_timed_out")


@door(Verb.RUN_JOBS)
def show_all(request: ConsoleRequest) -> HttpResponse:
    """Every source, and the form for one more."""
    return _all(request)


@door(Verb.ADMINISTER)
@require_POST
def put(request: ConsoleRequest) -> HttpResponse:
    """Put a mapping in force; one that is wrong comes back with its line."""
    mapping = request.POST.get("mapping", "").replace("\r\n", "\n")
    try:
        one = put_source(mapping, by=request.actor)
    except Refusal as refusal:
        return _all(request, mapping=mapping, wrong=refusal.sentence.format(**refusal.facts), status=422)
    return redirect("console:source", one.uid)


@door(Verb.RUN_JOBS)
def show(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """One source: state, counts, mapping, and what was kept aside."""
    return _one(request, find_source(uid))


@door(Verb.RUN_JOBS)
@require_POST
def try_frame(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """What a sample would become; nothing is written."""
    one = find_source(uid)
    where, sample = request.POST.get("where", "").strip(), request.POST.get("sample", "")
    tried: list[Would] = dry_run(read_source(one.mapping), Frame(where, sample.encode(), micros(request.now)))
    return _one(request, one, tried=tried, where=where, sample=sample)


@door(Verb.RUN_JOBS)
@require_POST
def replay_frames(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Read what was kept aside with the mapping as it is now: one frame, or all."""
    one = find_source(uid)
    asked = [UUID(frame) for frame in request.POST.getlist("frame")] or None
    done = replay(one, asked, by=request.actor, now=request.now)
    return _one(request, one, replayed=done)


@door(Verb.ADMINISTER)
@require_POST
def switch(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Let the bridge work, or stop it."""
    one = switch_source(uid, is_on=request.POST.get("to") == "on", by=request.actor)
    return redirect("console:source", one.uid)


def _all(request: ConsoleRequest, *, mapping: str = "", wrong: Text | None = None, status: int = 200) -> HttpResponse:
    sources = list(Source.objects.all())
    standing = {one.source: one for one in StandingRow.objects.all()}
    counts = _counts(request, [one.key for one in sources])
    shown = [_dressed(one, standing.get(one.key), counts.get(one.key, {}), request) for one in sources]
    return render(
        request, "console/sources.html", {"sources": shown, "mapping": mapping, "wrong": wrong}, status=status
    )


def _one(request: ConsoleRequest, one: Source, *, replayed: Replayed | None = None, **tried: Any) -> HttpResponse:
    text, is_all = request.GET.get("q", "").strip()[:200], request.GET.get("state") == "all"
    frames = _kept_aside(one, text, is_all=is_all)
    after = request.GET.get("after", "")
    if after.isdigit() and len(after) < 19:
        frames = frames.filter(pk__lt=int(after))
    found = list(frames.order_by("-id")[: SIZE + 1])
    since = request.now - COUNTED
    page = {
        **_dressed(
            one,
            StandingRow.objects.filter(source=one.key).first(),
            _counts(request, [one.key]).get(one.key, {}),
            request,
        ),
        "reasons": RefusalCount.objects.filter(source=one.key, hour__gte=since)
        .values_list("reason")
        .annotate(total=Sum("refused"))
        .order_by("-total"),
        "waiting": KeptAside.objects.filter(source=one.key, replayed_at=None).count(),
        "frames": [(frame, bytes(frame.frame[:600]).decode("utf-8", "replace")) for frame in found[:SIZE]],
        "next": found[SIZE - 1].pk if len(found) > SIZE else None,
        "is_first": not after,
        "text": text,
        "is_all": is_all,
        "replayed": replayed,
        **tried,
    }
    return render(request, "console/source.html", page)


def _dressed(
    one: Source, row: StandingRow | None, counts: Mapping[str, int], request: ConsoleRequest
) -> dict[str, Any]:
    """A source with what a page says of it. A bridge that told nothing for a while is none."""
    is_told = row is not None and request.now - row.told_at < SILENT_AFTER
    state = OFF if not one.is_on else row.state if row and is_told else NO_BRIDGE
    return {
        "one": one,
        "row": row,
        "counts": counts,
        "state_title": STATE_TITLES[state],
        "look": LOOKS[state],
        "per_s": row.per_s if row and is_told and state == BridgeState.CONNECTED else None,
        "error": row.error if row and state in (BridgeState.AWAY, NO_BRIDGE) else None,
    }


def _counts(request: ConsoleRequest, sources: list[str]) -> dict[str, dict[str, int]]:
    """The sums of the last day by source."""
    rows = Count.objects.filter(source__in=sources, hour__gte=request.now - COUNTED).values("source")
    summed: Iterable[dict[str, Any]] = rows.annotate(**{name: Sum(name) for name in _TOTALS}).order_by()  # type: ignore[assignment]
    return {row["source"]: row for row in summed}


def _kept_aside(one: Source, text: str, *, is_all: bool) -> QuerySet[KeptAside]:
    """What was kept aside of a source; with ``text`` in its topic, its bytes, or the reason."""
    rows = KeptAside.objects.filter(source=one.key)
    if not is_all:
        rows = rows.filter(replayed_at=None)
    if not text:
        return rows
    shown = Func(F("frame"), Value("escape"), function="encode", output_field=TextField())
    return rows.annotate(shown=shown).filter(
        Q(shown__icontains=text) | Q(about__where__icontains=text) | Q(reason__icontains=text)
        | Q(sentence__zh__icontains=text) | Q(sentence__en__icontains=text)
    )  # fmt: skip
