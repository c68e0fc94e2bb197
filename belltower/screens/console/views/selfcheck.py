# SPDX-License-Identifier: Apache-2.0
"""Self-check: an enterprise sees what the inspector would find of its assets, and answers for what the city cannot know."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from belltower.core.access.people import family_of, today
from belltower.core.access.rules import RECORD, VIEW
from belltower.core.places.kinds import kind_title, register
from belltower.core.places.models import Asset, Party
from belltower.core.selfcheck import standing
from belltower.core.selfcheck.actions import answer as keep_answer
from belltower.core.selfcheck.asking import clauses_about
from belltower.core.selfcheck.models import OwnWord
from belltower.kernel.errors import NotFound, Refusal
from belltower.kernel.texts import Text
from belltower.screens.console import selfcheck_pages
from belltower.screens.console.doors import ConsoleRequest, door
from belltower.screens.console.selfcheck_listing import AssetListing
from belltower.screens.console.standard_writing import names_of
from belltower.screens.console.views import asset as asset_pages

KIND = Text(zh="类型", en="kind")
MOST_PARTIES = 200


@door(VIEW)
def show(request: ConsoleRequest) -> HttpResponse:
    """Every clause about the party's assets: what the city finds, what was said; without a party, whose there are."""
    party = _party(request)
    if party is None:
        return render(request, "console/selfcheck/parties.html", {"parties": _spoken(), "own": request.user.party})
    groups = selfcheck_pages.groups(family_of(party.pk), today(request.now))
    page = {"party": party, "groups": groups, "may_answer": _may_answer(request, party), "ask": _ask(request)}
    return render(request, "console/selfcheck/overview.html", page)


@door(VIEW)
def show_kind(request: ConsoleRequest, kind: str) -> HttpResponse:
    """The party's assets of a kind, those behind a number of the overview. Raises NotFound."""
    party = _party(request)
    if party is None or kind not in register().kinds:
        raise NotFound(noun=KIND, name=kind)
    parties, listing = family_of(party.pk), AssetListing.read(request.GET.dict())
    clauses = clauses_about(frozenset({kind}), today(request.now))
    rows, after = listing.page(kind, parties, clauses)
    chosen = next((one.clause for one in clauses if one.clause.id == listing.clause), None)
    page = {"party": party, "kind": kind_title(kind), "listing": listing, "rows": rows, "next": after, "clause": chosen,
            "may_answer": _may_answer(request, party), "ask": _ask(request)}  # fmt: skip
    return render(request, "console/selfcheck/kind.html", page)


@door(VIEW)
def show_asset(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """One asset, clause by clause, with the form. Raises NotFound."""
    return _asset_page(request, asset_pages.find(request, uid))


@require_POST
@door(RECORD)
def answer(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Keep what was answered, and go on to the next of its kind without an answer. Raises NotFound or OnlyItsOwner."""
    asset = asset_pages.find(request, uid)
    typed = request.POST.dict()
    answers = {name.removeprefix("field."): value for name, value in typed.items() if name.startswith("field.")}
    try:
        word = keep_answer(asset, answers, speaking=request.user.party, by=request.actor, now=request.now)
    except Refusal as refusal:
        if refusal.code == "only_its_owner":
            raise
        return _asset_page(request, asset, typed={name: str(value) for name, value in typed.items()}, refusal=refusal)
    following = _following(asset, word.party_id) if typed.get("to") == "next" else None
    return redirect("console:selfcheck_asset", following.uid if following else uid)


def _asset_page(
    request: ConsoleRequest, asset: Asset, *, typed: dict[str, str] | None = None, refusal: Refusal | None = None
) -> HttpResponse:
    language = get_language() or "zh"
    page = selfcheck_pages.asset_page(asset, today(request.now), language, typed)
    word = page["word"]
    page |= {
        "speaker": names_of([word.by])[word.by] if word else "",
        "may_answer": asset.owner is not None and _may_answer(request, asset.owner),
        "ask": f"party={asset.owner.key}" if asset.owner and request.scope.owner_ids is None else "",
        "refusal": refusal and {"sentence": refusal.say(language), "code": refusal.code},
    }
    return render(request, "console/selfcheck/asset.html", page, status=422 if refusal else 200)


def _party(request: ConsoleRequest) -> Party | None:
    """Whose assets: for who sees every owner's the party that the address names, for others their own."""
    if request.scope.owner_ids is None:
        return Party.objects.filter(key=request.GET.get("party", "")).first()
    return request.user.party


def _ask(request: ConsoleRequest) -> str:
    """What the links carry on: the party that was chosen."""
    return f"party={key}&" if (key := request.GET.get("party", "")) and request.scope.owner_ids is None else ""


def _may_answer(request: ConsoleRequest, party: Party) -> bool:
    own = request.user.party_id
    return own is not None and request.standing.may(RECORD) and party.pk in family_of(own)


def _spoken() -> list[Party]:
    """The parties that have said anything, as far as the viewer sees it."""
    said = OwnWord.objects.order_by().values("party")
    return list(Party.objects.filter(pk__in=said).order_by("key")[:MOST_PARTIES])


def _following(asset: Asset, party: int) -> Asset | None:
    """The next of its kind that the party owns and has said nothing about."""
    rows = Asset.objects.filter(owner_id=party, kind=asset.kind, life__in=standing.JUDGED, pk__gt=asset.pk)
    said = OwnWord.objects.filter(party_id=party).order_by().values("asset")
    return rows.exclude(pk__in=said).order_by("pk").first()
