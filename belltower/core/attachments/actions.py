# SPDX-License-Identifier: Apache-2.0
"""The verbs of attachments: put, take down, erase; and what the worker writes down of scan and copies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from typing import Any

from django.db import connection

from belltower.core.attachments.content import exif
from belltower.core.attachments.content.media import Recognised
from belltower.core.attachments.content.recognise import recognise
from belltower.core.attachments.errors import AttachmentTooLarge, NoReason, NotKept
from belltower.core.attachments.keeping import MIB, keeping
from belltower.core.attachments.models import Attachment, Scan, State, Subject
from belltower.core.attachments.receiving import Readable, Received, receive
from belltower.core.attachments.rules import clean_name
from belltower.core.attachments.stores import store
from belltower.core.jobs.actions import ask
from belltower.core.ledger.entries import action
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

PREPARE = "attachments.prepare"
_WHY = Text(zh="新附件", en="a new attachment")
_TITLE = Text(zh="检查附件并生成副本：{file}", en="Check {file} and make its copies")


def put(stream: Readable, name: str, *, subject: Subject, by: Actor, now: datetime, zone: tzinfo = UTC) -> Attachment:
    """Keep a file beside ``subject``, and ask for its scan and its copies.

    ``zone`` is that of the civil times that cameras write without one. Raises EmptyAttachment, AttachmentTooLarge,
    and what recognise raises for content that is not taken.
    """
    kept = keeping()
    with receive(stream, name, folder=kept.folder, most=kept.largest_of_all) as received:
        found = recognise(received)
        if received.size > kept.largest(found.media.family):
            raise AttachmentTooLarge(file=name, most_mib=kept.largest(found.media.family) // MIB)
        return _put(received, found, subject=subject, by=by, now=now, zone=zone)


@action("attachments.put")
def _put(
    received: Received, found: Recognised, *, subject: Subject, by: Actor, now: datetime, zone: tzinfo
) -> Attachment:
    """First the content, then the row: a crash between the two leaves content without a row, never a row without."""
    _hold(received.digest)
    store().keep(received.path, received.digest)
    attachment = Attachment.objects.create(
        subject_kind=subject.kind,
        subject_uid=subject.uid,
        digest=received.digest,
        size=received.size,
        media_type=found.media.name,
        name=clean_name(received.name, found.media),
        put_by=by.reference,
        put_at=now,
        scan=Scan.WAITING if keeping().scanner else Scan.NONE,
        **_told(found, zone),
    )
    ask_to_prepare(attachment, by=by)
    return attachment


@action("attachments.retire")
def retire(attachment: Attachment, *, reason: str, by: Actor, now: datetime) -> Attachment:
    """Take it down: it is shown no more, and nothing is lost. Raises NoReason, NotKept."""
    held = _held(attachment)
    if not reason.strip():
        raise NoReason(file=held.name)
    if held.state != State.KEPT:
        raise NotKept(file=held.name)
    _end(held, State.RETIRED, reason=reason, by=by, now=now)
    return held


@action("attachments.erase")
def erase(attachment: Attachment, *, reason: str, by: Actor, now: datetime) -> int:
    """Erase the content by legal duty, wherever it is attached; rows, digests and entries stay. How many rows it was.

    What the file said of itself goes too, and so does its name. Raises NoReason.
    """
    if not reason.strip():
        raise NoReason(file=attachment.name)
    _hold(attachment.digest)
    with _seeing_every_row():
        return _erase(attachment.digest, reason=reason, by=by, now=now)


def _erase(digest: str, *, reason: str, by: Actor, now: datetime) -> int:
    rows = list(Attachment.objects.select_for_update().filter(digest=digest).exclude(state=State.ERASED))
    made = {one for row in rows for one in (row.thumbnail, row.copy) if one}
    for row in rows:
        _forget_what_it_told(row)
        _end(row, State.ERASED, reason=reason, by=by, now=now)
    # Inside the transaction, so that no one puts the same content back in between; a crash here erased the bytes and
    # not the rows, which the doctor reports as missing, and erasing again mends.
    for each in (digest, *_no_longer_used(made)):
        store().remove(each)
    return len(rows)


@action("attachments.note_scan")
def note_scan(attachment: Attachment, *, found: str | None, by: Actor, now: datetime) -> None:
    """Write down the scanner's verdict; ``found`` None is clean."""
    Attachment.objects.filter(pk=attachment.pk).exclude(state=State.ERASED).update(
        scan=Scan.INFECTED if found else Scan.CLEAN, found=found or "", scanned_at=now
    )


@action("attachments.note_copies")
def note_copies(
    attachment: Attachment, *, thumbnail: str, copy: str, copy_size: int | None, trouble: str, by: Actor, now: datetime
) -> None:
    """Write down what was made from it, or why nothing could be."""
    Attachment.objects.filter(pk=attachment.pk).exclude(state=State.ERASED).update(
        thumbnail=thumbnail, copy=copy, copy_size=copy_size, trouble=trouble, prepared_at=now
    )


def ask_to_prepare(attachment: Attachment, *, by: Actor, why: Text = _WHY) -> None:
    """Ask for its scan and its copies."""
    ask(
        PREPARE,
        by=by,
        why=why.say("zh"),
        title=_TITLE.format(file=attachment.name),
        arguments={"attachment": str(attachment.uid)},
    )


def _told(found: Recognised, zone: tzinfo) -> dict[str, Any]:
    """What the file said of itself, as columns."""
    lon, lat = found.facts.get("position", (None, None))
    kept = {name: value for name, value in found.facts.items() if name != "position"}
    return {"taken_at": exif.taken_at(found.facts, zone=zone), "lon": lon, "lat": lat, "facts": kept}


def _held(attachment: Attachment) -> Attachment:
    return Attachment.objects.select_for_update().get(pk=attachment.pk)


def _end(row: Attachment, state: State, *, reason: str, by: Actor, now: datetime) -> None:
    row.state, row.reason, row.ended_by, row.ended_at = state, reason.strip()[:300], by.reference, now
    row.save()


def _forget_what_it_told(row: Attachment) -> None:
    row.name, row.facts = f"{row.digest[:12]}", {}
    row.taken_at = row.lon = row.lat = row.copy_size = None
    row.thumbnail = row.copy = ""


def _no_longer_used(digests: set[str]) -> set[str]:
    """Those that no row that stays was made into."""
    kept = Attachment.objects.exclude(state=State.ERASED)
    used = {
        *kept.filter(thumbnail__in=digests).values_list("thumbnail", flat=True),
        *kept.filter(copy__in=digests).values_list("copy", flat=True),
        *kept.filter(digest__in=digests).values_list("digest", flat=True),
    }
    return digests - used


@contextmanager
def _seeing_every_row() -> Iterator[None]:
    """The same content may stand beside things that the one who erases does not see: the duty does not end there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('belltower.sees', true), set_config('belltower.sees', 'all', true)")
        before = cursor.fetchone()[0]
        yield
        cursor.execute("SELECT set_config('belltower.sees', %s, true)", [before or ""])


def _hold(digest: str) -> None:
    """Keep putting and erasing of the same content apart, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"attachments:{digest}"])
