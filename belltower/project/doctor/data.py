# SPDX-License-Identifier: Apache-2.0
"""Checks of the database: reachable, new enough, no superuser, migrated, extensions, a city, a living worker."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import psycopg

from belltower.core.ledger.outbox_state import outbox_state
from belltower.kernel.errors import Refusal
from belltower.project import database, installation, postgres_folder, roles
from belltower.project.doctor.finding import Finding, fine, note, wrong
from belltower.project.gateway.health import WORKER_SILENT_AFTER_S
from belltower.project.postgres import embedded_programs

# What the rooms' migrations create; dropped by hand, the indexes that rest on it are gone too.
EXTENSIONS = {"btree_gist"}
OUTBOX_LATE_AFTER_S = 300
NIGHT_LATE_AFTER = timedelta(hours=50)
_START = "Start it with `belltower run`."


def database_folder() -> Iterator[Finding]:
    """The embedded server's folder is of the version of its programs."""
    chosen = installation.read()
    if chosen.database_url:
        yield fine("database folder", "not used: DATABASE_URL is set")
        return
    data = chosen.postgres_folder / "data"
    try:
        postgres_folder.refuse_half_a_cluster(data)
        if not (data / "PG_VERSION").exists():
            yield note("database folder", f"{data} is not there yet", "`belltower run` makes it.")
            return
        postgres_folder.refuse_other_version(data, embedded_programs())
    except Refusal as refusal:
        yield wrong("database folder", refusal.say("en"), refusal.say("zh"))
    else:
        yield fine("database folder", f"PostgreSQL {(data / 'PG_VERSION').read_text().strip()}")


def database_state() -> Iterator[Finding]:
    """Everything that is asked of the database itself; unreachable is one finding, not seven."""
    try:
        database.refuse_unfit(database.url())
        connection = psycopg.connect(database.url(), autocommit=True, options=database.SEES_ALL)
    except database.DatabaseUnreachable as refusal:
        mend = "Check DATABASE_URL." if installation.read().database_url else _START
        yield wrong("database", refusal.say("en"), mend)
        return
    except database.UnfitDatabase as refusal:
        yield wrong("database", refusal.say("en"), "docs/guides/run.md, 'A PostgreSQL of your own'.")
        return
    with connection:
        version = connection.info.server_version
        yield fine("database", f"PostgreSQL {version // 10000}.{version % 10000}, as role {connection.info.user}")
        yield from _inside(connection)


def _inside(connection: psycopg.Connection) -> Iterator[Finding]:
    try:
        applied = set(connection.execute("SELECT app, name FROM django_migrations").fetchall())
    except psycopg.errors.UndefinedTable:
        yield wrong("migrations", "none applied", "`belltower run` applies them.")
        return
    missing = sorted(f"{app} {name}" for app, name in database.migrations_of_the_code() - applied)
    if missing:
        yield wrong("migrations", f"not applied: {', '.join(missing)}", "Stop Belltower and start it again.")
        return
    yield fine("migrations", "all applied")
    yield _extensions(connection)
    yield from _rows(connection)
    yield _city(connection)
    yield _worker(connection)
    yield _dead_jobs(connection)
    yield _outbox(connection)
    yield _lake(connection)


def _extensions(connection: psycopg.Connection) -> Finding:
    there = {name for (name,) in connection.execute("SELECT extname FROM pg_extension")}
    missing = sorted(EXTENSIONS - there)
    if missing:
        mend = f"As a superuser of that server: CREATE EXTENSION {missing[0]}; (Debian: apt install postgresql-contrib)"
        return wrong("extensions", f"missing: {', '.join(missing)}", mend)
    return fine("extensions", ", ".join(sorted(EXTENSIONS)))


def _rows(connection: psycopg.Connection) -> Iterator[Finding]:
    """Rows are seen by scope, and indexes are used for it. That we are no owner and no superuser was asked before."""
    if open_tables := roles.without_policies(connection):
        mend = "Somebody switched it off by hand. As the tables' owner: ALTER TABLE ... ENABLE ROW LEVEL SECURITY;"
        yield wrong("row security", f"off on {', '.join(open_tables)}", mend)
    elif not roles.is_granted(connection):
        yield wrong("row security", "a role lacks privileges", "Stop Belltower and start it again.")
    else:
        yield fine("row security", f"on for {len(roles.SCOPED)} tables")
    if slow := roles.not_leakproof(connection):
        mend = "As a superuser of that server: belltower database roles --as ADDRESS. Until then large maps are slow."
        yield wrong("row indexes", f"not used: {', '.join(slow)} is not leakproof", mend)
    else:
        yield fine("row indexes", "used under row security")


def _city(connection: psycopg.Connection) -> Finding:
    row = connection.execute("SELECT profile->'name'->>'zh', profile->'name'->>'en' FROM places_city").fetchone()
    if row is None:
        return wrong("city", "no city has been chosen", "belltower city use hengyang (or your own profile)")
    return fine("city", " ".join(name for name in row if name))


def _worker(connection: psycopg.Connection) -> Finding:
    row = connection.execute(
        "SELECT count(*), extract(epoch FROM now() - max(last_heartbeat)) FROM procrastinate_workers"
        " WHERE last_heartbeat > now() - make_interval(secs => %s)",
        [WORKER_SILENT_AFTER_S],
    ).fetchone()
    if not row or not row[0]:
        return wrong("worker", "no worker is alive: jobs wait", f"{_START} Its log is in logs/worker.log of the home.")
    return fine("worker", f"{row[0]} alive, last heard of {row[1]:.0f} s ago")


def _dead_jobs(connection: psycopg.Connection) -> Finding:
    row = connection.execute("SELECT count(*) FROM jobs_job WHERE state = 'dead'").fetchone()
    if row and row[0]:
        return note("jobs", f"{row[0]} ended dead", "Open the jobs page: each says why, and can be tried again.")
    return fine("jobs", "none is dead")


def _outbox(connection: psycopg.Connection) -> Finding:
    with connection.cursor() as cursor:
        state = outbox_state(cursor)
    if state.set_aside:
        saw = f"{state.set_aside} set aside, {state.behind} wait behind them"
        return note("events", saw, "Open Jobs, then Events: each says why, and can be tried again or given up.")
    if state.oldest_s > OUTBOX_LATE_AFTER_S:
        return wrong("events", f"{state.waiting} not delivered, the oldest for {state.oldest_s:.0f} s", _START)
    return fine("events", f"{state.waiting} on their way, {state.retrying} to be tried again")


def _lake(connection: psycopg.Connection) -> Finding:
    """What the lake holds, what retention took out of it, and whether its nights are done."""
    row = connection.execute(
        "SELECT count(*), max(day), (SELECT count(*) FROM observations_lake_rollup),"
        " (SELECT coalesce(sum(rows), 0) FROM observations_lake_removal WHERE what = 'readings'),"
        " min(closed_at) < now() - %(late)s, (SELECT max(ended_at) < now() - %(late)s FROM jobs_job"
        " WHERE work = 'observations.keep' AND state = 'done') FROM observations_lake_day",
        {"late": NIGHT_LATE_AFTER},
    ).fetchone()
    if row is None or not row[0]:
        return fine("lake", "no day of readings has been closed yet")
    saw = f"{row[0]} days closed, the last {row[1]}; {row[2]} files of roll-ups; {row[3]:,} readings past their time removed"
    if row[5] or (row[5] is None and row[4]):
        mend = "Look at its job on the jobs page, or do it now: belltower lake keep"
        return note("lake", f"{saw}. The last night's roll-ups and retention were not done", mend)
    return fine("lake", saw)
