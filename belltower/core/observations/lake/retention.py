# SPDX-License-Identifier: Apache-2.0
"""What is kept of each kind of stream, for how long; which roll-ups are wanting, and what is past its time.

A kind is a pack's declaration, "asset kind.stream"; "" stands for streams that no pack declares. UTC days are files of
readings, civil days in the city's zone files of roll-ups. Nothing is decided here by a clock: ``now`` is given.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import get_args

from belltower.core.observations.lake import keeping, manifest
from belltower.core.observations.lake.rows import start_of
from belltower.core.observations.models import Datastream, LakeDay, LakeRemoval, LakeRollUp
from belltower.core.observations.rollups import Every
from belltower.core.places.kinds import register
from belltower.kernel.packs import Keeping

READINGS = "readings"
WIDTHS: tuple[Every, ...] = get_args(Every)
UNDECLARED = ""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rolling:
    """Roll-ups of one width to be made of a civil day."""

    every: Every
    day: date


@dataclass(frozen=True, slots=True)
class Removing:
    """Rows of some kinds that are past their time, in one file: of readings of a UTC day, or of roll-ups of a civil one."""

    what: str
    day: date
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What retention has to do, in the order in which it is done."""

    rolling: list[Rolling]
    removing: list[Removing]

    def __bool__(self) -> bool:
        return bool(self.rolling or self.removing)


def keepings() -> dict[str, Keeping]:
    """What is kept of each kind of stream."""
    declared = {f"{one.on}.{one.name}": one.keeps for pack in register().packs for one in pack.streams}
    return {UNDECLARED: Keeping(), **declared}


def days_kept(keeps: Keeping, what: str) -> int | None:
    """For how many days ``what`` (readings or a width) is kept; None: for ever."""
    found: int | None = getattr(keeps, what)
    return found


def hot_days(least: int) -> int:
    """For how many days a day stays in the database: what the installation says, or more where a kind asks for it."""
    return max([least, *(one.hot for one in keepings().values())])


def streams_of(kind: str) -> list[int]:
    """The ids of the streams of a kind, ascending."""
    found = Datastream.objects.order_by("id")
    declared = [name for name in keepings() if name]
    found = found.filter(stream=kind) if kind else found.exclude(stream__in=declared)
    return list(found.values_list("id", flat=True))


def span_of(day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """When a civil day begins and ends."""
    begin, end = (datetime(one.year, one.month, one.day, tzinfo=zone) for one in (day, day + _DAY))
    return begin.astimezone(UTC), end.astimezone(UTC)


def utc_days_of(day: date, zone: tzinfo) -> list[date]:
    """The UTC days that a civil day has a part of."""
    begin, end = span_of(day, zone)
    last = (end - timedelta(microseconds=1)).date()
    return [begin.date() + number * _DAY for number in range((last - begin.date()).days + 1)]


def civil_days_of(day: date, zone: tzinfo) -> list[date]:
    """The civil days that a UTC day has a part of."""
    first = start_of(day).astimezone(zone).date()
    last = (start_of(day) + _DAY - timedelta(microseconds=1)).astimezone(zone).date()
    return [first + number * _DAY for number in range((last - first).days + 1)]


def zone_name(zone: tzinfo) -> str:
    """What a zone is called, "Asia/Shanghai"."""
    return str(getattr(zone, "key", zone))


def made_of(every: str, day: date, zone: tzinfo, digests: Mapping[date, bytes]) -> bytes:
    """What roll-ups of a civil day rest on: the zone, the kinds that want them, and its UTC days' ``digests``."""
    kinds = sorted(kind for kind, keeps in keepings().items() if days_kept(keeps, every) != 0)
    lines = [f"{every} {day} {zone_name(zone)}", *kinds]
    lines += [f"{one} {digests[one].hex()}" for one in utc_days_of(day, zone) if one in digests]
    return hashlib.sha256("\n".join(lines).encode()).digest()


def is_past(end: datetime, days: int | None, now: datetime) -> bool:
    """Whether what ended then has been kept for its time."""
    return days is not None and end + timedelta(days=days) <= now


def kinds_wanting(every: str, end: datetime, now: datetime) -> list[str]:
    """The kinds of which such roll-ups of a day that ended then are kept."""
    return [
        kind for kind, keeps in keepings().items()
        if (days := days_kept(keeps, every)) != 0 and not is_past(end, days, now)
    ]  # fmt: skip


def plan(now: datetime, zone: tzinfo) -> Plan:
    """What is wanting and what is past its time, oldest first."""
    found = _Lake.read(now, zone)
    return Plan(found.rolling(), found.removing())


@dataclass(frozen=True, slots=True)
class _Lake:
    """The manifest, read once."""

    now: datetime
    zone: tzinfo
    days: dict[date, LakeDay]
    rolled: dict[tuple[str, date], LakeRollUp]
    removed: dict[tuple[str, date], dict[str, datetime]]
    unsettled: set[date]

    @classmethod
    def read(cls, now: datetime, zone: tzinfo) -> _Lake:
        removed: dict[tuple[str, date], dict[str, datetime]] = defaultdict(dict)
        for one in LakeRemoval.objects.order_by("id"):
            removed[one.what, one.day][one.kind] = one.removed_at
        return cls(
            now, zone, {one.day: one for one in LakeDay.objects.all()},
            {(one.every, one.day): one for one in LakeRollUp.objects.all()},
            removed, {*manifest.hot_days(), *keeping.revised()},
        )  # fmt: skip

    def rolling(self) -> list[Rolling]:
        digests = {day: bytes(row.digest) for day, row in self.days.items()}
        civil = sorted({one for day in self.days for one in civil_days_of(day, self.zone)})
        return [
            Rolling(every, day)
            for day in civil if self._is_settled(utc_days_of(day, self.zone))
            for every in WIDTHS
            if kinds_wanting(every, span_of(day, self.zone)[1], self.now) and not self._is_fresh(every, day, digests)
        ]  # fmt: skip

    def _is_settled(self, days: Iterable[date]) -> bool:
        """Whether these UTC days are over and wholly in files."""
        return all(start_of(day) + _DAY <= self.now and day not in self.unsettled for day in days)

    def _is_fresh(self, every: str, day: date, digests: Mapping[date, bytes]) -> bool:
        row = self.rolled.get((every, day))
        return row is not None and bytes(row.made_of) == made_of(every, day, self.zone, digests)

    def removing(self) -> list[Removing]:
        known = [(kind, keeps) for kind, keeps in keepings().items() if streams_of(kind)]
        found = [
            Removing(READINGS, day, kinds) for day, row in sorted(self.days.items())
            if row.rows and self._can_be_rolled_up(day)
            and (kinds := self._past(known, READINGS, day, start_of(day) + _DAY, row.closed_at))
        ]  # fmt: skip
        for (every, day), rolled in sorted(self.rolled.items(), key=lambda one: (one[0][1], one[0][0])):
            end = span_of(day, self.zone)[1]
            if rolled.rows and (kinds := self._past(known, every, day, end, rolled.made_at)):
                found.append(Removing(every, day, kinds))
        return found

    def _can_be_rolled_up(self, day: date) -> bool:
        """Whether all civil days that need this one are over and in files: only then may readings of it go."""
        return all(self._is_settled(utc_days_of(one, self.zone)) for one in civil_days_of(day, self.zone))

    def _past(
        self, known: Sequence[tuple[str, Keeping]], what: str, day: date, end: datetime, written: datetime
    ) -> tuple[str, ...]:
        """The kinds past their time in a file that was written then, and not yet taken out of it."""
        gone = self.removed.get((what, day), {})
        return tuple(
            kind for kind, keeps in known
            if (days := days_kept(keeps, what)) and is_past(end, days, self.now)
            and not (kind in gone and gone[kind] >= written)
        )  # fmt: skip
