# SPDX-License-Identifier: Apache-2.0
"""Copies that say less: thumbnails and pictures made anew from their pixels, films with what tells of the camera blanked."""

from __future__ import annotations

import io
import shutil
from contextlib import suppress
from typing import IO

from PIL import Image, ImageCms, ImageOps

from belltower.core.attachments.content import film, pictures
from belltower.core.attachments.content.media import JPEG, PNG, WEBP

THUMBNAIL_PX = 400
COPY_PX = 4096  # the longest side; enough to read a meter on
_PART = 1 << 18
_QUALITY = 88


def thumbnail(source: IO[bytes], media_name: str, to: IO[bytes]) -> None:
    """Write a small JPEG of the picture, upright. Raises OSError and the like for pixels that cannot be decoded."""
    picture = _upright(source, media_name, THUMBNAIL_PX)
    _on_white(picture).save(to, "JPEG", quality=80, optimize=True, progressive=True)


def clean_picture(source: IO[bytes], media_name: str, to: IO[bytes]) -> None:
    """Write the picture anew, upright and in sRGB, from nothing but its pixels. Raises as thumbnail does."""
    picture = _upright(source, media_name, COPY_PX)
    if media_name == JPEG.name:
        _on_white(picture).save(to, "JPEG", quality=_QUALITY, progressive=True)
    elif media_name == PNG.name:
        picture.save(to, "PNG")
    elif media_name == WEBP.name:
        picture.save(to, "WEBP", quality=_QUALITY)
    else:
        raise ValueError(f"{media_name} is no picture")


def clean_film(source: IO[bytes], to: IO[bytes]) -> None:
    """Write the film with every box that may tell of place, camera or author as free space of the same length.

    Nothing moves, so that the offsets of its samples hold. Raises ValueError for boxes that do not fit.
    """
    telling = film.telling(source)
    source.seek(0)
    shutil.copyfileobj(source, to, _PART)
    for box in telling:
        to.seek(box.at + 4)
        to.write(b"free")
        to.seek(box.at + box.head)
        _blank(to, box.size - box.head)
    to.seek(0, 2)


def _upright(source: IO[bytes], media_name: str, most: int) -> Image.Image:
    """A new picture of the pixels, at most ``most`` on its longest side, turned as its orientation says."""
    with pictures.open_picture(source, media_name) as opened:
        profile = opened.info.get("icc_profile")
        if media_name == JPEG.name:
            opened.draft(None, (most, most))  # decoded small at once: a hundredth of the memory
        turned = ImageOps.exif_transpose(opened)
        turned.thumbnail((most, most), Image.Resampling.LANCZOS, reducing_gap=2.0)
        plain = _in_srgb(turned, profile)
    bare = Image.new(plain.mode, plain.size)
    bare.paste(plain)
    return bare


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """The colours as screens expect them; a profile that makes no sense is left out of account."""
    has_alpha = "A" in picture.getbands() or "transparency" in picture.info
    target = "RGBA" if has_alpha else "RGB"
    if profile and picture.mode in ("RGB", "CMYK"):
        with suppress(ImageCms.PyCMSError, OSError, ValueError):
            made = ImageCms.profileToProfile(
                picture, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            if made:
                return made
    return picture if picture.mode == target else picture.convert(target)


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture, mask=picture.getchannel("A"))
    return white


def _blank(file: IO[bytes], length: int) -> None:
    while length > 0:
        length -= file.write(bytes(min(_PART, length)))
