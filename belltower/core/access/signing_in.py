# SPDX-License-Identifier: Apache-2.0
"""Signing in: a password is tried, a code is tried, and each outcome is an entry. No pages here."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth import authenticate

from belltower.core.access import lockout, passwords, people
from belltower.core.access.lockout import Watched
from belltower.core.access.models import User
from belltower.core.access.second_factor import has_second_factor, take
from belltower.core.ledger.entries import entry, record
from belltower.kernel.actors import Actor

AT_THE_DOOR = Actor.system("sign-in")  # nobody yet


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of an attempt: whose it was, or until when nothing more is tried. Neither: it was wrong."""

    user: User | None = None
    locked_until: datetime | None = None


def try_password(username: str, password: str, *, address: str, now: datetime) -> Tried:
    """Whether this name and password belong together. Nothing in answer or time tells whether the name exists."""
    watched = (lockout.account(username), lockout.address(address))
    until = lockout.locked_until(watched, now)
    if until is not None:
        return Tried(locked_until=until)
    with entry("access.try_password", by=AT_THE_DOOR):  # a hash of older strength is renewed here
        found = authenticate(None, username=username.strip(), password=passwords.normal(password))
    if isinstance(found, User):
        lockout.forget(watched[:1])
        return Tried(user=found)
    named = User.objects.filter(username=username.strip()).first()
    return _failed(watched, named, "password", address=address, now=now)


def try_code(user: User, code: str, *, address: str, now: datetime) -> Tried:
    """Whether ``code`` is right for somebody whose password was."""
    watched = (lockout.second(user), lockout.address(address))
    until = lockout.locked_until(watched, now)
    if until is not None:
        return Tried(locked_until=until)
    if take(user, code, by=user.as_actor(), now=now):
        lockout.forget(watched[:1])
        return Tried(user=user)
    return _failed(watched, user, "code", address=address, now=now)


def signed_in(user: User, way: str, *, address: str) -> None:
    """Tell the security log that somebody came in, by "password", "password+code" or "oidc"."""
    record("access.signed_in", by=user.as_actor(), subject=user.reference, about={"way": way, "from": network(address)})


def signed_out(user: User) -> None:
    """Tell the security log that somebody went out."""
    record("access.signed_out", by=user.as_actor(), subject=user.reference)


def refused_by_provider(reason: str, *, address: str) -> None:
    """Tell the security log that an answer from the provider was not believed, and why."""
    about = {"step": "oidc", "reason": reason, "from": network(address)}
    record("access.sign_in_failed", by=AT_THE_DOOR, about=about)


def needs_second_factor(user: User, now: datetime) -> bool:
    """Whether a role ``user`` holds asks for a second factor; accounts that several use cannot have one."""
    if user.is_shared:
        return False
    return bool(people.roles_of(user, people.today(now)) & settings.BELLTOWER_SIGN_IN.second_factor_roles)


def next_step(user: User, now: datetime) -> str:
    """What follows a right password: "code" to type, "set_up" a second factor, or "in"."""
    if has_second_factor(user):
        return "code"
    return "set_up" if needs_second_factor(user, now) else "in"


def network(address: str) -> str:
    """Where somebody came from as the ledger keeps it for ever: the network, not the person's own address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    width = 24 if parsed.version == 4 else 48
    return str(ipaddress.ip_network(f"{parsed}/{width}", strict=False))


def _failed(watched: tuple[Watched, ...], user: User | None, step: str, *, address: str, now: datetime) -> Tried:
    subject = user.reference if user else ""
    about = {"step": step, "from": network(address)}
    record("access.sign_in_failed", by=AT_THE_DOOR, subject=subject, about=about)
    for one in lockout.count_failure(watched, now):
        what = "account" if one.key.startswith(("account:", "second:")) else "address"
        record("access.locked_out", by=AT_THE_DOOR, subject=subject, about={**about, "locked": what})
    return Tried(locked_until=lockout.locked_until(watched, now))
