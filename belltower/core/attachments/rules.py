# SPDX-License-Identifier: Apache-2.0
"""Judgements about attachments: what may be opened, under which name, and which part of it. No look-ups here."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

from belltower.core.attachments.content.media import FAMILY_OF_ENDING, TAKEN, MediaType
from belltower.core.attachments.errors import BadRange, ErasedForGood, Infected, NoCopyYet, NotScannedYet
from belltower.core.attachments.models import Attachment, Scan, State

LONGEST_NAME = 200
# Directions of writing, joiners and the like: "fdp.exe" can be shown as "exe.pdf" with them.
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_NOT_IN_NAMES = re.compile(r'[/\\:*?"<>|%]+')
_COPIED = {"picture", "video"}


def media_of(attachment: Attachment) -> MediaType:
    """Its media type, as it is known here."""
    return TAKEN[attachment.media_type]


def refuse_unopenable(attachment: Attachment, *, is_scanned_here: bool) -> None:
    """Raise ErasedForGood, Infected or NotScannedYet for what nobody may open, whoever they are.

    Where a scanner is set (``is_scanned_here``), only what it has cleared is opened: also what came before it was set.
    """
    if attachment.state == State.ERASED:
        raise ErasedForGood(file=attachment.name)
    if attachment.scan == Scan.INFECTED:
        raise Infected(file=attachment.name, found=attachment.found, verb=attachment.name)
    if attachment.scan == Scan.WAITING or (is_scanned_here and attachment.scan != Scan.CLEAN):
        raise NotScannedYet(file=attachment.name)


def content_of(attachment: Attachment) -> tuple[str, int]:
    """Digest and size of what everyone who sees the subject may open: for pictures and films the copy that does not
    say where and with what they were taken. Raises NoCopyYet."""
    if media_of(attachment).family not in _COPIED:
        return attachment.digest, attachment.size
    if not attachment.copy or attachment.copy_size is None:
        raise NoCopyYet(file=attachment.name)
    return attachment.copy, attachment.copy_size


def is_waiting(attachment: Attachment) -> bool:
    """Whether its job has still to be done."""
    return attachment.state == State.KEPT and attachment.prepared_at is None


def clean_name(given: str, media: MediaType) -> str:
    """The name that a file is shown and saved under: no folders, nothing unseen, the ending of what it is."""
    base = given.replace("\\", "/").rpartition("/")[2]
    seen = "".join(letter for letter in base if unicodedata.category(letter) not in _UNSEEN)
    seen = _NOT_IN_NAMES.sub("_", seen).strip(" .")
    stem = PurePosixPath(seen).stem if PurePosixPath(seen).suffix.lower() in FAMILY_OF_ENDING else seen
    ending = PurePosixPath(seen).suffix.lower()
    kept = ending if ending in (media.ending, *media.endings) else media.ending
    return f"{stem[:LONGEST_NAME] or 'file'}{kept}"


def part_asked(header: str | None, size: int) -> tuple[int, int] | None:
    """The one range of bytes that a Range header asks for (RFC 9110, 14.2), half-open; None for the whole.

    What cannot be understood, or asks for several parts, is answered with the whole. Raises BadRange.
    """
    match = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", (header or "").strip())
    if not match or not (match[1] or match[2]):
        return None
    if not match[1]:  # the last so many
        start, end = max(0, size - int(match[2])), size
    else:
        start, end = int(match[1]), min(size, int(match[2]) + 1 if match[2] else size)
    if start >= size or (match[2] and match[1] and int(match[2]) < start) or start >= end:
        if match[1] and match[2] and int(match[2]) < start:
            return None
        raise BadRange(size=size)
    return start, end
