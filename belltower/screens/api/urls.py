# SPDX-License-Identifier: Apache-2.0
"""The addresses under /api. What is not one of them is refused as a problem too."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from belltower.screens.api import problems
from belltower.screens.api.api import api


@csrf_exempt
def no_such_operation(request: HttpRequest) -> HttpResponse:
    """The answer to an address that the API has not."""
    return problems.answer(problems.no_such(request))


urlpatterns = [path("api/", api.urls), re_path(r"^api/", no_such_operation)]
