# SPDX-License-Identifier: Apache-2.0
"""Files to attach, made here: honest ones, and ones that are not what they seem."""

from __future__ import annotations

import io
import struct
import zipfile
from fractions import Fraction
from typing import Any

from PIL import ExifTags, Image, ImageCms

LON, LAT = 112.6, 26.9
CAMERA = "Huawei P60"
TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{}</Types>'
WORD_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SHEET_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def exif(*, orientation: int = 1, gps: bool = True, taken: str = "2026:05:03 10:00:00", offset: str = "") -> Image.Exif:
    """What a phone writes: camera, time, orientation, position."""
    tags = Image.Exif()
    tags[ExifTags.Base.Make], tags[ExifTags.Base.Model] = CAMERA.split()
    tags[ExifTags.Base.Orientation] = orientation
    base: dict[int, Any] = {ExifTags.Base.DateTimeOriginal: taken, ExifTags.Base.BodySerialNumber: "SN-4711"}
    if offset:
        base[ExifTags.Base.OffsetTimeOriginal] = offset
    tags._ifds[ExifTags.IFD.Exif] = base
    if gps:
        tags._ifds[ExifTags.IFD.GPSInfo] = {
            ExifTags.GPS.GPSLongitudeRef: "E", ExifTags.GPS.GPSLongitude: _sexagesimal(LON),
            ExifTags.GPS.GPSLatitudeRef: "N", ExifTags.GPS.GPSLatitude: _sexagesimal(LAT),
            ExifTags.GPS.GPSMapDatum: "WGS-84",
        }  # fmt: skip
    return tags


def halves(width: int = 64, height: int = 48) -> Image.Image:
    """Red on the left, blue on the right: one can see how it was turned."""
    picture = Image.new("RGB", (width, height), "red")
    picture.paste("blue", (width // 2, 0, width, height))
    return picture


def picture(form: str = "JPEG", *, told: Image.Exif | None = None, image: Image.Image | None = None) -> bytes:
    """A picture in that form; with ``told``, all that a phone says about it."""
    file = io.BytesIO()
    more = {"exif": told} if told else {}
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    (image or halves()).save(file, form, icc_profile=profile, **more)
    return file.getvalue()


def pdf() -> bytes:
    return b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def office(main: str = WORD_MAIN, *, more: dict[str, bytes] | None = None) -> bytes:
    """A DOCX or XLSX of the least that makes one."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES.format(f'<Override PartName="/main.xml" ContentType="{main}"/>'))
        archive.writestr("main.xml", "<document/>")
        for name, body in (more or {}).items():
            archive.writestr(name, body)
    return file.getvalue()


def box(kind: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


def film(*, place: bytes = b"+26.9000+112.6000/", frames: int = 4096) -> bytes:
    """An MP4 whose movie box says where it was taken, as phones do."""
    said = box(b"udta", box(b"\xa9xyz", struct.pack(">HH", len(place), 0x15C7) + place))
    trak = box(b"trak", box(b"tkhd", bytes(84)) + box(b"udta", box(b"auth", b"Li Wei")))
    movie = box(b"moov", box(b"mvhd", bytes(100)) + trak + said)
    return box(b"ftyp", b"isom\0\0\2\0isomiso2mp41") + movie + box(b"mdat", bytes(range(256)) * (frames // 256))


def sheet() -> bytes:
    return "编号,名称\nL-1,路灯\nL-2,路灯\n".encode()


def _sexagesimal(degrees: float) -> tuple[Any, ...]:
    whole = int(degrees)
    minutes = int((degrees - whole) * 60)
    seconds = Fraction(round(((degrees - whole) * 60 - minutes) * 60 * 10_000), 10_000)
    return (float(whole), float(minutes), float(seconds))
