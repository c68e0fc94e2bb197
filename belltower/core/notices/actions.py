# SPDX-License-Identifier: Apache-2.0
"""The verbs of who is told: read what one was told, and say by which channels one wants to be told besides."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from belltower.core.access.models import User
from belltower.core.ledger import personal
from belltower.core.ledger.entries import entry
from belltower.core.notices import wishes
from belltower.core.notices.channels import webhook
from belltower.core.notices.channels.asking import checked
from belltower.core.notices.channels.parcel import NotTaken
from belltower.core.notices.errors import BadChannel, NoSuchNotice
from belltower.core.notices.kinds import Channel
from belltower.core.notices.models import ChannelSetting, Notice
from belltower.core.places.models import Party
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

_NOT_READY = Text(zh="本系统尚未设置{channel}", en="{channel} is not set up here")
_FOR_PARTIES = Text(zh="网络回调只为单位设置", en="webhooks are for parties")
_NO_CONTACT = Text(zh="请先在“我的账号”中填写联系方式", en="say how you are reached on the page of your account first")
_NO_ADDRESS = Text(zh="地址缺失或无法使用", en="the address is missing or cannot be used")
_SHAPES = {
    Channel.MAIL: re.compile(r"[^\s@]{1,64}@[^\s@]{1,190}\.[^\s@.]{2,60}"),
    Channel.SMS: re.compile(r"\+?[0-9]{6,20}"),
    Channel.WECOM: re.compile(r"[A-Za-z0-9_.@-]{1,64}(?:\|[A-Za-z0-9_.@-]{1,64}){0,99}"),
}


def mine(person: User) -> QuerySet[Notice]:
    """What that person was told, the newest first. Nobody reads what others were told."""
    return Notice.objects.filter(person=person).order_by("-pk")


def unread(person: User) -> int:
    """How many notices that person has not read."""
    return mine(person).filter(read_at=None).count()


def mark_read(person: User, uid: UUID, *, by: Actor, now: datetime) -> Notice:
    """That person has read it; again changes nothing. Raises NoSuchNotice, also for somebody else's."""
    with entry("notices.read", by=by):
        notice = mine(person).select_for_update(of=("self",)).filter(uid=uid).first()
        if notice is None:
            raise NoSuchNotice(notice=uid)
        if notice.read_at is None:
            notice.read_at = now
            notice.save(update_fields=["read_at"])
    return notice


def mark_all_read(person: User, *, by: Actor, now: datetime) -> int:
    """That person has read everything they were told until now; how many were new to them."""
    with entry("notices.read", by=by):
        return mine(person).filter(read_at=None, at__lte=now).update(read_at=now)


def set_channel(
    whose: User | Party, channel: Channel, *, is_on: bool, address: str = "", language: str = "zh", by: Actor
) -> str:
    """Say whether a person, or a party, is told by ``channel`` too; the secret that signs, where a new webhook got one.

    An address that is left out stays as it was. Raises BadChannel.
    """
    address = address.strip()
    if is_on:
        _check(whose, channel, address)
    who = {"person": whose} if isinstance(whose, User) else {"party": whose}
    with entry("notices.set_channel", by=by):
        setting = ChannelSetting.objects.select_for_update().filter(channel=channel, **who).first()
        setting = setting or ChannelSetting(channel=channel, **who)
        if is_on and not address and setting.address_sealed is None and _needs_address(whose, channel):
            raise BadChannel(reason=_NO_ADDRESS)
        setting.is_on, setting.language, secret = is_on, language, ""
        if address:
            setting.address_sealed = personal.seal(setting.reference, "address", address)
        if is_on and channel is Channel.WEBHOOK and setting.secret_sealed is None:
            secret = webhook.new_secret()
            setting.secret_sealed = personal.seal(setting.reference, "secret", secret)
        setting.save()
    return secret


def _needs_address(whose: User | Party, channel: Channel) -> bool:
    return isinstance(whose, Party) or channel not in (Channel.MAIL, Channel.SMS)


def _check(whose: User | Party, channel: Channel, address: str) -> None:
    """Raise BadChannel for what is not set up here, or can reach nobody."""
    here = wishes.current()
    if not here.is_ready(channel):
        raise BadChannel(reason=_NOT_READY.format(channel=channel.text))
    if isinstance(whose, User) and channel is Channel.WEBHOOK:
        raise BadChannel(reason=_FOR_PARTIES)
    if isinstance(whose, User) and not _needs_address(whose, channel):
        field = "email" if channel is Channel.MAIL else "phone"
        if getattr(whose, f"{field}_sealed") is None:
            raise BadChannel(reason=_NO_CONTACT)
    if address and not _reads(channel, address):
        raise BadChannel(reason=_NO_ADDRESS)


def _reads(channel: Channel, address: str) -> bool:
    if channel is Channel.WEBHOOK:
        try:
            checked(address, is_private_allowed=wishes.current().is_private_allowed)
        except NotTaken:
            return False
        return len(address) <= 500
    return bool(_SHAPES[channel].fullmatch(address))
