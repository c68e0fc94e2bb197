# SPDX-License-Identifier: Apache-2.0
"""How instants and days are written for people, in both languages, in the city's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo

from django.utils.dateparse import parse_datetime

from belltower.core.places import city
from belltower.kernel.instants import civil_instant

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def city_zone() -> tzinfo:
    """The zone of the city's civil time; UTC before a city is chosen."""
    try:
        return city.current().tz
    except city.NoCityChosen:
        return UTC


def instant(value: datetime | str, language: str, zone: tzinfo | None = None) -> str:
    """2026年11月22日 14:05 or 22 Nov 2026, 14:05, in ``zone`` (the city's when not given)."""
    at = (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(zone or city_zone())
    joint = " " if language.startswith("zh") else ", "
    return f"{day(at.date(), language)}{joint}{at:%H:%M}"


def day(value: date | str, language: str) -> str:
    """2026年11月22日 or 22 Nov 2026; the month's name does not depend on the machine's locale."""
    on = date.fromisoformat(value) if isinstance(value, str) else value
    if language.startswith("zh"):
        return f"{on.year}年{on.month}月{on.day}日"
    return f"{on.day} {MONTHS[on.month - 1]} {on.year}"


def sent_instant(said: str) -> datetime | None:
    """The instant of a civil time of the city, as a form sends it; None for nothing and for what is no time."""
    try:
        civil = parse_datetime(said)
    except ValueError:
        return None
    return civil_instant(civil, city.current().tz) if civil and civil.tzinfo is None else None
