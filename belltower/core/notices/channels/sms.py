# SPDX-License-Identifier: Apache-2.0
"""A notice as a short message, by the interface SendSms of 阿里云短信服务 (2017-05-25), signed with ACS3-HMAC-SHA256.

The fields are from the public documentation and were not checked against the live service (docs/guides/notices.md).
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

from belltower.core.notices.channels.asking import ask
from belltower.core.notices.channels.parcel import NotTaken, Parcel
from belltower.core.notices.wishes import SmsGateway

ACTION, VERSION = "SendSms", "2017-05-25"
_FINAL = ("isv.MOBILE_NUMBER_ILLEGAL", "isv.INVALID_PARAMETERS")


def send(parcel: Parcel, *, gateway: SmsGateway, now: datetime) -> str:
    """Hand it over; what the gateway calls it. Raises NotTaken."""
    told = {key: str(parcel.facts.get(key, "")) for key in ("number", "what")}
    query = {
        "PhoneNumbers": parcel.to, "SignName": gateway.sign, "TemplateCode": gateway.template,
        "TemplateParam": json.dumps(told, ensure_ascii=False, separators=(",", ":")), "OutId": parcel.key,
    }  # fmt: skip
    host = urlsplit(gateway.address).netloc
    headers = {
        "host": host, "x-acs-action": ACTION, "x-acs-version": VERSION, "x-acs-signature-nonce": parcel.key,
        "x-acs-date": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "x-acs-content-sha256": _digest(b""),
    }  # fmt: skip
    headers["authorization"] = authorization(gateway, query, headers)
    answer = ask("POST", f"{gateway.address}/?{_listed(query)}", headers=headers, is_private_allowed=True)
    try:
        said = json.loads(answer.body)
        code, name = str(said["Code"]), str(said.get("BizId", ""))
    except (ValueError, KeyError, TypeError):
        raise NotTaken(f"HTTP {answer.status}") from None
    if code != "OK":
        raise NotTaken(code[:80], is_final=code in _FINAL)
    return f"OK {name[:80]}"


def authorization(gateway: SmsGateway, query: Mapping[str, str], headers: Mapping[str, str]) -> str:
    """The header ``Authorization`` for an empty body: the canonical request's digest, signed."""
    signed = sorted(name for name in headers if name == "host" or name.startswith("x-acs-"))
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in signed)
    request = "\n".join(("POST", "/", _listed(query), lines, ";".join(signed), headers["x-acs-content-sha256"]))
    text = f"ACS3-HMAC-SHA256\n{_digest(request.encode())}"
    told = hmac.new(gateway.secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return f"ACS3-HMAC-SHA256 Credential={gateway.key},SignedHeaders={';'.join(signed)},Signature={told}"


def _listed(query: Mapping[str, str]) -> str:
    return "&".join(f"{quote(name, safe='-_.~')}={quote(query[name], safe='-_.~')}" for name in sorted(query))


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
