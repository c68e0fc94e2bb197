# SPDX-License-Identifier: Apache-2.0
"""By which channels I am told besides the page of notices; and, for administrators, by which parties are."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from belltower.core.access.models import User
from belltower.core.access.rules import Verb
from belltower.core.notices import actions, wishes
from belltower.core.notices.errors import BadChannel
from belltower.core.notices.kinds import Channel
from belltower.core.notices.models import ChannelSetting
from belltower.core.places.models import Party
from belltower.kernel.errors import NotFound, Refusal
from belltower.kernel.texts import Text
from belltower.screens.console.doors import ConsoleRequest, door, own_door
from belltower.screens.console.refusals import status_of

_OWN = (Channel.MAIL, Channel.SMS, Channel.WECOM)
_PARTY = Text(zh="单位", en="party")
_CHANNEL = Text(zh="没有这个通知方式", en="there is no such channel")


@own_door
@never_cache
@sensitive_post_parameters("address")
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: ConsoleRequest) -> HttpResponse:
    """How I am told; POST changes one channel."""
    if request.method != "POST":
        return _mine(request)
    try:
        _set(request, request.user)
    except Refusal as refusal:
        return _mine(request, refusal)
    return redirect("console:notices_channel")


@door(Verb.ADMINISTER)
@never_cache
@sensitive_post_parameters("address")
@require_http_methods(["GET", "HEAD", "POST"])
def parties(request: ConsoleRequest) -> HttpResponse:
    """How parties are told; POST changes one channel of one, and shows the secret of a new webhook once."""
    if request.method != "POST":
        return _parties(request)
    key = request.POST.get("party", "").strip()[:80]
    party = Party.objects.filter(key=key).first()
    if party is None:
        raise NotFound(noun=_PARTY, name=key)
    try:
        secret = _set(request, party)
    except Refusal as refusal:
        return _parties(request, refusal)
    return _parties(request, secret=secret) if secret else redirect("console:notices_parties")


def _set(request: ConsoleRequest, whose: User | Party) -> str:
    sent = request.POST
    try:
        channel = Channel(sent.get("channel", ""))
    except ValueError:
        raise BadChannel(reason=_CHANNEL) from None
    language = "zh" if (get_language() or "zh").startswith("zh") else "en"
    return actions.set_channel(
        whose, channel, is_on=sent.get("on") == "1", address=sent.get("address", "")[:500], language=language,
        by=request.actor,
    )  # fmt: skip


def _mine(request: ConsoleRequest, refusal: Refusal | None = None) -> HttpResponse:
    known = {one.channel: one for one in ChannelSetting.objects.filter(person=request.user)}
    here = wishes.current()
    rows = [(one, known.get(one), here.is_ready(one), one is Channel.WECOM) for one in _OWN]
    page = {"rows": rows, "wrong": refusal.say(get_language() or "zh") if refusal else ""}
    return render(request, "console/notices/channels.html", page, status=status_of(refusal) if refusal else 200)


def _parties(request: ConsoleRequest, refusal: Refusal | None = None, secret: str = "") -> HttpResponse:
    rows = ChannelSetting.objects.filter(person=None).select_related("party").order_by("party__key", "channel")
    here = wishes.current()
    page = {
        "rows": [(one, Channel(one.channel)) for one in rows], "channels": [one for one in Channel if here.is_ready(one)],
        "party": request.POST.get("party", "") or request.GET.get("party", "")[:80], "secret": secret,
        "wrong": refusal.say(get_language() or "zh") if refusal else "",
    }  # fmt: skip
    return render(request, "console/notices/parties.html", page, status=status_of(refusal) if refusal else 200)
