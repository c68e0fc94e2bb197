# SPDX-License-Identifier: Apache-2.0
"""A file of past cases is taken in: surveyed, stored row by row, then made into cases; ended anywhere, it goes on there."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from belltower.core.intake.making import make_cases
from belltower.core.intake.mapping import Columns, check, choose
from belltower.core.intake.models import Intake, Origin
from belltower.core.intake.reading import Past, Reader, Survey
from belltower.core.ledger.entries import entry
from belltower.core.places.loading.guard import guarded
from belltower.core.places.loading.readers import open_file
from belltower.core.places.loading.readers.source import Source
from belltower.core.places.loading.report import Aside
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.kernel.actors import Actor

AT_ONCE = 2_000


def take_in(
    path: Path, *, mapping: str | None, aside: Path, by: Actor, now: datetime, name: str = "",
    tell: Callable[[int], None] = lambda done: None,
) -> Intake:  # fmt: skip
    """Make cases of the rows of a file; each row is taken once, however often this is run, and whatever ended it.

    ``mapping`` is a ready one's name, a YAML file, or None for the ready one that fits. Rows that cannot be read go to the
    CSV file ``aside`` with the reason. Raises UnreadableFile, NoSuchMapping, BadIntakeMapping, IntakeColumns, UnknownParty.
    """
    source = open_file(path, name or path.name)
    columns = choose(mapping, source.shape.columns)
    check(columns, source.shape.columns, source.name)
    with seen_as(EVERYTHING):
        intake = _begun(source, path, columns, by, now)
        if intake.finished_at is None:
            _store(intake, source, columns, aside, by, tell)
            make_cases(intake, columns, by=by, now=now)
            with entry("intake.finish", by=by):
                intake.finished_at = now
                intake.save(update_fields=["finished_at"])
    return intake


def _begun(source: Source, path: Path, columns: Columns, by: Actor, now: datetime) -> Intake:
    """The file's own row: the one of a run that was ended, or a new one after the whole file was surveyed."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    known = Intake.objects.filter(digest=digest).first()
    if known is not None:
        return known
    survey = Survey(columns)
    for chunk in source.chunks(AT_ONCE):
        survey.add(chunk)
    with entry("intake.begin", by=by):
        return Intake.objects.create(
            file=source.name[:200], digest=digest, mapping=columns.as_json(), promises=survey.promises(),
            unknown=[f"{lon} {lat}" for lon, lat in survey.unknown()], at=now, by=by.reference,
        )  # fmt: skip


def _store(
    intake: Intake, source: Source, columns: Columns, aside: Path, by: Actor, tell: Callable[[int], None]
) -> None:
    """The rows that a run before did not store, some thousands in one transaction with how far it is."""
    points = [tuple(map(float, each.split())) for each in intake.unknown]
    reader, passed = Reader(columns, [(lon, lat) for lon, lat in points], now=intake.at), 0
    for chunk in source.chunks(AT_ONCE):
        passed += len(chunk.rows) + len(chunk.broken)
        if passed <= intake.rows:
            continue
        found, broken = reader.read(chunk)
        if broken:
            _keep_aside(aside, source.shape.columns, broken, anew=not intake.kept_aside)
        with entry("intake.store", by=by):
            Origin.objects.bulk_create([_origin(intake, one) for one in found], batch_size=1_000)
            intake.rows, intake.kept_aside = passed, intake.kept_aside + len(broken)
            intake.save(update_fields=["rows", "kept_aside"])
        tell(passed)


def _origin(intake: Intake, one: Past) -> Origin:
    return Origin(
        intake=intake, row=one.row, number=one.number, kind_said=one.kind, status_said=one.status, party_said=one.party,
        state=one.state, reported_at=one.reported_at, due_at=one.due_at, closed_at=one.closed_at, lon=one.lon, lat=one.lat,
        nowhere=one.nowhere or "", address=one.address, place=one.place,
    )  # fmt: skip


def _keep_aside(path: Path, columns: Sequence[str], rows: Sequence[Aside], *, anew: bool) -> None:
    """Rows as they stood, with their number and the reason, for somebody to open, correct and import again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w" if anew else "a", encoding="utf-8-sig" if anew else "utf-8", newline="") as file:
        writer = csv.writer(file)
        if anew:
            writer.writerow(("row", "原因", "reason", *columns))
        for one in rows:
            cells = (guarded(one.values.get(column, "")) for column in columns)
            writer.writerow((one.row, one.reason.zh, one.reason.en, *cells))
