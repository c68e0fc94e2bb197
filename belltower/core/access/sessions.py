# SPDX-License-Identifier: Apache-2.0
"""Sessions that know whose they are: the engine Django stores them with, and ending them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore as DatabaseSessions
from django.db import router, transaction
from django.utils import timezone

from belltower.core.access.models import Session, User
from belltower.core.ledger.entries import action, record
from belltower.kernel.actors import Actor
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text

# NIST SP 800-63B-4, 2.2.3 (AAL2): people sign in again after a day at the latest, and when they were away for long.
LONGEST = timedelta(hours=24)
AWAY = timedelta(hours=8)
SEEN_EVERY = timedelta(minutes=5)  # seen_at is that coarse, so that reading stays reading
ABOUT = "access.session"  # what a session says of itself: address, agent, way, began, seen


class SessionStore(DatabaseSessions):
    """Django's sessions in the database, in our table."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row of these data. Its uid comes from the key, which cannot be told from it: a new key is a new uid."""
        row = super().create_model_instance(data)
        assert isinstance(row, Session)
        told = data.get(ABOUT, {})
        row.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        row.uid = UUID(bytes=hashlib.sha256(b"belltower session" + str(row.session_key).encode()).digest()[:16])
        row.began_at, row.seen_at = _instant(told.get("began")), _instant(told.get("seen"))
        row.address, row.agent, row.way = (str(told.get(name, ""))[:most] for name, most in _SIZES)
        return row


_SIZES = (("address", 60), ("agent", 300), ("way", 20))


def told(session: SessionBase) -> Mapping[str, Any]:
    """What the session says of itself."""
    found = session.get(ABOUT, {})
    assert isinstance(found, dict)
    return found


def is_over(began: datetime | None, seen: datetime | None, now: datetime) -> bool:
    """Whether somebody must sign in again: a day after they did, or after being away for hours."""
    return (began is not None and now - began >= LONGEST) or (seen is not None and now - seen >= AWAY)


def keep_seen(session: SessionBase, now: datetime) -> bool:
    """Note that the session is used; False when it is over, and its person must sign in again."""
    facts = dict(told(session))
    began, seen = _instant(facts.get("began")), _instant(facts.get("seen"))
    if is_over(began, seen, now):
        return False
    if seen is not None and now - seen >= SEEN_EVERY:
        session[ABOUT] = {**facts, "seen": now.isoformat()}
    return True


def sessions_of(user: User) -> list[Session]:
    """The sessions of ``user`` that are alive, the last used first."""
    alive = Session.objects.filter(user=user, expire_date__gt=timezone.now())
    return list(alive.defer("session_data").order_by("-seen_at"))


@action("access.end_session")
def end_session(user: User, uid: UUID, *, by: Actor) -> None:
    """End one session of ``user``; its browser is signed out at its next step. Raises NotFound."""
    if not Session.objects.filter(user=user, uid=uid).delete()[0]:
        raise NotFound(noun=Text(zh="会话", en="session"), name=uid)
    record("access.session_ended", by=by, subject=user.reference, about={"sessions": 1})


@action("access.end_sessions")
def end_sessions(user: User, *, by: Actor, but: str | None = None) -> int:
    """End every session of ``user``, but the one of that key; how many there were."""
    count, _ = Session.objects.filter(user=user).exclude(session_key=but or "").delete()
    if count:
        record("access.session_ended", by=by, subject=user.reference, about={"sessions": count})
    return count


def forget_old(now: datetime) -> int:
    """Delete what expired; returns how many."""
    with transaction.atomic(using=router.db_for_write(Session)):
        return Session.objects.filter(expire_date__lte=now).delete()[0]


def _instant(said: str | None) -> datetime | None:
    return datetime.fromisoformat(said).astimezone(UTC) if said else None
