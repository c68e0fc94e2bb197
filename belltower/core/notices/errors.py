# SPDX-License-Identifier: Apache-2.0
"""What is refused of notices, and why."""

from __future__ import annotations

from belltower.kernel.errors import NotFound, Refusal
from belltower.kernel.texts import Text


class NoSuchNotice(NotFound):
    """There is none of that name, or it is somebody else's, which says the same."""

    code = "no_such_notice"
    sentence = Text(
        zh="没有通知“{notice}”。它可能属于他人。", en="There is no notice '{notice}'. It may be somebody else's."
    )


class BadChannel(Refusal):
    """A way of being told that cannot be used as it was given."""

    code = "bad_channel"
    sentence = Text(zh="无法这样通知：{reason}。", en="Nobody can be told this way: {reason}.")


class BadSubscription(Refusal):
    """A subscription that lacks something, or where none can be taken."""

    code = "bad_subscription"
    sentence = Text(zh="无法订阅：{reason}。", en="This cannot be subscribed to: {reason}.")


class BadLink(Refusal):
    """A link of a letter that was altered, is too old, or leads to what is ended."""

    code = "bad_subscription_link"
    sentence = Text(
        zh="这个链接无效或已过期。请重新订阅，会收到新的链接。",
        en="This link does not hold, or not any more. Subscribe again, and a new one is sent.",
    )
