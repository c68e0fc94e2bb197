# SPDX-License-Identifier: Apache-2.0
"""The settings of anchors, read from the environment: where heads of the ledger are taken outside, and how often."""

from __future__ import annotations

import math
import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from belltower.core.ledger.anchor_rules import Anchoring, MailServer
from belltower.kernel.texts import Text
from belltower.project.installation import Environment, UnreadableSetting, secret

_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_LINE_BREAKS = ("\r", "\n")


def read(environment: Environment = os.environ) -> Anchoring:
    """What this installation wants. Raises UnreadableSetting, also where one setting lacks another that it needs."""
    folder, roots = environment.get("BELLTOWER_ANCHOR_FOLDER"), environment.get("BELLTOWER_ANCHOR_TSA_ROOTS")
    mail_to = mail_addresses("BELLTOWER_ANCHOR_MAIL_TO", environment.get("BELLTOWER_ANCHOR_MAIL_TO", ""))
    mail_from = mail_addresses("BELLTOWER_ANCHOR_MAIL_FROM", environment.get("BELLTOWER_ANCHOR_MAIL_FROM", ""))
    found = Anchoring(
        every=_interval(environment.get("BELLTOWER_ANCHOR_EVERY_H", "24")),
        folder=Path(folder).absolute() if folder else None,
        mail_to=mail_to,
        mail_from=mail_from[0] if mail_from else "",
        server=mail_server("BELLTOWER_ANCHOR_SMTP", secret(environment, "BELLTOWER_ANCHOR_SMTP")),
        tsa=_web_address(environment.get("BELLTOWER_ANCHOR_TSA", "")),
        tsa_roots=Path(roots).absolute() if roots else None,
    )
    return _complete(found)


def _complete(found: Anchoring) -> Anchoring:
    if found.mail_to and not (found.server and found.mail_from):
        raise UnreadableSetting(
            setting="BELLTOWER_ANCHOR_MAIL_TO",
            reason=Text(
                zh="还需设置 BELLTOWER_ANCHOR_SMTP 和 BELLTOWER_ANCHOR_MAIL_FROM",
                en="BELLTOWER_ANCHOR_SMTP and BELLTOWER_ANCHOR_MAIL_FROM are needed with it",
            ),
        )
    if found.tsa and not found.tsa_roots:
        raise UnreadableSetting(
            setting="BELLTOWER_ANCHOR_TSA",
            reason=Text(
                zh="还需设置 BELLTOWER_ANCHOR_TSA_ROOTS（可信时间戳机构的根证书）",
                en="BELLTOWER_ANCHOR_TSA_ROOTS is needed with it: the certificates that are trusted",
            ),
        )
    return found


def _interval(given: str) -> timedelta:
    try:
        hours = float(given)
    except ValueError:
        hours = math.nan
    if not 0 < hours <= 24 * 366:
        raise UnreadableSetting(
            setting="BELLTOWER_ANCHOR_EVERY_H",
            reason=Text(zh="应为小时数，大于 0", en="hours, more than 0, are asked for"),
        )
    return timedelta(hours=hours)


def mail_addresses(setting: str, listed: str) -> tuple[str, ...]:
    """The addresses that a setting lists. Raises UnreadableSetting."""
    found = tuple(one.strip() for one in listed.split(",") if one.strip())
    if any("@" not in one or any(mark in one for mark in _LINE_BREAKS) for one in found):
        raise UnreadableSetting(
            setting=setting, reason=Text(zh="应为电子邮件地址", en="e-mail addresses are asked for")
        )
    return found


def _web_address(given: str) -> str:
    parts = urlsplit(given)
    if given and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise UnreadableSetting(setting="BELLTOWER_ANCHOR_TSA", reason="https://...")
    return given


def mail_server(setting: str, given: str | None) -> MailServer | None:
    """A mail server written as smtp://, smtp+starttls:// or smtps://user:password@host:port. Raises UnreadableSetting."""
    if not given:
        return None
    try:
        parts = urlsplit(given)
        port = parts.port or _PORTS[parts.scheme]
        host = parts.hostname or ""
    except (ValueError, KeyError):
        host, port = "", 0
    if not host:
        raise UnreadableSetting(setting=setting, reason="smtps://user:password@host:port")
    return MailServer(
        host=host,
        port=port,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        is_tls=parts.scheme == "smtps",
        is_starttls=parts.scheme == "smtp+starttls",
    )
