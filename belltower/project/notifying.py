# SPDX-License-Identifier: Apache-2.0
"""The settings of notices, read from the environment: the mail server, and the gateways of short messages and of WeCom."""

from __future__ import annotations

import os
from urllib.parse import parse_qs, unquote, urlsplit

from belltower.core.notices.wishes import Notifying, SmsGateway, WecomGateway
from belltower.kernel.texts import Text
from belltower.project.anchoring import mail_addresses, mail_server
from belltower.project.installation import Environment, UnreadableSetting, secret

_SMS, _WECOM = "BELLTOWER_NOTICES_SMS", "BELLTOWER_NOTICES_WECOM"
_WITH_IT = Text(zh="还需设置 BELLTOWER_NOTICES_MAIL_FROM", en="BELLTOWER_NOTICES_MAIL_FROM is needed with it")


def read(address: str, environment: Environment = os.environ) -> Notifying:
    """What is set up; ``address`` is the installation's own. Raises UnreadableSetting."""
    server = mail_server("BELLTOWER_NOTICES_SMTP", secret(environment, "BELLTOWER_NOTICES_SMTP"))
    sender = mail_addresses("BELLTOWER_NOTICES_MAIL_FROM", environment.get("BELLTOWER_NOTICES_MAIL_FROM", ""))
    if server and not sender:
        raise UnreadableSetting(setting="BELLTOWER_NOTICES_SMTP", reason=_WITH_IT)
    return Notifying(
        address=address, server=server, mail_from=sender[0] if sender else "",
        sms=_sms(secret(environment, "BELLTOWER_NOTICES_SMS")),
        wecom=_wecom(secret(environment, "BELLTOWER_NOTICES_WECOM")),
        is_private_allowed=environment.get("BELLTOWER_NOTICES_PRIVATE") == "1",
    )  # fmt: skip


def _sms(given: str | None) -> SmsGateway | None:
    """https://key:secret@host/?sign=..&template=.."""
    if not given:
        return None
    parts, more = urlsplit(given), parse_qs(urlsplit(given).query)
    if not (parts.hostname and parts.username and parts.password and more.get("sign") and more.get("template")):
        raise UnreadableSetting(setting=_SMS, reason="https://key:secret@host/?sign=..&template=..")
    host = parts.netloc.rpartition("@")[2]
    return SmsGateway(
        f"{parts.scheme}://{host}", unquote(parts.username), unquote(parts.password), more["sign"][0],
        more["template"][0],
    )  # fmt: skip


def _wecom(given: str | None) -> WecomGateway | None:
    """https://corporation:secret@host/?agent=1000002"""
    if not given:
        return None
    parts, agent = urlsplit(given), parse_qs(urlsplit(given).query).get("agent", [""])[0]
    if not (parts.hostname and parts.username and parts.password and agent.isdecimal()):
        raise UnreadableSetting(setting=_WECOM, reason="https://corporation:secret@host/?agent=1000002")
    host = parts.netloc.rpartition("@")[2]
    return WecomGateway(f"{parts.scheme}://{host}", unquote(parts.username), unquote(parts.password), int(agent))
