# SPDX-License-Identifier: Apache-2.0
"""How the outbox stands, in numbers: for the doctor, for measurements, for the page of held events."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class OutboxState:
    """Deliveries (an event for a handler each), and the age of the oldest that only waits for its turn, in seconds."""

    waiting: int
    oldest_s: float
    retrying: int
    behind: int
    set_aside: int
    given_up: int

    def as_json(self) -> dict[str, float]:
        """For programs."""
        return asdict(self)


def outbox_state(cursor: Any) -> OutboxState:
    """The state as this cursor's transaction sees it: Django's, or psycopg's own."""
    cursor.execute(_STATE)
    return OutboxState(*cursor.fetchone())


# The oldest in each lane is the first in its index; all lanes together are a few hundred.
_STATE = """
    SELECT (SELECT count(*) FROM ledger_delivery),
           coalesce((SELECT extract(epoch FROM clock_timestamp() - min(e.emitted_at))::float8 FROM ledger_lane l
                     CROSS JOIN LATERAL (SELECT d.event_id FROM ledger_delivery d WHERE d.handler = l.handler
                                         AND d.bucket = l.bucket ORDER BY d.event_id LIMIT 1) first
                     JOIN ledger_event e ON e.id = first.event_id), 0.0),
           count(*) FILTER (WHERE state = 'retrying'), count(*) FILTER (WHERE state = 'behind'),
           count(*) FILTER (WHERE state = 'set_aside'), count(*) FILTER (WHERE state = 'given_up')
    FROM ledger_held
"""
