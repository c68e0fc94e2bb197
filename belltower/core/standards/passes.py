# SPDX-License-Identifier: Apache-2.0
"""Passes over the city: a full one judges everything, an incremental one only what was marked since, with the same result.

Attribute and cadence clauses are judged a kind at a time, in one statement (asking.py); how each asset stands is kept, so
that an incremental pass can move the counts. The other kinds of check are judged clause by clause (alone.py).
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from belltower.core.ledger.entries import action
from belltower.core.places.kinds import register
from belltower.core.standards import alone, asking, attribute, cadence, signal
from belltower.core.standards.checks import AttributeCheck, CadenceCheck, SignalCheck
from belltower.core.standards.findings import Letter
from belltower.core.standards.judging import is_judged, today
from belltower.core.standards.keeping import Counts, Met, count, keep, kept_by_clause, tell_of
from belltower.core.standards.models import (
    Basis,
    Because,
    Dirty,
    Finding,
    FindingState,
    Revision,
    RevisionState,
)
from belltower.core.standards.passed import Passed, closed_since, one_at_a_time, spared
from belltower.core.standards.reading_parts import fields_of
from belltower.core.standards.revisions import InForce, held_on, revisions_on
from belltower.kernel.actors import Actor

BY = Actor.system("standards")
SIDE_BY_SIDE = 2
"""Kinds that a full pass judges at once: PostgreSQL gives a kind one processor for most of its time."""
_JUDGED = "standards_judged"


def full(*, now: datetime, by: Actor = BY) -> Passed:
    """Judge the whole city by every clause in force. Each kind and clause is a transaction of its own.

    Kinds are judged side by side, on connections of their own; inside a transaction of the caller's one after another,
    since no other connection sees what it has written.
    """
    began = time.perf_counter()
    plan = _plan(today(now))
    total = _turn(plan, now, by)
    if connection.in_atomic_block:
        parts = [judge_kind(kind, asked, now=now, is_full=True, by=by) for kind, asked in plan.by_kind.items()]
    else:
        with ThreadPoolExecutor(SIDE_BY_SIDE) as threads:
            parts = list(threads.map(lambda of: _judge_aside(*of, now=now, by=by), plan.by_kind.items()))
    total += sum(parts, Passed())
    for one in plan.others:
        total += alone.judge_clause(one, now=now, by=by)
    return total + Passed(seconds=time.perf_counter() - began)


def full_of(kinds: Collection[str], *, now: datetime, by: Actor = BY) -> Passed:
    """Judge all assets of these kinds by their attribute and cadence clauses, and nothing else: a part of ``full``."""
    began = time.perf_counter()
    total = Passed()
    for kind, asked in _plan(today(now)).by_kind.items():
        if kind in kinds:
            total += judge_kind(kind, asked, now=now, is_full=True, by=by)
    return total + Passed(seconds=time.perf_counter() - began)


def incremental(*, now: datetime, by: Actor = BY, others: bool = True) -> Passed:
    """Judge again what was marked since the last pass, and what time or a changed clause makes necessary.

    ``others``: as well what clauses of other kinds need that costs more: those that must be judged whole, and looking at
    what leaves no note. Then the counts, standings and findings are those that ``full`` would leave at this instant.
    """
    began = time.perf_counter()
    plan = _plan(today(now))
    total = _turn(plan, now, by)
    for kind, asked in plan.by_kind.items():
        total += judge_kind(kind, asked, now=now, is_full=False, by=by)
    total += alone.judge_changes(plan.others, now=now, looks=others, by=by)
    for one in alone.not_current(plan.others, now) if others else ():
        total += alone.judge_clause(one, now=now, by=by)
    return total + Passed(seconds=time.perf_counter() - began)


def _judge_aside(kind: str, asked: Sequence[InForce], *, now: datetime, by: Actor) -> Passed:
    """A kind judged whole in a thread, whose connection ends with it."""
    try:
        return judge_kind(kind, asked, now=now, is_full=True, by=by)
    finally:
        connection.close()


@action("standards.judge_kind")
def judge_kind(kind: str, asked: Sequence[InForce], *, now: datetime, is_full: bool, by: Actor) -> Passed:
    """Judge assets of a kind by its attribute and cadence clauses: all, or those that were marked."""
    one_at_a_time(kind)
    began = time.perf_counter()
    basis = Basis.objects.filter(kind=kind).first()
    marked = list(_take_marks(kind))
    is_whole = is_full or None in marked or not _is_same_basis(basis, asked, now)
    subjects = None if is_whole else sorted({one for one in marked if one is not None})
    if (
        subjects == []
        and not Finding.objects.filter(kind=kind, state=FindingState.OPEN).exclude(holds_since=None).exists()
    ):
        return Passed()
    return _Kind(kind, asked, now, subjects).judge(began)


class _Kind:
    """One pass over one kind, inside its transaction."""

    def __init__(self, kind: str, asked: Sequence[InForce], now: datetime, subjects: Sequence[int] | None) -> None:
        self.kind, self.asked, self.now, self.subjects = kind, asked, now, subjects
        self.questions = [_question(one, number, now) for number, one in enumerate(asked)]

    def judge(self, began: float) -> Passed:
        """Ask, count, keep how each stands, and move the findings on."""
        exempt = spared(self.asked, today(self.now))
        sql = asking.statement(
            self.kind, fields_of(register().kind(self.kind)),
            [(question, exempt[one.clause_id]) for one, question in zip(self.asked, self.questions, strict=True)],
            self.subjects,
        )  # fmt: skip
        with connection.cursor() as cursor:
            if self.subjects is None:  # millions are grouped and joined in memory, by one statement at a time
                cursor.execute("SET LOCAL work_mem = '192MB'; SET LOCAL jit = off")
            cursor.execute(f"DROP TABLE IF EXISTS {_JUDGED}")
            cursor.execute(f"CREATE TEMP TABLE {_JUDGED} ON COMMIT DROP AS {sql}")
            number = cursor.rowcount
            counts = self._counts(cursor)
            self._stand(cursor)
        opened, shut = self._find()
        took = int((time.perf_counter() - began) * 1000)
        for one, of in zip(self.asked, counts, strict=True):
            count(one, of, now=self.now, subjects=number, took_ms=took, is_change=self.subjects is not None)
        self._note_basis()
        return Passed(len(self.asked), number, opened, shut)

    def _counts(self, cursor: CursorWrapper) -> list[Counts]:
        """By clause and area: how many there are, or for some subjects only by how much that changes."""
        cursor.execute(f"SELECT area_id, letters, count(*) FROM {_JUDGED} GROUP BY 1, 2")  # nosec B608  # our own name
        rows = cursor.fetchall()
        if self.subjects is not None:
            cursor.execute(_STOOD.format(ids=asking.ids_of(self.subjects)))
            rows += cursor.fetchall()
        by_area = [defaultdict[int | None, Counter[str]](Counter) for _ in self.asked]
        for area, letters, number in rows:
            for of, letter in zip(by_area, letters, strict=True):
                of[area][letter] += number
        return [{area: Counter({Letter(letter): n for letter, n in of.items()}) for area, of in one.items()}
                for one in by_area]  # fmt: skip

    def _stand(self, cursor: CursorWrapper) -> None:
        among = "" if self.subjects is None else f" AND s.asset_id = ANY ({asking.ids_of(self.subjects)})"
        cursor.execute(_GONE.format(kind=asking.text(self.kind), among=among))
        cursor.execute(_MOVED)
        cursor.execute(_FRESH.format(kind=asking.text(self.kind)))

    def _find(self) -> tuple[int, int]:
        """Findings of every clause: of broken subjects, and of those that have one open."""
        opened = shut = 0
        since = {one.clause_id: closed_since(one, self.now) for one in self.asked}
        before = kept_by_clause(since, assets=self.subjects)
        stands = self._stands({pk for of in before.values() for kept in of.values() if (pk := kept.subject[0])})
        for place, (one, broken) in enumerate(zip(self.asked, self._broken(), strict=True)):
            known = before[one.clause_id]
            met = [Met(subject, Letter.BROKEN) for subject in broken]
            for kept in (known[pk] for pk in known.keys() - {pk for pk, _ in broken}):
                area, letters = stands.get(kept.subject[0], (kept.subject[1], ""))
                letter = Letter(letters[place]) if letters else Letter.NOT_MEANT
                met.append(Met((kept.subject[0], area), letter))
            more, fewer = keep(one, met, known, now=self.now, evidence=self.questions[place].evidence)
            opened, shut = opened + more, shut + fewer
        return opened, shut

    def _broken(self) -> list[list[tuple[int, int | None]]]:
        """By clause: ids and areas of the assets that break it."""
        found: list[list[tuple[int, int | None]]] = [[] for _ in self.asked]
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id, area_id, letters FROM {_JUDGED} WHERE strpos(letters, 'b') > 0")  # nosec B608  # our own
            for pk, area, letters in cursor.fetchall():
                for place, letter in enumerate(letters):
                    if letter == "b":
                        found[place].append((pk, area))
        return found

    def _stands(self, assets: Iterable[int]) -> dict[int | None, tuple[int | None, str]]:
        """How assets stand to the clauses, with the area that they lie in."""
        with connection.cursor() as cursor:
            cursor.execute(_HOW.format(kind=asking.text(self.kind), ids=asking.ids_of(assets)))
            return {pk: (area, letters) for pk, area, letters in cursor.fetchall()}

    def _note_basis(self) -> None:
        revisions = [one.revision_id for one in self.asked]
        Basis.objects.update_or_create(
            kind=self.kind, defaults={"day": today(self.now), "revisions": revisions, "at": self.now}
        )


_STOOD = """
    SELECT area_id, letters, -count(*) FROM standards_standing WHERE asset_id = ANY ({ids}) GROUP BY 1, 2
"""
_GONE = f"""
    DELETE FROM standards_standing s WHERE s.kind = {{kind}}{{among}}
        AND NOT EXISTS (SELECT FROM {_JUDGED} j WHERE j.id = s.asset_id)
"""
_MOVED = f"""
    UPDATE standards_standing s SET area_id = j.area_id, letters = j.letters FROM {_JUDGED} j
    WHERE j.id = s.asset_id AND (s.area_id, s.letters) IS DISTINCT FROM (j.area_id, j.letters)
"""
# In the order of ids, so that each goes to the end of its index; nobody else writes here (_LOCK), so none is in the way.
_FRESH = f"""
    INSERT INTO standards_standing (asset_id, kind, area_id, letters)
    SELECT j.id, {{kind}}, j.area_id, j.letters FROM {_JUDGED} j
    WHERE NOT EXISTS (SELECT FROM standards_standing s WHERE s.asset_id = j.id) ORDER BY j.id
"""
_HOW = """
    SELECT asset_id, area_id, letters FROM standards_standing WHERE kind = {kind} AND asset_id = ANY ({ids})
"""


@dataclass(frozen=True, slots=True)
class _Plan:
    by_kind: dict[str, list[InForce]]
    others: list[InForce]


def _plan(day: date) -> _Plan:
    """Which clauses are judged together, and which alone. A kind that lost its clauses is there with none."""
    by_kind: dict[str, list[InForce]] = {kind: [] for kind in Basis.objects.values_list("kind", flat=True)}
    others = []
    for one in revisions_on(day):
        if isinstance(one.clause.check, AttributeCheck | CadenceCheck) and not one.clause.is_of_areas:
            by_kind.setdefault(one.clause.applies_to, []).append(one)
        elif is_judged(one.clause.check):
            others.append(one)
    return _Plan({kind: asked for kind, asked in by_kind.items() if kind in register().kinds}, others)


def _question(one: InForce, number: int, now: datetime) -> asking.Question:
    check = one.clause.check
    if isinstance(check, AttributeCheck):
        return attribute.question(one.clause, check, now=now, register=register())
    assert isinstance(check, CadenceCheck)
    return cadence.question(one.clause, check, number, now=now, register=register())


def _is_same_basis(basis: Basis | None, asked: Sequence[InForce], now: datetime) -> bool:
    """Whether standings were judged by the same revisions on the same day, and none of them goes by the hour."""
    if basis is None or basis.day != today(now) or basis.revisions != [one.revision_id for one in asked]:
        return False
    return not any(_goes_by_the_hour(one, now) for one in asked)


def _goes_by_the_hour(one: InForce, now: datetime) -> bool:
    check, values = one.clause.check, one.clause.values_on(today(now)) or {}
    return isinstance(check, CadenceCheck) and isinstance(values.get(check.within), timedelta)


def _take_marks(kind: str) -> Iterable[int | None]:
    """The assets of a kind that are to be judged again, None for all; they are marked no more."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM standards_dirty WHERE kind = %s RETURNING asset_id", [kind])
        return [pk for (pk,) in cursor.fetchall()]


@action("standards.turn_over")
def turn_over(now: datetime, *, by: Actor) -> int:
    """Revisions whose last day is over are superseded, and findings of clauses that no longer hold are closed; how many."""
    day = today(now)
    Revision.objects.filter(state=RevisionState.IN_FORCE, until__lte=day).update(state=RevisionState.SUPERSEDED)
    gone = Finding.objects.filter(state=FindingState.OPEN).exclude(clause__in=held_on(day).values("clause"))
    uids = list(gone.order_by("pk").values_list("uid", flat=True))
    number = gone.update(
        state=FindingState.CLOSED, closed_at=now, closed_because=Because.NOT_IN_FORCE, holds_since=None
    )
    tell_of("standards.clauses", "closed", uids)
    return number


def _turn(plan: _Plan, now: datetime, by: Actor) -> Passed:
    """What the day brought: marks of kinds that no clause is about, and alarms of clauses that hold no longer."""
    signals = {one.clause.id for one in plan.others if isinstance(one.clause.check, SignalCheck)}
    with transaction.atomic():
        asked = plan.by_kind.keys() | set(Basis.objects.values_list("kind", flat=True))
        Dirty.objects.exclude(kind__in=asked).delete()
        signal.end_alarms(signals, now=now, by=by)
    return Passed(closed=turn_over(now, by=by))
