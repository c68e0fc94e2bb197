# SPDX-License-Identifier: Apache-2.0
"""Whether anything was lost: what came of each source in each hour, against what is stored and what senders say they sent."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from belltower.core.observations.errors import UnreadableLog

HOUR = timedelta(hours=1)
_EVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class HourCount:
    """What came from a source in the hour that begins at ``hour`` (UTC).

    ``in_batches`` are the rows of the batches that were stored, counted apart from ``stored``; ``reasons`` is how many
    were refused, by reason. Of a polled source, ``due`` polls were answered or timed out.
    """

    source: str
    hour: datetime
    received: int
    stored: int
    duplicates: int
    refused: int
    late: int
    due: int = 0
    answered: int = 0
    timed_out: int = 0
    in_batches: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)

    @property
    def closes(self) -> bool:
        """Whether each that came is stored, a duplicate, or refused for a reason."""
        return (
            self.received == self.stored + self.duplicates + self.refused
            and self.refused == sum(self.reasons.values())
            and self.stored == self.in_batches
            and self.due == self.answered + self.timed_out
        )


@dataclass(frozen=True, slots=True)
class Sent:
    """What a sender's own log says it sent in the hour that begins at ``hour``."""

    source: str
    hour: datetime
    sent: int


@dataclass(frozen=True, slots=True)
class Against:
    """A source by its sender's log: ``lost`` never came; of ``unsent`` the sender does not know."""

    source: str
    sent: int
    received: int
    arrived: int

    @property
    def lost(self) -> int:
        return max(0, self.sent - self.received)

    @property
    def unsent(self) -> int:
        return max(0, self.arrived - self.sent)

    @property
    def closes(self) -> bool:
        return not self.lost and not self.unsent


def counted(since: datetime, until: datetime | None = None) -> list[HourCount]:
    """Sources and hours from the hour of ``since`` to before ``until`` (None: to the last), in order."""
    values = [since, until or _EVER]
    with connection.cursor() as cursor:
        cursor.execute(_REASONS, values)
        reasons: dict[tuple[str, datetime], dict[str, int]] = {}
        for source, hour, reason, refused in cursor.fetchall():
            reasons.setdefault((source, hour), {})[reason] = int(refused)
        cursor.execute(_COUNTS, values)
        found = cursor.fetchall()
    return [_hour(row, reasons.get((row[0], row[1]), {})) for row in found]


def _hour(row: Sequence[Any], reasons: Mapping[str, int]) -> HourCount:
    received, stored, duplicates, refused, late, due, answered, timed_out, in_batches = map(int, row[2:])
    return HourCount(
        row[0], row[1], received, stored, duplicates, refused, late, due, answered, timed_out, in_batches, reasons
    )


def compare(sent: Iterable[Sent], counts: Sequence[HourCount]) -> list[Against]:
    """Each source of the senders' logs against what was counted in the hours that its log covers, by source.

    A reading may come in the hour after the one it was sent in, so the hour after the log's last is looked at where
    some are missing. A sender may log each reading once or each attempt: the sum must lie between what arrived
    (stored and refused) and what was received (duplicates too).
    """
    by_source: dict[str, list[Sent]] = {}
    for one in sent:
        by_source.setdefault(one.source, []).append(one)
    return [_against(source, those, counts) for source, those in sorted(by_source.items())]


def _against(source: str, sent: Sequence[Sent], counts: Sequence[HourCount]) -> Against:
    first, last = min(one.hour for one in sent), max(one.hour for one in sent)
    within = [one for one in counts if one.source == source and first <= one.hour <= last]
    total, received = sum(one.sent for one in sent), sum(one.received for one in within)
    arrived = sum(one.stored + one.refused for one in within)
    after = next((one for one in counts if one.source == source and one.hour == last + HOUR), None)
    if after is not None and received < total:
        came = min(total - received, after.received)
        received, arrived = received + came, arrived + min(came, after.stored + after.refused)
    return Against(source, total, received, arrived)


def read_log(lines: Iterable[str]) -> list[Sent]:
    """A sender's log: JSON lines or CSV with a heading, each of source, hour (ISO 8601) and sent. Raises UnreadableLog."""
    listed = [line for line in lines if line.strip()]
    is_json = bool(listed) and listed[0].lstrip("\ufeff ").startswith("{")
    rows = _json_rows(listed) if is_json else csv.DictReader([line.lstrip("\ufeff") for line in listed])
    return [_sent(row, number) for number, row in enumerate(rows, 1 if is_json else 2)]


def _json_rows(lines: Sequence[str]) -> Iterator[Any]:
    for number, line in enumerate(lines, 1):
        try:
            yield json.loads(line.lstrip("\ufeff"))
        except ValueError as error:
            raise UnreadableLog(line=number, reason=error) from None


def _sent(row: Any, number: int) -> Sent:
    try:
        hour = datetime.fromisoformat(row["hour"].strip())
        aware = hour if hour.tzinfo else hour.replace(tzinfo=UTC)
        sent = int(row["sent"])
        if sent < 0:
            raise ValueError(f"sent is {sent}")
        return Sent(row["source"].strip(), aware.astimezone(UTC).replace(minute=0, second=0, microsecond=0), sent)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableLog(line=number, reason=f"{type(error).__name__}: {error}") from None


_COUNTS = """
    SELECT c.source, c.hour, sum(c.received), sum(c.stored), sum(c.duplicates), sum(c.refused), sum(c.late),
           sum(c.polls_due), sum(c.polls_answered), sum(c.polls_timed_out), coalesce(b.rows, 0)
    FROM observations_count c LEFT JOIN LATERAL (
        SELECT sum(b.rows) AS rows FROM observations_batch b
        WHERE b.source = c.source AND b.received_at >= c.hour AND b.received_at < c.hour + interval '1 hour'
    ) AS b ON true
    WHERE c.hour >= date_trunc('hour', %s::timestamptz, 'UTC') AND c.hour < %s
    GROUP BY c.source, c.hour, b.rows ORDER BY c.source, c.hour
"""
_REASONS = """
    SELECT source, hour, reason, sum(refused) FROM observations_refusal_count
    WHERE hour >= date_trunc('hour', %s::timestamptz, 'UTC') AND hour < %s GROUP BY source, hour, reason
    HAVING sum(refused) <> 0
"""
