# SPDX-License-Identifier: Apache-2.0
"""What the standards in force say on a day, worked out once a day and revision; and the part of it that somebody learns."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from threading import Lock

from django.db.models import Q

from belltower.core.access.models import User
from belltower.core.places.kinds import register
from belltower.core.places.models import Responsibility
from belltower.core.standards.clauses import Role
from belltower.core.standards.models import KeptDocument
from belltower.core.standards.outputs.edition import Chapter, Chosen, Edition, edition, sector_of
from belltower.core.standards.outputs.errors import NothingToPrint
from belltower.core.standards.revisions import documents_on, held_on
from belltower.kernel.packs import Register

_kept: dict[date, tuple[object, Edition]] = {}
_lock = Lock()
_KEPT_DAYS = 3


@dataclass(frozen=True, slots=True)
class Part:
    """Which clauses are asked: of these documents, these sectors, answered for in these roles; nothing named is all."""

    documents: Collection[str] = ()
    sectors: Collection[str] = ()
    answered_by: Collection[str] = ()

    def has(self, document: str, sector: str, role: str) -> bool:
        """Whether a clause of that document and sector, answered for in that role, is of the part."""
        pairs = ((self.documents, document), (self.sectors, sector), (self.answered_by, role))
        return all(not named or given in named for named, given in pairs)


def standards_on(day: date) -> Edition:
    """The whole of what is in force on ``day``. Raises NothingToPrint where nothing is.

    It takes a second or so to work out, and is kept while no revision, document or pack changed.
    """
    stamp = _stamp(day)
    with _lock:
        if day in _kept and _kept[day][0] == stamp:
            return _kept[day][1]
        found = edition(documents_on(day), day=day, register=register())
        while len(_kept) >= _KEPT_DAYS:
            _kept.pop(next(iter(_kept)))
        _kept[day] = (stamp, found)
    return found


def part_of(whole: Edition, part: Part, *, packs: Register | None = None) -> Edition:
    """The clauses of ``whole`` that are of the part, in their order. Raises NothingToPrint."""
    installed = packs or register()
    chapters = tuple(_chapters(whole, part, installed))
    if not chapters:
        chosen = ", ".join((*part.documents, *part.sectors, *part.answered_by)) or "*"
        raise NothingToPrint(day=whole.day, chosen=chosen)
    return Edition(whole.day, _chosen(part), chapters)


def parts_for(user: User, whole: Edition) -> list[tuple[Part, int]]:
    """The parts that ``user`` should know, with how many clauses each has: of what their party answers for today.

    A rule about one kind names its pack; a rule about every kind names the role alone. Nobody's party: nothing.
    """
    if user.party_id is None:
        return []
    in_force = Q(valid_until=None) | Q(valid_until__gt=whole.day)
    rules = Responsibility.objects.filter(in_force, party_id=user.party_id, valid_from__lte=whole.day)
    found = dict.fromkeys(
        Part(sectors=(sector,) if sector else (), answered_by=(role,))
        for role, sector in sorted({(one.role, _sector(one.kind)) for one in rules})
    )
    counted = [(part, count(whole, part)) for part in found]
    return [(part, clauses) for part, clauses in counted if clauses]


def count(whole: Edition, part: Part) -> int:
    """How many clauses the part has; none where it has none."""
    return sum(len(chapter.clauses) for chapter in _chapters(whole, part, register()))


def _chapters(whole: Edition, part: Part, installed: Register) -> Iterator[Chapter]:
    for chapter in whole.chapters:
        clauses = tuple(
            one
            for one in chapter.clauses
            if part.has(chapter.document.id, sector_of(one.clause, installed), str(one.clause.responsible))
        )
        if clauses:
            yield Chapter(chapter.document, clauses)


def _chosen(part: Part) -> Chosen:
    """As a book names its part: where exactly one of a sort is named."""
    documents, sectors, roles = ([*named] for named in (part.documents, part.sectors, part.answered_by))
    return Chosen(
        documents[0] if len(documents) == 1 else None, sectors[0] if len(sectors) == 1 else None,
        Role(roles[0]) if len(roles) == 1 else None,
    )  # fmt: skip


def _sector(kind: str) -> str:
    pack = register().pack_of.get(kind)
    return pack.name if pack else ""


def _stamp(day: date) -> object:
    """What it is made of: revisions with their bodies, documents with their titles, packs."""
    revisions = held_on(day).order_by("pk").values_list("pk", "digest")
    titles = KeptDocument.objects.order_by("pk").values_list("key", "title", "issued_by")
    return (tuple(revisions), repr(list(titles)), id(register()))
