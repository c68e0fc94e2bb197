# SPDX-License-Identifier: Apache-2.0
"""Clauses that are judged by themselves (signal, spatial, coverage, indicator): whole, or for those whom changes concern.

How each subject stands is kept (Verdict), so that judging some moves the counts. A clause that was judged on another day,
by another revision, or before time alone could have changed it, is judged whole; so is one that a change concerns anyhow.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import connection
from django.db.backends.utils import CursorWrapper

from belltower.core.ledger.entries import action
from belltower.core.places.kinds import register
from belltower.core.standards import signal
from belltower.core.standards.asking import Spared, array_of, ids_of
from belltower.core.standards.changes import take
from belltower.core.standards.checks import IndicatorCheck, SignalCheck
from belltower.core.standards.concerning import Asked, whom
from belltower.core.standards.findings import Letter
from belltower.core.standards.judging import Broken, Judged, judge, today
from belltower.core.standards.keeping import Counts, Kept, Met, Subject, count, keep, kept_by_clause
from belltower.core.standards.models import Finding, FindingState, LastJudged, Verdict
from belltower.core.standards.passed import Passed, closed_since, one_at_a_time, spared
from belltower.core.standards.revisions import InForce
from belltower.kernel.actors import Actor

_ALONE = "clauses judged by themselves"
_TOLD = "standards_told"
Told = tuple[Broken, Letter]
"""A subject that does not hold, and its letter."""


@action("standards.judge_clause")
def judge_clause(one: InForce, *, now: datetime, by: Actor) -> Passed:
    """Judge a clause over the whole city."""
    one_at_a_time(_ALONE)
    return _Alone(one, now, None, by).judge()


@action("standards.judge_changes")
def judge_changes(asked: Sequence[InForce], *, now: datetime, looks: bool, by: Actor) -> Passed:
    """Judge those whom changes concern by the clauses that are current; the others are to be judged whole (not_current).

    ``looks``: as well at what leaves no note.
    """
    one_at_a_time(_ALONE)  # first: what somebody else judges whole just now is told by its row before notes are taken
    changes, total = take(), Passed()
    last = _current(asked, now)
    holding = _with_findings_that_hold(last)
    _forget(asked, last)
    for one in asked:
        if one.clause_id not in last:
            continue
        who = whom(Asked(one, changes, last[one.clause_id].at, now, register(), looks))
        if who is None:
            LastJudged.objects.filter(clause_id=one.clause_id).delete()
        elif who or one.clause_id in holding:
            total += _Alone(one, now, sorted(who), by).judge()
    return total


def not_current(asked: Sequence[InForce], now: datetime) -> list[InForce]:
    """The clauses that are to be judged whole."""
    last = _current(asked, now)
    return [one for one in asked if one.clause_id not in last]


def _current(asked: Sequence[InForce], now: datetime) -> dict[int, LastJudged]:
    """When clauses were judged last, of those whose verdicts stand but for what changed."""
    revisions = {one.clause_id: one.revision_id for one in asked}
    rows = LastJudged.objects.filter(clause_id__in=revisions, day=today(now))
    return {
        row.clause_id: row
        for row in rows
        if row.revision_id == revisions[row.clause_id] and (row.until is None or now < row.until)
    }


def _with_findings_that_hold(clauses: Iterable[int]) -> set[int]:
    """Those with findings whose declared time of holding runs: it may be over."""
    rows = Finding.objects.filter(clause_id__in=clauses, state=FindingState.OPEN).exclude(holds_since=None)
    return set(rows.values_list("clause_id", flat=True).distinct())


def _forget(asked: Sequence[InForce], last: Mapping[int, LastJudged]) -> None:
    """What was noted is not noted for clauses that are not current: they are judged whole, whatever the clock says then."""
    gone = LastJudged.objects.exclude(clause_id__in=[one.clause_id for one in asked])
    if left := list(gone.values_list("clause_id", flat=True)):
        Verdict.objects.filter(clause_id__in=left).delete()
    LastJudged.objects.exclude(clause_id__in=last).delete()


class _Alone:
    """One clause judged, inside a transaction. ``subjects`` None: the whole city; else these assets or areas."""

    def __init__(self, one: InForce, now: datetime, subjects: Sequence[int] | None, by: Actor) -> None:
        self.one, self.now, self.subjects, self.by = one, now, subjects, by
        self.among = "" if subjects is None else f" AND v.subject = ANY ({ids_of(subjects)})"

    def judge(self) -> Passed:
        """Ask, count, keep how each stands, and move the findings on."""
        began = time.perf_counter()
        if isinstance(self.one.clause.check, SignalCheck):
            signal.keep_alarms_of(
                self.one.clause, now=self.now, register=register(), subjects=self.subjects, by=self.by
            )
        judged = judge(self.one.clause, now=self.now, register=register(), subjects=self.subjects)
        if judged is None:
            return Passed()
        told = _told(judged, spared([self.one], today(self.now))[self.one.clause_id])
        with connection.cursor() as cursor:
            counts = self._counts(cursor, judged, told)
            self._stand(cursor, judged, told)
        opened, shut = self._find(told)
        took = int((time.perf_counter() - began) * 1000)
        number = len(judged.holding) + len(told)
        is_change = self.subjects is not None
        count(self.one, counts, now=self.now, subjects=number, took_ms=took, is_change=is_change)
        self._note_last(judged)
        return Passed(1, number, opened, shut)

    def _counts(self, cursor: CursorWrapper, judged: Judged, told: Sequence[Told]) -> Counts:
        """By area: how many there are, or for some subjects only by how much that changes."""
        counts: Counts = {area: Counter({Letter.HOLDS: number}) for area, number in judged.holds.items()}
        for each, letter in told:
            counts.setdefault(each.area_id, Counter())[letter] += 1
        if self.subjects is not None:
            cursor.execute(_STOOD.format(among=self.among), [self.one.clause_id])
            for area, letter, number in cursor.fetchall():
                counts.setdefault(area, Counter())[Letter(letter)] -= number
        return counts

    def _stand(self, cursor: CursorWrapper, judged: Judged, told: Sequence[Told]) -> None:
        """Keep how each stands; only what is otherwise than before is written."""
        rows = [(subject, area, Letter.HOLDS.value) for subject, area in judged.holding]
        rows += [(_subject(each), each.area_id, letter.value) for each, letter in told]
        columns = [array_of(column) for column in zip(*rows, strict=True)] or ["{}"] * 3
        cursor.execute(f"DROP TABLE IF EXISTS {_TOLD}")
        cursor.execute(_TELL, columns)
        for statement in (_GONE, _MOVED, _FRESH):
            cursor.execute(statement.format(among=self.among), {"clause": self.one.clause_id})

    def _find(self, told: Sequence[Told]) -> tuple[int, int]:
        """Findings of what does not hold, and of what has one."""
        before = self._before()
        met = [Met((each.asset_id, each.area_id), letter, each.evidence) for each, letter in told]
        said = {_subject(each) for each, _ in told}
        others = {pk: kept for kept in before.values() if (pk := _number(kept.subject)) not in said}
        stands = Verdict.objects.filter(clause_id=self.one.clause_id, subject__in=others)
        letters = {row.subject: row for row in stands}
        for pk, kept in others.items():
            row = letters.get(pk)
            area = row.area_id if row else kept.subject[1]
            met.append(Met((kept.subject[0], area), Letter(row.letter) if row else Letter.NOT_MEANT))
        return keep(self.one, met, before, now=self.now)

    def _before(self) -> dict[object, Kept]:
        """Findings that there are: of those that are judged, and those whose declared time of holding runs."""
        clause, since = self.one.clause, {self.one.clause_id: closed_since(self.one, self.now)}
        if self.subjects is None:
            return kept_by_clause(since)[self.one.clause_id]
        is_of_areas = clause.is_of_areas or isinstance(clause.check, IndicatorCheck)
        found = kept_by_clause(since, assets=None if is_of_areas else self.subjects)[self.one.clause_id]
        judged = set(self.subjects)
        return {key: kept for key, kept in found.items() if kept.life.holds_since or _number(kept.subject) in judged}

    def _note_last(self, judged: Judged) -> None:
        pk, until = self.one.clause_id, judged.until
        if self.subjects is not None:
            before = LastJudged.objects.values_list("until", flat=True).get(pk=pk)
            until = min((one for one in (before, until) if one), default=None)
        LastJudged.objects.update_or_create(
            clause_id=pk,
            defaults={"revision_id": self.one.revision_id, "day": today(self.now), "at": self.now, "until": until},
        )


def _told(judged: Judged, spared: Spared) -> list[Told]:
    """Each subject that does not hold with its letter."""
    return [(each, _letter(each, spared)) for each in judged.not_holding]


def _letter(each: Broken, spared: Spared) -> Letter:
    if each.asset_id in spared.assets or each.area_id in spared.areas:
        return Letter.EXEMPT
    return Letter.BROKEN if each.outcome == "broken" else Letter.UNKNOWN


def _subject(each: Broken) -> int:
    return _number((each.asset_id, each.area_id))


def _number(subject: Subject) -> int:
    """The asset, or the area that is itself the subject."""
    asset, area = subject
    number = area if asset is None else asset
    assert number is not None
    return number


_STOOD = "SELECT v.area_id, v.letter, count(*) FROM standards_verdict v WHERE v.clause_id = %s{among} GROUP BY 1, 2"
_TELL = f"""
    CREATE TEMP TABLE {_TOLD} ON COMMIT DROP AS
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::varchar[]) AS n (subject, area_id, letter)
"""
_GONE = f"""
    DELETE FROM standards_verdict v WHERE v.clause_id = %(clause)s{{among}}
        AND NOT EXISTS (SELECT FROM {_TOLD} t WHERE t.subject = v.subject)
"""
_MOVED = f"""
    UPDATE standards_verdict v SET area_id = t.area_id, letter = t.letter FROM {_TOLD} t
    WHERE v.clause_id = %(clause)s{{among}} AND v.subject = t.subject AND (v.area_id, v.letter) IS DISTINCT FROM (t.area_id, t.letter)
"""
# In the order of subjects, so that each goes to the end of its index; nobody else writes here (_ALONE), so none is in the way.
_FRESH = f"""
    INSERT INTO standards_verdict (clause_id, subject, area_id, letter)
    SELECT %(clause)s, t.subject, t.area_id, t.letter FROM {_TOLD} t
    WHERE NOT EXISTS (SELECT FROM standards_verdict v WHERE v.clause_id = %(clause)s{{among}} AND v.subject = t.subject)
    ORDER BY t.subject
"""
