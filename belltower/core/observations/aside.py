# SPDX-License-Identifier: Apache-2.0
"""Frames that were refused: looked for, and taken after all when what reads them was mended."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from belltower.core.ledger.entries import action, record
from belltower.core.observations.batches import Batch
from belltower.core.observations.models import KeptAside
from belltower.core.observations.storing import store
from belltower.kernel.actors import Actor
from belltower.kernel.errors import Refusal

MOST_AT_ONCE = 5_000
REPLAYED = ".replay"
"""After a source's name: what its frames gave when they were replayed counts apart, so that its own count, in which they
are refused, still equals its sender's."""

Reads = Callable[[KeptAside], Batch]
"""Makes a batch of a frame, with rows that may be stored only. Raises Refusal where it still cannot."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many frames were taken, how many stay as they are, and what became of the rows."""

    taken: int
    still_aside: int
    stored: int
    duplicates: int


def kept_aside(
    *,
    source: str = "",
    reason: str = "",
    words: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    waiting_only: bool = False,
) -> QuerySet[KeptAside]:
    """Frames, the newest first. ``words`` stand in the frame itself or in what is known about it."""
    found = KeptAside.objects.order_by("-id")
    exact = {"source": source, "reason": reason, "at__gte": since, "at__lt": until}
    found = found.filter(**{name: value for name, value in exact.items() if value})
    if words:
        holds = "position(convert_to(%s, 'UTF8') IN frame) > 0 OR position(%s IN about::text) > 0"
        found = found.extra(where=[f"({holds})"], params=[words, words])  # nosec B610  # words is a parameter
    return found.filter(replayed_at=None) if waiting_only else found


@action("observations.replay_frames")
def replay(frames: Iterable[KeptAside], reads: Reads, *, by: Actor, now: datetime) -> Replayed:
    """Read the frames that still wait, MOST_AT_ONCE of the oldest at a time, and store what they hold.

    A frame is taken whole or not at all. Done again it changes nothing: what was taken is not read again, and what is
    stored is stored once.
    """
    asked = [one.pk for one in frames]
    waiting = (
        KeptAside.objects.select_for_update().filter(Q(pk__in=asked), replayed_at=None).order_by("id")[:MOST_AT_ONCE]
    )
    done: list[int] = []
    still = stored = duplicates = 0
    for one in waiting:
        try:
            with transaction.atomic():
                came = store(connection.connection, reads(one), source=f"{one.source}{REPLAYED}", received_at=now)
        except Refusal:
            still += 1
            continue
        done.append(one.pk)
        stored, duplicates = stored + came.stored, duplicates + came.duplicates
    KeptAside.objects.filter(pk__in=done).update(replayed_at=now)
    record("observations.replay_frames", by=by, about={"taken": len(done), "still_aside": still, "stored": stored})
    return Replayed(len(done), still, stored, duplicates)
