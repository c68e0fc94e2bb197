# SPDX-License-Identifier: Apache-2.0
"""What is measured of the ledger: the newest head, entries that wait for their place, anchors, and the outbox."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from belltower.core.ledger.anchors import failing_ways
from belltower.core.ledger.outbox_state import outbox_state
from belltower.kernel.measures import Measure, measures

# Waiting entries are counted up to a limit: beyond it the number says enough.
MOST = 100_000
_STATE = """
    SELECT (SELECT coalesce(max(position) + 1, 0) FROM ledger_leaf),
           (SELECT count(*) FROM (SELECT FROM ledger_pending LIMIT %s) AS waiting),
           (SELECT size FROM ledger_head ORDER BY size DESC LIMIT 1),
           (SELECT extract(epoch FROM now() - at) FROM ledger_head ORDER BY size DESC LIMIT 1)
"""


@measures
def ledger() -> Iterator[Measure]:
    """The log and its newest head. An old head over waiting entries means that nobody signs."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE, [MOST])
        size, waiting, signed, age = cursor.fetchone()
    yield Measure("belltower_ledger_waiting", f"Entries that wait for their place, up to {MOST}", {}, waiting)
    yield Measure("belltower_ledger_unsigned", "Entries behind the newest signed head", {}, size - (signed or 0))
    yield Measure("belltower_ledger_anchors_failing", "Ways to take heads outside that fail", {}, len(failing_ways()))
    if age is not None:
        yield Measure("belltower_ledger_head_leaves", "Leaves that the newest signed head covers", {}, signed)
        yield Measure("belltower_ledger_head_age_seconds", "Age of the newest signed head", {}, float(age))


@measures
def outbox() -> Iterator[Measure]:
    """What handlers have not had, and the wait of the oldest."""
    with connection.cursor() as cursor:
        state = outbox_state(cursor)
    for name in ("waiting", "retrying", "behind", "set_aside"):
        yield Measure("belltower_outbox_deliveries", "Events not delivered", {"state": name}, getattr(state, name))
    yield Measure("belltower_outbox_oldest_waiting_seconds", "How long the oldest event has waited", {}, state.oldest_s)
