# SPDX-License-Identifier: Apache-2.0
"""Many assets written at once: streamed by COPY into a staging table, then merged by sets in one transaction.

Loads, the demo city and feeds write assets here; a single edit is in actions/assets.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection

from belltower.core.ledger.entries import entry
from belltower.core.places import city, staging
from belltower.core.places.areas import AreaIndex
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

_PART = 10_000
_LOCK = 4_767_805  # any fixed number: merges take turns, so that two of them never wait for each other


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetBatch:
    """Some assets of one kind, column by column; all columns are equally long.

    A column that is None says nothing: it leaves what is known of an existing asset and takes the default for a new
    one. A None inside a column says "not known". ``field_names`` are the declared fields this source speaks of (None:
    all of them, so that a field which is missing from ``fields`` is forgotten). ``valid_from`` holds for new assets; a
    changed one is true from ``valid_from`` only where that is later than what is known, else from now on.
    ``rows`` are row numbers in the source, told again for repeated keys.
    """

    kind: str
    keys: Sequence[str]
    valid_from: datetime | Sequence[datetime]
    geoms: Any = None  # (n,) shapely geometries in WGS 84, or geometry.Points
    names: Sequence[Text | None] | None = None
    lives: Sequence[str | None] | None = None
    owner_ids: Sequence[int | None] | None = None
    fields: Sequence[Mapping[str, Any] | str] | None = None  # a str is JSON already
    field_names: tuple[str, ...] | None = None
    codes: Sequence[str | None] | None = None
    rows: Sequence[int] | None = None

    @property
    def says(self) -> Says:
        """What this batch speaks of; batches that speak of the same share a staging table."""
        spoken = {"code": self.codes, "name": self.names, "life": self.lives, "geometry": self.geoms}
        spoken |= {"owner_id": self.owner_ids, "fields": self.fields}
        return Says(self.kind, frozenset(c for c, v in spoken.items() if v is not None), self.field_names)


@dataclass(frozen=True, slots=True)
class Says:
    """The kind, columns and fields a source speaks of."""

    kind: str
    columns: frozenset[str]
    field_names: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class MergeReport:
    """How many assets a merge made, changed, and found as they were."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: MergeReport) -> MergeReport:
        return MergeReport(self.created + other.created, self.changed + other.changed, self.unchanged + other.unchanged)


@dataclass(frozen=True, slots=True)
class SetAside:
    """A staged row that is not merged: its row number in the source, and why."""

    row: int
    reason: Text


def merge_assets(
    batches: Iterable[AssetBatch],
    *,
    by: Actor,
    now: datetime,
    source: str,
    progress: Callable[[int], None] | None = None,
) -> MergeReport:
    """Make or change the assets of ``batches`` by (kind, key), all or none; rows that are as known are not touched.

    A key that comes twice counts once: the first is taken. ``progress`` hears the number of rows staged so far.
    """
    with entry("places.merge_assets", by=by), Merge(by=by, now=now, source=source) as merge:
        for batch in batches:
            merge.stage(batch)
            if progress:
                progress(merge.staged)
        return merge.finish()


PART = 50_000
"""Rows merged by one statement: enough for the sort to pay, few enough to begin early."""


class Merge:
    """One merge inside an open transaction: ``stage`` batches, ``finish``, then see what was ``aside``.

    While the database merges one part, in a thread that does nothing but wait for it, the caller prepares the next. The
    thread only ever executes single statements on the transaction's own connection, which psycopg lets threads share;
    whatever else the caller asks of the database meanwhile waits its turn. Staging tables go with the transaction.
    """

    def __init__(self, *, by: Actor, now: datetime, source: str, dry_run: bool = False) -> None:
        self.staged = 0
        self.aside: list[SetAside] = []
        self._facts = {"by": by.name, "now": now, "source": source, "dry_run": dry_run}
        self._plane, self._areas = city.plane(), AreaIndex.current()
        self._waiting: dict[Says, _Part] = {}
        self._parts: dict[Says, list[_Part]] = {}
        self._total = MergeReport()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="merge")
        self._merging: Future[MergeReport] | None = None

    def __enter__(self) -> Merge:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
            for setting in _SETTINGS:
                cursor.execute(setting)
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown(wait=True)

    def stage(self, batch: AssetBatch) -> None:
        """Describe the batch; when enough has gathered, give it to the database."""
        if not len(batch.keys):
            return
        columns = staging.columns(batch, first=self.staged, plane=self._plane, areas=self._areas)
        part = self._waiting.setdefault(batch.says, _Part(batch.says))
        part.add(batch.keys, "\n".join(map("\t".join, zip(*columns, strict=True))) + "\n")
        self.staged += len(batch.keys)
        if part.rows >= PART:
            self._hand_over(part)

    def finish(self) -> MergeReport:
        """Merge what is left, and say what came of all of it; a dry run only counted."""
        for part in list(self._waiting.values()):
            self._hand_over(part)
        self._wait()
        return self._total

    def _hand_over(self, part: _Part) -> None:
        """Copy the part into a staging table of its own, set aside what cannot be merged, and begin to merge the rest."""
        self._wait()
        del self._waiting[part.says]
        earlier = self._parts.setdefault(part.says, [])
        part.table = f"places_staged_{sum(map(len, self._parts.values()))}"
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {part.table}")  # an earlier merge of this same transaction
            cursor.execute(f"CREATE TEMPORARY TABLE {part.table} ({_STAGED}) ON COMMIT DROP")
            cursor.execute(f"GRANT SELECT ON {part.table} TO belltower_writer")
            with cursor.copy(f"COPY {part.table} FROM STDIN") as copy:
                for lines in part.lines:
                    copy.write(lines)
            self.aside += _set_aside(cursor, part, earlier)
        part.lines.clear()
        earlier.append(part)
        self._merging = self._thread.submit(_merge, connection.connection, part.says, part.table, self._facts)

    def _wait(self) -> None:
        """Until the database has merged the part before. Raises what went wrong there."""
        if self._merging is not None:
            merging, self._merging = self._merging, None
            with connection.wrap_database_errors:
                self._total += merging.result()


class _Part:
    """Some rows that speak of the same, as COPY text, with a hash of each key by which repeats are suspected."""

    def __init__(self, says: Says) -> None:
        self.says, self.table, self.rows = says, "", 0
        self.lines: list[str] = []
        self._keys: list[str] = []
        self.hashes = np.empty(0, np.int64)

    def add(self, keys: Sequence[str], lines: str) -> None:
        self.lines.append(lines)
        self._keys += keys
        self.rows += len(keys)

    def suspects(self, earlier: Sequence[_Part]) -> list[str]:
        """Keys whose hash came before, in this part or an ``earlier`` one; the keys themselves are forgotten then."""
        hashes = np.fromiter(map(hash, self._keys), np.int64, self.rows)
        order = np.argsort(hashes, kind="stable")
        self.hashes = hashes[order]
        repeated = np.zeros(self.rows, dtype=bool)
        repeated[order[1:][self.hashes[1:] == self.hashes[:-1]]] = True
        for part in earlier:
            repeated |= np.isin(hashes, part.hashes)
        found = [self._keys[at] for at in np.flatnonzero(repeated).tolist()]
        self._keys = []
        return found


def _set_aside(cursor: Any, part: _Part, earlier: Sequence[_Part]) -> list[SetAside]:
    """Take repeated keys, and codes that belong to another asset, out of the part's table, and say which."""
    found: list[SetAside] = []
    tables = [one.table for one in (*earlier, part)]
    if suspects := part.suspects(earlier):
        rows = " UNION ALL ".join(f"SELECT key, row FROM {table}" for table in tables)
        cursor.execute(_REPEATED.format(table=part.table, staged=rows), [suspects])
        found += [SetAside(row, _KEY_TWICE.format(key=key, first=first)) for row, key, first in cursor.fetchall()]
    if "code" in part.says.columns:
        rows = " UNION ALL ".join(f"SELECT code, key, row FROM {table}" for table in tables)
        cursor.execute(_CODE_TAKEN.format(table=part.table, staged=rows), [part.says.kind])
        found += [SetAside(row, _CODE_TWICE.format(code=code)) for row, code in cursor.fetchall()]
    return found


# The insert sorts by cell, which wants room. What is to go into the index of words is put on its list of pending
# entries, where it is found as well; the database works the list off by itself after the commit (autovacuum). A part is looked up among the
# assets by its keys: never by reading all of them, which a planner without statistics of the part likes to do.
_SETTINGS = (
    "SET LOCAL work_mem = '128MB'",
    "SET LOCAL gin_pending_list_limit = '512MB'",
    "SET LOCAL enable_hashjoin = off",
    "SET LOCAL enable_mergejoin = off",
)
_STAGED = """
    row bigint, uid uuid, key text, code text, name jsonb, life text, geometry bytea, box box, lon float8, lat float8,
    cell bigint, area_id bigint, owner_id bigint, fields jsonb, valid_from timestamptz, words text
"""
_REPEATED = """
    WITH firsts AS (SELECT key, min(row) AS first FROM ({staged}) AS staged WHERE key = ANY(%s) GROUP BY key)
    DELETE FROM {table} s USING firsts f WHERE s.key = f.key AND s.row > f.first
    RETURNING s.row, s.key, f.first
"""
_CODE_TAKEN = """
    WITH ranked AS (SELECT row, code, key, row_number() OVER (PARTITION BY code ORDER BY row) AS place
                    FROM ({staged}) AS staged WHERE code IS NOT NULL),
         taken AS (SELECT r.row FROM ranked r LEFT JOIN places_asset a ON a.code = r.code
                   WHERE r.place > 1 OR (a.id IS NOT NULL AND (a.kind, a.key) <> (%s, r.key)))
    DELETE FROM {table} s USING taken t WHERE s.row = t.row RETURNING s.row, s.code
"""
_KEY_TWICE = Text(
    zh="编号“{key}”重复出现（首次在第 {first} 行），只取首次出现的一行",
    en="the key '{key}' appears twice (first at row {first}); the first one is taken",
)
_CODE_TWICE = Text(
    zh="标识码“{code}”已属于另一个部件",
    en="the code '{code}' belongs to another asset already",
)


def _merge(raw: Any, says: Says, table: str, facts: Mapping[str, object]) -> MergeReport:
    """Merge one staging table on psycopg's connection ``raw``. Returns what was, or in a dry run would be, done."""
    cursor = raw.cursor()
    known = {**facts, "kind": says.kind, "field_names": None if says.field_names is None else list(says.field_names)}
    if facts["dry_run"]:
        _as_writer(cursor, _count(says, table), known)
        return MergeReport(*cursor.fetchone())
    cursor.execute(f"SELECT count(*) FROM {table}")  # nosec B608  # a staging table of ours
    (rows,) = cursor.fetchone()
    _as_writer(cursor, _insert(table), known)
    created, changed = cursor.rowcount, 0
    if created < rows:
        _as_writer(cursor, _update(says, table), known)
        changed = cursor.rowcount
        _rewrite_words(cursor)
    return MergeReport(created, changed, rows - created - changed)


def _count(says: Says, table: str) -> str:
    """How many would be made, changed and left as they are."""
    differs = _differs(says)
    return f"""
        SELECT count(*) FILTER (WHERE a.id IS NULL), count(*) FILTER (WHERE a.id IS NOT NULL AND ({differs})),
               count(*) FILTER (WHERE a.id IS NOT NULL AND NOT ({differs}))
        FROM {table} s LEFT JOIN places_asset a ON a.kind = %(kind)s AND a.key = s.key"""


def _new(column: str, says: Says) -> str:
    """What a spoken column holds after the merge. A life that is not known, and fields not spoken of, stay."""
    if column == "life":
        return "coalesce(s.life, a.life)"
    if column == "fields":
        return "places_fields_after(a.fields, s.fields, %(field_names)s::text[])"
    return f"s.{column}"


def _differs(says: Says) -> str:
    pairs = [(f"a.{column}", _new(column, says)) for column in sorted(says.columns)]
    if not pairs:
        return "false"
    return f"({', '.join(old for old, _ in pairs)}) IS DISTINCT FROM ({', '.join(new for _, new in pairs)})"


def _update(says: Says, table: str) -> str:
    """Existing assets that differ; returns them where their words must be written anew. What was just made does not differ."""
    sets = {column: _new(column, says) for column in says.columns}
    if "geometry" in sets:
        sets |= {column: f"s.{column}" for column in ("box", "lon", "lat", "cell", "area_id")}
    speaks_all = {"name", "code"} <= says.columns
    if speaks_all:
        sets["words"] = "s.words::tsvector"
    sets |= {
        "valid_from": "CASE WHEN s.valid_from > a.valid_from THEN s.valid_from ELSE %(now)s END",
        "recorded_at": "greatest(%(now)s, a.recorded_at + interval '1 microsecond')",
        "recorded_by": "%(by)s",
        "source": "%(source)s",
    }
    assigned = ", ".join(f"{column} = {value}" for column, value in sorted(sets.items()))
    is_rewritten = not speaks_all and bool({"name", "code"} & says.columns)
    return f"""
        UPDATE places_asset a SET {assigned} FROM {table} s
        WHERE a.kind = %(kind)s AND a.key = s.key AND {_differs(says)}
        {"RETURNING a.id, a.key, a.code, a.name" if is_rewritten else ""}"""


def _rewrite_words(cursor: Any) -> None:
    """Words of the changed assets just returned, if any: the source spoke of name or code only, the other stays findable."""
    if cursor.description is None:
        return
    with cursor.connection.cursor() as writer:
        while rows := cursor.fetchmany(_PART):
            names = [
                Text.read(name if isinstance(name, dict) else json.loads(name)) if name else None for *_, name in rows
            ]
            words = staging.words([row[1] for row in rows], [row[2] for row in rows], names)
            pairs = [(text, row[0]) for text, row in zip(words, rows, strict=True)]
            writer.executemany("UPDATE places_asset SET words = %s::tsvector WHERE id = %s", pairs)


def _as_writer(cursor: Any, statement: str, facts: Mapping[str, object]) -> None:
    """Execute one statement as the writer role, which sees and writes assets of every owner at no cost by the row.

    The statement's own result is what the cursor holds then. After an error the transaction is lost, and the role with it.
    """
    with cursor.connection.cursor() as switch:
        switch.execute("SET LOCAL ROLE belltower_writer")
        cursor.execute(statement, facts)
        switch.execute("SET LOCAL ROLE NONE")


def _insert(table: str) -> str:
    """What is not there yet, in the order of cells, so that neighbours share pages and indexes grow in place."""
    return f"""
        INSERT INTO places_asset (uid, kind, key, code, name, life, geometry, box, lon, lat, cell, area_id, owner_id,
                                  fields, source, valid_from, recorded_at, recorded_by, words)
        SELECT uid, %(kind)s, key, code, name, coalesce(life, 'in_service'), geometry, box, lon, lat, cell, area_id,
               owner_id, coalesce(fields, '{{}}'), %(source)s, valid_from, %(now)s, %(by)s, words::tsvector
        FROM {table} ORDER BY cell ON CONFLICT (kind, key) DO NOTHING"""
