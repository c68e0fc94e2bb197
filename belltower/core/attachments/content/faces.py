# SPDX-License-Identifier: Apache-2.0
"""Files that are two things at once: what another program would see in the same bytes."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from typing import IO

from belltower.kernel.texts import Text

_PART = 1 << 20
_OVERLAP = 256
# PDF readers look for the header this far in.
_PDF_HEAD = 1024
# Long enough that compressed pixels hold them by chance in one of thousands of millions of files.
_MARKUP = re.compile(
    rb"<script[\s>/]|<!doctype\s|<html[\s>]|<iframe[\s>]|<foreignobject|<svg\s[^<>]{0,200}xmlns|<\?php\s|javascript:\w",
    re.IGNORECASE,
)
_ARCHIVES = re.compile(rb"Rar!\x1a\x07[\x00\x01]|7z\xbc\xaf\x27\x1c")

HTML = Text(zh="网页或脚本", en="a web page or script")
ZIP = Text(zh="压缩包", en="an archive")
PDF_TOO = Text(zh="PDF 文档", en="a PDF document")


def other_face(file: IO[bytes]) -> Text | None:
    """What else a picture, film or text is; None when it is only itself."""
    head = _head(file)
    if b"%PDF-" in head[:_PDF_HEAD]:
        return PDF_TOO
    if _is_zip(file):
        return ZIP
    for part in _parts(file):
        if _MARKUP.search(part):
            return HTML
        if _ARCHIVES.search(part):
            return ZIP
    return None


def other_face_of_document(file: IO[bytes], *, may_be_zip: bool) -> Text | None:
    """What else a PDF or Office document is: what a browser would see in its first bytes, or an archive behind it."""
    if _MARKUP.search(_head(file)):
        return HTML
    if not may_be_zip and _is_zip(file):
        return ZIP
    return PDF_TOO if may_be_zip and b"%PDF-" in _head(file)[:_PDF_HEAD] else None


def looks_like(head: bytes) -> Text:
    """What content that is not taken seems to be, for the refusal."""
    return next((title for signature, title in _KNOWN if head.startswith(signature)), _by_words(head))


def _by_words(head: bytes) -> Text:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<svg", b"<?xml")) and b"<svg" in text:
        return Text(zh="SVG 图形（可含脚本）", en="an SVG drawing, which can hold scripts")
    if text.startswith(b"<"):
        return HTML if _MARKUP.search(head) else Text(zh="XML 或网页", en="XML or a web page")
    return Text(zh="未知格式", en="of a kind that is not known")


_KNOWN: tuple[tuple[bytes, Text], ...] = (
    (b"MZ", Text(zh="Windows 程序", en="a Windows program")),
    (b"\x7fELF", Text(zh="Linux 程序", en="a Linux program")),
    (b"#!", Text(zh="脚本程序", en="a script")),
    (b"PK\x03\x04", Text(zh="压缩包（不是 DOCX 或 XLSX）", en="an archive (neither DOCX nor XLSX)")),
    (b"Rar!", ZIP),
    (b"7z\xbc\xaf", ZIP),
    (b"\x1f\x8b", ZIP),
    (b"GIF8", Text(zh="GIF 图片", en="a GIF picture")),
    (b"BM", Text(zh="BMP 图片", en="a BMP picture")),
    (b"II*\x00", Text(zh="TIFF 图片", en="a TIFF picture")),
    (b"MM\x00*", Text(zh="TIFF 图片", en="a TIFF picture")),
    (b"\xd0\xcf\x11\xe0", Text(zh="旧版 Office 文件（DOC、XLS）", en="an old Office file (DOC, XLS)")),
    (b"{\\rtf", Text(zh="RTF 文档", en="an RTF document")),
    (b"%!PS", Text(zh="PostScript 程序", en="a PostScript program")),
)


def _is_zip(file: IO[bytes]) -> bool:
    """Whether an unpacker would find entries in it, wherever they begin."""
    file.seek(0)
    if not zipfile.is_zipfile(file):
        return False
    try:
        with zipfile.ZipFile(file) as archive:
            return bool(archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError):
        return False


def _head(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read(4096)


def _parts(file: IO[bytes]) -> Iterator[bytes]:
    """The file in parts that overlap, so that no word is cut in two."""
    file.seek(0)
    kept = b""
    while part := file.read(_PART):
        yield kept + part
        kept = part[-_OVERLAP:]
