# SPDX-License-Identifier: Apache-2.0
"""The doors of the console: every page asks for a verb, and passes the viewer's row scope to whatever it shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from belltower.core.access import sessions
from belltower.core.access.models import RoleName, User
from belltower.core.access.people import Standing, standing_of, today
from belltower.core.access.rules import Verb
from belltower.core.places.scope import Scope, seen_as
from belltower.kernel.actors import Actor
from belltower.kernel.errors import NotAllowed
from belltower.kernel.instants import now
from belltower.screens.streams import streaming_as

View = Callable[..., HttpResponseBase]


class ConsoleRequest(HttpRequest):
    """A request that passed a door: somebody is signed in, holds ``roles`` and reaches ``scope`` with the door's verb."""

    user: User
    actor: Actor
    standing: Standing
    roles: frozenset[RoleName]
    scope: Scope
    now: datetime


class MayNot(NotAllowed):
    """The page asks for more than the viewer's roles allow."""

    def __init__(self, verb: Verb) -> None:
        super().__init__(verb=verb.text)


def door(verb: Verb) -> Callable[[View], View]:
    """Let only those in who are signed in and may ``verb``; others are sent to sign in, or refused."""

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
            if not _is_signed_in(request):
                return _to_sign_in(request)
            assert isinstance(request.user, User)
            visitor = enter(request, request.user, verb)
            if not visitor.standing.may(verb):
                raise MayNot(verb)
            with seen_as(visitor.scope, viewer=visitor.actor.uid):
                answer = view(visitor, *arguments, **named)
            return streaming_as(visitor.scope, visitor.actor.uid, answer)

        guarded.door = verb  # type: ignore[attr-defined]
        return guarded

    return guard


OWN = "own"


def own_door(view: View) -> View:
    """Let everybody in who is signed in, for pages about nobody but themselves; a role is not needed."""

    @wraps(view)
    def guarded(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
        if not _is_signed_in(request):
            return _to_sign_in(request)
        assert isinstance(request.user, User)
        visitor = enter(request, request.user)
        with seen_as(visitor.scope, viewer=visitor.actor.uid):
            return view(visitor, *arguments, **named)

    guarded.door = OWN  # type: ignore[attr-defined]
    return guarded


def open_door(view: View) -> View:
    """Mark a page that anybody may open: sign-in, the language switch. Said aloud, so that none is so by accident."""
    view.door = None  # type: ignore[attr-defined]
    return view


def enter(request: HttpRequest, user: User, verb: Verb = Verb.VIEW) -> ConsoleRequest:
    """The request with what the viewer holds, and the rows on which they may ``verb``; one to three queries."""
    visitor = cast(ConsoleRequest, request)
    visitor.now = now()
    visitor.standing = standing_of(user, today(visitor.now))
    visitor.roles = visitor.standing.roles
    visitor.scope = visitor.standing.scope(verb)
    visitor.actor = user.as_actor()
    return visitor


def _is_signed_in(request: HttpRequest) -> bool:
    """Whether somebody is, and their session is not over: a day after they came, or after hours away."""
    if not request.user.is_authenticated:
        return False
    if sessions.keep_seen(request.session, datetime.now(UTC)):
        return True
    logout(request)
    return False


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back here after it; a part of a page (htmx) makes the whole page go there."""
    back = request.get_full_path() if request.method == "GET" else "/"
    if request.headers.get("HX-Request"):
        back = request.headers.get("HX-Current-URL", "/")
        answer = HttpResponse(status=401)
        answer["HX-Redirect"] = f"{reverse('console:sign_in')}?{urlencode({'next': back})}"
        return answer
    return HttpResponseRedirect(f"{reverse('console:sign_in')}?{urlencode({'next': back})}")
