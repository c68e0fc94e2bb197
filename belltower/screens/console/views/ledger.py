# SPDX-License-Identifier: Apache-2.0
"""The ledger: its entries, one of them with its proof, how the last verification went, and an asset's own entries."""

from __future__ import annotations

import json
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from belltower.core.access import log
from belltower.core.access.rules import VIEW, Verb
from belltower.core.jobs.actions import ask
from belltower.core.jobs.works import VERIFY, last_verification, verification_under_way
from belltower.core.ledger import anchors, heads, proofs
from belltower.core.ledger.models import Batch, Entry, Form
from belltower.core.places.history import timeline
from belltower.core.places.models import Asset
from belltower.kernel.errors import NotAllowed, NotFound
from belltower.kernel.texts import Text
from belltower.screens.console import entries
from belltower.screens.console.doors import ConsoleRequest, View, door
from belltower.screens.console.overseeing import oversees
from belltower.screens.console.views import asset as asset_page
from belltower.screens.console.views.jobs import dressed

ENTRY = Text(zh="账本记录", en="entry")
SIBLINGS = 20
# Entries of one action stand close together: this far to both sides they are looked for.
NEAR = 2_000
ROWS_SHOWN = 50
_LOOK = Text(zh="查阅账本", en="read the ledger")


def ledger_door(view: View) -> View:
    """For those who oversee the whole city: a role that no area and no party narrows."""

    @wraps(view)
    def guarded(request: ConsoleRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
        if not oversees(request.standing):
            raise NotAllowed(verb=_LOOK)
        return view(request, *arguments, **named)

    return door(VIEW)(guarded)


@ledger_door
def show(request: ConsoleRequest) -> HttpResponse:
    """Entries, newest first, by the filters that the address states; how the log stands above them."""
    listing = entries.Listing.read(request.GET)
    found, following = listing.page(with_access=_keeps_the_log(request))
    page = {
        "listing": listing,
        "lines": entries.lines(found),
        "next": following,
        "tables": sorted(set(Form.objects.values_list("table", flat=True))),
    }
    if not request.headers.get("HX-Request"):
        page |= _standing()
    return render(request, "console/ledger.html", page)


@ledger_door
def show_entry(request: ConsoleRequest, entry: int) -> HttpResponse:
    """One entry: what was hashed of it, its place, and what was done together with it."""
    found = _entry(request, entry)
    siblings = Entry.objects.filter(action=found.action, pk__range=(found.pk - NEAR, found.pk + NEAR)).exclude(
        pk=found.pk
    )
    page = _about(found) | {
        "line": entries.lines([found])[0],
        "siblings": entries.lines(siblings.order_by("id")[:SIBLINGS]),
        "asset": _asset_of(found),
        "proof_at": f"/ledger/{found.pk}/proof.json",
    }
    return render(request, "console/ledger/entry.html", page)


@ledger_door
def proof(request: ConsoleRequest, entry: int) -> HttpResponse:
    """The proof of an entry, as a file to take away."""
    return as_file(proofs.prove_entry(_entry(request, entry).pk), f"proof-{entry}.json")


@door(Verb.ADMINISTER)
@require_POST
def check(request: ConsoleRequest) -> HttpResponse:
    """Ask for a verification of all of it; one that is under way is shown instead."""
    job = verification_under_way() or ask(
        VERIFY, by=request.actor, why="账本页面 from the page on the ledger", attempts_allowed=2
    )
    return redirect("console:job", job.uid)


@door(VIEW)
def of_asset(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """The entries about one asset, for whoever sees the asset."""
    asset = asset_page.find(request, uid)
    ids = _ids(request, asset)
    after = entries.number(request.GET.get("after", ""))
    wanted = [one for one in ids if after is None or one < after][: entries.SIZE + 1]
    found = Entry.objects.filter(pk__in=wanted[: entries.SIZE]).order_by("-id")
    page = {
        "asset": asset,
        "lines": _lines(request, found),
        "next": wanted[entries.SIZE - 1] if len(wanted) > entries.SIZE else None,
        "count": len(ids),
    }
    return render(request, "console/ledger/asset.html", page)


@door(VIEW)
def of_asset_one(request: ConsoleRequest, uid: UUID, entry: int) -> HttpResponse:
    """One entry about an asset, with a proof that opens the asset's own row where the entry left it as it is now."""
    asset = asset_page.find(request, uid)
    found = _about_asset(request, asset, entry)
    page = _about(found) | {
        "line": _lines(request, [found])[0],
        "asset": asset,
        "proof_at": f"/assets/{asset.uid}/entries/{found.pk}/proof.json",
        "is_own": True,
    }
    return render(request, "console/ledger/entry.html", page)


@door(VIEW)
def of_asset_proof(request: ConsoleRequest, uid: UUID, entry: int) -> HttpResponse:
    """The proof: of the row where this entry is the newest about it, else of the entry alone."""
    asset = asset_page.find(request, uid)
    found = _about_asset(request, asset, entry)
    newest = proofs.entries_of(_TABLE, asset.pk)[0]
    made = proofs.prove_row(found.pk, asset.pk) if found.pk == newest else proofs.prove_entry(found.pk)
    return as_file(made, f"proof-{found.pk}.json")


def as_file(made: dict[str, Any], name: str) -> HttpResponse:
    """JSON to be saved under that name."""
    answer = HttpResponse(json.dumps(made, ensure_ascii=False, indent=2) + "\n", content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer


_TABLE = Asset._meta.db_table


def _keeps_the_log(request: ConsoleRequest) -> bool:
    return request.standing.may(Verb.ADMINISTER)


def _lines(request: ConsoleRequest, found: Any) -> list[entries.Line]:
    return entries.lines(found, own_party=request.user.party_id, is_everyone_named=request.scope.sees_all)


def _entry(request: ConsoleRequest, number: int) -> Entry:
    """The entry of that number, where the viewer may see it. Raises NotFound."""
    found = Entry.objects.filter(pk=number).first() if number <= entries.LARGEST else None
    if found is None or (found.what.startswith(log.PREFIX) and not _keeps_the_log(request)):
        raise NotFound(noun=ENTRY, name=number)
    return found


def _ids(request: ConsoleRequest, asset: Asset) -> list[int]:
    """The entries about an asset, newest first; of one that was another's before, those since the viewer may see it."""
    ids = proofs.entries_of(_TABLE, asset.pk)
    if request.scope.sees_all or not ids:
        return ids
    since = min(chapter.after.recorded_at for chapter in timeline(asset))
    seen = set(Entry.objects.filter(pk__in=ids, at__gte=since).values_list("pk", flat=True))
    return [one for one in ids if one in seen]


def _about_asset(request: ConsoleRequest, asset: Asset, number: int) -> Entry:
    """The entry of that number, where it is about that asset and the viewer may see it. Raises NotFound."""
    if number not in _ids(request, asset):
        raise NotFound(noun=ENTRY, name=number)
    return Entry.objects.get(pk=number)


def _asset_of(entry: Entry) -> Asset | None:
    """The asset that an entry is about, where it is about one."""
    form = Form.objects.filter(pk=entry.form_id).first() if entry.form_id else None
    if form is None or form.table != _TABLE or entry.row is None:
        return None
    return Asset.objects.filter(pk=entry.row).only("pk", "uid", "key", "name").first()


def _about(entry: Entry) -> dict[str, Any]:
    """What a page says of an entry: the text that is hashed, its place, the head above it, its rows."""
    head = heads.newest()
    try:
        place = proofs.place_of(entry.pk)
    except proofs.NotInHead:
        place = None
    batch = Batch.objects.filter(pk=entry.pk).first()
    return {
        "entry": entry,
        "place": place,
        "head": head if place and head and place.position < head.size else None,
        "rows": batch.ids[:ROWS_SHOWN] if batch else [],
        "rows_more": max(0, len(batch.ids) - ROWS_SHOWN) if batch else 0,
    }


def _standing() -> dict[str, Any]:
    """How the log stands: its head, its anchors, the last verification."""
    verified, under_way = last_verification(), verification_under_way()
    return {
        "head": heads.newest(),
        "size": heads.log_size(),
        "anchors": anchors.standing(),
        "verified": verified,
        "report": verified.result if verified else None,
        "checking": dressed(under_way) if under_way else None,
    }
