# SPDX-License-Identifier: Apache-2.0
"""Bring a receipt back: whether it holds, and whether anything that was written before it has been changed since."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from belltower.core.ledger import keys
from belltower.core.receiving import receipts
from belltower.kernel.errors import Refusal
from belltower.screens.console.refusals import status_of
from belltower.screens.public.doors import PublicRequest, public_door


@public_door
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: PublicRequest) -> HttpResponse:
    """The form; sent with a receipt's file, what came of it."""
    facts: dict[str, object] = {"public_key": keys.signing_key().public.hex()}
    if request.method != "POST":
        return render(request, "public/verify.html", facts)
    try:
        file = request.FILES.get("receipt")
        content = file.read(receipts.LARGEST + 1) if file else request.POST.get("text", "").encode()
        facts["checked"] = receipts.check(receipts.read(content))
    except Refusal as refusal:
        facts |= {"said": refusal.say(get_language() or "zh"), "code": refusal.code}
        return render(request, "public/verify.html", facts, status=status_of(refusal))
    return render(request, "public/verify.html", facts)
