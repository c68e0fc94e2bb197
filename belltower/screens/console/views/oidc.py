# SPDX-License-Identifier: Apache-2.0
"""Coming in by the OpenID Connect provider, and tying one's identity there to one's user here."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from belltower.core.access import identities, sessions, signing_in
from belltower.core.access.errors import NotBelieved, UnknownIdentity
from belltower.core.access.models import User
from belltower.screens.console import provider
from belltower.screens.console.doors import ConsoleRequest, open_door, own_door
from belltower.screens.console.views.session import address_of, come_in, go_on, safe

GOING = "access.oidc"  # where the person was going, and whether they tie an identity, in their session


@open_door
@never_cache
@require_GET
def begin(request: HttpRequest) -> HttpResponse:
    """To the provider. A link and no form: a page's policy lets no form lead elsewhere."""
    return _leave(request, {"next": safe(request, request.GET.get("next"))})


@own_door
@never_cache
@require_GET
def begin_link(request: ConsoleRequest) -> HttpResponse:
    """To the provider, to tie the identity there to the person who is signed in here."""
    return _leave(request, {"next": reverse("console:account"), "link": request.user.pk})


@open_door
@never_cache
@require_GET
def back(request: HttpRequest) -> HttpResponse:
    """Back from the provider, with a code: in, or one more step, or no further. Every "no" is in the security log."""
    going = request.session.pop(GOING, None)
    try:
        if going is None:
            raise NotBelieved(reason="state")
        claims = provider.finish(request)
        issuer, subject = claims["iss"], claims["sub"]  # checked to be the one that was configured
        if "link" in going:
            return _link(request, going, issuer, subject)
        user = identities.user_of(issuer, subject)
    except (NotBelieved, UnknownIdentity) as refusal:
        reason = str(refusal.facts.get("reason", refusal.code))
        signing_in.refused_by_provider(reason, address=address_of(request))
        raise
    if identities.is_strong(claims.get("amr") or ()):
        come_in(request, user, way="oidc")
        return HttpResponseRedirect(going["next"])
    return go_on(request, user, way="oidc", back=going["next"])


def _leave(request: HttpRequest, going: dict[str, object]) -> HttpResponse:
    if settings.BELLTOWER_SIGN_IN.provider is None:
        raise Http404
    answer = provider.begin(request, request.build_absolute_uri(reverse("console:oidc_back")))
    request.session[GOING] = going
    return answer


def _link(request: HttpRequest, going: dict[str, object], issuer: str, subject: str) -> HttpResponse:
    """Tie the identity, where the person who began is the one who is signed in still."""
    user = request.user
    is_alive = isinstance(user, User) and sessions.keep_seen(request.session, datetime.now(UTC))
    if not isinstance(user, User) or not is_alive or user.pk != going["link"]:
        raise NotBelieved(reason="state")
    identities.link(user, issuer=issuer, subject=subject, by=user.as_actor())
    messages.success(request, _("From now on you can sign in with that identity."))
    return redirect("console:account")
