# SPDX-License-Identifier: Apache-2.0
"""What this installation has set up to tell people: the mail server, the gateways, and how webhooks may be reached."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from belltower.core.ledger.anchor_rules import MailServer
from belltower.core.notices.kinds import Channel


@dataclass(frozen=True, slots=True)
class SmsGateway:
    """Where short messages are handed over, as whom, under which sign and template. ``secret`` is never shown."""

    address: str
    key: str
    secret: str
    sign: str
    template: str

    def __repr__(self) -> str:
        return f"SmsGateway({self.address})"


@dataclass(frozen=True, slots=True)
class WecomGateway:
    """The server of WeCom, and the application that writes. ``secret`` is never shown."""

    address: str
    corporation: str
    secret: str
    agent: int

    def __repr__(self) -> str:
        return f"WecomGateway({self.address})"


@dataclass(frozen=True, slots=True)
class Notifying:
    """``address`` is where people reach this installation ("https://host"); letters without it have no links."""

    address: str = ""
    server: MailServer | None = None
    mail_from: str = ""
    sms: SmsGateway | None = None
    wecom: WecomGateway | None = None
    is_private_allowed: bool = False
    """Whether webhooks may go to addresses that are not public, and by http."""

    def is_ready(self, channel: Channel) -> bool:
        """Whether the channel is set up here."""
        return {
            Channel.MAIL: bool(self.server and self.mail_from), Channel.WEBHOOK: True,
            Channel.SMS: self.sms is not None, Channel.WECOM: self.wecom is not None,
        }[channel]  # fmt: skip

    @property
    def can_subscribe(self) -> bool:
        """Whether residents can subscribe: letters go out, and their links lead here."""
        return self.is_ready(Channel.MAIL) and bool(self.address)


def current() -> Notifying:
    """What is set up here."""
    found: Notifying = settings.BELLTOWER_NOTICES
    return found
