# SPDX-License-Identifier: Apache-2.0
"""What makes an app of the pages: its manifest, its service worker, and what a telephone asks before it sends its queue."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from belltower.core.access.rules import Verb
from belltower.core.fieldwork.rules import Order
from belltower.core.fieldwork.tasks import my_tasks
from belltower.screens.console import built
from belltower.screens.console.doors import ConsoleRequest, door, open_door
from belltower.screens.console.views.cases import acting_of

WORKER = "src/field/worker.ts"
PAPER = "#ffffff"


@door(Verb.REPORT_CASES)
@require_safe
def state(request: ConsoleRequest) -> HttpResponse:
    """Who is signed in, the token of their forms, and my tasks as they stand: what a queue is sent by."""
    tasks = my_tasks(acting_of(request), here=None, order=Order.DUE, now=request.now)
    shown = [
        {"case": one.thing.case.number, "seen": one.thing.seen, "address": reverse("field:task", args=[one.thing.case.number])}
        for one in tasks
    ]  # fmt: skip
    return JsonResponse({"who": str(request.actor.uid), "token": get_token(request), "tasks": shown})


@open_door
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """The manifest by which a telephone installs it."""
    told = {
        "name": _("Belltower in the field"), "short_name": _("My tasks"), "lang": get_language(), "display": "standalone",
        "start_url": reverse("field:tasks"), "scope": reverse("field:tasks"), "background_color": PAPER, "theme_color": PAPER,
        "icons": [{"src": static("console/bell.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
    }  # fmt: skip
    return JsonResponse(told, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})


@open_door
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, below the addresses that it looks after; asked for anew each time."""
    name = built.entry(WORKER).script.removeprefix(f"/{settings.STATIC_URL.strip('/')}/built/")
    answer = HttpResponse((built.FOLDER / name).read_bytes(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer
