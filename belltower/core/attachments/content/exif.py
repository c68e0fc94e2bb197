# SPDX-License-Identifier: Apache-2.0
"""What a picture says of itself (Exif 2.32, CIPA DC-008): when, where, and with which camera. Reading never refuses."""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

from PIL import ExifTags, Image

from belltower.kernel.coordinates import coordinate_system

_WGS84 = {"", "WGS-84", "WGS84", "WGS 84"}
_GCJ02 = {"GCJ-02", "GCJ02"}


def read(picture: Image.Image) -> dict[str, Any]:
    """The facts as JSON: ``taken``, ``offset`` and ``utc`` as written, ``position`` in degrees WGS 84, ``camera``.

    What is not there, or makes no sense, is left out.
    """
    try:
        tags = picture.getexif()
        base, gps = tags.get_ifd(ExifTags.IFD.Exif), tags.get_ifd(ExifTags.IFD.GPSInfo)
    except Exception:  # a picture with broken facts is still a picture
        return {}
    camera = " ".join(filter(None, (_word(tags.get(ExifTags.Base.Make)), _word(tags.get(ExifTags.Base.Model)))))
    found = {
        "taken": _word(base.get(ExifTags.Base.DateTimeOriginal)),
        "offset": _word(base.get(ExifTags.Base.OffsetTimeOriginal)),
        "utc": _utc(gps),
        "position": _position(gps),
        "camera": camera[:120],
    }
    return {name: value for name, value in found.items() if value}


def taken_at(facts: Mapping[str, Any], *, zone: tzinfo) -> datetime | None:
    """When it was taken: by the camera's offset, else by its satellite clock, else by its civil time in ``zone``."""
    with suppress(KeyError, ValueError, OverflowError):
        civil = datetime.strptime(facts["taken"], "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 - its zone comes next
        if offset := _offset(facts.get("offset", "")):
            return civil.replace(tzinfo=offset).astimezone(UTC)
        if "utc" in facts:
            return datetime.fromisoformat(facts["utc"])
        return civil.replace(tzinfo=zone).astimezone(UTC)
    with suppress(KeyError, ValueError):
        return datetime.fromisoformat(facts["utc"])
    return None


def _offset(text: str) -> timezone | None:
    """ "+08:00" as a zone; None for anything else."""
    try:
        parsed = datetime.strptime(text, "%z").utcoffset()
    except ValueError:
        return None
    return timezone(parsed) if parsed is not None and abs(parsed) < timedelta(hours=15) else None


def _utc(gps: Mapping[int, Any]) -> str | None:
    """The satellites' clock, as RFC 3339."""
    with suppress(Exception):
        year, month, day = map(int, _word(gps[ExifTags.GPS.GPSDateStamp]).split(":"))
        hour, minute, second = (float(part) for part in gps[ExifTags.GPS.GPSTimeStamp])
        instant = datetime(year, month, day, tzinfo=UTC) + timedelta(hours=hour, minutes=minute, seconds=int(second))
        return instant.isoformat()
    return None


def _position(gps: Mapping[int, Any]) -> list[float] | None:
    """[longitude, latitude]; None in another datum than WGS 84 or GCJ-02, and at 0, 0, where cameras without a fix are."""
    datum = _word(gps.get(ExifTags.GPS.GPSMapDatum)).upper()
    try:
        lon = _degrees(gps[ExifTags.GPS.GPSLongitude], gps[ExifTags.GPS.GPSLongitudeRef], "W", 180)
        lat = _degrees(gps[ExifTags.GPS.GPSLatitude], gps[ExifTags.GPS.GPSLatitudeRef], "S", 90)
    except Exception:
        return None
    if datum in _GCJ02:
        shifted = coordinate_system("gcj02").to_wgs84(lon, lat)
        lon, lat = float(shifted[0]), float(shifted[1])
    return [round(lon, 7), round(lat, 7)] if datum in _WGS84 | _GCJ02 and (lon or lat) else None


def _degrees(parts: Any, reference: Any, negative: str, most: int) -> float:
    """Degrees, minutes, seconds as degrees. Raises ValueError outside the globe."""
    degrees, minutes, seconds = (float(part) for part in parts)
    value = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(value) or not 0 <= value <= most:
        raise ValueError(f"{value} degrees")
    return -value if _word(reference).upper() == negative else value


def _word(value: Any) -> str:
    """A text of a camera, without the zeroes some put behind it."""
    text = value.decode("ascii", "ignore") if isinstance(value, bytes) else value if isinstance(value, str) else ""
    return "".join(letter for letter in text if letter.isprintable()).strip()
