# SPDX-License-Identifier: Apache-2.0
"""The people's door says that it is alive, whether the installation is ready, and what is measured."""

from __future__ import annotations

import asyncio

import psycopg
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe

from belltower.project.database import migrations_of_the_code, url
from belltower.project.gateway.health import Readiness, readiness
from belltower.project.guard.proxies import IS_FORWARDED, is_this_machine
from belltower.project.watch import metrics


@require_safe
def live(request: HttpRequest) -> JsonResponse:
    """This process answers; it says nothing about the database."""
    return JsonResponse({"live": True})


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """The database answers, its migrations are applied, and a worker is alive; 503 with what is missing otherwise."""
    found = look()
    return JsonResponse(found.as_json(), status=200 if found.is_ready else 503)


@require_safe
def measurements(request: HttpRequest) -> HttpResponse:
    """What is measured, for Prometheus; 403 for whoever may not look."""
    is_near = is_this_machine(request.META.get("REMOTE_ADDR", "")) and not request.META.get(IS_FORWARDED)
    if not may_measure(
        request.headers.get("Authorization", ""), is_near=is_near, token=settings.BELLTOWER_METRICS_TOKEN
    ):
        return HttpResponse(status=403, content_type=metrics.MEDIA_TYPE)
    return HttpResponse(metrics.page(database_answers()), content_type=metrics.MEDIA_TYPE)


def may_measure(authorization: str, *, is_near: bool, token: str | None) -> bool:
    """Whether the sender of this header may read the measurements: by token, or without one from this machine only.

    ``is_near``: the connection came from this machine, and not through a web server that stands on it.
    """
    if token:
        return constant_time_compare(authorization.encode(), f"Bearer {token}".encode())
    return is_near


def look() -> Readiness:
    """How ready the installation is, seen from here."""
    return asyncio.run(readiness(url(), expected_migrations=migrations_of_the_code()))


def database_answers() -> bool:
    """Whether a new connection can be made within two seconds."""
    try:
        psycopg.connect(url(), connect_timeout=2).close()
    except psycopg.Error:
        return False
    return True
