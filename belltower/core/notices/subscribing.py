# SPDX-License-Identifier: Apache-2.0
"""Residents subscribe to an area by e-mail: asked for, confirmed by a link of a letter, ended by a link of each.

What the page answers never tells whether an address is known here.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from django.conf import settings

from belltower.core.ledger import personal
from belltower.core.ledger.entries import entry
from belltower.core.notices import links, wishes
from belltower.core.notices.errors import BadLink, BadSubscription
from belltower.core.notices.kinds import NoticeKind
from belltower.core.notices.models import AreaSubscription, Notice
from belltower.core.notices.raising import keep
from belltower.core.places.models import Area
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.core.receiving.actions import RESIDENT
from belltower.core.receiving.rules import Contact
from belltower.kernel.texts import Text

LETTERS_A_DAY = 3
"""So many letters that ask for a confirmation go to one address within a day, whoever asks for them."""
_NO_AREA = Text(zh="请选择区域", en="choose an area")
_NO_EMAIL = Text(zh="请填写邮箱", en="write an e-mail address")
_NO_MAIL = Text(zh="本系统尚未开通来信", en="no letters are sent from here yet")


def subscribe(area_code: str, email: str, language: str, *, now: datetime) -> None:
    """Ask for news of an area: a letter with a link goes out. An address that is subscribed, or asks too often, gets none.

    Raises BadSubscription, BadContact.
    """
    if not wishes.current().can_subscribe:
        raise BadSubscription(reason=_NO_MAIL)
    address = Contact(email=email).checked().email
    if not address:
        raise BadSubscription(reason=_NO_EMAIL)
    with seen_as(EVERYTHING), entry("notices.subscribe", by=RESIDENT):
        area = Area.objects.current().filter(code=area_code[:20]).first()
        if area is None:
            raise BadSubscription(reason=_NO_AREA)
        if _may_write(digest_of(address), area, now):
            _ask(area, address, language, now)


def confirm(token: str, *, now: datetime) -> AreaSubscription:
    """It was meant: from now on letters come. Again changes nothing. Raises BadLink."""
    with seen_as(EVERYTHING), entry("notices.confirm_subscription", by=RESIDENT):
        one = _named(token, links.CONFIRM)
        if one.ended_at is not None:
            raise BadLink()
        if one.confirmed_at is None:
            one.confirmed_at = now
            one.save(update_fields=["confirmed_at"])
    return one


def stop(token: str, *, now: datetime) -> AreaSubscription:
    """No more letters: the address is erased with its key. Again changes nothing. Raises BadLink."""
    with seen_as(EVERYTHING), entry("notices.stop_subscription", by=RESIDENT):
        one = _named(token, links.STOP)
        if one.ended_at is None:
            one.ended_at, one.digest = now, ""
            one.save(update_fields=["ended_at", "digest"])
            personal.erase(one.reference, by=RESIDENT, now=now)
    return one


def look_up(token: str, what: str) -> AreaSubscription:
    """The subscription that a link is about, before anything is done with it. Raises BadLink."""
    with seen_as(EVERYTHING):
        return _named(token, what, is_held=False)


def digest_of(email: str) -> str:
    """A keyed stand-in of an address: it tells that the same one asked before, to this installation alone."""
    said = f"notices.subscription:{email.strip().casefold()}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), said, hashlib.sha256).hexdigest()


def _named(token: str, what: str, *, is_held: bool = True) -> AreaSubscription:
    rows = AreaSubscription.objects.select_related("area").defer("area__geometry", "area__words")
    rows = rows.select_for_update(of=("self",)) if is_held else rows
    one = rows.filter(uid=links.read(token, what)).first()
    if one is None:
        raise BadLink()
    return one


def _may_write(digest: str, area: Area, now: datetime) -> bool:
    known = AreaSubscription.objects.filter(digest=digest, ended_at=None)
    if known.filter(area__code=area.code, confirmed_at__isnull=False).exists():
        return False
    return known.filter(asked_at__gt=now - timedelta(days=1)).count() < LETTERS_A_DAY


def _ask(area: Area, address: str, language: str, now: datetime) -> None:
    one = AreaSubscription(area=area, language=language, digest=digest_of(address), asked_at=now)
    one.email_sealed = personal.seal(one.reference, "email", address)
    one.save(force_insert=True)
    keep([Notice(kind=NoticeKind.SUBSCRIBED, subscription=one, at=now)], now=now)
