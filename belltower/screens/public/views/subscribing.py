# SPDX-License-Identifier: Apache-2.0
"""News of an area by e-mail: asked for here, confirmed and ended by the links of letters, by a button each.

Mail programs look into links by themselves: opening one changes nothing.
"""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from belltower.core.notices import links, subscribing, wishes
from belltower.core.places.models import Area
from belltower.kernel.errors import Refusal
from belltower.screens.console.refusals import status_of
from belltower.screens.public.doors import PublicRequest, public_door

_LEVELS = ("city", "district", "street")


@public_door
@sensitive_post_parameters("email")
@require_http_methods(["GET", "HEAD", "POST"])
def subscribe(request: PublicRequest) -> HttpResponse:
    """The form; sent, the same answer whether or not the address is known here."""
    if request.method != "POST":
        return _form(request, request.GET.get("area", "")[:20])
    area, email = request.POST.get("area", "")[:20], request.POST.get("email", "")[:300]
    language = "zh" if (get_language() or "zh").startswith("zh") else "en"
    try:
        subscribing.subscribe(area, email, language, now=request.now)
    except Refusal as refusal:
        return _form(request, area, email, refusal)
    return redirect(f"{reverse('public:subscribe')}?asked=1")


@csrf_exempt  # a link of a letter is the right to it: mail programs post it by themselves (RFC 8058)
@public_door
@never_cache
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: PublicRequest, token: str) -> HttpResponse:
    """Ask, and by POST end it. Raises BadLink."""
    is_done = request.method == "POST"
    one = subscribing.stop(token, now=request.now) if is_done else subscribing.look_up(token, links.STOP)
    page = {"area": one.area.title, "is_done": one.ended_at is not None}
    return render(request, "public/subscribe/stop.html", page)


@public_door
@never_cache
@sensitive_variables("token")
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: PublicRequest, token: str) -> HttpResponse:
    """Ask, and by POST confirm it. Raises BadLink."""
    is_done = request.method == "POST"
    one = subscribing.confirm(token, now=request.now) if is_done else subscribing.look_up(token, links.CONFIRM)
    page = {"area": one.area.title, "is_done": one.confirmed_at is not None, "is_ended": one.ended_at is not None}
    return render(request, "public/subscribe/confirm.html", page)


def _form(request: PublicRequest, area: str, email: str = "", refusal: Refusal | None = None) -> HttpResponse:
    areas = Area.objects.current().filter(level__in=_LEVELS).defer("geometry", "words").order_by("path")
    page = {
        "areas": areas, "chosen": area, "email": email, "is_ready": wishes.current().can_subscribe,
        "is_asked": request.GET.get("asked") == "1", "said": refusal.say(get_language() or "zh") if refusal else "",
        "code": refusal.code if refusal else "",
    }  # fmt: skip
    return render(request, "public/subscribe/form.html", page, status=status_of(refusal) if refusal else 200)
