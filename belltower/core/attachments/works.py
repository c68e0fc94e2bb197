# SPDX-License-Identifier: Apache-2.0
"""The long work of this room: scanning a file, and making its thumbnail and its copy without position and camera."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import closing
from typing import IO, Any

from django.utils import timezone
from PIL import Image

from belltower.core.attachments import actions
from belltower.core.attachments.content import copies
from belltower.core.attachments.keeping import Keeping, keeping
from belltower.core.attachments.models import Attachment, Scan, State
from belltower.core.attachments.receiving import Received, receive
from belltower.core.attachments.rules import media_of
from belltower.core.attachments.scanning import scanner
from belltower.core.attachments.stores import store
from belltower.core.jobs.work import RunningJob, work
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

CANNOT_DECODE = "cannot_decode"
_MOST = 1 << 40
_SCANNING = Text(zh="正在检查病毒", en="Scanning")
_COPYING = Text(zh="正在生成副本", en="Making the copies")


@work(actions.PREPARE, Text(zh="检查附件并生成副本", en="Check an attachment and make its copies"))
def prepare(job: RunningJob, *, attachment: str) -> dict[str, Any]:
    """Scan it where a scanner is set; then make what may be shown of it. Changes nothing when done again."""
    row = Attachment.objects.get(uid=attachment)
    if row.state == State.ERASED:
        return {"state": row.state}
    kept = keeping()
    if kept.scanner:
        job.progress(0, 2, _SCANNING)
        if found := _scan(row, kept.scanner, by=job.by):
            return {"found": found}
    job.progress(1, 2, _COPYING)
    return {"trouble": _copy(row, kept, by=job.by)}


def _scan(row: Attachment, setting: str, *, by: Actor) -> str | None:
    """The name of what was found. Raises ScannerFailed, and the job is tried again."""
    if row.scan != Scan.CLEAN:
        with closing(store().read(row.digest)) as parts:
            row.found = scanner(setting).scan(parts) or ""
        actions.note_scan(row, found=row.found or None, by=by, now=timezone.now())
    return row.found or None


def _copy(row: Attachment, kept: Keeping, *, by: Actor) -> str:
    """Make and note the copies; why they could not be made, or ""."""
    family, made = media_of(row).family, Copies(row, kept)
    thumbnail, copy, size, trouble = "", "", None, ""
    try:
        if family == "picture":
            thumbnail, _ = made.by(lambda source, to: copies.thumbnail(source, row.media_type, to))
            copy, size = made.by(lambda source, to: copies.clean_picture(source, row.media_type, to))
        elif family == "video":
            copy, size = made.by(copies.clean_film)
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
        if isinstance(error, FileNotFoundError):
            raise  # the content is missing, which is another matter
        trouble, thumbnail, copy, size = CANNOT_DECODE, "", "", None
    actions.note_copies(row, thumbnail=thumbnail, copy=copy, copy_size=size, trouble=trouble, by=by, now=timezone.now())
    return trouble


class Copies:
    """Makes copies of one attachment and keeps them, each under its own digest."""

    def __init__(self, row: Attachment, kept: Keeping) -> None:
        self._row, self._kept = row, kept

    def by(self, make: Callable[[IO[bytes], IO[bytes]], None]) -> tuple[str, int]:
        """Digest and size of what ``make`` writes."""
        with tempfile.TemporaryFile(dir=self._folder()) as source, tempfile.TemporaryFile(dir=self._folder()) as to:
            for part in store().read(self._row.digest):
                source.write(part)
            source.seek(0)
            make(source, to)
            to.seek(0)
            with receive(to, self._row.name, folder=self._kept.folder, most=_MOST) as received:
                return self._keep(received)

    def _keep(self, received: Received) -> tuple[str, int]:
        store().keep(received.path, received.digest)
        return received.digest, received.size

    def _folder(self) -> str:
        self._kept.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return str(self._kept.folder)
