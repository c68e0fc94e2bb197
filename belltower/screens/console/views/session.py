# SPDX-License-Identifier: Apache-2.0
"""Coming in, going out, and choosing a language."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from belltower.screens.console.doors import open_door

YEAR = 365 * 24 * 3600


@open_door
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password; on success go where the person was going."""
    back = _safe(request, request.POST.get("next") or request.GET.get("next"))
    if request.user.is_authenticated:
        return HttpResponseRedirect(back)
    name = request.POST.get("username", "").strip()
    if request.method == "POST":
        user = authenticate(request, username=name, password=request.POST.get("password", ""))
        if user is not None:
            login(request, user)
            return HttpResponseRedirect(back)
    return render(
        request,
        "console/sign_in.html",
        {"next": back, "username": name, "is_wrong": request.method == "POST"},
        status=422 if request.method == "POST" else 200,
    )


@open_door
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("console:sign_in")


@open_door
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the language in a cookie and come back to the same page."""
    answer = HttpResponseRedirect(_safe(request, request.POST.get("next")))
    language = request.POST.get("language", "")
    if check_for_language(language):
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=YEAR, samesite="Lax",
            httponly=True, secure=settings.LANGUAGE_COOKIE_SECURE,
        )  # fmt: skip
    return answer


def _safe(request: HttpRequest, address: str | None) -> str:
    """``address`` when it is one of ours, else the home page."""
    hosts = {request.get_host()}
    if address and url_has_allowed_host_and_scheme(address, hosts, require_https=request.is_secure()):
        return address
    return "/"
