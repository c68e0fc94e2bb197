# SPDX-License-Identifier: Apache-2.0
"""A notice as a message of an application of 企业微信: a token of the corporation, then message/send to a member.

The fields are from the public documentation and were not checked against the live service (docs/guides/notices.md).
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from belltower.core.notices.channels.asking import ask
from belltower.core.notices.channels.parcel import NotTaken, Parcel
from belltower.core.notices.wishes import WecomGateway

LARGEST_TEXT = 2048  # bytes, of msgtype "text"
_EXPIRED = (40014, 42001)
_EARLY = timedelta(minutes=5)
_tokens: dict[WecomGateway, tuple[str, datetime]] = {}
"""Tokens by gateway, with their end: the service asks that they are kept."""


def send(parcel: Parcel, *, gateway: WecomGateway, now: datetime) -> str:
    """Hand it over; what the service calls it. Raises NotTaken."""
    said = _send(parcel, gateway, _token(gateway, now))
    if said["errcode"] in _EXPIRED:
        _tokens.pop(gateway, None)
        said = _send(parcel, gateway, _token(gateway, now))
    if said["errcode"] != 0:
        raise NotTaken(f"errcode {said['errcode']}")
    if said.get("invaliduser"):
        raise NotTaken("invaliduser", is_final=True)
    return f"OK {str(said.get('msgid', ''))[:80]}"


def _send(parcel: Parcel, gateway: WecomGateway, token: str) -> dict[str, Any]:
    content = f"{parcel.subject}\n{parcel.text}".encode()[:LARGEST_TEXT].decode("utf-8", "ignore")
    message = {
        "touser": parcel.to, "msgtype": "text", "agentid": gateway.agent, "text": {"content": content},
        "enable_duplicate_check": 1, "duplicate_check_interval": 1800,
    }  # fmt: skip
    body = json.dumps(message, ensure_ascii=False).encode()
    address = f"{gateway.address}/cgi-bin/message/send?{urlencode({'access_token': token})}"
    return _said(ask("POST", address, body=body, headers={"content-type": "application/json"}, is_private_allowed=True))


def _token(gateway: WecomGateway, now: datetime) -> str:
    known = _tokens.get(gateway)
    if known and now < known[1]:
        return known[0]
    query = urlencode({"corpid": gateway.corporation, "corpsecret": gateway.secret})
    said = _said(ask("GET", f"{gateway.address}/cgi-bin/gettoken?{query}", is_private_allowed=True))
    if said["errcode"] != 0 or not said.get("access_token"):
        raise NotTaken(f"gettoken: errcode {said['errcode']}")
    end = now + timedelta(seconds=int(said.get("expires_in", 0))) - _EARLY
    _tokens[gateway] = (str(said["access_token"]), end)
    return _tokens[gateway][0]


def _said(answer: Any) -> dict[str, Any]:
    try:
        said = json.loads(answer.body)
        return {**said, "errcode": int(said["errcode"])}
    except (ValueError, KeyError, TypeError):
        raise NotTaken(f"HTTP {answer.status}") from None
