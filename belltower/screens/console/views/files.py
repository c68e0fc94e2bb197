# SPDX-License-Identifier: Apache-2.0
"""The strip of photos and files beside an asset: shown, added to by button, drag or camera, and taken down from."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from belltower.core.access.rules import EDIT, VIEW
from belltower.core.attachments import actions
from belltower.core.places.attached import attachments_seen, subject_of
from belltower.core.places.models import Asset
from belltower.kernel.errors import NotFound, Refusal, Unreadable
from belltower.kernel.texts import Text
from belltower.screens.console import dates
from belltower.screens.console.doors import ConsoleRequest, door
from belltower.screens.console.strip import shown
from belltower.screens.console.views.asset import find

FILE = Text(zh="附件", en="file")


@door(VIEW)
def strip(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """The strip alone; it asks for itself again while a file is being prepared."""
    return _strip(request, find(request, uid))


@door(EDIT)
@require_POST
def put(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Keep the files that were sent. A script gets the strip, or a refusal in words; a plain form the page."""
    asset = find(request, uid)
    by_script = bool(request.headers.get("HX-Request"))
    files = request.FILES.getlist("file")
    try:
        if not files:
            raise Unreadable(what=Text(zh="文件", en="the file"), reason=Text(zh="没有选择文件", en="none was chosen"))
        for file in files:
            name = file.name or "file"
            actions.put(
                file, name, subject=subject_of(asset), by=request.actor, now=request.now, zone=dates.city_zone()
            )
    except Refusal as refusal:
        if not by_script:
            raise
        said = {"sentence": refusal.say(get_language() or "zh"), "code": refusal.code}
        return render(request, "console/wrong/part.html", said, status=422)
    return _strip(request, asset) if by_script else redirect(f"{reverse('console:asset', args=[uid])}#files")


@door(EDIT)
@require_POST
def retire(request: ConsoleRequest, uid: UUID, file: UUID) -> HttpResponse:
    """Take one file down, with the reason; nothing is lost."""
    asset = find(request, uid)
    row = attachments_seen(request.scope).filter(uid=file, subject_uid=asset.uid).first()
    if row is None:
        raise NotFound(noun=FILE, name=file)
    actions.retire(row, reason=request.POST.get("reason", ""), by=request.actor, now=request.now)
    return redirect(f"{reverse('console:asset', args=[uid])}#files")


def _strip(request: ConsoleRequest, asset: Asset) -> HttpResponse:
    return render(request, "console/asset/strip.html", {"asset": asset, "files": shown(asset)})
