# SPDX-License-Identifier: Apache-2.0
"""Pictures: JPEG, PNG and WebP, opened by their headers only and never larger than can be decoded safely."""

from __future__ import annotations

import struct
import warnings
from typing import IO, Any

from PIL import Image

from belltower.core.attachments.content import exif
from belltower.core.attachments.content.media import JPEG, PNG, WEBP, MediaType, Recognised
from belltower.core.attachments.errors import Bomb, Damaged

# JPEG can be decoded small; the other two only whole, at four bytes a pixel.
MOST_PIXELS = {JPEG.name: 220_000_000, PNG.name: 64_000_000, WEBP.name: 64_000_000}
# Pillow reads the several pictures of one file (MPO) as JPEG too.
FORMATS = {JPEG.name: ("JPEG",), PNG.name: ("PNG",), WEBP.name: ("WEBP",)}
_WARNED_PIXELS = 110_000_000
Image.MAX_IMAGE_PIXELS = _WARNED_PIXELS  # Pillow itself refuses twice as many
_LARGEST_CHUNK = 1 << 31


def read_jpeg(file: IO[bytes], name: str) -> Recognised:
    """A JPEG picture; phones add further pictures behind it. Raises Damaged, Bomb."""
    return _read(file, name, JPEG)


def read_png(file: IO[bytes], name: str) -> Recognised:
    """A PNG picture with nothing behind its last chunk (PNG, 5.6). Raises Damaged, Bomb."""
    if not _png_ends_at_its_end(file):
        raise Damaged(file=name, kind=PNG.title)
    return _read(file, name, PNG)


def read_webp(file: IO[bytes], name: str) -> Recognised:
    """A WebP picture as long as its header says (RFC 9649, 2.4). Raises Damaged, Bomb."""
    size = file.seek(0, 2)
    file.seek(4)
    (said,) = struct.unpack("<I", file.read(4))
    if said + 8 + said % 2 != size:
        raise Damaged(file=name, kind=WEBP.title)
    return _read(file, name, WEBP)


def open_picture(file: IO[bytes], media_name: str) -> Image.Image:
    """The picture, not decoded yet. Raises what Pillow raises for what is no such picture."""
    file.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        return Image.open(file, formats=FORMATS[media_name])


def _read(file: IO[bytes], name: str, media: MediaType) -> Recognised:
    try:
        with open_picture(file, media.name) as picture:
            width, height = picture.size
            _refuse_bomb(name, media, width, height)
            said: dict[str, Any] = exif.read(picture)
    except Image.DecompressionBombError:
        raise Bomb(file=name, found=f"> {2 * _WARNED_PIXELS:,} px", most=_most(media)) from None
    except (OSError, SyntaxError, ValueError, struct.error, EOFError):
        raise Damaged(file=name, kind=media.title) from None
    return Recognised(media, {"width": width, "height": height, **said})


def _refuse_bomb(name: str, media: MediaType, width: int, height: int) -> None:
    if width * height > MOST_PIXELS[media.name]:
        raise Bomb(file=name, found=f"{width} × {height} px", most=_most(media))


def _most(media: MediaType) -> str:
    return f"{MOST_PIXELS[media.name]:,} px"


def _png_ends_at_its_end(file: IO[bytes]) -> bool:
    size, at = file.seek(0, 2), 8
    while at + 12 <= size:
        file.seek(at)
        length, kind = struct.unpack(">I4s", file.read(8))
        at += 12 + length
        if length >= _LARGEST_CHUNK:
            return False
        if kind == b"IEND":
            return bool(at == size)
    return False
