# SPDX-License-Identifier: Apache-2.0
"""Says that something happened, in the transaction in which it happens: no commit, no event.

An emission locks the row of its subject until the commit and takes the subject's next number. So the numbers of a
subject have no gap, stand in the order of the commits, and whoever sees one of them sees all before it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from belltower.core.ledger.handling import handlers_of
from belltower.core.ledger.outbox_rules import LARGEST_BODY, bucket_of, check_subject, check_topic
from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text

CHANNEL = "belltower_outbox"
_AT_ONCE = 5_000
_RING_EVERY_S = 0.05
_rung_at = float("-inf")


class NoAction(Refusal):
    """An event was emitted by nobody: outside an action, or outside its transaction."""

    code = "event_without_action"
    sentence = Text(
        zh="事件“{topic}”（{subject}）未能登记：只能在操作（@action）之内、同一事务中登记。",
        en="The event '{topic}' about {subject} was not taken: it can be emitted inside an @action only.",
    )


def emit(topic: str, subject: str, body: Mapping[str, Any] | None = None) -> None:
    """Say that ``topic`` ("room.past_event") happened to ``subject`` ("places.asset:<uid>"), if the transaction commits.

    ``body`` is JSON without personal data: what a handler needs, by uid. Emit late in an action: the subject is locked
    from here to the commit. Raises NoAction outside an action, ValueError for a malformed topic, subject or body.
    """
    emit_many(topic, [(subject, body or {})])


def emit_many(topic: str, about: Iterable[tuple[str, Mapping[str, Any]]]) -> int:
    """Emit one event of ``topic`` for each (subject, body), in this order; how many there were.

    Raises as emit does.
    """
    check_topic(topic)
    rows = [(subject, _as_json(body)) for subject, body in about]
    if not rows:
        return 0
    if not connection.in_atomic_block:
        raise NoAction(topic=topic, subject=rows[0][0])
    # In the order of subjects, so that two emissions of many never wait for each other in a circle.
    rows.sort(key=lambda row: row[0])
    for begin in range(0, len(rows), _AT_ONCE):
        _insert(topic, rows[begin : begin + _AT_ONCE])
    ring_after_commit()
    return len(rows)


def _as_json(body: Mapping[str, Any]) -> str:
    said = json.dumps(dict(body), ensure_ascii=False, cls=DjangoJSONEncoder, allow_nan=False)
    if len(said.encode()) > LARGEST_BODY:
        raise ValueError(f"a body of {len(said)} characters is too long: say what changed by uid")
    return said


def _insert(topic: str, rows: list[tuple[str, str]]) -> None:
    subjects = [subject for subject, _ in rows]
    for subject in subjects:
        check_subject(subject)
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            {
                "topic": topic,
                "subjects": subjects,
                "bodies": [body for _, body in rows],
                "buckets": [bucket_of(subject) for subject in subjects],
                "handlers": handlers_of(topic),
            },
        )
        [count] = cursor.fetchone()
    if count != len(rows):
        raise NoAction(topic=topic, subject=subjects[0])


# The identity is taken row by row behind the sort, and only after the subject's row is locked: within a subject, ids
# stand in the order of numbers. Nothing is taken where no action has said who acts.
_INSERT = """
WITH given AS MATERIALIZED (
    SELECT * FROM unnest(%(subjects)s::text[], %(bodies)s::text[], %(buckets)s::smallint[]) WITH ORDINALITY
        AS g (subject, body, bucket, place)
    WHERE coalesce(current_setting('belltower.actor', true), '') <> ''
), counted AS (
    SELECT subject, count(*) AS n FROM given GROUP BY subject
), numbered AS (
    INSERT INTO ledger_event_subject AS s (subject, last) SELECT subject, n FROM counted ORDER BY subject
    ON CONFLICT (subject) DO UPDATE SET last = s.last + excluded.last
    RETURNING s.subject, s.last
), emitted AS (
    INSERT INTO ledger_event (topic, subject, number, body, by, what, action, emitted_at)
    SELECT %(topic)s, g.subject, n.last - c.n + row_number() OVER (PARTITION BY g.subject ORDER BY g.place),
           g.body::jsonb, current_setting('belltower.actor'), current_setting('belltower.what'),
           nullif(current_setting('belltower.action', true), '')::uuid, clock_timestamp()
    FROM given g JOIN counted c USING (subject) JOIN numbered n USING (subject)
    ORDER BY g.subject, g.place
    RETURNING id, subject
), planned AS (
    INSERT INTO ledger_delivery (handler, bucket, event_id)
    SELECT h.handler, g.bucket, e.id
    FROM emitted e JOIN (SELECT DISTINCT subject, bucket FROM given) g USING (subject)
    CROSS JOIN unnest(%(handlers)s::text[]) AS h (handler)
)
SELECT count(*) FROM emitted
"""


def ring_after_commit() -> None:
    """Wake the workers once the transaction has committed; one bell is enough for a whole transaction."""
    planned = connection.run_on_commit
    if not planned or planned[-1][1] is not _ring:
        transaction.on_commit(_ring, robust=True)


def _ring() -> None:
    """NOTIFY in a transaction of its own, which writes nothing, and at most every 50 ms a process.

    Inside the action's transaction it would make every commit wait for the one before it, its write to disk included.
    Workers that were just woken look again by themselves, so a bell left out costs milliseconds.
    """
    global _rung_at
    now = time.monotonic()
    if now - _rung_at >= _RING_EVERY_S and not connection.in_atomic_block:
        _rung_at = now
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")
