# SPDX-License-Identifier: Apache-2.0
"""Loads a file of assets: rows, parties, rows kept aside and the report, all in one transaction or none of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain

from django.db import connection, transaction

from belltower.core.ledger.entries import entry
from belltower.core.places import city
from belltower.core.places.actions.parties import PartyDraft, put_parties
from belltower.core.places.bulk import Merge, MergeReport, SetAside
from belltower.core.places.loading.convert import Converter
from belltower.core.places.loading.errors import WhichKind
from belltower.core.places.loading.mapping import ColumnMapping, check
from belltower.core.places.loading.readers.source import Source
from belltower.core.places.loading.report import Aside, LoadReport
from belltower.core.places.models import Load, LoadState, PartyKind
from belltower.kernel.actors import Actor
from belltower.kernel.packs import AssetKind
from belltower.kernel.texts import Text

Progress = Callable[[int, int | None, Text], None]

EXAMPLES = 100
READING = Text(zh="读取并暂存", en="Reading and staging")
MERGING = Text(zh="合并入库", en="Merging into the city")
_NO_SUCH_PARTY = -1  # stands for a party that a dry run does not make


def nobody_listens(done: int, total: int | None, doing: Text) -> None:
    """The progress of a load that nobody follows."""


def load_assets(
    source: Source,
    mapping: ColumnMapping,
    *,
    kinds: Mapping[str, AssetKind],
    by: Actor,
    now: datetime,
    load: Load | None = None,
    dry_run: bool = False,
    progress: Progress = nobody_listens,
) -> LoadReport:
    """Bring the file's assets into the city, by (kind, key); rows that do not fit are kept aside under ``load``.

    A dry run stages and compares just the same, then leaves everything as it was. Raises MissingColumns, BadMapping,
    WhichKind, UnreadableFile or WrongPlace, with nothing written.
    """
    if mapping.target not in kinds:
        raise WhichKind(file=source.name, known=", ".join(sorted(kinds)))
    check(mapping, source.shape, source.name, None if mapping.column("kind") else kinds[mapping.target])
    began = time.monotonic()
    with entry("places.load_assets", by=by):
        running = _Loading(source, mapping, kinds, by=by, now=now, load=load, dry_run=dry_run)
        report = running.run(progress)
        if dry_run:
            transaction.set_rollback(True)
        report = replace(report, seconds=time.monotonic() - began)
        if load is not None and not dry_run:
            settle(load, report)
    return report


def settle(load: Load, report: LoadReport) -> None:
    """Write down, in the same transaction as its rows, that the load is done and what came of it."""
    load.report, load.state = report.as_json(), LoadState.LOADED
    load.save(update_fields=["report", "state"])


class _Loading:
    """One load on its way, inside its transaction."""

    def __init__(
        self,
        source: Source,
        mapping: ColumnMapping,
        kinds: Mapping[str, AssetKind],
        *,
        by: Actor,
        now: datetime,
        load: Load | None,
        dry_run: bool,
    ) -> None:
        self._source, self._mapping = source, mapping
        self._by, self._now, self._load, self._dry_run = by, now, load, dry_run
        self._profile = city.current()
        self._owners = Owners(by=by, dry_run=dry_run)
        self._merge = Merge(by=by, now=now, source=source.name[:120], dry_run=dry_run)
        self._converter = Converter(
            mapping,
            kinds=kinds,
            profile=self._profile,
            owners_of=self._owners.pks_of,
            now=now,
            is_guarded=source.shape.format == "csv",
        )
        self._aside = AsideKeeper(None if dry_run else load)
        self._rows = 0

    def run(self, progress: Progress) -> LoadReport:
        with self._merge:
            merged = self._merged(progress)
        self._aside.keep(self._repeated(sorted(self._merge.aside, key=lambda one: one.row)))
        return LoadReport(
            target=self._mapping.target,
            rows=self._rows,
            created=merged.created,
            changed=merged.changed,
            unchanged=merged.unchanged,
            kept_aside=self._aside.count,
            owners=tuple(self._owners.made),
            is_dry_run=self._dry_run,
            examples=tuple(self._aside.examples),
        )

    def _merged(self, progress: Progress) -> MergeReport:
        """All rows of the file, merged as they are read."""
        for chunk in self._source.chunks():
            converted = self._converter.convert(chunk)
            self._converter.placing.refuse_wrong_place(self._source.name, self._profile.plane)
            for batch in converted.batches:
                self._merge.stage(batch)
            self._aside.keep(converted.aside)
            self._rows += len(chunk.rows) + len(chunk.broken)
            progress(self._rows, round(self._rows / chunk.share) if chunk.share else None, READING)
        progress(self._rows, self._rows, MERGING)
        return self._merge.finish()

    def _repeated(self, found: Sequence[SetAside]) -> Iterator[Aside]:
        """The rows that only the staged whole showed to be wrong; they are looked up in the file again."""
        waiting = {one.row: one.reason for one in found}
        if not waiting:
            return
        for chunk in self._source.chunks():
            for at, row in enumerate(chunk.rows):
                if (reason := waiting.pop(row, None)) is not None:
                    yield Aside(row, reason, chunk.row(at))
            if not waiting:
                return


class Owners:
    """Finds parties by key or name, and makes an owner of every name nobody knows yet."""

    def __init__(self, *, by: Actor, dry_run: bool) -> None:
        self._by, self._dry_run = by, dry_run
        self._pks: dict[str, int] = {}
        self.made: list[str] = []

    def pks_of(self, names: Sequence[str]) -> Mapping[str, int]:
        """The pk of each name's party."""
        if new := [name for name in names if name not in self._pks]:
            self._pks |= _known_parties(new)
            self._make([name for name in new if name not in self._pks])
        return self._pks

    def _make(self, names: Sequence[str]) -> None:
        if not names:
            return
        self.made += names
        if self._dry_run:
            self._pks |= dict.fromkeys(names, _NO_SUCH_PARTY)
            return
        drafts = [PartyDraft(key=name, kind=PartyKind.OWNER, name=Text.read(name)) for name in names]
        self._pks |= put_parties(drafts, by=self._by, keep_known=True).pks


def _known_parties(names: Sequence[str]) -> dict[str, int]:
    """Parties by key, else by their Chinese or English name."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT asked, (SELECT id FROM places_party
                              WHERE key = asked OR name ->> 'zh' = asked OR name ->> 'en' = asked
                              ORDER BY key <> asked, id LIMIT 1)
               FROM unnest(%s::text[]) AS asked""",
            [list(names)],
        )
        return {name: pk for name, pk in cursor.fetchall() if pk is not None}


class AsideKeeper:
    """Keeps rows aside under a load (or only counts them), with the first as examples."""

    def __init__(self, load: Load | None) -> None:
        self._load = load
        self.count = 0
        self.examples: list[Aside] = []

    def keep(self, rows: Iterable[Aside]) -> None:
        """Write the rows by COPY, as they come. Where there are none, the database is not asked: it may be merging.

        COPY does not go into a table with policies: the rows pass through one of this transaction's own.
        """
        rows = iter(rows)
        first = next(rows, None)
        if first is None:
            return
        rows = chain((first,), rows)
        if self._load is None:
            for aside in rows:
                self._note(aside)
            return
        with connection.cursor() as cursor:
            cursor.execute(_STAGE)
            with cursor.copy("COPY places_staged_aside FROM STDIN") as copy:
                for aside in rows:
                    self._note(aside)
                    copy.write_row((self._load.pk, aside.row, _json(aside.reason.as_json()), _json(dict(aside.values))))
            cursor.execute(_KEEP)

    def _note(self, aside: Aside) -> None:
        self.count += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(aside)


_STAGE = """
    CREATE TEMPORARY TABLE IF NOT EXISTS places_staged_aside (load_id bigint, row_number bigint, reason jsonb, row jsonb)
        ON COMMIT DROP
"""
_KEEP = """
    INSERT INTO places_kept_aside (load_id, row_number, reason, row) SELECT * FROM places_staged_aside;
    TRUNCATE places_staged_aside
"""


def _json(value: Mapping[str, str]) -> str:
    """JSON that PostgreSQL takes: a null character, which it refuses, shows as U+FFFD."""
    return json.dumps(value, ensure_ascii=False).replace("\\u0000", "\ufffd")
