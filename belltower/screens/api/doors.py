# SPDX-License-Identifier: Apache-2.0
"""Who calls an operation, by token or by session, and whether they may: every operation names its verb here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from ninja.security import APIKeyCookie, HttpBearer
from ninja.utils import check_csrf

from belltower.core.access import actions, people, rules, sessions
from belltower.core.access.models import User
from belltower.core.access.rules import Verb
from belltower.core.places.scope import Scope, seen_as
from belltower.kernel.actors import Actor
from belltower.kernel.errors import NotAllowed
from belltower.screens.api.errors import NoCsrfToken, NotSignedIn
from belltower.screens.streams import streaming_as


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling, what they may do, and the rows they may see; ``standing`` where it is somebody with grants of their own."""

    actor: Actor
    verbs: frozenset[Verb]
    scope: Scope
    roles: frozenset[str] = frozenset()
    party_id: int | None = None
    standing: people.Standing | None = None

    def may(self, verb: Verb) -> bool:
        return verb in self.verbs

    @property
    def sees_all(self) -> bool:
        """Whether the caller sees every row."""
        return self.scope.sees_all


class Request(HttpRequest):
    """A request that came through a door."""

    auth: Caller


class Token(HttpBearer):
    """``Authorization: Bearer bt_...``: a service account's token."""

    def __init__(self, verb: Verb | None) -> None:
        self.verb = verb
        super().__init__()

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        found = actions.authenticate_token(token, datetime.now(UTC))
        if found is None:
            raise NotSignedIn
        account, scopes = found
        scope = people.scope_of(account)
        verbs = scopes if account.party_id is None else rules.within_own(scopes)
        return _let_in(Caller(account.as_actor(), verbs, scope, party_id=account.party_id), self.verb)


class Session(APIKeyCookie):
    """The cookie of somebody signed in to the console; a request that writes needs the CSRF token too."""

    param_name = settings.SESSION_COOKIE_NAME

    def __init__(self, verb: Verb | None) -> None:
        self.verb = verb
        super().__init__()

    def __call__(self, request: HttpRequest) -> Caller | None:
        if not request.user.is_authenticated or not sessions.keep_seen(request.session, datetime.now(UTC)):
            return None
        if check_csrf(request):
            raise NoCsrfToken
        return self.authenticate(request, None)

    def authenticate(self, request: HttpRequest, key: str | None) -> Caller:
        user = request.user
        assert isinstance(user, User)
        standing = people.standing_of(user, people.today())
        scope = standing.scope(self.verb or Verb.VIEW)
        caller = Caller(user.as_actor(), standing.verbs, scope, standing.roles, user.party_id, standing)
        return _let_in(caller, self.verb)


def asking(verb: Verb | None, **told: Any) -> dict[str, Any]:
    """The part of an operation's declaration that says which verb it needs (None: only to be signed in).

    ``told`` is what else the OpenAPI document should say of it.
    """
    return {"auth": [Token(verb), Session(verb)], "openapi_extra": {"x-verb": verb.value if verb else None, **told}}


def as_caller_sees(operation: Callable[..., Any]) -> Callable[..., Any]:
    """``operation`` inside a transaction in which the database shows the caller's rows and no others."""

    @wraps(operation)
    def answering(request: Request, *args: Any, **kwargs: Any) -> Any:
        scope, viewer = request.auth.scope, uid_of(request.auth)
        with seen_as(scope, viewer=viewer):
            answer = operation(request, *args, **kwargs)
        return streaming_as(scope, viewer, answer) if isinstance(answer, HttpResponseBase) else answer

    return answering


def uid_of(caller: Caller) -> UUID | None:
    """The caller's outside identifier."""
    return caller.actor.uid


def _let_in(caller: Caller, verb: Verb | None) -> Caller:
    if verb is not None and not caller.may(verb):
        raise NotAllowed(verb=verb.text, needs=verb.value)
    return caller
