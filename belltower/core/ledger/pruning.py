# SPDX-License-Identifier: Apache-2.0
"""Deletes events whose time of keeping is over, a few thousand at a time, so that tables stop growing."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction

from belltower.core.ledger.outbox_rules import Limits

AT_ONCE = 5_000
_LOCK = 0x7072756E  # "prun"


def prune(limits: Limits, *, now: datetime, most: int = 200_000) -> int:
    """Delete delivered events older than the days of keeping, oldest first; how many. One process at a time.

    What a handler has not had, and what is held open, stays however old it is.
    """
    before = now - timedelta(days=limits.keep_days)
    after = deleted = 0
    while deleted < most:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
            if not cursor.fetchone()[0]:
                break
            cursor.execute(_OLD, {"after": after, "before": before, "most": AT_ONCE})
            last, seen, young = cursor.fetchone()
            if last is None:
                break
            cursor.execute(_FORGET_HELD, {"after": after, "last": last, "before": before})
            cursor.execute(_FORGET, {"after": after, "last": last, "before": before})
            deleted += cursor.rowcount
        after = last
        if young or seen < AT_ONCE:
            break
    return deleted


# The next few in the order of ids: how far they reach, how many they are, whether a young one is among them.
_OLD = """
    SELECT max(id), count(*), coalesce(bool_or(emitted_at >= %(before)s), false) FROM (
        SELECT id, emitted_at FROM ledger_event WHERE id > %(after)s ORDER BY id LIMIT %(most)s) e
"""
_FORGET_HELD = """
    DELETE FROM ledger_held WHERE event_id > %(after)s AND event_id <= %(last)s
    AND state IN ('given_up', 'delivered') AND ended_at < %(before)s
"""
_FORGET = """
    DELETE FROM ledger_event e WHERE e.id > %(after)s AND e.id <= %(last)s AND e.emitted_at < %(before)s
    AND NOT EXISTS (SELECT FROM ledger_delivery d WHERE d.event_id = e.id)
    AND NOT EXISTS (SELECT FROM ledger_held h WHERE h.event_id = e.id)
"""
