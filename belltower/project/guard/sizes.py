# SPDX-License-Identifier: Apache-2.0
"""How much may be sent to an address, judged by what is announced, before a byte of it is read or kept."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from belltower.core.attachments.keeping import keeping
from belltower.core.places.actions.loads import LARGEST_MIB as LARGEST_FILE_MIB
from belltower.core.receiving.actions import MOST_PHOTOS
from belltower.project.watch.requests import route_of
from belltower.screens.api import problems
from belltower.screens.console import refusals
from belltower.screens.errors import BodyTooLarge

MIB = 1 << 20
# Addresses that take files, by name or its beginning; the tests keep them existing.
TAKES_FILES = ("console:loads", "api:list_loads")
TAKES_ATTACHMENTS = ("console:asset_files", "api:put_attachment")
TAKES_PHOTOS = ("public:report", "field:acts")
_FORM_AROUND_A_FILE_MIB = 1


class BodySizes:
    """413 for more than ``DATA_UPLOAD_MAX_MEMORY_SIZE``, or than the largest file where files are taken.

    Django's own limit leaves files aside, which are on disk before a view sees them. A body without Content-Length is
    read as empty by Django.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: object) -> HttpResponse | None:
        """The refusal, when more is announced than is taken here."""
        limit_mib = most_mib(route_of(request))
        if _announced(request) <= limit_mib * MIB:
            return None
        refusal = BodyTooLarge(limit_mib=limit_mib)
        is_api = request.path_info.startswith("/api/")
        return problems.answer(refusal) if is_api else refusals.refusal_page(request, refusal)


def most_mib(route: str) -> int:
    """The largest body that this address takes, in MiB."""
    if route.startswith(TAKES_FILES):
        return LARGEST_FILE_MIB + _FORM_AROUND_A_FILE_MIB
    if route.startswith(TAKES_ATTACHMENTS):
        return keeping().largest_of_all // MIB + _FORM_AROUND_A_FILE_MIB
    if route.startswith(TAKES_PHOTOS):
        return MOST_PHOTOS * keeping().largest("picture") // MIB + _FORM_AROUND_A_FILE_MIB
    return int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE // MIB)


def _announced(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0
