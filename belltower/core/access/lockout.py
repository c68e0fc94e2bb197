# SPDX-License-Identifier: Apache-2.0
"""Lock-out after repeated failures, by account and by address: the judgement, and the tallies it is made on."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from belltower.core.access.models import Tally, User
from belltower.core.ledger.entries import action, record
from belltower.kernel.actors import Actor

WINDOW = timedelta(minutes=15)  # failures further apart than this are not one attempt at guessing
LOCKED_FOR = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Count:
    """Failures of one account or address since ``first_at``."""

    failures: int
    first_at: datetime
    locked_until: datetime | None = None


def after_failure(before: Count | None, now: datetime, *, most: int) -> Count:
    """The count after one more failure: the window begins anew when it is over, and the last allowed failure locks."""
    if before is None or now - before.first_at >= WINDOW:
        before = Count(0, now)
    failures = before.failures + 1
    return Count(failures, before.first_at, now + LOCKED_FOR if failures >= most else None)


def is_locked(count: Count, now: datetime) -> bool:
    """Whether nothing is tried for it at ``now``."""
    return count.locked_until is not None and now < count.locked_until


@dataclass(frozen=True, slots=True)
class Watched:
    """Something failures are counted for, and how many it may have within the window."""

    key: str
    most: int


def account(username: str) -> Watched:
    """The account of that name, whether there is one or not: what is locked says nothing about who exists."""
    named = hmac.digest(settings.SECRET_KEY.encode(), username.strip().casefold().encode(), hashlib.sha256)
    return Watched("account:" + named.hex(), most=10)


def second(user: User) -> Watched:
    """The second step of somebody whose password was right: NIST SP 800-63B wants codes that are short to be few."""
    return Watched(f"second:{user.uid}", most=10)


def address(given: str) -> Watched:
    """An address, which many may share."""
    return Watched("address:" + given[:64], most=50)


def locked_until(watched: Iterable[Watched], now: datetime) -> datetime | None:
    """Until when one of these is locked out; None when all are free."""
    keys = [one.key for one in watched]
    found = Tally.objects.filter(key__in=keys, locked_until__gt=now).order_by("-locked_until").first()
    return found.locked_until if found else None


def count_failure(watched: Iterable[Watched], now: datetime) -> list[Watched]:
    """Count one failure for each; those that this one locks out."""
    return [one for one in sorted(watched, key=lambda one: one.key) if _count(one, now)]


def forget(watched: Iterable[Watched]) -> None:
    """Begin again: somebody came in."""
    Tally.objects.filter(key__in=[one.key for one in watched]).delete()


@action("access.lift_lock_out")
def lift(user: User, *, by: Actor) -> bool:
    """Let somebody try again at once; whether they were locked out."""
    count, _ = Tally.objects.filter(key__in=[account(user.username).key, second(user).key]).delete()
    if count:
        record("access.lock_out_lifted", by=by, subject=user.reference)
    return bool(count)


def locked_users(users: Iterable[User], now: datetime) -> dict[int, datetime]:
    """Until when each of ``users`` that is locked out is so, by id; one query."""
    of = {one.key: user.pk for user in users for one in (account(user.username), second(user))}
    rows = Tally.objects.filter(key__in=list(of), locked_until__gt=now).values_list("key", "locked_until")
    return {of[key]: until for key, until in rows if until is not None}


def forget_old(now: datetime) -> int:
    """Delete tallies whose window and lock are over; returns how many."""
    return Tally.objects.filter(first_at__lte=now - WINDOW).exclude(locked_until__gt=now).delete()[0]


@transaction.atomic
def _count(one: Watched, now: datetime) -> bool:
    Tally.objects.get_or_create(key=one.key, defaults={"first_at": now})
    row = Tally.objects.select_for_update().get(key=one.key)
    after = after_failure(Count(row.failures, row.first_at, row.locked_until), now, most=one.most)
    row.failures, row.first_at, row.locked_until = after.failures, after.first_at, after.locked_until
    row.save()
    return after.failures == one.most
