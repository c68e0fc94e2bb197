# SPDX-License-Identifier: Apache-2.0
"""A notice as JSON to an address of the web, signed as Standard Webhooks 1.0 asks: HMAC-SHA256 over id, time and body."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from datetime import datetime

from belltower.core.notices.channels.asking import ask
from belltower.core.notices.channels.parcel import NotTaken, Parcel

PREFIX = "whsec_"
_GONE = 410


def new_secret() -> str:
    """A secret of 256 bits, as receivers' libraries read it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, key: str, seconds: int, body: bytes) -> str:
    """The value of ``webhook-signature``: "v1," and the base64 of the HMAC over "key.seconds.body"."""
    known = base64.b64decode(secret.removeprefix(PREFIX))
    told = hmac.new(known, f"{key}.{seconds}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(told).decode()


def send(parcel: Parcel, *, now: datetime, is_private_allowed: bool) -> str:
    """Post it; the status that came back. Raises NotTaken: for good where the receiver says that it is gone."""
    body = json.dumps({"id": parcel.key, **parcel.facts}, ensure_ascii=False).encode()
    seconds = int(now.timestamp())
    headers = {
        "content-type": "application/json; charset=utf-8", "user-agent": "Belltower",
        "webhook-id": parcel.key, "webhook-timestamp": str(seconds),
        "webhook-signature": signature(parcel.secret, parcel.key, seconds, body),
    }  # fmt: skip
    answer = ask("POST", parcel.to, body=body, headers=headers, is_private_allowed=is_private_allowed)
    if not 200 <= answer.status < 300:
        raise NotTaken(f"HTTP {answer.status}", is_final=answer.status == _GONE)
    return f"HTTP {answer.status}"
