# SPDX-License-Identifier: Apache-2.0
"""What can be told, by which way, and how far a delivery is: names and their words. No look-ups."""

from __future__ import annotations

from enum import StrEnum

from belltower.kernel.texts import Text


class NoticeKind(StrEnum):
    """What is told."""

    FILED = "filed"
    DISPATCHED = "dispatched"
    MOVED = "moved"
    REFUSED = "refused"
    ANSWERED = "answered"
    RETURNED = "returned"
    CLOSED = "closed"
    REOPENED = "reopened"
    DECLINED = "declined"
    MERGED = "merged"
    OVERDUE = "overdue"
    ESCALATED = "escalated"
    SUBSCRIBED = "subscribed"

    @property
    def text(self) -> Text:
        """The kind as people of the bureau and of its parties read it."""
        return _KINDS[self]


class Channel(StrEnum):
    """A way out of the house. What is told is on the page of notices whatever the channels do."""

    MAIL = "mail"
    WEBHOOK = "webhook"
    SMS = "sms"
    WECOM = "wecom"

    @property
    def text(self) -> Text:
        return _CHANNELS[self]


class DeliveryState(StrEnum):
    """How far a delivery is. *Failed* is tried again by itself; *given up* is not."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    GIVEN_UP = "given_up"

    @property
    def text(self) -> Text:
        return _DELIVERY_STATES[self]


WAITING = (DeliveryState.QUEUED, DeliveryState.FAILED)
"""Those that are sent when they are due."""

_KINDS = {
    NoticeKind.FILED: Text(zh="已立案", en="Filed"),
    NoticeKind.DISPATCHED: Text(zh="派给本单位", en="Dispatched to your party"),
    NoticeKind.MOVED: Text(zh="已移交其他单位", en="Handed over to another party"),
    NoticeKind.REFUSED: Text(zh="单位退单，待重新派遣", en="Refused by its party, to be dispatched again"),
    NoticeKind.ANSWERED: Text(zh="已反馈，待核实", en="Answered, to be checked"),
    NoticeKind.RETURNED: Text(zh="核查未通过，退回返工", en="Sent back after the check"),
    NoticeKind.CLOSED: Text(zh="已核实整改到位并结案", en="Put right, verified and closed"),
    NoticeKind.REOPENED: Text(zh="重新办理", en="Reopened"),
    NoticeKind.DECLINED: Text(zh="不予立案或不再办理", en="Not taken up, or not any more"),
    NoticeKind.MERGED: Text(zh="已并入另一案卷", en="Merged into another case"),
    NoticeKind.OVERDUE: Text(zh="已超时", en="Overdue"),
    NoticeKind.ESCALATED: Text(zh="超时提级", en="Overdue and escalated"),
    NoticeKind.SUBSCRIBED: Text(zh="订阅待确认", en="A subscription to be confirmed"),
}
_CHANNELS = {
    Channel.MAIL: Text(zh="电子邮件", en="E-mail"),
    Channel.WEBHOOK: Text(zh="网络回调", en="Webhook"),
    Channel.SMS: Text(zh="短信", en="SMS"),
    Channel.WECOM: Text(zh="企业微信", en="WeCom"),
}
_DELIVERY_STATES = {
    DeliveryState.QUEUED: Text(zh="待发送", en="Queued"),
    DeliveryState.SENT: Text(zh="已发送", en="Sent"),
    DeliveryState.FAILED: Text(zh="未成功，将重试", en="Failed, to be tried again"),
    DeliveryState.GIVEN_UP: Text(zh="已放弃", en="Given up"),
}
