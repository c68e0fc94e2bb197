# SPDX-License-Identifier: Apache-2.0
"""What is handed to a channel: who is told is looked up and unsealed only now, so that who was erased is written to no more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from belltower.core.access.models import User
from belltower.core.ledger.personal import unseal
from belltower.core.notices import links, words
from belltower.core.notices.channels.parcel import NotTaken, Parcel
from belltower.core.notices.kinds import Channel, NoticeKind
from belltower.core.notices.models import AreaSubscription, ChannelSetting, Delivery, Notice

_OF_ACCOUNT = {Channel.MAIL: "email", Channel.SMS: "phone"}
"""What of a person's account a channel writes to; the others have an address of their own."""


def pack(deliveries: Sequence[Delivery], address: str) -> Parcel:
    """One parcel of deliveries by one channel to one address; several for a subscriber's letter of the day.

    Raises NotTaken for good where nobody is to be told any more: erased, ended, switched off.
    """
    first = deliveries[0]
    notice = first.notice
    if notice.subscription is not None:
        return _to_subscriber(deliveries, notice.subscription, address)
    if notice.report is not None:
        subject, text = words.to_reporter(notice, notice.report.language, address)
        to = _told(unseal(notice.report.reference, "email", notice.report.email_sealed))
        return Parcel(str(first.uid), to, subject, text)
    return _inside(first, notice, address)


def _inside(delivery: Delivery, notice: Notice, address: str) -> Parcel:
    rows = ChannelSetting.objects.filter(person=notice.person_id, party=notice.party_id, channel=delivery.channel)
    setting = rows.filter(is_on=True).first()
    if setting is None or (notice.person is not None and not notice.person.is_active):
        raise NotTaken("switched off", is_final=True)
    subject, text = words.inside(notice, setting.language, address)
    secret = unseal(setting.reference, "secret", setting.secret_sealed)
    to = _address(setting, notice.person, Channel(delivery.channel))
    facts = _facts(notice, setting.language, address)
    return Parcel(str(delivery.uid), to, subject, text, facts, secret if isinstance(secret, str) else "")


def _address(setting: ChannelSetting, person: User | None, channel: Channel) -> str:
    field = _OF_ACCOUNT.get(channel)
    if person is not None and field is not None:
        return _told(unseal(person.reference, field, getattr(person, f"{field}_sealed")))
    return _told(unseal(setting.reference, "address", setting.address_sealed))


def _to_subscriber(deliveries: Sequence[Delivery], one: AreaSubscription, address: str) -> Parcel:
    if one.ended_at is not None:
        raise NotTaken("ended", is_final=True)
    to = _told(unseal(one.reference, "email", one.email_sealed))
    first, stop = deliveries[0], links.stop_link(one.uid, address)
    if first.notice.kind == NoticeKind.SUBSCRIBED:
        link = links.confirm_link(one.uid, address)
        subject, text = words.confirming(one.area.title, one.language, link, stop)
    else:
        notices = [each.notice for each in deliveries]
        subject, text = words.digest(notices, one.area.title, one.language, address, stop)
    return Parcel(str(first.uid), to, subject, text, stop_link=stop)


def _told(found: object) -> str:
    """The address; nobody is written to where it was erased, or never there."""
    if not isinstance(found, str) or not found:
        raise NotTaken("no address", is_final=True)
    return found


def _facts(notice: Notice, language: str, address: str) -> dict[str, Any]:
    return {
        "kind": notice.kind, "what": notice.what.say(language), "number": notice.number,
        "title": notice.name.say(language), "at": notice.at.isoformat(), **notice.about,
        **({"link": f"{address}/cases/{notice.number}/"} if address else {}),
    }  # fmt: skip
