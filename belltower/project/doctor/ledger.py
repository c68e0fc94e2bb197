# SPDX-License-Identifier: Apache-2.0
"""Checks of the ledger: its log is signed, its heads are held outside, and the last verification found nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg

from belltower.core.ledger.anchor_rules import Anchoring, Kept, is_late
from belltower.kernel.errors import Refusal
from belltower.project import anchoring, database
from belltower.project.doctor.finding import Finding, fine, note, wrong

# Workers sign every five seconds; one that is busy is not a fault yet.
UNSIGNED_AFTER_S = 120
_GUIDE = "docs/guides/ledger.md"
_LOG = """
    SELECT (SELECT count(*) FROM (SELECT FROM ledger_pending LIMIT 100000) AS waiting),
           (SELECT size FROM ledger_head ORDER BY size DESC LIMIT 1),
           (SELECT extract(epoch FROM now() - at) FROM ledger_head ORDER BY size DESC LIMIT 1),
           (SELECT min(at) FROM ledger_head)
"""
_ANCHORS = """
    SELECT way, max(made_at), max(size) FILTER (WHERE made_at IS NOT NULL),
           coalesce(max(attempts) FILTER (WHERE made_at IS NULL AND error <> ''), 0),
           max(tried_at) FILTER (WHERE made_at IS NULL), max(error) FILTER (WHERE made_at IS NULL)
    FROM ledger_anchor GROUP BY way
"""
_VERIFIED = """
    SELECT ended_at, (result->>'found')::int, (result->>'size')::bigint FROM jobs_job
    WHERE work = 'ledger.verify' AND state = 'done' ORDER BY id DESC LIMIT 1
"""


def ledger_state() -> Iterator[Finding]:
    """Everything about the ledger; a database that is away is told by its own check."""
    try:
        wishes = anchoring.read()
        connection = psycopg.connect(database.url(), autocommit=True, connect_timeout=5)
    except Refusal as refusal:
        yield wrong("anchors", refusal.say("en"), "docs/reference/settings.md")
        return
    except psycopg.OperationalError:
        return
    with connection:
        if connection.execute("SELECT to_regclass('ledger_anchor')").fetchone() == (None,):
            return  # not migrated yet, which is a finding of its own
        yield from _log(connection)
        yield from _anchors(connection, wishes)
        yield _verification(connection)


def _log(connection: psycopg.Connection) -> Iterator[Finding]:
    row = connection.execute(_LOG).fetchone()
    assert row
    waiting, size, age, _ = row
    yield judge_log(waiting, size, None if age is None else float(age))


def judge_log(waiting: int, size: int | None, age_s: float | None) -> Finding:
    """What ``waiting`` entries mean under a newest head of that size and age."""
    if waiting and (age_s is None or age_s > UNSIGNED_AFTER_S):
        saw = f"{waiting:,} entries wait for their place and nobody signs"
        return wrong("ledger", saw, "Start a worker (`belltower run`); its log says why it does not sign.")
    if size is None:
        return note("ledger", "no head has been signed yet", "The first worker that runs signs one.")
    return fine("ledger", f"{size:,} entries under the newest head, signed {age_s:,.0f} s ago")


def _anchors(connection: psycopg.Connection, wishes: Anchoring) -> Iterator[Finding]:
    row = connection.execute(_LOG).fetchone()
    since, now = row[3] if row else None, datetime.now(UTC)
    known = {
        way: (Kept(made_at, size or 0, attempts, tried_at), error or "")
        for way, made_at, size, attempts, tried_at, error in connection.execute(_ANCHORS)
    }
    if not wishes.ways:
        mend = f"Set BELLTOWER_ANCHOR_FOLDER, _MAIL_TO or _TSA ({_GUIDE})."
        yield note("anchors", "no head leaves this installation: a log rewritten as a whole would not be seen", mend)
    for way in wishes.ways:
        kept, error = known.get(way.value, (Kept(), ""))
        saw = f"{kept.size:,} entries, {kept.made_at:%Y-%m-%d %H:%M} UTC" if kept.made_at else "none yet"
        if kept.attempts or is_late(kept, since=since, every=wishes.every, now=now):
            mend = error.splitlines()[-1] if error else f"A worker must run; see {_GUIDE}."
            yield wrong(f"anchor: {way}", f"the last is {saw}; {kept.attempts} tries failed since", mend)
        else:
            yield fine(f"anchor: {way}", saw)


def _verification(connection: psycopg.Connection) -> Finding:
    row = connection.execute(_VERIFIED).fetchone()
    if row is None:
        return note(
            "verification", "the ledger was never verified here", "belltower ledger verify, or the ledger's page"
        )
    ended_at, found, size = row
    saw = f"{size:,} entries on {ended_at:%Y-%m-%d %H:%M} UTC"
    if found:
        mend = "Open the ledger's page, keep a copy of the database as it is, and compare with a backup."
        return wrong("verification", f"{saw}: {found} findings", mend)
    return fine("verification", f"{saw}: nothing was found")
