# SPDX-License-Identifier: Apache-2.0
"""Putting a source in force, switching it on and off, and replaying what was kept aside."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

from belltower.core.ledger.entries import action, record
from belltower.core.observations.batches import micros
from belltower.core.observations.models import KeptAside
from belltower.edges.sources.intake import Intake
from belltower.edges.sources.mapping import read_source
from belltower.edges.sources.models import Source
from belltower.edges.sources.readings import Frame, read_all
from belltower.kernel.actors import Actor
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text

MOST_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of frames that were tried again."""

    taken: int
    still_aside: int
    stored: int
    duplicates: int


@action("sources.put_source")
def put_source(mapping: str, *, by: Actor) -> Source:
    """Put a mapping in force; its bridge begins anew with it. The same one again changes nothing. Raises BadMapping."""
    read = read_source(mapping)
    known = Source.objects.select_for_update().filter(key=read.key).first()
    if known and known.mapping == mapping and known.is_on:
        return known
    one = known or Source(key=read.key, revision=0)
    one.kind, one.title, one.since = read.kind, read.title.as_json(), read.since
    one.mapping, one.is_on, one.revision = mapping, True, one.revision + 1
    one.save()
    return one


@action("sources.switch_source")
def switch_source(uid: UUID, *, is_on: bool, by: Actor) -> Source:
    """Let its bridge work, or stop it. Raises NotFound."""
    one = find_source(uid, for_update=True)
    if one.is_on != is_on:
        one.is_on = is_on
        one.revision += 1
        one.save()
    return one


@action("sources.replay_frames")
def replay(source: Source, asides: Iterable[UUID] | None, *, by: Actor, now: datetime) -> Replayed:
    """Read frames that were kept aside with the mapping as it is now (None: the oldest MOST_AT_ONCE), and store them.

    A frame is taken when all of it can be read; others stay as they are. What is stored counts as "<source>.replay", so
    that the source's own count still equals its sender's.
    """
    waiting = KeptAside.objects.select_for_update().filter(source=source.key, replayed_at=None).order_by("id")
    if asides is not None:
        waiting = waiting.filter(uid__in=list(asides))
    kept = [one for one in waiting[:MOST_AT_ONCE] if _is_whole(one)]
    reader, intake = read_source(source.mapping).reader(), Intake(source.key)
    connection.ensure_connection()
    raw = connection.connection
    frames = [_frame(one) for one in kept]
    wrong = intake.frames_aside(raw, read_all(reader, frames), now=now)
    good = read_all(reader, [frame for number, frame in enumerate(frames) if number not in wrong])
    stored = Intake(f"{source.key}.replay", streams_of=source.key).write_all(raw, good, now=now)
    done = [one.pk for number, one in enumerate(kept) if number not in wrong]
    KeptAside.objects.filter(pk__in=done).update(replayed_at=now)
    about = {"frames": len(done), "stored": stored.stored, "duplicates": stored.duplicates}
    record("sources.replay_frames", by=by, subject=f"sources.source:{source.uid}", about=about)
    return Replayed(len(done), len(kept) - len(done), stored.stored, stored.duplicates)


def find_source(uid: UUID, *, for_update: bool = False) -> Source:
    """The source of that uid. Raises NotFound."""
    rows = Source.objects.select_for_update() if for_update else Source.objects
    one = rows.filter(uid=uid).first()
    if one is None:
        raise NotFound(noun=Text(zh="数据来源", en="source"), name=uid)
    return one


def _is_whole(one: KeptAside) -> bool:
    """Whether the frame was kept to its end; of one that was too big only the beginning is."""
    return bool(len(one.frame) >= one.about.get("bytes", 0))


def _frame(one: KeptAside) -> Frame:
    return Frame(one.about.get("where", ""), bytes(one.frame), one.about.get("received_at") or micros(one.at))
