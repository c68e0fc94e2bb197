# SPDX-License-Identifier: Apache-2.0
"""Taking out of a file what is past its time: the file is written again without it, and what went is told for good.

Readings go only after the roll-ups that are kept of them stand. Each removal is an entry of the ledger: which kind, how
many rows, the SHA-256 of these rows, and that of the file of which they were part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import partial
from typing import Any

import numpy as np
from django.db import transaction

from belltower.core.ledger.entries import action
from belltower.core.observations.lake import files, keeping, manifest, retention, rolled
from belltower.core.observations.lake.closing import alone, patiently
from belltower.core.observations.lake.errors import DayStillMoves, DigestsDiffer, LakeDamaged, RollUpsWanting
from belltower.core.observations.lake.retention import READINGS, WIDTHS, Removing
from belltower.core.observations.lake.rolling import Step, hold_all, tidy
from belltower.core.observations.lake.rows import Tally
from belltower.core.observations.models import LakeDay, LakeRemoval, LakeRollUp
from belltower.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class _Form:
    """How files of one sort are read and written."""

    read: Callable[[Any], Iterator[Any]]
    write: Callable[[Iterator[Any], Any], Tally]
    tally_of: Callable[[Any], Tally]


_READINGS = _Form(files.read, files.write, files.tally_of)
_ROLLED = _Form(rolled.read, rolled.write, rolled.tally_of)


def remove(one: Removing, zone: tzinfo, *, by: Actor, now: datetime, at_step: Step = lambda step: None) -> int:
    """Take the rows of these kinds out of the file; how many went.

    ``at_step`` is told each step before it is taken (tests). Raises LakeBusy, RollUpsWanting, DayStillMoves, LakeDamaged,
    DigestsDiffer.
    """
    with alone():
        row = _row(one)
        if one.what == READINGS:
            refuse_without_roll_ups(one, zone, now)
        name = files.path_of(row.file).with_name(f"part-{files.number_of(row.file) + 1}.parquet")
        name = name.relative_to(files.lake())
        at_step("write")
        stays, went = _thinned(one, row, str(name), at_step)
        at_step("enter")
        patiently(partial(_settle, one, row, str(name), stays, went, zone, now, at_step, by=by), one.day)
        at_step("tidy")
        tidy(_row(one).file)
        return sum(tally.rows for tally in went.values())


def count(one: Removing) -> dict[str, int]:
    """How many rows of each kind would go, read from the file."""
    counts = dict.fromkeys(one.kinds, 0)
    ids = {kind: np.array(retention.streams_of(kind), np.int64) for kind in one.kinds}
    form = _READINGS if one.what == READINGS else _ROLLED
    for rows in form.read(files.path_of(_row(one).file)):
        for kind, streams in ids.items():
            counts[kind] += int(np.isin(rows["stream"], streams).sum())
    return counts


def refuse_without_roll_ups(one: Removing, zone: tzinfo, now: datetime) -> None:
    """Raise RollUpsWanting unless all that is kept of these kinds stands, made of the files as they are now."""
    for day in retention.civil_days_of(one.day, zone):
        end = retention.span_of(day, zone)[1]
        touched = LakeDay.objects.filter(day__in=retention.utc_days_of(day, zone))
        digests = {other.day: bytes(other.digest) for other in touched}
        for every in WIDTHS:
            if not set(one.kinds) & set(retention.kinds_wanting(every, end, now)):
                continue
            row = LakeRollUp.objects.filter(every=every, day=day).first()
            if row is None or bytes(row.made_of) != retention.made_of(every, day, zone, digests):
                raise RollUpsWanting(day=one.day, every=every, civil=day)


def _row(one: Removing) -> LakeDay | LakeRollUp:
    if one.what == READINGS:
        return LakeDay.objects.get(day=one.day)
    return LakeRollUp.objects.get(every=one.what, day=one.day)


def _thinned(one: Removing, row: LakeDay | LakeRollUp, name: str, at_step: Step) -> tuple[Tally, dict[str, Tally]]:
    """Write the next file without these kinds and read it back; what stays, and what went by kind."""
    form = _READINGS if one.what == READINGS else _ROLLED
    ids = {kind: np.array(retention.streams_of(kind), np.int64) for kind in one.kinds}
    went, was = {kind: Tally() for kind in one.kinds}, Tally()
    path = files.path_of(name)
    temporary = path.with_suffix(".writing")

    def staying() -> Iterator[Any]:
        for rows in form.read(files.path_of(row.file)):
            was.add(rows)
            stays = np.ones(len(rows), np.bool_)
            for kind, streams in ids.items():
                is_past = np.isin(rows["stream"], streams)
                went[kind].add(rows[is_past])
                stays &= ~is_past
            yield rows[stays]

    stays = form.write(staying(), temporary)
    if (was.rows, was.digest) != (row.rows, bytes(row.digest)):
        temporary.unlink()
        raise LakeDamaged(file=row.file, reason="it holds other rows than were verified")
    at_step("verify")
    found = form.tally_of(temporary)
    if (found.rows, found.digest) != (stays.rows, stays.digest):
        temporary.unlink()
        raise DigestsDiffer(day=one.day, expected=stays.rows, found=found.rows)
    at_step("name")
    files.put(temporary, path)
    return stays, went


def _settle(
    one: Removing, row: LakeDay | LakeRollUp, name: str, stays: Tally, went: dict[str, Tally], zone: tzinfo,
    now: datetime, at_step: Step, *, by: Actor,
) -> None:  # fmt: skip
    """Name the new file and tell what went, in one transaction. Raises DayStillMoves where readings came meanwhile."""
    with transaction.atomic():
        hold_all()
        if one.what == READINGS and (one.day in manifest.hot_days() or one.day in keeping.revised()):
            raise DayStillMoves(day=one.day)
        _enter(one, row, name, stays, went, zone, now, by=by)
        at_step("commit")


@action("observations.remove_kept")
def _enter(
    one: Removing, row: LakeDay | LakeRollUp, name: str, stays: Tally, went: dict[str, Tally], zone: tzinfo,
    now: datetime, *, by: Actor,
) -> None:  # fmt: skip
    for kind, tally in went.items():
        LakeRemoval.objects.create(
            what=one.what,
            day=one.day,
            kind=kind,
            rows=tally.rows,
            digest=tally.digest,
            before=row.digest,
            removed_at=now,
        )
    if stays.rows == row.rows:
        return
    new = {"file": name, "rows": stays.rows, "digest": stays.digest}
    if one.what != READINGS:
        LakeRollUp.objects.filter(pk=row.pk).update(**new)
        return
    fresh = _fresh(one, zone)
    LakeDay.objects.filter(pk=row.pk).update(**new, has_equal_instants=stays.has_equal_instants)
    for other in fresh:
        made_of = retention.made_of(other.every, other.day, zone, _digests(other, zone))
        LakeRollUp.objects.filter(pk=other.pk).update(made_of=made_of)


def _fresh(one: Removing, zone: tzinfo) -> list[LakeRollUp]:
    """The roll-ups that rest on this day as it was; they stand as well on what is left, and on what they carry over."""
    found = LakeRollUp.objects.filter(day__in=retention.civil_days_of(one.day, zone))
    return [
        row for row in found if bytes(row.made_of) == retention.made_of(row.every, row.day, zone, _digests(row, zone))
    ]


def _digests(row: LakeRollUp, zone: tzinfo) -> dict[Any, bytes]:
    days = LakeDay.objects.filter(day__in=retention.utc_days_of(row.day, zone))
    return {day.day: bytes(day.digest) for day in days}
