# SPDX-License-Identifier: Apache-2.0
"""What it costs that every write can be proved: ``python -m benchmarks.ledger [--quick]``.

Single actions over 16 connections with and without the ledger, its own part alone, many rows at once beside a plain
insert of the same rows, and the verification of it all. Every commit reaches the disk.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from benchmarks.ground import fresh_database, owner, report

PROCESSES, THREADS = 2, 8
SECONDS, QUICK_SECONDS = 8.0, 2.0
ROWS, QUICK_ROWS = 500_000, 50_000
AT_ONCE = 50_000
ENTRIES, QUICK_ENTRIES = 200_000, 20_000
SINCE = datetime(2026, 2, 1, tzinfo=UTC)


def main(arguments: list[str]) -> None:
    quick = "--quick" in arguments
    seconds = QUICK_SECONDS if quick else SECONDS
    with fresh_database():
        prepare()
        # First: what is written without the ledger below would rightly be found.
        figures = verification(QUICK_ENTRIES if quick else ENTRIES)
        with_ledger, without = side_by_side("edit", seconds)
        answer, plain = side_by_side("assign", seconds)
        own, _ = side_by_side("note", seconds, rounds=1)
        print(f"{'':34}{'with entries':>14}{'without':>12}")
        print(f"{'edit an asset, actions/s':34}{with_ledger:14,.0f}{without:12,.0f}")
        print(f"{'assign a responsibility, actions/s':34}{answer:14,.0f}{plain:12,.0f}")
        print(f"{'an entry alone, /s':34}{own:14,.0f}")
        figures |= {"actions_per_s": round(with_ledger), "overhead": round(without / with_ledger - 1, 3)}
        figures |= {
            "assign_per_s": round(answer),
            "assign_overhead": round(plain / answer - 1, 3),
            "own_per_s": round(own),
        }
        figures |= batches(QUICK_ROWS if quick else ROWS)
    report(**figures)


def prepare() -> None:
    """A city with a few thousand lights, and a table of rows as a feed would write them."""
    import numpy as np
    import shapely

    from belltower.core.places.actions.city import use_profile
    from belltower.core.places.actions.parties import put_party
    from belltower.core.places.bulk import AssetBatch, merge_assets
    from belltower.core.places.city import load_profile
    from belltower.kernel.actors import Actor
    from belltower.kernel.texts import Text

    by = Actor.system("benchmark")
    use_profile(load_profile("hengyang"), by=by)
    put_party("lighting", "enterprise", Text("照明公司"), by=by)
    chance = np.random.default_rng(3)
    points = shapely.points(chance.uniform(112.5, 112.7, 4000), chance.uniform(26.8, 27.0, 4000))
    keys = [f"L-{number}" for number in range(4000)]
    merge_assets(
        [AssetBatch(kind="street_light", keys=keys, valid_from=SINCE, geoms=points)], by=by, now=SINCE, source=""
    )


def side_by_side(name: str, seconds: float, rounds: int = 3) -> tuple[float, float]:
    """Actions/s with the ledger and without, in turns, so that a slower minute of the machine meets both; medians."""
    took: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(rounds * (1 if name == "note" else 2)):
        is_kept = turn % 2 == 0
        with nullcontext() if is_kept else without_ledger():
            took[is_kept].append(many(name, seconds, is_kept))
    middle = {kept: sorted(each)[len(each) // 2] if each else 0.0 for kept, each in took.items()}
    return middle[True], middle[False]


@contextmanager
def without_ledger() -> Iterator[None]:
    """The triggers of the ledger off, as only a superuser can."""
    from belltower.project.installation import read
    from belltower.project.postgres import Postgres

    address = Postgres(read().postgres_folder).url(user="postgres")
    with psycopg.connect(address, autocommit=True) as admin:
        found = "SELECT tgname, tgrelid::regclass FROM pg_trigger WHERE tgname ~ '^ledger_(insert|update|delete)_'"
        triggers = admin.execute(found).fetchall()
        for name, table in triggers:
            admin.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
        try:
            yield
        finally:
            for name, table in triggers:
                admin.execute(f"ALTER TABLE {table} ENABLE TRIGGER {name}")


def many(name: str, seconds: float, is_kept: bool) -> float:
    """Actions/s of 16 connections in two processes, for so long."""
    spawning = multiprocessing.get_context("spawn")
    with spawning.Pool(PROCESSES) as pool:
        found = pool.starmap(_writers, [(name, number, seconds, is_kept) for number in range(PROCESSES)])
    return sum(found)


def _writers(name: str, number: int, seconds: float, is_kept: bool) -> float:
    from belltower.project.database import see_everything, set_up_django

    set_up_django()
    see_everything()
    if not is_kept:
        _say_nothing()
    with ThreadPoolExecutor(THREADS) as threads:
        done = [threads.submit(_writer, name, number * THREADS + thread, seconds) for thread in range(THREADS)]
        try:
            return sum(each.result() for each in done)
        except Exception as error:  # many of ours cannot cross to another process
            raise RuntimeError(f"{type(error).__name__}: {error}") from None


def _say_nothing() -> None:
    """Actions that only open their transaction, as they would be without a ledger. Before any of them is imported."""
    from django.db import transaction

    from belltower.core.ledger import entries

    @contextmanager
    def silent(what: str, *, by: object) -> Iterator[None]:
        with transaction.atomic():
            yield

    entries.entry = silent  # type: ignore[assignment]


def _writer(name: str, number: int, seconds: float) -> float:
    from django.db import connection

    act = _actions(number)[name]
    act(0)
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        count += 1
        act(count)
    took = time.perf_counter() - began
    connection.close()
    return count / took


def _actions(number: int) -> dict[str, Callable[[int], Any]]:
    from belltower.core.ledger.entries import record
    from belltower.core.places.actions.assets import edit_asset
    from belltower.core.places.actions.responsibilities import assign_responsibility
    from belltower.core.places.models import Asset, Party
    from belltower.kernel.actors import Actor

    by = Actor.system("benchmark")
    mine = list(Asset.objects.filter(key__in=[f"L-{n}" for n in range(number, 4000, 16)]).values_list("uid", flat=True))
    party = Party.objects.get(key="lighting")
    run = time.time_ns()

    def edit(count: int) -> None:
        at = SINCE + timedelta(microseconds=run // 1000 % 10**12 + count)
        edit_asset(
            mine[count % len(mine)], {"fields": {"lights": (run + count) % 1000 + 1}}, by=by, valid_from=SINCE, now=at
        )

    def assign(count: int) -> None:
        day = (SINCE + timedelta(days=count % 20_000)).date()
        assign_responsibility(
            party, "owner", kind="street_light", valid_from=day, basis=f"{run} {number} {count}", by=by
        )

    def note(count: int) -> None:
        record("benchmark.note", by=by, subject=f"thing:{number}", about={"count": count})

    return {"edit": edit, "assign": assign, "note": note}


def batches(rows: int) -> dict[str, float]:
    """Rows/s of 50,000 a statement: into a plain table, and into the same table under the ledger."""
    with owner() as raw:
        took = {table: _insert(raw, table, rows) for table in (_table(raw, "plain"), _table(raw, "kept"))}
    print(
        f"{rows:,} rows of a feed: plain {rows / took['plain']:,.0f}/s, with a proof of each {rows / took['kept']:,.0f}/s"
    )
    own = took["kept"] - took["plain"]
    print(f"the ledger's own part of that: {rows / own:,.0f} rows/s")
    return {
        "batch_rows_per_s": round(rows / took["kept"]),
        "plain_rows_per_s": round(rows / took["plain"]),
        "batch_own_per_s": round(rows / own),
    }


def _table(raw: psycopg.Connection[Any], name: str) -> str:
    from belltower.core.ledger.database import note_writes

    raw.execute(
        f"CREATE TABLE {name} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, stream bigint, at timestamptz,"
        " value float8, quality smallint)"
    )
    if name == "kept":
        raw.execute(note_writes(name, ("stream", "at", "value", "quality")))
    return name


def _insert(raw: psycopg.Connection[Any], table: str, rows: int) -> float:
    began = time.perf_counter()
    for first in range(0, rows, AT_ONCE):
        with raw.transaction():
            raw.execute(
                "SELECT set_config('belltower.actor', 'system:feed', true), set_config('belltower.what', 'feed', true)"
            )
            raw.execute("SELECT set_config('belltower.action', gen_random_uuid()::text, true)")
            raw.execute(
                f"INSERT INTO {table} (stream, at, value, quality) SELECT n %% 500, now() + n * interval '1 s', sqrt(n), 0"
                " FROM generate_series(%s::int, %s::int) AS n",
                [first + 1, min(first + AT_ONCE, rows)],
            )
    return time.perf_counter() - began


def verification(entries: int) -> dict[str, float]:
    """Entries/s of a whole verification, and of one since a head in the middle."""
    from django.db import connection

    from belltower.core.ledger import heads
    from belltower.core.ledger.entries import entry
    from belltower.core.ledger.verification import verify
    from belltower.kernel.actors import Actor

    by = Actor.system("benchmark")
    with connection.cursor() as cursor:
        for _ in range(entries // 2000):
            with entry("benchmark.fill", by=by):
                cursor.execute(
                    "DO $$ BEGIN FOR n IN 1..2000 LOOP INSERT INTO places_code (standard, kind, code, name, verified)"
                    " SELECT 'b', 'asset', substr(md5(random()::text || n), 1, 5), '{}', '' ON CONFLICT DO NOTHING; END LOOP; END $$"
                )
    began = time.perf_counter()
    heads.sequence()
    sequenced = time.perf_counter() - began
    head = heads.sign_head(datetime.now(UTC))
    assert head
    report = verify(against=[head])
    assert report.is_whole, report.findings[:3]
    print(
        f"{report.checked:,} entries, {report.rows:,} rows verified in {report.seconds:.1f} s; put in order at {entries / sequenced:,.0f}/s"
    )
    return {"verify_per_s": round(report.checked / report.seconds), "sequence_per_s": round(entries / sequenced)}


if __name__ == "__main__":
    os.environ.setdefault("PYTHONWARNINGS", "ignore")
    main(sys.argv[1:])
