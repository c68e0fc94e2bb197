# SPDX-License-Identifier: Apache-2.0
"""Alarms that a clause of a written standard owns: made, kept in step and ended with it, and changed by nobody else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from belltower.core.alarms.actions import check, have_read_anew, must_be_rationalised, write
from belltower.core.alarms.models import Alarm, Definition
from belltower.core.alarms.rules import Draft
from belltower.core.ledger.entries import action
from belltower.kernel.actors import Actor

_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Kept:
    """How many alarms were made, changed and ended; ``taken`` are streams whose alarm another clause owns."""

    made: int = 0
    changed: int = 0
    ended: int = 0
    taken: tuple[int, ...] = ()


@action("alarms.keep_for_clause")
def keep_for_clause(
    clause: str, draft: Draft | None, streams: Mapping[int, timedelta | None], *, by: Actor, now: datetime,
    among: Sequence[int] | None = None,
) -> Kept:  # fmt: skip
    """Let ``clause`` own exactly one alarm, as ``draft`` has it, on each of ``streams``, and none elsewhere.

    ``streams`` gives after how long each is silent. An alarm of the same condition that people had defined is taken over:
    the written standard stands above it. Without a draft every alarm of the clause ends. What is as it should be is left
    alone. ``among``: nothing but the streams of these assets is looked at. Raises BadDefinition or NotRationalised.
    """
    condition = draft.condition if draft else ""
    owned = Definition.objects.filter(clause=clause)
    if among is not None:
        owned = owned.filter(stream__asset_id__in=among)
    ended = _end(owned.exclude(stream_id__in=streams, condition=condition), by, now)
    if draft is None:
        return _told(Kept(ended=ended))
    check(draft, None)
    there = {row.stream_id: row for row in Definition.objects.filter(stream_id__in=streams, condition=condition)}
    taken = tuple(sorted(stream for stream, row in there.items() if row.clause not in ("", clause)))
    made = [_drafted(Definition(stream_id=stream, condition=condition), draft, clause, silent, by, now)
            for stream, silent in streams.items() if stream not in there]  # fmt: skip
    changed = [_drafted(row, draft, clause, streams[stream], by, now, revision=row.revision + 1)
               for stream, row in there.items()
               if stream not in taken and not _is_so(row, draft, clause, streams[stream])]  # fmt: skip
    for row in (*made[:1], *changed[:1]):
        must_be_rationalised(row)
    Definition.objects.bulk_create(made, batch_size=_AT_ONCE)
    Alarm.objects.bulk_create(
        (Alarm(definition=row, stream_id=row.stream_id, priority=row.priority) for row in made), batch_size=_AT_ONCE
    )
    Definition.objects.bulk_update(changed, _COLUMNS, batch_size=_AT_ONCE)
    Alarm.objects.filter(pk__in=[row.pk for row in changed]).update(priority=draft.priority)
    return _told(Kept(len(made), len(changed), ended, taken))


def _end(rows: Iterable[Definition], by: Actor, now: datetime) -> int:
    """Judge them no longer, and give them back to people; how they stood is kept."""
    ended = list(rows)
    for row in ended:
        row.is_enabled, row.clause, row.revision = False, "", row.revision + 1
        row.changed_at, row.changed_by = now, by.reference
    Definition.objects.bulk_update(
        ended, ["is_enabled", "clause", "revision", "changed_at", "changed_by"], batch_size=_AT_ONCE
    )
    return len(ended)


def _drafted(
    row: Definition, draft: Draft, clause: str, silent: timedelta | None, by: Actor, now: datetime, revision: int = 1
) -> Definition:
    write(row, draft, None, by=by, at=now)
    row.clause, row.is_enabled, row.revision = clause, True, revision
    row.stale_after = draft.stale_after or silent
    return row


def _is_so(row: Definition, draft: Draft, clause: str, silent: timedelta | None) -> bool:
    """Whether the row is as the draft would make it."""
    wanted: dict[str, Any] = {name: getattr(draft, name) for name in _DRAFTED}
    wanted |= {"title": draft.title.as_json(), "stale_after": draft.stale_after or silent, "clause": clause,
               "is_enabled": True, "against_id": None}  # fmt: skip
    return all(getattr(row, name) == value for name, value in wanted.items())


def _told(kept: Kept) -> Kept:
    if kept.made or kept.changed or kept.ended:
        have_read_anew()
    return kept


_DRAFTED = ("limit", "set_point", "deadband", "on_delay", "off_delay", "is_latching", "priority", "cause", "consequence",
            "response", "time_to_respond", "suppressed_when")  # fmt: skip
_COLUMNS = [
    *_DRAFTED,
    "title",
    "stale_after",
    "clause",
    "is_enabled",
    "against",
    "revision",
    "changed_at",
    "changed_by",
]
