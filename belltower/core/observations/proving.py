# SPDX-License-Identifier: Apache-2.0
"""How stored readings are proved: a digest a batch, and an entry of the ledger a minute that commits to the digests.

docs/decisions/0060-batches-are-proved.md says why it is not an entry a reading, or a batch.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from django.db import connection

from belltower.core.ledger.entries import entry
from belltower.core.observations.batches import DAY
from belltower.core.observations.packing import instants_of, reals_of, rows_of, words_of
from belltower.kernel.actors import Actor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

SEAL_EVERY = timedelta(minutes=1)
MOST_SEALED = 10_000
"""Batches under one entry."""
MOST_READ = 50_000
"""Rows that are read again at once, unless one batch has more."""
BY = Actor.system("observations")


def digest_of(rows: NDArray[Any]) -> bytes:
    """The SHA-256 of readings in canonical form: packing.ROW, in the order of (UTC day, stream, at, result_at, id)."""
    return hashlib.sha256(np.ascontiguousarray(rows).data.cast("B")).digest()


def sealed_digest(first: int, last: int, batches: list[tuple[int, int, bytes]]) -> str:
    """What an entry commits to: SHA-256 over the lines "first_id rows digest" of its batches, in the order of their ids."""
    lines = "".join(f"{first_id} {rows} {digest.hex()}\n" for first_id, rows, digest in batches)
    return hashlib.sha256(f"belltower readings 1\n{first} {last}\n{lines}".encode()).hexdigest()


def seal(*, by: Actor = BY) -> int:
    """Commit to the batches that no entry commits to yet; how many there were. One at a time, by a lock."""
    with entry("observations.seal_batches", by=by), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('belltower observations seal'))")
        cursor.execute(_OPEN, [MOST_SEALED])
        found = [(int(i), int(first_id), int(rows), bytes(digest)) for i, first_id, rows, digest in cursor.fetchall()]
        if not found:
            return 0
        about = {
            "first": found[0][0], "last": found[-1][0], "batches": len(found), "rows": sum(one[2] for one in found),
            "digest": sealed_digest(found[0][0], found[-1][0], [one[1:] for one in found]),
        }  # fmt: skip
        cursor.execute(_SEAL, [f"observations.batch:{found[0][0]}", json.dumps(about), [one[0] for one in found]])
        return len(found)


def seal_is_due(now: datetime) -> bool:
    """Whether a batch waits for longer than SEAL_EVERY."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(received_at) <= %s FROM (SELECT received_at FROM observations_batch"
                       " WHERE sealed_by IS NULL ORDER BY id LIMIT 1) AS oldest", [now - SEAL_EVERY])  # fmt: skip
        return bool(cursor.fetchone()[0])


@dataclass(frozen=True, slots=True)
class Unproved:
    """A batch whose rows are not those that were stored, or an entry that commits to other digests."""

    batch: int
    found: int
    expected: int


def check_batches(since: datetime, until: datetime) -> list[Unproved]:
    """Batches received in that time whose rows, read again from the hot store, have another digest.

    Left out are those of which a row was changed or deleted by a person (its revision, an entry, tells what it was), and
    those of a day that lies in the lake, which has digests of its own.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RECEIVED, [since, until])
        found = [_Batch(*row) for row in cursor.fetchall()]
        return [one for together in _together(found) for one in _checked(cursor, together)]


class _Batch(NamedTuple):
    id: int
    first_id: int
    rows: int
    digest: bytes
    since: datetime
    until: datetime

    @property
    def end(self) -> int:
        return self.first_id + self.rows


def _together(batches: Iterable[_Batch]) -> Iterator[list[_Batch]]:
    """Batches whose rows are read at once: whoever reports row by row makes a batch of each, and a read costs milliseconds."""
    some: list[_Batch] = []
    for one in sorted(batches, key=lambda one: one.first_id):
        if some and one.end - some[0].first_id > MOST_READ:
            yield some
            some = []
        some.append(one)
    if some:
        yield some


def _checked(cursor: Any, batches: Sequence[_Batch]) -> Iterator[Unproved]:
    since, until = min(one.since for one in batches), max(one.until for one in batches)
    cursor.execute(_AGAIN, [since, until, batches[0].first_id, max(one.end for one in batches) - 1])
    ids, streams, ats, results, values, qualities, flags = cursor.fetchone()
    columns: dict[str, NDArray[Any]] = {
        "id": words_of(ids), "stream": words_of(streams), "at": instants_of(ats), "result_at": instants_of(results),
        "value": reals_of(values), "quality": words_of(qualities), "flags": words_of(flags),
    }  # fmt: skip
    by_id = np.argsort(columns["id"])
    rows = rows_of({name: column[by_id] for name, column in columns.items()})
    for one in batches:
        own = rows[np.searchsorted(rows["id"], one.first_id) : np.searchsorted(rows["id"], one.end)]
        order = np.lexsort((own["id"], own["result_at"], own["at"], own["stream"], own["at"] // DAY))
        if digest_of(own[order]) != bytes(one.digest):
            yield Unproved(one.id, len(own), one.rows)


_OPEN = "SELECT id, first_id, rows, digest FROM observations_batch WHERE sealed_by IS NULL ORDER BY id LIMIT %s"
_SEAL = """
    WITH noted AS MATERIALIZED (SELECT ledger_note(%s, %s::jsonb) AS entry)
    UPDATE observations_batch b SET sealed_by = noted.entry FROM noted WHERE b.id = ANY (%s)
"""
_RECEIVED = """
    SELECT b.id, b.first_id, b.rows, b.digest, b.since, b.until FROM observations_batch b
    WHERE b.received_at >= %s AND b.received_at < %s
        AND NOT EXISTS (SELECT FROM observations_revision v WHERE v.reading >= b.first_id AND v.reading < b.first_id + b.rows)
        AND NOT EXISTS (
            SELECT FROM generate_series((b.since AT TIME ZONE 'UTC')::date, (b.until AT TIME ZONE 'UTC')::date, '1 day') AS d
            WHERE to_regclass('observations_reading_' || to_char(d, 'YYYYMMDD')) IS NULL
                OR EXISTS (SELECT FROM observations_lake_day l WHERE l.day = d::date))
    ORDER BY b.id
"""
_AGAIN = """
    SELECT array_send(array_agg(id)), array_send(array_agg(stream)), array_send(array_agg(at)), array_send(array_agg(result_at)),
           array_send(array_agg(coalesce(value, 'NaN'))), array_send(array_agg(quality::bigint)), array_send(array_agg(flags::bigint))
    FROM observations_reading WHERE at >= %s AND at <= %s AND id >= %s AND id <= %s
"""
