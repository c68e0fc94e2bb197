# SPDX-License-Identifier: Apache-2.0
"""Where residents begin: report, or follow what was reported."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from belltower.screens.public.doors import PublicRequest, public_door


@public_door
@require_safe
def show(request: PublicRequest) -> HttpResponse:
    """The first page."""
    return render(request, "public/home.html")
