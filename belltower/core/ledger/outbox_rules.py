# SPDX-License-Identifier: Apache-2.0
"""Judgements of the outbox: which lane a subject is in, how long to wait before the next attempt, when to set aside."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from datetime import timedelta

BUCKETS = 16
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 600.0
AT_ONCE = 250
# So many turns in a row begun and not ended, and the lane's events are delivered one by one, each attempt counted first.
SUSPECT_AFTER = 3
LARGEST_BODY = 65_536
LONGEST_SUBJECT = 200
_TOPIC = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Limits:
    """What an installation may set: attempts before an event is set aside, days for which delivered events are kept."""

    attempts: int = 10
    keep_days: int = 30

    def __post_init__(self) -> None:
        if self.attempts < 1 or self.keep_days < 1:
            raise ValueError(f"{self}: at least one attempt and one day")


def bucket_of(subject: str) -> int:
    """The share of subjects, 0 to 15, that ``subject`` is in: CRC-32, the same in every process and for ever."""
    return zlib.crc32(subject.encode()) % BUCKETS


def wait_before(attempt: int, *, chance: float) -> timedelta:
    """How long to wait before attempt number ``attempt`` (2 for the first repeat).

    The wait doubles from 1 s up to 10 min; ``chance`` in [0, 1) takes up to half of it away, so that what failed
    together does not come back together.
    """
    if attempt < 2 or not 0 <= chance < 1:
        raise ValueError(f"attempt {attempt} (2 or more) and chance {chance} (in [0, 1)) are asked for")
    full = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(attempt - 2, 30))
    return timedelta(seconds=full * (1 - chance / 2))


def batch_size(tries: int) -> int:
    """How many events are taken in the ``tries``th turn since the last that ended: 250, 62, 15, then one by one.

    So a worker that is killed often gets something done, and an event that kills its worker is soon among a few.
    """
    return AT_ONCE >> 2 * (tries - 1) if tries <= SUSPECT_AFTER else 1


def is_worth_another(attempts: int, limits: Limits) -> bool:
    """Whether an event that was tried ``attempts`` times is tried again by itself."""
    return attempts < limits.attempts


def check_topic(topic: str) -> None:
    """Raise ValueError unless ``topic`` is "room.past_event", such as "places.asset_changed"."""
    if not _TOPIC.fullmatch(topic) or len(topic) > 80:
        raise ValueError(f"a topic is room.past_event, such as places.asset_changed; {topic!r} is not")


def check_subject(subject: str) -> None:
    """Raise ValueError unless ``subject`` names a thing in 1 to 200 characters, such as "places.asset:<uid>"."""
    if not subject.strip() or len(subject) > LONGEST_SUBJECT:
        raise ValueError(f"a subject names a thing in 1 to {LONGEST_SUBJECT} characters; {subject!r} does not")
