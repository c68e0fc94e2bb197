# SPDX-License-Identifier: Apache-2.0
"""What a file is, by its bytes: honest files are known, and what is two things, too large or dangerous is refused."""

from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from belltower.core.attachments.content import office, pictures
from belltower.core.attachments.content.media import TAKEN
from belltower.core.attachments.content.recognise import recognise
from belltower.core.attachments.errors import Bomb, Damaged, Disguised, HeicNotTaken, HoldsMacros, NotTaken
from belltower.core.attachments.receiving import Received
from belltower.core.attachments.tests import files
from belltower.kernel.errors import Refusal

PNG_HEAD = b"\x89PNG\r\n\x1a\n"


def known(content: bytes, name: str = "file") -> str:
    """The media type of the content, or what is raised."""
    path = Path(os.environ.get("TMPDIR", "/tmp")) / f"recognise-{os.getpid()}"
    path.write_bytes(content)
    try:
        return recognise(Received(path, name, "", len(content))).media.name
    finally:
        path.unlink()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def huge_png(width: int, height: int) -> bytes:
    """A few hundred bytes that say they are so many pixels."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return PNG_HEAD + head + chunk(b"IDAT", zlib.compress(bytes(10_000))) + chunk(b"IEND", b"")


def packed(entries: dict[str, bytes], *, comment: bytes = b"") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in entries.items():
            archive.writestr(name, body)
        archive.comment = comment
    return file.getvalue()


def overlapping() -> bytes:
    """Two entries of the directory that are one and the same content."""
    honest = files.office(more={"a": bytes(4000), "b": bytes(4000)})
    with zipfile.ZipFile(io.BytesIO(honest)) as archive:
        first, second = archive.getinfo("a"), archive.getinfo("b")
    body, directory = honest[: second.header_offset], honest[honest.index(b"PK\x01\x02") :]
    directory = directory.replace(struct.pack("<I", second.header_offset), struct.pack("<I", first.header_offset))
    directory = bytearray(directory)
    end = directory.rindex(b"PK\x05\x06")
    directory[end + 16 : end + 20] = struct.pack("<I", len(body))
    return body + bytes(directory)


HONEST = {
    "image/jpeg": files.picture(told=files.exif()),
    "image/png": files.picture("PNG"),
    "image/webp": files.picture("WEBP"),
    "application/pdf": files.pdf(),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": files.office(),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": files.office(files.SHEET_MAIN),
    "video/mp4": files.film(),
    "text/plain": "灯杆倾斜，已联系权属单位。\n".encode(),
    "text/csv": files.sheet(),
}


@pytest.mark.parametrize("media", HONEST)
def test_honest_files_are_known_whatever_they_are_called(media: str) -> None:
    assert known(HONEST[media]) == media


def test_every_type_that_is_taken_has_its_honest_file() -> None:
    assert HONEST.keys() == TAKEN.keys()


def test_text_in_gb18030_is_text() -> None:
    assert known("灯杆编号\n湖北路一号\n".encode("gb18030")) == "text/plain"


def test_a_photo_with_further_pictures_behind_it_is_a_photo() -> None:
    """Phones put previews and depth pictures behind the first one."""
    assert known(files.picture() + files.picture(), "DSC_1.jpg") == "image/jpeg"


DISGUISED: dict[str, tuple[bytes, str, type[Refusal]]] = {
    "an SVG called a photo": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "a.jpg", NotTaken),
    "an SVG behind a declaration": (b"\xef\xbb\xbf<?xml version='1.0'?><svg/>", "a.txt", NotTaken),
    "a web page": (b"\n <!DOCTYPE html><body onload=x()>", "a.txt", NotTaken),
    "a web page in a text": (b"Dear desk,\n<script>x()</script>\n", "a.txt", Disguised),
    "a program called a photo": (b"MZ\x90\x00" + bytes(200), "a.jpg", NotTaken),
    "a program of Linux": (b"\x7fELF" + bytes(200), "a.png", NotTaken),
    "a shell script": (b"#!/bin/sh\nrm -rf /\n", "a.txt", NotTaken),
    "an archive": (packed({"a.txt": b"x"}), "a.docx", NotTaken),
    "an old Office file": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "a.doc", NotTaken),
    "a GIF": (b"GIF89a" + bytes(50), "a.gif", NotTaken),
    "a HEIC photo": (b"\0\0\0\x18ftypheic" + bytes(64), "a.heic", HeicNotTaken),
    "an AVIF called a film": (b"\0\0\0\x18ftypavif" + bytes(64), "a.mp4", HeicNotTaken),
    "a MOV film": (files.film().replace(b"ftypisom", b"ftypqt  "), "a.mp4", NotTaken),
    "a PDF called a photo": (files.pdf(), "a.jpg", Disguised),
    "a photo called a PDF": (files.picture(), "a.pdf", Disguised),
    "a photo with an archive behind it": (files.picture() + packed({"x.jar": b"x"}), "a.jpg", Disguised),
    "a photo with a page in its comment": (
        files.picture()[:2] + b"\xff\xfe\x00\x20<script>alert(1)</script>....." + files.picture()[2:],
        "a.jpg",
        Disguised,
    ),
    "a photo that PDF readers open": (files.picture()[:2] + b"\xff\xfe\x00\x0a%PDF-1.7" + files.picture()[2:], "a.jpg", Disguised),
    "a photo with PHP behind it": (files.picture() + b"<?php system($_GET[0]); ?>", "a.jpg", Disguised),
    "a film with an archive in its free space": (files.film() + files.box(b"free", packed({"x": b"x"})), "a.mp4", Disguised),
    "a PDF with an archive behind it": (files.pdf() + packed({"x": b"x"}), "a.pdf", Damaged | Disguised),
    "a PDF that begins as a page": (b"%PDF-1.7\n<html ><script>x()</script>\n%%EOF", "a.pdf", Disguised),
    "a document with an archive before it": (packed({"x": b"x"}) + files.office(), "a.docx", Refusal),
    "a document with something behind it": (files.office() + b"tail", "a.docx", Disguised),
    "letters with a zero among them": (b"word\0word" * 20, "a.txt", NotTaken),
    "zeros": (bytes(500), "a.txt", NotTaken),
    "a PNG with something behind it": (files.picture("PNG") + b"tail", "a.png", Damaged),
    "a WebP with something behind it": (files.picture("WEBP") + b"tail", "a.webp", Damaged),
    "a film with half a box behind it": (files.film() + b"tai", "a.mp4", Damaged),
    "half a PDF": (files.pdf()[:30], "a.pdf", Damaged),
    "half a document": (files.office()[:200], "a.docx", Damaged),
    "the head of a photo": (files.picture()[:20], "a.jpg", Damaged),
    "a document with macros": (files.office(more={"word/vbaProject.bin": b"x"}), "a.docx", HoldsMacros),
    "a document that says it has macros": (
        files.office("application/vnd.ms-word.document.macroEnabled.main+xml"),
        "a.docx",
        HoldsMacros,
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", DISGUISED)
def test_it_is_refused(what: str) -> None:
    content, name, kind = DISGUISED[what]
    with pytest.raises(Refusal) as refused:
        known(content, name)
    assert isinstance(refused.value, kind)
    assert name in refused.value.say("zh")
    assert name in refused.value.say("en")


BOMBS = {
    "a PNG of a billion pixels": huge_png(32_000, 32_000),
    "a PNG just above the limit": huge_png(8_001, 8_000),
    "a document that inflates to 400 MB": files.office(more={f"{n}": bytes(40 << 20) for n in range(10)}),
    "a document that inflates a thousand times": files.office(more={"a": bytes(20 << 20)}),
    "a document whose entries share their bytes": overlapping(),
}


@pytest.mark.parametrize("what", BOMBS)
def test_a_bomb_is_refused_without_going_off(what: str) -> None:
    assert len(BOMBS[what]) < 1 << 20, "small as it comes"
    with pytest.raises(Bomb):
        known(BOMBS[what])


def test_a_directory_of_a_million_entries_is_refused_before_it_is_read() -> None:
    many = bytearray(files.office())
    end = many.rindex(b"PK\x05\x06")
    struct.pack_into("<HH", many, end + 8, 60_000, 60_000)
    with pytest.raises(Bomb):
        known(bytes(many))


def test_the_limits_let_ordinary_pictures_and_documents_by() -> None:
    """A 200-megapixel phone and a 48-megapixel screenshot; a table of a hundred thousand rows packs some 20 : 1."""
    assert pictures.MOST_PIXELS["image/jpeg"] >= 16_320 * 12_240
    assert pictures.MOST_PIXELS["image/png"] >= 48_000_000
    rows = "\n".join(f"<row r='{n}'><c><v>{n * 7919 % 100_003}</v></c></row>" for n in range(100_000)).encode()
    body = files.office(files.SHEET_MAIN, more={"xl/worksheets/sheet1.xml": rows})
    assert known(body) == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert len(rows) / len(body) < office.MOST_RATIO
