# SPDX-License-Identifier: Apache-2.0
"""Every write of access: people and their roles, service accounts and their tokens. Each is an entry with its actor."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from belltower.core.access import passwords
from belltower.core.access.errors import (
    BadName,
    BadPeriod,
    NameTaken,
    NoScopes,
    OtherParty,
    UnknownWord,
    WholeCityOnly,
)
from belltower.core.access.models import Grant, RoleName, ServiceAccount, Session, Token, User
from belltower.core.access.rules import Verb
from belltower.core.ledger.entries import action, record
from belltower.core.ledger.personal import seal
from belltower.core.places.models import Area, Party
from belltower.kernel.actors import Actor
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text

GRANT = Text(zh="授权", en="grant")
TOKEN_PREFIX = "bt_"
SEEN_EVERY = timedelta(minutes=1)  # last_used_at is that coarse, so that reading stays reading


@action("access.add_user")
def add_user(
    username: str, name: Text, *, password: str | None, party: Party | None = None, is_shared: bool = False, by: Actor
) -> User:
    """Let a person in. Without a password nobody can sign in as them by one. Their name is sealed with their own key.

    A shared account is nobody's: its name is plain, it has no second factor, and no rule holds for its password. Only
    the demo makes them. Raises BadName, NameTaken, WeakPassword, LongPassword, KnownPassword.
    """
    if not 2 <= len(username) <= 60 or any(letter.isspace() for letter in username):
        raise BadName(name=username)
    user = User(username=username, party=party)
    if is_shared:
        user.name = name.as_json()
        user.set_password(password)
    else:
        user.name_sealed = seal(user.reference, "name", json.dumps(name.as_json(), ensure_ascii=False))
        _set(user, password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise NameTaken(name=username) from None
    return user


@action("access.set_password")
def set_password(user: User, password: str, *, by: Actor, keeping: str | None = None) -> None:
    """Give a person a new password; every session of theirs ends, but the one of the key
    ``keeping``. Raises WeakPassword, LongPassword, KnownPassword."""
    _set(user, password)
    user.save(update_fields=["password"])
    Session.objects.filter(user=user).exclude(session_key=keeping or "").delete()
    record("access.password_set", by=by, subject=user.reference)


@action("access.deactivate")
def deactivate(user: User, *, by: Actor) -> None:
    """Keep a person out from now on. Nothing is deleted: what they did stays theirs."""
    user.is_active = False
    user.save(update_fields=["is_active"])
    Session.objects.filter(user=user).delete()


@action("access.grant")
def grant(
    user: User, role: RoleName, *, valid_from: date, valid_until: date | None = None,
    area: Area | None = None, party: Party | None = None, why: str = "", by: Actor,
) -> Grant:  # fmt: skip
    """Let ``user`` hold ``role`` in an area for a party, from a day until (not including) another.

    No area is the whole city; no party is every owner, but for an enterprise user their own. Granting the same again
    only moves the end. Raises BadPeriod when it would end before it begins, WholeCityOnly for a narrowed administrator.
    """
    if valid_until is not None and valid_until <= valid_from:
        raise BadPeriod(since=valid_from, until=valid_until)
    if role == RoleName.ADMINISTRATOR and (area or party):
        raise WholeCityOnly()
    held, _ = Grant.objects.update_or_create(
        user=user, role=RoleName(role), area=area, party=party, valid_from=valid_from,
        defaults={"valid_until": valid_until, "why": why},
    )  # fmt: skip
    return held


@action("access.end_grant")
def end_grant(user: User, role: RoleName, *, on: date, by: Actor) -> None:
    """End the role wherever it is held: from the day ``on`` it is held no more. Raises NotFound when it was not held then."""
    in_force = Grant.objects.filter(Q(valid_until=None) | Q(valid_until__gt=on), user=user, role=role)
    if not in_force.filter(valid_from__lte=on).update(valid_until=on):
        raise NotFound(noun=GRANT, name=f"{user.username} {role}")


@action("access.end_grant")
def end_one_grant(uid: UUID, *, on: date, by: Actor) -> Grant:
    """End one grant: from the day ``on`` it is held no more; one that has not begun by then is never held.

    Raises NotFound where there is no such grant, or where it ended by that day.
    """
    held = Grant.objects.select_for_update(of=("self",)).filter(uid=uid).first()
    if held is None or (held.valid_until is not None and held.valid_until <= on):
        raise NotFound(noun=GRANT, name=str(uid))
    held.valid_until = max(on, held.valid_from)
    held.save(update_fields=["valid_until"])
    return held


@action("access.add_service_account")
def add_service_account(name: str, *, party: Party | None = None, by: Actor) -> ServiceAccount:
    """Let a machine in; it acts for ``party``, or for the whole bureau without one. Raises BadName, NameTaken."""
    if not 2 <= len(name) <= 80:
        raise BadName(name=name)
    try:
        with transaction.atomic():
            account = ServiceAccount.objects.create(name=name, party=party, made_by=by.name)
    except IntegrityError:
        raise NameTaken(name=name) from None
    return account


def service_account(name: str, *, party: Party | None = None, by: Actor) -> ServiceAccount:
    """The service account of that name, added when it is new. Raises OtherParty when it acts for another party."""
    found = ServiceAccount.objects.filter(name=name).first()
    if found is None:
        return add_service_account(name, party=party, by=by)
    if party is not None and found.party_id != party.pk:
        raise OtherParty(name=name)
    return found


def role_named(word: str) -> RoleName:
    """The role that is written so. Raises UnknownWord, which lists them."""
    if word not in RoleName.values:
        raise UnknownWord(word=word, known=", ".join(RoleName.values))
    return RoleName(word)


def verb_named(word: str) -> Verb:
    """The verb that is written so. Raises UnknownWord, which lists them."""
    if word not in list(Verb):
        raise UnknownWord(word=word, known=", ".join(Verb))
    return Verb(word)


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token at the one moment its secret is known; only the secret's SHA-256 is kept."""

    token: Token
    secret: str


@action("access.make_token")
def make_token(
    account: ServiceAccount, *, scopes: Iterable[Verb], expires_at: datetime | None, by: Actor, now: datetime
) -> NewToken:
    """A new secret with which ``account`` may do ``scopes`` until ``expires_at``. Raises NoScopes, BadPeriod."""
    verbs = sorted({Verb(scope) for scope in scopes})
    if not verbs:
        raise NoScopes(known=", ".join(Verb))
    if expires_at is not None and expires_at <= now:
        raise BadPeriod(since=now, until=expires_at)
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(
        account=account, digest=_digest(secret), prefix=secret[:12], scopes=verbs, expires_at=expires_at
    )
    return NewToken(token, secret)


@action("access.revoke_token")
def revoke_token(token: Token, *, by: Actor, now: datetime) -> None:
    """Refuse this token from ``now`` on; revoking twice keeps the first instant."""
    Token.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now)


def authenticate_token(secret: str, now: datetime) -> tuple[ServiceAccount, frozenset[Verb]] | None:
    """Whose secret this is and what it may do; None when it is unknown, expired or revoked."""
    with connection.cursor() as cursor:
        cursor.execute(_TOKEN, [_digest(secret)])
        found = cursor.fetchone()
    if found is None:
        return None
    pk, scopes, expires_at, last_used_at, *account = found
    if expires_at is not None and expires_at <= now:
        return None
    if last_used_at is None or last_used_at < now - SEEN_EVERY:
        Token.objects.filter(pk=pk).update(last_used_at=now)
    return ServiceAccount.from_db("default", _ACCOUNT, account), _verbs_of(*json.loads(scopes))


# Asked with every request of every machine: written out once, and never an object of what is not needed.
_ACCOUNT = ("id", "uid", "name", "party_id", "made_by", "made_at")
_TOKEN = f"""
    SELECT t.id, t.scopes::text, t.expires_at, t.last_used_at, {", ".join(f"a.{one}" for one in _ACCOUNT)}
    FROM access_token t JOIN access_service_account a ON a.id = t.account_id WHERE t.digest = %s AND t.revoked_at IS NULL
"""


@lru_cache(maxsize=256)
def _verbs_of(*scopes: str) -> frozenset[Verb]:
    return frozenset(map(Verb, scopes))


def _set(user: User, password: str | None) -> None:
    if password is not None:
        passwords.check(password, username=user.username, least=settings.BELLTOWER_SIGN_IN.shortest_password)
    user.set_password(None if password is None else passwords.normal(password))


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
