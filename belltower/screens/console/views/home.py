# SPDX-License-Identifier: Apache-2.0
"""The first address: it leads to the map, which is the table of contents."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect

from belltower.core.access.rules import Verb
from belltower.screens.console.doors import ConsoleRequest, door


@door(Verb.VIEW)
def home(request: ConsoleRequest) -> HttpResponse:
    """To the map."""
    return redirect("console:map")
