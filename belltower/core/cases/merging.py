# SPDX-License-Identifier: Apache-2.0
"""Merging (并案): what may be one is proposed, never merged by itself; what goes into what; and every reporter of what was merged.

Nothing of a merged case moves: its reports stay with it, so that taking it apart again gives each back. Whoever tells the
reporters of a case asks ``reports_of``, which follows the mergers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from belltower.core.cases.duplicates import NEAR_M, Told, likely_duplicates, likely_pairs
from belltower.core.cases.errors import BadMerge
from belltower.core.cases.models import Case, Report
from belltower.core.cases.table import ENDED, OPEN, State
from belltower.kernel.texts import Text

MOST_NEAR = 200
"""So many open cases around one are compared with it, the newest."""
SCANNED = 500
"""Among so many open cases, the newest that the viewer sees, pairs are looked for."""
MOST_PAIRS = 50
_REACH = 2 * NEAR_M / 100_000  # degrees: enough on both axes up to 60 degrees from the equator
_ITSELF = Text(zh="不能并入自己", en="it cannot be merged into itself")
_ENDED = Text(zh="目标案卷已办结", en="that case is ended")
_MERGED = Text(zh="目标案卷已并入 {into}", en="that case was merged into {into} itself")
_CHILD = Text(zh="目标是它的子案卷", en="that case is a part of it")


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two open cases that may be one: how alike (0 to 1) and how far apart (metres). The later would go into the earlier."""

    later: Case
    earlier: Case
    score: float
    metres: float

    @property
    def cases(self) -> tuple[Case, Case]:
        return self.later, self.earlier


def hold(case: Case, into: Case | None) -> tuple[Case, Case | None]:
    """Both cases as they stand now, held in the order of their keys: two who merge each way never wait for each other."""
    keys = [case.pk] if into is None else [case.pk, into.pk]
    held = {one.pk: one for one in Case.objects.select_for_update().filter(pk__in=keys).order_by("pk")}
    return held[case.pk], held[into.pk] if into is not None else None


def check(case: Case, into: Case) -> None:
    """Whether a case may go into another: open, not itself, none of its own parts. Raises BadMerge.

    What was merged is ended, so no circle can close: nothing goes into what went elsewhere.
    """
    if case.pk == into.pk:
        raise BadMerge(case=case.number, into=into.number, reason=_ITSELF)
    if into.merged_into_id is not None:
        other = Case.objects.filter(pk=into.merged_into_id).values_list("number", flat=True).get()
        raise BadMerge(case=case.number, into=into.number, reason=_MERGED.format(into=other))
    if State(into.state) in ENDED:
        raise BadMerge(case=case.number, into=into.number, reason=_ENDED)
    if case.pk in _above(into):
        raise BadMerge(case=case.number, into=into.number, reason=_CHILD)


def merged_into(case: Case) -> list[Case]:
    """Every case that went into it, those that went into them too; the viewer's own view of them."""
    found: dict[int, Case] = {}
    level = [case.pk]
    while level:
        level = [one.pk for one in Case.objects.filter(merged_into__in=level).order_by("pk") if not _known(one, found)]
    return list(found.values())


def reports_of(case: Case) -> QuerySet[Report]:
    """Every report of it and of all that went into it, the first first. Who must put it right sees none (the table's policies)."""
    keys = [case.pk, *(one.pk for one in merged_into(case))]
    return Report.objects.filter(case__in=keys).select_related("case").order_by("pk")


def like(case: Case) -> list[Proposal]:
    """The open cases that an open one may repeat, or that repeat it, of those the viewer sees; the likest first."""
    if State(case.state) not in OPEN:
        return []
    around = Q(pk__in=[])
    if case.lon is not None and case.lat is not None:
        around |= Q(
            lon__range=(case.lon - _REACH, case.lon + _REACH), lat__range=(case.lat - _REACH, case.lat + _REACH)
        )
    if case.asset_id is not None:
        around |= Q(asset=case.asset_id)
    known = {one.number: one for one in _some(Case.objects.filter(around).exclude(pk=case.pk), MOST_NEAR)}
    found = likely_duplicates(told_of(case), map(told_of, known.values()))
    return [_proposal(case, known[one.number], one.score, one.metres) for one in found]


def proposals() -> list[Proposal]:
    """The pairs among the newest open cases that the viewer sees which may be one, the likest first (SCANNED, MOST_PAIRS)."""
    known = {one.number: one for one in _some(Case.objects.exclude(Q(lon=None) & Q(asset=None)), SCANNED)}
    pairs = likely_pairs([told_of(one) for one in known.values()], most=MOST_PAIRS)
    return [Proposal(known[one.later], known[one.earlier], one.score, one.metres) for one in pairs]


def told_of(case: Case) -> Told:
    """What of a case is compared."""
    words = f"{case.name.zh} {case.text}"
    is_open = State(case.state) in OPEN
    return Told(
        case.lon, case.lat, case.kind, case.reported_at, words, case.number, is_open, case.asset_id, case.finding_id
    )


def _some(rows: QuerySet[Case], most: int) -> Iterable[Case]:
    shown = rows.filter(state__in=OPEN).select_related("asset", "area", "party")
    return shown.defer("asset__geometry", "asset__words", "area__geometry", "area__words", "party__words").order_by(
        "-pk"
    )[:most]


def _proposal(one: Case, other: Case, score: float, metres: float) -> Proposal:
    earlier, later = sorted((one, other), key=lambda each: (each.reported_at, each.pk))
    return Proposal(later, earlier, score, metres)


def _known(case: Case, found: dict[int, Case]) -> bool:
    """Whether it was found before; it is now."""
    return found.setdefault(case.pk, case) is not case


def _above(case: Case) -> set[int]:
    """The cases that it is a part of."""
    found: set[int] = set()
    parent = case.parent_id
    while parent is not None and parent not in found:
        found.add(parent)
        parent = Case.objects.filter(pk=parent).values_list("parent_id", flat=True).first()
    return found
