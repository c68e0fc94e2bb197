# SPDX-License-Identifier: Apache-2.0
"""What a file is: its first bytes say which rules it must hold, and the whole of it must hold them.

Neither the name nor what the sender's program says is believed; a name of another family is a disguise.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import IO

from belltower.core.attachments.content import faces, film, office, pictures, plain
from belltower.core.attachments.content.media import FAMILY_OF_ENDING, PDF, MediaType, Recognised
from belltower.core.attachments.errors import Damaged, Disguised, HeicNotTaken, NotTaken
from belltower.core.attachments.receiving import Received
from belltower.kernel.texts import Text

_HEAD = 4096
_PDF_TAIL = 2048
_SAYS = Text(zh="名为 {ending} 的文件", en="a file called {ending}")
Reader = Callable[[IO[bytes], str], Recognised]


def recognise(received: Received) -> Recognised:
    """What the file is, by content. Raises NotTaken, Disguised, Damaged, Bomb, HoldsMacros or HeicNotTaken."""
    with received.path.open("rb") as file:
        found = _reader(file.read(_HEAD), received.name)(file, received.name)
        _refuse_second_face(file, received.name, found.media)
    _refuse_false_name(received.name, found.media)
    return found


def _reader(head: bytes, name: str) -> Reader:
    if head.startswith(b"\xff\xd8\xff"):
        return pictures.read_jpeg
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return pictures.read_png
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return pictures.read_webp
    if head.startswith(b"%PDF-"):
        return read_pdf
    if head.startswith(b"PK\x03\x04"):
        return office.read
    if head[4:8] == b"ftyp":
        if head[8:12] in film.HEIC_BRANDS:
            raise HeicNotTaken(file=name)
        return film.read
    if plain.may_be(head):
        return plain.read
    raise NotTaken(file=name, seen=faces.looks_like(head))


def read_pdf(file: IO[bytes], name: str) -> Recognised:
    """A PDF begins with its version and ends with its mark (ISO 32000-1, 7.5). Raises Damaged."""
    file.seek(0)
    head = file.read(8)
    size = file.seek(0, 2)
    file.seek(max(0, size - _PDF_TAIL))
    if not (head[5:6].isdigit() and head[6:7] == b"." and b"%%EOF" in file.read()):
        raise Damaged(file=name, kind=PDF.title)
    return Recognised(PDF)


def _refuse_second_face(file: IO[bytes], name: str, media: MediaType) -> None:
    if media.family == "document":
        other = faces.other_face_of_document(file, may_be_zip=media is not PDF)
    else:
        other = faces.other_face(file)
    if other:
        raise Disguised(file=name, one=media.title, other=other)


def _refuse_false_name(name: str, media: MediaType) -> None:
    """A picture may be called by another picture's ending, as phones and chats do; a program may not be a picture."""
    ending = PurePath(name).suffix.lower()
    family = FAMILY_OF_ENDING.get(ending)
    if family and family != media.family:
        raise Disguised(file=name, one=_SAYS.format(ending=ending), other=media.title)
