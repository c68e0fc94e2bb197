# SPDX-License-Identifier: Apache-2.0
"""What is asked: filters of requests, and a report as a form sends it. Pure: values in, values or a refusal out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import isfinite

from belltower.core.cases.actions import LONGEST_ADDRESS, Draft
from belltower.core.receiving.rules import Contact
from belltower.edges.open311.errors import BadGeoReport
from belltower.kernel.instants import BadInstant, parse_instant
from belltower.kernel.texts import Text

WINDOW = timedelta(days=90)
MOST_IDS = 1000
STATUSES = frozenset({"open", "closed"})
_ATTRIBUTE = re.compile(r"attribute\[([^\[\]]{1,40})\](?:\[\])?")
_WIDE = Text(zh="时间范围最长 90 天", en="a span is at most 90 days")
_BACKWARDS = Text(zh="早于 start_date", en="it is before start_date")
_INSTANT = Text(
    zh="应为带时区的时刻，例如 2026-11-23T08:00:00Z",
    en="it is an instant with its offset, such as 2026-11-23T08:00:00Z",
)
_STATUS = Text(zh="应为 open 或 closed", en="it is open or closed")
_MANY = Text(zh="最多 1000 个", en="at most 1000 of them")
_PLACE = Text(
    zh="请填写 lat 和 long，或 address_string，或 address_id",
    en="one of lat with long, address_string and address_id must be there",
)
_DEGREES = Text(zh="应为 WGS 84 经纬度（度）", en="it is degrees of WGS 84, both lat and long")
_NO_ATTRIBUTE = Text(zh="该服务没有这一项", en="the service has no such attribute")
_MISSING = Text(zh="必须填写", en="it must be there")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which requests are asked for. Where ``numbers`` are given, nothing else counts; an empty set is no filter."""

    numbers: frozenset[str]
    services: frozenset[str]
    statuses: frozenset[str]
    since: datetime
    until: datetime


def wanted(given: Mapping[str, str], *, now: datetime) -> Wanted:
    """The filters of GET requests; the last 90 days where no dates are given. Raises BadGeoReport."""
    numbers, statuses = _several(given, "service_request_id"), _several(given, "status")
    if statuses - STATUSES:
        raise BadGeoReport(parameter="status", reason=_STATUS)
    since, until = _window(_instant(given, "start_date"), _instant(given, "end_date"), now)
    return Wanted(numbers, _several(given, "service_code"), statuses, since, until)


def draft_of(form: Mapping[str, str], kind: str, told: Mapping[str, str], *, title: str) -> Draft:
    """What is reported; ``told`` are the attributes. Everything in words goes sealed to the desk. Raises BadGeoReport."""
    lat, lon = _place(form)
    spoken = form.get("description", "").strip() or title
    media = form.get("media_url", "").strip()[:_LONGEST_URL]
    lines = [spoken, *(f"{name}: {value}" for name, value in told.items()), *([f"media_url: {media}"] if media else [])]
    return Draft("\n".join(lines), kind=kind, address=_address(form), lon=lon, lat=lat)


def attributes_of(form: Iterable[tuple[str, list[str]]], offered: Collection[str]) -> dict[str, str]:
    """The attributes that were sent, each as a line of text. Raises BadGeoReport for one that the service has not."""
    told = {}
    for name, values in form:
        if not name.startswith("attribute["):
            continue
        found = _ATTRIBUTE.fullmatch(name)
        if found is None or found[1] not in offered:
            raise BadGeoReport(parameter=name[:60], reason=_NO_ATTRIBUTE)
        if said := ", ".join(one.strip() for one in values if one.strip()):
            told[found[1]] = said[:_LONGEST_VALUE]
    return told


def contact_of(form: Mapping[str, str]) -> Contact:
    """How the reporter wants to be reached. Devices and accounts of other programs are not kept."""
    name = " ".join(filter(None, (form.get("first_name", "").strip(), form.get("last_name", "").strip())))
    return Contact(name, form.get("phone", ""), form.get("email", ""))


def needed(form: Mapping[str, str], name: str) -> str:
    """The value of a parameter that must be there. Raises BadGeoReport."""
    if value := form.get(name, "").strip():
        return value
    raise BadGeoReport(parameter=name, reason=_MISSING)


_LONGEST_URL, _LONGEST_VALUE = 500, 500


def _several(given: Mapping[str, str], name: str) -> frozenset[str]:
    found = frozenset(one.strip() for one in given.get(name, "").split(",") if one.strip())
    if len(found) > MOST_IDS:
        raise BadGeoReport(parameter=name, reason=_MANY)
    return found


def _window(since: datetime | None, until: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    try:
        until = until or (min(now, since + WINDOW) if since else now)
        since = since or until - WINDOW
    except OverflowError:
        raise BadGeoReport(parameter="start_date", reason=_INSTANT) from None
    if until < since:
        raise BadGeoReport(parameter="end_date", reason=_BACKWARDS)
    if until - since > WINDOW:
        raise BadGeoReport(parameter="start_date", reason=_WIDE)
    return since, until


def _instant(given: Mapping[str, str], name: str) -> datetime | None:
    """The plus of an offset that nobody escaped arrives as a blank."""
    if not (typed := given.get(name, "").strip()):
        return None
    try:
        return parse_instant(typed.replace(" ", "+")).astimezone(UTC)
    except (BadInstant, OverflowError):
        raise BadGeoReport(parameter=name, reason=_INSTANT) from None


def _place(form: Mapping[str, str]) -> tuple[float | None, float | None]:
    lat, lon = form.get("lat", "").strip(), form.get("long", "").strip()
    if lat or lon:
        return _degrees("lat", lat, 90), _degrees("long", lon, 180)
    if not _address(form):
        raise BadGeoReport(parameter="lat", reason=_PLACE)
    return None, None


def _degrees(name: str, typed: str, most: int) -> float:
    try:
        found = float(typed)
    except ValueError:
        found = float("nan")
    if not (isfinite(found) and abs(found) <= most):
        raise BadGeoReport(parameter=name, reason=_DEGREES)
    return found


def _address(form: Mapping[str, str]) -> str:
    said, number = form.get("address_string", "").strip(), form.get("address_id", "").strip()
    return " ".join(filter(None, (said, f"(address_id {number})" if number else "")))[:LONGEST_ADDRESS]
