# SPDX-License-Identifier: Apache-2.0
"""A notice as a letter: handed to the mail server of the settings, whose own words are kept as the answer."""

from __future__ import annotations

from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend

from belltower.core.ledger.anchor_rules import MailServer
from belltower.core.notices.channels.parcel import NotTaken, Parcel

_TIMEOUT_S = 20
_TAKEN = (250, 251)


def send(parcel: Parcel, *, server: MailServer, mail_from: str) -> str:
    """Hand it over; what the server answered, without the address. Raises NotTaken, and OSError where nobody answers."""
    backend = EmailBackend(
        host=server.host, port=server.port, username=server.user, password=server.password,
        use_ssl=server.is_tls, use_tls=server.is_starttls, timeout=_TIMEOUT_S,
    )  # fmt: skip
    try:
        backend.open()
        return _talk(backend.connection, letter(parcel, mail_from), mail_from, parcel.to)
    finally:
        backend.close()


def letter(parcel: Parcel, mail_from: str) -> bytes:
    """The letter as it is sent. Its Message-ID is the same at every attempt, so that a second copy is known as one."""
    headers = {
        "Message-ID": f"<{parcel.key}@{mail_from.rpartition('@')[2]}>",
        "Auto-Submitted": "auto-generated",
    }
    if parcel.stop_link:
        headers |= {"List-Unsubscribe": f"<{parcel.stop_link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    made: Any = EmailMessage(parcel.subject, parcel.text, mail_from, [parcel.to], headers=headers).message()
    written: bytes = made.as_bytes(linesep="\r\n")
    return written


def _talk(server: Any, written: bytes, mail_from: str, to: str) -> str:
    server.ehlo_or_helo_if_needed()
    said = ""
    for verb, told in ((server.mail, mail_from), (server.rcpt, to), (server.data, written)):
        code, answer = verb(told)
        said = f"{code} {answer.decode('utf-8', 'replace')}".replace(to, "…")
        if code not in _TAKEN:
            raise NotTaken(said, is_final=500 <= code < 600)
    return said
