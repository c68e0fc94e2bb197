# SPDX-License-Identifier: Apache-2.0
"""My account: password, second factor, recovery codes, sessions, identity, and how I am reached. About oneself only."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from belltower.core.access import actions, identities, personal, second_factor, sessions, signing_in
from belltower.core.access.errors import SecondFactorNeeded, WrongCode, WrongPassword
from belltower.kernel.errors import Refusal
from belltower.screens.console.doors import ConsoleRequest, own_door
from belltower.screens.console.views.session import address_of, enrolment


@own_door
@never_cache
def show(request: ConsoleRequest) -> HttpResponse:
    """Everything about my account on one page."""
    return _page(request)


@own_door
@never_cache
@sensitive_post_parameters()
@require_POST
def change_password(request: ConsoleRequest) -> HttpResponse:
    """A new password, for who knows the present one; every other session ends."""
    if not _knows_password(request):
        return _page(request, refusal=WrongPassword())
    try:
        key = request.session.session_key
        new = request.POST.get("new", "")[:2000]
        actions.set_password(request.user, new, by=request.actor, keeping=key)
    except Refusal as refusal:
        return _page(request, refusal=refusal)
    update_session_auth_hash(request, request.user)
    messages.success(request, _("The password is changed, and your other sessions have ended."))
    return redirect("console:account")


@own_door
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def set_up(request: ConsoleRequest) -> HttpResponse:
    """Set a second factor by a first right code; the recovery codes are shown this once."""
    is_wrong = False
    if request.method == "POST":
        try:
            given = request.POST.get("code", "")[:100]
            codes = second_factor.confirm(request.user, given, by=request.actor, now=request.now)
            return render(request, "console/account/codes.html", {"codes": codes})
        except WrongCode:
            is_wrong = True
    facts = {**enrolment(request.user), "is_wrong": is_wrong}
    return render(request, "console/account/set_up.html", facts, status=422 if is_wrong else 200)


@own_door
@never_cache
@sensitive_post_parameters()
@require_POST
def remove_factor(request: ConsoleRequest) -> HttpResponse:
    """Take the second factor off, for who knows the password, where no role asks for it."""
    if not _knows_password(request):
        return _page(request, refusal=WrongPassword())
    if signing_in.needs_second_factor(request.user, request.now):
        return _page(request, refusal=SecondFactorNeeded())
    second_factor.remove(request.user, by=request.actor)
    messages.success(request, _("No codes are asked of you any more."))
    return redirect("console:account")


@own_door
@never_cache
@sensitive_post_parameters()
@require_POST
def renew_codes(request: ConsoleRequest) -> HttpResponse:
    """Ten new recovery codes, for who knows the password; the old ones are worthless."""
    if not _knows_password(request):
        return _page(request, refusal=WrongPassword())
    codes = second_factor.renew_recovery_codes(request.user, by=request.actor)
    return render(request, "console/account/codes.html", {"codes": codes})


@own_door
@require_POST
def end_session(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """End one of my sessions."""
    sessions.end_session(request.user, uid, by=request.actor)
    messages.success(request, _("That session has ended."))
    return redirect("console:account")


@own_door
@require_POST
def end_others(request: ConsoleRequest) -> HttpResponse:
    """End all my sessions but this one."""
    sessions.end_sessions(request.user, by=request.actor, but=request.session.session_key)
    messages.success(request, _("All other sessions have ended."))
    return redirect("console:account")


@own_door
@require_POST
def unlink(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Sign in by that identity no more."""
    identities.unlink(request.user, uid, by=request.actor)
    return redirect("console:account")


@own_door
@require_POST
def set_contact(request: ConsoleRequest) -> HttpResponse:
    """How I am reached."""
    email, phone = (request.POST.get(name, "").strip()[:200] for name in ("email", "phone"))
    try:
        personal.set_contact(request.user, email=email, phone=phone, by=request.actor)
    except Refusal as refusal:
        return _page(request, refusal=refusal)
    messages.success(request, _("Kept."))
    return redirect("console:account")


def _page(request: ConsoleRequest, *, refusal: Refusal | None = None) -> HttpResponse:
    user = request.user
    has_factor = second_factor.has_second_factor(user)
    facts = {
        "person": personal.look_at(user, by=request.actor),
        "has_factor": has_factor,
        "codes_left": second_factor.recovery_codes_left(user) if has_factor else 0,
        "needs_factor": signing_in.needs_second_factor(user, request.now),
        "sessions": sessions.sessions_of(user),
        "this_session": request.session.session_key,
        "identities": list(user.identities.all()),
        "provider": settings.BELLTOWER_SIGN_IN.provider,
        "shortest": settings.BELLTOWER_SIGN_IN.shortest_password,
        "refusal": {"sentence": refusal.say(get_language() or "zh"), "code": refusal.code} if refusal else None,
    }
    return render(request, "console/account.html", facts, status=422 if refusal else 200)


def _knows_password(request: ConsoleRequest) -> bool:
    """Whether the present password came with this request; wrong ones count towards the lock-out as at sign-in."""
    given = request.POST.get("present", "")[:2000]
    tried = signing_in.try_password(request.user.username, given, address=address_of(request), now=request.now)
    return tried.user is not None
