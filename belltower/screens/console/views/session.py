# SPDX-License-Identifier: Apache-2.0
"""Coming in by password and code, going out, and choosing a language."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import segno
from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.crypto import get_random_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import check_for_language, get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from belltower.core.access import second_factor, sessions, signing_in
from belltower.core.access.errors import WrongCode
from belltower.core.access.models import User
from belltower.core.places import city
from belltower.screens.console.doors import open_door

YEAR = 365 * 24 * 3600
HALF = "access.half"  # who gave a right password (or came from the provider) and owes a code, in their session
HALF_FOR = timedelta(minutes=10)
BACKEND = "django.contrib.auth.backends.ModelBackend"


@open_door
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password; then for a code, where there is one; then go where the person was going."""
    back = safe(request, request.POST.get("next") or request.GET.get("next"))
    if request.user.is_authenticated:
        return HttpResponseRedirect(back)
    name = request.POST.get("username", "").strip()
    tried = None
    if request.method == "POST":
        password, now = request.POST.get("password", ""), datetime.now(UTC)
        tried = signing_in.try_password(name[:200], password[:2000], address=address_of(request), now=now)
        if tried.user is not None:
            return go_on(request, tried.user, way="password", back=back)
    facts = {"next": back, "username": name, "tried": tried, "provider": settings.BELLTOWER_SIGN_IN.provider}
    return render(request, "console/sign_in.html", facts, status=422 if tried else 200)


@open_door
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Ask for the one-time code, or a recovery code, of somebody whose password was right."""
    user = _half(request)
    if user is None:
        return redirect("console:sign_in")
    tried = None
    if request.method == "POST":
        given, now = request.POST.get("code", "")[:100], datetime.now(UTC)
        tried = signing_in.try_code(user, given, address=address_of(request), now=now)
        if tried.user is not None:
            return _whole(request, user)
    return render(request, "console/sign_in/code.html", {"tried": tried}, status=422 if tried else 200)


@open_door
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def set_up(request: HttpRequest) -> HttpResponse:
    """A second factor for somebody whose role asks for one and who has none yet; they come in by setting it."""
    user = _half(request)
    if user is None or second_factor.has_second_factor(user):
        return redirect("console:sign_in")
    is_wrong = False
    if request.method == "POST":
        try:
            given = request.POST.get("code", "")[:100]
            codes = second_factor.confirm(user, given, by=user.as_actor(), now=datetime.now(UTC))
        except WrongCode:
            is_wrong = True
        else:
            back = request.session[HALF]["next"]
            come_in(request, user, way="password+code")
            return render(request, "console/sign_in/recovery.html", {"codes": codes, "next": back})
    facts = {**enrolment(user), "is_wrong": is_wrong}
    return render(request, "console/sign_in/set_up.html", facts, status=422 if is_wrong else 200)


@open_door
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    if isinstance(request.user, User):
        signing_in.signed_out(request.user)
    logout(request)
    return redirect("console:sign_in")


@open_door
@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Keep the language in a cookie and come back to the same page."""
    answer = HttpResponseRedirect(safe(request, request.POST.get("next")))
    language = request.POST.get("language", "")
    if check_for_language(language):
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=YEAR, samesite="Lax",
            httponly=True, secure=settings.LANGUAGE_COOKIE_SECURE,
        )  # fmt: skip
    return answer


def go_on(request: HttpRequest, user: User, *, way: str, back: str) -> HttpResponse:
    """The step after a first factor that was right: a code, setting one up, or in."""
    now = datetime.now(UTC)
    step = signing_in.next_step(user, now)
    if step == "in":
        come_in(request, user, way=way)
        return HttpResponseRedirect(back)
    request.session.cycle_key()  # a session that somebody else knew of is not the one that goes on
    request.session[HALF] = {"user": user.pk, "until": (now + HALF_FOR).isoformat(), "way": way, "next": back}
    return redirect("console:sign_in_code" if step == "code" else "console:sign_in_set_up")


def come_in(request: HttpRequest, user: User, *, way: str) -> None:
    """Begin the session of ``user``, under a new key, and tell the security log."""
    request.session.pop(HALF, None)
    login(request, user, backend=BACKEND)
    now = datetime.now(UTC).isoformat()
    agent, address = request.headers.get("User-Agent", ""), address_of(request)
    told = {"began": now, "seen": now, "address": address, "agent": agent[:300], "way": way}
    request.session[sessions.ABOUT] = told
    signing_in.signed_in(user, way, address=address)


def enrolment(user: User) -> dict[str, object]:
    """What the page that sets up a second factor shows: the seed to type and the picture a camera reads."""
    made = second_factor.begin(user, issuer=_issuer(), by=user.as_actor())
    spaced = " ".join(made.seed[at : at + 4] for at in range(0, len(made.seed), 4))
    return {"seed": spaced, "picture": _picture(made.address)}


def address_of(request: HttpRequest) -> str:
    """Where the request comes from, as the guard of proxies left it."""
    return str(request.META.get("REMOTE_ADDR", ""))


def safe(request: HttpRequest, address: str | None) -> str:
    """``address`` when it is one of ours, else the home page."""
    hosts = {request.get_host()}
    if address and url_has_allowed_host_and_scheme(address, hosts, require_https=request.is_secure()):
        return address
    return "/"


def _half(request: HttpRequest) -> User | None:
    """Who gave a right first factor in this session, not long ago."""
    half = request.session.get(HALF)
    if not half or datetime.now(UTC) > datetime.fromisoformat(half["until"]):
        request.session.pop(HALF, None)
        return None
    return User.objects.filter(pk=half["user"], is_active=True).first()


def _whole(request: HttpRequest, user: User) -> HttpResponse:
    half = request.session[HALF]
    come_in(request, user, way=f"{half['way']}+code")
    return HttpResponseRedirect(half["next"])


def _issuer() -> str:
    """What the authenticator calls us. Colons would end the label."""
    try:
        return f"Belltower {city.current().name.say(get_language() or 'zh')}".replace(":", " ")
    except city.NoCityChosen:
        return "Belltower"


def _picture(address: str) -> SafeString:
    """A QR code as SVG in the page itself: no script, no style, and the seed goes to no other host."""
    drawn = segno.make(address, error="m").svg_inline(
        omitsize=True,
        border=4,
        dark="#000",
        light="#fff",
        svgclass="bt-qr",
        lineclass=None,
        svgid=f"qr-{get_random_string(6)}",
    )
    return mark_safe(drawn)  # nosec B308 B703  # drawn by segno, of numbers
