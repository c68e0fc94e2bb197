# SPDX-License-Identifier: Apache-2.0
"""Judgements on anchors: where heads are taken outside, when the next one is due, when a failed one is tried again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from belltower.kernel.texts import Text

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)


class Way(StrEnum):
    """How a head leaves the installation."""

    FOLDER = "folder"
    MAIL = "mail"
    STAMP = "stamp"

    @property
    def text(self) -> Text:
        return _TITLES[self]


_TITLES = {
    Way.FOLDER: Text(zh="文件夹", en="folder"),
    Way.MAIL: Text(zh="电子邮件", en="e-mail"),
    Way.STAMP: Text(zh="时间戳（RFC 3161）", en="time stamp (RFC 3161)"),
}


@dataclass(frozen=True, slots=True)
class MailServer:
    """A mail server that takes our letters. ``password`` is a secret and is never shown."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    is_tls: bool = False
    """TLS from the first byte (smtps)."""
    is_starttls: bool = False

    def __repr__(self) -> str:
        return f"MailServer({self.host}:{self.port})"


@dataclass(frozen=True, slots=True)
class Anchoring:
    """What this installation wants: each way that is set is used every ``every``."""

    every: timedelta = timedelta(hours=24)
    folder: Path | None = None
    mail_to: tuple[str, ...] = ()
    mail_from: str = ""
    server: MailServer | None = None
    tsa: str = ""
    # Certificates (PEM) of the authorities that are trusted to tell the time, and of those between.
    tsa_roots: Path | None = None

    @property
    def ways(self) -> tuple[Way, ...]:
        """The ways that are set, in the order in which they are used."""
        return tuple(self._ways())

    def _ways(self) -> Iterator[Way]:
        if self.folder:
            yield Way.FOLDER
        if self.mail_to:
            yield Way.MAIL
        if self.tsa:
            yield Way.STAMP


@dataclass(frozen=True, slots=True)
class Kept:
    """What is known of one way: the last head that left by it, and a try that did not succeed."""

    made_at: datetime | None = None
    size: int = 0
    attempts: int = 0
    tried_at: datetime | None = None


def is_due(kept: Kept, *, size: int, every: timedelta, now: datetime) -> bool:
    """Whether a head of ``size`` entries is to leave by this way now: there is something new, and it is time.

    After a failed try, that is when its wait is over; what was not reached is caught up with as soon as it can be.
    """
    if kept.attempts and kept.tried_at:
        return now >= kept.tried_at + wait_after(kept.attempts)
    if kept.made_at is None:
        return size > 0
    return size > kept.size and now >= kept.made_at + every


def is_late(kept: Kept, *, since: datetime | None, every: timedelta, now: datetime) -> bool:
    """Whether nothing left by this way for twice the interval, counted from the last one or else from ``since``."""
    last = kept.made_at or since
    return last is not None and now > last + 2 * every


def wait_after(attempts: int) -> timedelta:
    """How long to wait after so many failed tries: a minute, doubled each time, at most an hour."""
    return min(LONGEST_WAIT, FIRST_WAIT * (1 << min(attempts - 1, 10)))
