# SPDX-License-Identifier: Apache-2.0
"""Signed heads for everybody: the page that a resident or a newspaper compares with, and JSON for a witness that follows.

Nothing here tells what was written, by whom, or about what: sizes, roots, times and signatures only.
"""

from __future__ import annotations

from functools import wraps
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from belltower.core.ledger import anchors, check_proof, heads, keys, proofs, stamps
from belltower.core.ledger.anchor_models import Anchor
from belltower.core.ledger.anchor_rules import Way
from belltower.core.ledger.models import Head
from belltower.kernel.errors import NotFound, Refusal
from belltower.kernel.texts import Text
from belltower.screens.console import entries
from belltower.screens.console.doors import View, open_door
from belltower.screens.console.refusals import status_of

SIZE = 20
HEAD = Text(zh="树头", en="head")
CACHED_S = 5


def machine_door(view: View) -> View:
    """Open to everybody, from other sites as well; refusals are JSON."""

    @wraps(view)
    def answering(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
        try:
            answer = view(request, *arguments, **named)
        except Refusal as refusal:
            said = {"code": refusal.code, "detail": refusal.say(get_language() or "zh")}
            answer = JsonResponse(said, status=status_of(refusal))
        answer["Access-Control-Allow-Origin"] = "*"
        return answer

    return open_door(require_safe(answering))


@open_door
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """The newest heads, the key that signs them, and what of them is held outside."""
    after = entries.number(request.GET.get("after", ""))
    rows = Head.objects.filter(size__lt=after) if after else Head.objects.all()
    found = [heads.TreeHead.of(row) for row in rows[: SIZE + 1]]
    anchored = _anchored(found[:SIZE])
    page = {
        "heads": [(head, anchored.get(head.size, [])) for head in found[:SIZE]],
        "anchored": _last_anchored() if not after else [],
        "next": found[SIZE - 1].size if len(found) > SIZE else None,
        "public_key": keys.signing_key().public.hex(),
        "is_first": not after,
    }
    answer = render(request, "console/heads.html", page)
    answer["Cache-Control"] = "no-cache"
    return answer


@machine_door
def newest(request: HttpRequest) -> HttpResponse:
    """The newest head as JSON."""
    head = heads.newest()
    if head is None:
        raise NotFound(noun=HEAD, name="-")
    return _json(head, max_age=CACHED_S)


@machine_door
def one(request: HttpRequest, size: int) -> HttpResponse:
    """One head as JSON; it never changes."""
    return _json(_head(size), max_age=86_400)


@machine_door
def listed(request: HttpRequest) -> HttpResponse:
    """The sizes of heads, the newest first, a thousand at a time: ``?after=SIZE`` goes on."""
    after = entries.number(request.GET.get("after", ""))
    rows = Head.objects.filter(size__lt=after) if after else Head.objects.all()
    return JsonResponse({"heads": [heads.TreeHead.of(row).as_json() for row in rows[:1_000]]})


@machine_door
def growth(request: HttpRequest, old: int, new: int) -> HttpResponse:
    """The proof that the log of one head is the beginning of another's."""
    return JsonResponse(proofs.growth(_head(old), _head(new)))


@machine_door
def stamp(request: HttpRequest, anchor: int) -> HttpResponse:
    """A time stamp as the authority gave it (RFC 3161), over the text of its head."""
    found = Anchor.objects.filter(pk=anchor, way=Way.STAMP).exclude(receipt=None).first() if _fits(anchor) else None
    if found is None:
        raise NotFound(noun=Text(zh="时间戳", en="time stamp"), name=anchor)
    answer = HttpResponse(bytes(found.receipt or b""), content_type="application/timestamp-reply")
    answer["Content-Disposition"] = f'attachment; filename="head-{found.size}.tsr"'
    return answer


@machine_door
def checker(request: HttpRequest) -> HttpResponse:
    """The file with which anybody checks a proof."""
    answer = HttpResponse(
        Path(check_proof.__file__).read_text(encoding="utf-8"), content_type="text/x-python; charset=utf-8"
    )
    answer["Content-Disposition"] = 'attachment; filename="check_proof.py"'
    return answer


def _json(head: heads.TreeHead, *, max_age: int) -> HttpResponse:
    key = keys.signing_key()
    known = {"public_key": key.public.hex()} if key.name == head.key else {}
    answer = JsonResponse({"format": "belltower head 1", **head.as_json(), **known})
    answer["Cache-Control"] = f"public, max-age={max_age}"
    return answer


def _head(size: int) -> heads.TreeHead:
    if not _fits(size):
        raise NotFound(noun=HEAD, name=size)
    return proofs.head_of(size)


def _fits(number: int) -> bool:
    return number <= entries.LARGEST


def _anchored(found: list[heads.TreeHead]) -> dict[int, list[dict[str, Any]]]:
    """What is held outside of these heads, by size."""
    by_size: dict[int, list[dict[str, Any]]] = {}
    known = {head.size: head for head in found}
    for anchor in Anchor.objects.filter(size__in=known).exclude(made_at=None).order_by("id"):
        by_size.setdefault(anchor.size, []).append(_told(anchor, known[anchor.size]))
    return by_size


def _last_anchored() -> list[tuple[heads.TreeHead, list[dict[str, Any]]]]:
    """The newest heads that left, whenever that was: those worth comparing with."""
    sizes = list(Anchor.objects.exclude(made_at=None).values_list("size", flat=True)[:10])
    found = [heads.TreeHead.of(row) for row in Head.objects.filter(size__in=sizes)]
    by_size = _anchored(found)
    return [(head, by_size[head.size]) for head in found]


def _told(anchor: Anchor, head: heads.TreeHead) -> dict[str, Any]:
    """What the page says of an anchor; a time stamp is checked again at every look. Never whom a letter went to."""
    told: dict[str, Any] = {"way": Way(anchor.way).text, "at": anchor.made_at, "stamp": None, "pk": None, "wrong": ""}
    if anchor.way == Way.STAMP:
        told["pk"] = anchor.pk
        try:
            told["stamp"] = anchors.stamp_of(anchor, head)
        except stamps.BadStamp as refusal:
            told["wrong"] = refusal.code
    return told
