# SPDX-License-Identifier: Apache-2.0
"""A file of the message board becomes messages: read, placed, classified and stored, some thousands at a time."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from django.db import connection
from django.utils.crypto import salted_hmac

from belltower.analytics.text.extracting import Finder
from belltower.core.ledger.entries import action
from belltower.core.ledger.personal import seal_many
from belltower.core.messages.classifying import Said, in_use, said_of
from belltower.core.messages.loading import Draft, Reader, city_zone, propose
from belltower.core.messages.models import Batch, Decided, KeptAside, Trained
from belltower.core.places.loading.readers import open_file
from belltower.core.places.loading.report import Aside
from belltower.core.places.models import Area, AreaLevel
from belltower.kernel.actors import Actor
from belltower.kernel.identity import uuid7

AT_ONCE = 5_000
_SHORT = 2
_LOOKED_AT = 200  # letters in which a message says where it is from
_SUFFIXES = ("街道", "社区", "居委会", "村委会")
# Rows are seen by policy, so COPY is not allowed; arrays are next to it.
_INSERT = """
    INSERT INTO messages_message (uid, batch_id, number, subject, text, at, area_id, votes, writer, name_sealed, phone_sealed,
                                  label, confidence, decided_by, is_unsure, trained_id, reply, replied_at)
    SELECT n.uid, %s, n.number, n.subject, n.text, n.at, n.area, n.votes, n.writer, n.name, n.phone,
           n.label, n.confidence, n.decided_by, n.is_unsure, %s, n.reply, n.replied_at
    FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::bigint[], %s::int[], %s::text[],
                %s::bytea[], %s::bytea[], %s::text[], %s::float8[], %s::text[], %s::bool[], %s::text[], %s::timestamptz[])
        AS n (uid, number, subject, text, at, area, votes, writer, name, phone, label, confidence, decided_by, is_unsure,
              reply, replied_at)
    ON CONFLICT DO NOTHING
"""


@action("messages.import_file")
def import_file(
    path: Path, *, by: Actor, now: datetime, name: str = "", columns: Mapping[str, str] | None = None,
    tell: Callable[[int], None] = lambda done: None,
) -> Batch:  # fmt: skip
    """Take the messages of a CSV or XLSX file, all or none; rows that cannot be read are kept aside with the reason.

    ``columns`` is target to column; what it leaves out is told by the columns' names. A number that is known already is
    not taken again. ``tell`` hears how many rows were read. Raises ColumnsNotKnown, UnreadableFile.
    """
    source = open_file(path, name or path.name)
    mapping = propose(source.shape, source.name, columns)
    batch = Batch.objects.create(file=source.name[:200], digest=_digest(path), columns=mapping, at=now, by=by.reference)
    reader, trained, finder = Reader(mapping, zone=city_zone(), now=now), in_use(), AreaFinder()
    for chunk in source.chunks(AT_ONCE):
        drafts, aside = reader.read(chunk)
        batch.rows += len(drafts) + len(aside)
        batch.taken += _store(batch, drafts, trained, finder)
        batch.known = batch.rows - batch.kept_aside - batch.taken - len(aside)
        batch.kept_aside += _keep_aside(batch, aside)
        tell(batch.rows)
    batch.save()
    return batch


class AreaFinder:
    """Finds areas by their Chinese names in texts: the smallest that is named, unless it lies in another district than is named."""

    def __init__(self) -> None:
        rows = Area.objects.current().exclude(level__in=("city", "grid")).order_by("pk")
        told = [(pk, (name or {}).get("zh") or "", level, path) for pk, name, level, path in rows.values_list("pk", "name", "level", "path")]  # fmt: skip
        self._paths = {pk: path for pk, _, _, path in told}
        self._districts = Finder({name: pk for pk, name, level, _ in told if level == AreaLevel.DISTRICT})
        called = [(each, pk) for pk, name, level, _ in told if level != AreaLevel.DISTRICT for each in _names(name)]
        counted = Counter(name for name, _ in called)
        self._below = Finder({name: pk for name, pk in called if counted[name] == 1})

    def best(self, text: str) -> int | None:
        """The area that ``text`` is about, as far as it says; a name that several areas have tells none."""
        district, below = self._districts.best(text), self._below.best(text)
        if district is None or below is None:
            return below if district is None else district
        return below if self._paths[below].startswith(self._paths[district]) else district


def _names(whole: str) -> list[str]:
    short = next((whole.removesuffix(end) for end in _SUFFIXES if whole.endswith(end)), "")
    return [name for name in dict.fromkeys((whole, short if len(short) > _SHORT else whole)) if len(name) >= _SHORT]


def writer_of(name: str, phone: str) -> str:
    """Stands for a writer: the same for the same name and telephone, and tells neither. Empty where neither is known."""
    return (
        salted_hmac("messages.writer", f"{name}\n{phone}", algorithm="sha256").hexdigest()[:40] if name or phone else ""
    )


def _store(batch: Batch, drafts: Sequence[Draft], trained: Trained | None, finder: AreaFinder) -> int:
    drafts = _new(drafts)
    if not drafts:
        return 0
    said = said_of([one.whole for one in drafts], trained)
    writers = [writer_of(one.name, one.phone) for one in drafts]
    names, phones = _sealed(writers, drafts)
    rows = [_columns(draft, each, finder) for draft, each in zip(drafts, said, strict=True)]
    number, subject, text, at, area, votes, label, confidence, decided, unsure, reply, replied = map(list, zip(*rows, strict=True))  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [
            batch.pk, trained.pk if trained else None, [uuid7() for _ in drafts], number, subject, text, at, area, votes,
            writers, names, phones, label, confidence, decided, unsure, reply, replied,
        ])  # fmt: skip
        return int(cursor.rowcount)


def _columns(draft: Draft, said: Said, finder: AreaFinder) -> tuple[object, ...]:
    """A label that stands in the file was given by a person: it is kept, and nobody is asked again."""
    area = finder.best(draft.place) if draft.place else None
    area = area if area is not None else finder.best(draft.whole[:_LOOKED_AT])
    kept = (draft.label, None, str(Decided.PERSON), False) if draft.label else (said.label, said.confidence, str(Decided.MODEL), said.is_unsure)  # fmt: skip
    return (draft.number, draft.subject, draft.text, draft.at, area, draft.votes, *kept, draft.reply, draft.replied_at)


def _new(drafts: Sequence[Draft]) -> list[Draft]:
    """Those whose number is not known; of several with one number the first."""
    numbers = [one.number for one in drafts if one.number]
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM messages_message WHERE number = ANY(%s::text[]) AND number <> ''", [numbers])
        taken = {number for (number,) in cursor.fetchall()}
    found = []
    for one in drafts:
        if one.number not in taken:
            found.append(one)
            taken |= {one.number} - {""}
    return found


def _sealed(writers: Sequence[str], drafts: Sequence[Draft]) -> tuple[list[bytes | None], list[bytes | None]]:
    """Names and telephones, each sealed for its writer; None where there is none."""
    told = [(f"messages.writer:{writer}", one) for writer, one in zip(writers, drafts, strict=True)]
    wanted = [(subject, "name", one.name) for subject, one in told if one.name]
    wanted += [(subject, "phone", one.phone) for subject, one in told if one.phone]
    sealed = iter(seal_many(wanted) if wanted else ())
    names = [next(sealed) if one.name else None for one in drafts]
    return names, [next(sealed) if one.phone else None for one in drafts]


def _keep_aside(batch: Batch, aside: Sequence[Aside]) -> int:
    rows = [KeptAside(batch=batch, row=one.row, reason=one.reason.as_json(), values=dict(one.values)) for one in aside]
    KeptAside.objects.bulk_create(rows, batch_size=1_000)
    return len(rows)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
