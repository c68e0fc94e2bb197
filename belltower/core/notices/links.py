# SPDX-License-Identifier: Apache-2.0
"""The signed links of letters: who has the letter may confirm a subscription, or end it, and nobody can make a link up."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.core import signing

from belltower.core.notices.errors import BadLink

SALT = "belltower.notices.subscription"
CONFIRM, STOP = "confirm", "stop"
CONFIRM_WITHIN = timedelta(days=7)


def confirm_link(uid: UUID, address: str) -> str:
    """The link that confirms a subscription, for seven days."""
    return f"{address}/public/subscribe/confirm/{token(uid, CONFIRM)}/"


def stop_link(uid: UUID, address: str) -> str:
    """The link that ends a subscription; it holds as long as the subscription does."""
    return f"{address}/public/subscribe/stop/{token(uid, STOP)}/"


def token(uid: UUID, what: str) -> str:
    """The signed part of a link."""
    return signing.dumps([str(uid), what], salt=SALT)


def read(given: str, what: str) -> UUID:
    """The subscription that the link is about. Raises BadLink: altered, too old, or meant for something else."""
    within = CONFIRM_WITHIN if what == CONFIRM else None
    try:
        uid, meant = signing.loads(given[:300], salt=SALT, max_age=within)
        if meant != what:
            raise BadLink()
        return UUID(uid)
    except (signing.BadSignature, ValueError, TypeError):
        raise BadLink() from None
