# SPDX-License-Identifier: Apache-2.0
"""Findings and counts as rows: what a pass found is written by a statement each, and told to who listens."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from belltower.core.ledger.outbox import emit_many
from belltower.core.standards.answering import Answer, answers, due
from belltower.core.standards.findings import Letter, Life, Times, after
from belltower.core.standards.judging import today
from belltower.core.standards.models import Assessment, Count, Finding, FindingState
from belltower.core.standards.revisions import InForce
from belltower.kernel.identity import uuid7

FOUND = "standards.found"
_AT_ONCE = 100
Subject = tuple[int | None, int | None]
"""An asset's id and its area's; or no asset, and the area that is itself the subject."""
Counts = dict[int | None, Counter[Letter]]
_INSERT = """
    INSERT INTO standards_finding (uid, clause_id, revision_id, kind, asset_id, area_id, state, outcome, opened_at,
        closed_because, seen_at, times_opened, evidence, grade, due_at, party_id, responsibility_id, role)
    SELECT n.uid, %(clause)s, %(revision)s, %(kind)s, n.asset, n.area, 'open', 'broken', %(now)s, '', %(now)s, 1,
        coalesce(n.evidence::jsonb, {evidence}), %(grade)s, %(due)s, n.party, n.rule, %(role)s
    FROM unnest(%(uids)s::uuid[], %(assets)s::bigint[], %(areas)s::bigint[], %(evidence)s::text[], %(parties)s::bigint[],
                %(rules)s::bigint[]) AS n (uid, asset, area, evidence, party, rule)
    LEFT JOIN places_asset a ON a.id = n.asset
"""
_UPDATE = """
    UPDATE standards_finding f SET state = n.state, outcome = n.outcome, holds_since = n.holds_since,
        closed_at = n.closed_at, closed_because = n.because, times_opened = n.times, seen_at = %(now)s, area_id = n.area,
        revision_id = CASE WHEN n.is_bad THEN %(revision)s ELSE f.revision_id END,
        evidence = CASE WHEN n.is_bad THEN coalesce(n.evidence::jsonb, {evidence}) ELSE f.evidence END,
        due_at = CASE WHEN n.is_again THEN %(due)s ELSE f.due_at END,
        party_id = CASE WHEN n.is_again THEN n.party ELSE f.party_id END,
        responsibility_id = CASE WHEN n.is_again THEN n.rule ELSE f.responsibility_id END
    FROM unnest(%(ids)s::bigint[], %(states)s::text[], %(outcomes)s::text[], %(holding)s::timestamptz[],
                %(closed)s::timestamptz[], %(because)s::text[], %(times)s::int[], %(assets)s::bigint[], %(areas)s::bigint[],
                %(bad)s::bool[], %(again)s::bool[], %(moved)s::bool[], %(evidence)s::text[], %(parties)s::bigint[], %(rules)s::bigint[])
        AS n (id, state, outcome, holds_since, closed_at, because, times, asset, area, is_bad, is_again, is_moved, evidence,
              party, rule)
    LEFT JOIN places_asset a ON a.id = n.asset
    WHERE f.id = n.id AND (n.is_moved OR f.area_id IS DISTINCT FROM n.area OR n.is_bad AND (
        f.revision_id <> %(revision)s OR f.evidence IS DISTINCT FROM coalesce(n.evidence::jsonb, {evidence})))
"""


@dataclass(frozen=True, slots=True)
class Met:
    """What a clause says of one subject now; ``evidence`` None: the statement's own SQL says it."""

    subject: Subject
    letter: Letter
    evidence: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A finding that is there, as its life is judged."""

    pk: int
    subject: Subject
    life: Life


def keep(
    one: InForce, met: Iterable[Met], before: Mapping[Any, Kept], *, now: datetime, evidence: str = "'{}'::jsonb"
) -> tuple[int, int]:
    """Move the findings of a clause on; ``before`` has those there are by ``subject_key``. How many opened and closed."""
    times, fresh, moved = Times.of(one.clause, today(now)), [], []
    for each in met:
        kept = before.get(subject_key(each.subject))
        life = after(kept.life if kept else None, each.letter, now, times)
        if life is None or (kept and life is kept.life and not life.is_open):
            continue
        if kept is None or (not kept.life.is_open and life.times_opened == 1):
            fresh.append(each)
        else:
            moved.append((kept, each, life))
    if fresh:
        _open(one, fresh, now, evidence)
    if moved:
        _move(one, moved, now, evidence)
    closed = sum(1 for kept, _, life in moved if kept.life.is_open and not life.is_open)
    return len(fresh) + sum(1 for kept, _, life in moved if life.is_open and not kept.life.is_open), closed


def subject_key(subject: Subject) -> Any:
    """What a subject is found by: an asset wherever it lies, or an area."""
    asset, area = subject
    return asset if asset is not None else ("area", area)


def kept_of(
    clause_id: int, *, assets: Sequence[int] | None = None, closed_since: datetime | None = None
) -> dict[Any, Kept]:
    """Findings of a clause by subject: the open ones, and where none is open the last that closed since then.

    ``assets``: only of these, and those whose declared time of holding runs.
    """
    rows = Finding.objects.filter(clause_id=clause_id)
    found: dict[Any, Kept] = {}
    if closed_since is not None:
        closed = rows.filter(state=FindingState.CLOSED, closed_at__gte=closed_since).order_by("closed_at", "id")
        found.update(_read(closed if assets is None else closed.filter(asset_id__in=assets)))
    standing = rows.filter(state=FindingState.OPEN).order_by("id")
    found.update(_read(standing if assets is None else standing.filter(asset_id__in=assets)))
    if assets is not None:
        found.update(_read(standing.exclude(holds_since=None)))
    return found


def _read(rows: Any) -> dict[Any, Kept]:
    columns = (
        "pk",
        "asset_id",
        "area_id",
        "state",
        "outcome",
        "holds_since",
        "closed_at",
        "closed_because",
        "times_opened",
    )
    found = {}
    for pk, asset, area, state, *rest in rows.values_list(*columns):
        found[subject_key((asset, area))] = Kept(pk, (asset, area), Life(state == "open", *rest))
    return found


def _open(one: InForce, fresh: Sequence[Met], now: datetime, evidence: str) -> None:
    clause, uids = one.clause, [uuid7() for _ in fresh]
    facts = {
        **_shared(one, fresh, now, answers(clause, (each.subject for each in fresh), now)),
        "clause": one.clause_id, "kind": "" if clause.is_of_areas else clause.applies_to, "grade": clause.grade.value,
        "role": clause.responsible.value, "uids": uids,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_INSERT.format(evidence=evidence.replace("%", "%%")), facts)
    _tell(one, uids)


def _move(one: InForce, moved: Sequence[tuple[Kept, Met, Life]], now: datetime, evidence: str) -> None:
    again = [each for kept, each, life in moved if life.is_open and not kept.life.is_open]
    by_subject = (
        dict(
            zip(
                (each.subject for each in again),
                answers(one.clause, (each.subject for each in again), now),
                strict=True,
            )
        )
        if again
        else {}
    )
    lives = [life for _, _, life in moved]
    facts = {
        **_shared(one, [each for _, each, _ in moved], now, [by_subject.get(each.subject, Answer()) for _, each, _ in moved]),
        "ids": [kept.pk for kept, _, _ in moved],
        "states": ["open" if life.is_open else "closed" for life in lives],
        "outcomes": [life.outcome for life in lives],
        "holding": [life.holds_since for life in lives],
        "closed": [life.closed_at for life in lives],
        "because": [life.because for life in lives],
        "times": [life.times_opened for life in lives],
        "bad": [each.letter in (Letter.BROKEN, Letter.UNKNOWN) for _, each, _ in moved],
        "moved": [life is not kept.life for kept, _, life in moved],
        "again": [each.subject in by_subject for _, each, _ in moved],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE.format(evidence=evidence.replace("%", "%%")), facts)


def _shared(one: InForce, met: Sequence[Met], now: datetime, who: Sequence[Answer]) -> dict[str, Any]:
    """What both statements are told of each subject."""
    return {
        "revision": one.revision_id,
        "now": now,
        "due": due(one.clause, now),
        "assets": [each.subject[0] for each in met],
        "areas": [each.subject[1] for each in met],
        "evidence": [None if each.evidence is None else json.dumps(each.evidence, ensure_ascii=False) for each in met],
        "parties": [each.party_id for each in who],
        "rules": [each.responsibility_id for each in who],
    }


def _tell(one: InForce, uids: Sequence[Any]) -> None:
    """Events of the outbox about findings that opened, so that other rooms may open a case; some in each."""
    parts = [uids[begin : begin + _AT_ONCE] for begin in range(0, len(uids), _AT_ONCE)]
    emit_many(FOUND, [(f"standards.clause:{one.clause.id}", {"opened": [str(uid) for uid in part]}) for part in parts])


def count(one: InForce, counts: Counts, *, now: datetime, subjects: int, took_ms: int, is_change: bool) -> None:
    """Write the clause's counts of this day: as they are, or where ``is_change`` what is added to them."""
    kind = Assessment.Kind.INCREMENTAL if is_change else Assessment.Kind.FULL
    row, _ = Assessment.objects.update_or_create(
        clause_id=one.clause_id, day=today(now),
        defaults={"revision_id": one.revision_id, "applies_to": "" if one.clause.is_of_areas else one.clause.applies_to,
                  "at": now, "kind": kind, "subjects": subjects, "took_ms": took_ms},
    )  # fmt: skip
    if not is_change:
        Count.objects.filter(assessment=row).delete()
    words = (Letter.HOLDS, Letter.BROKEN, Letter.UNKNOWN, Letter.EXEMPT)
    columns: list[list[Any]] = [list(counts), *([of[word] for of in counts.values()] for word in words)]
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [row.pk, *columns])


_COUNT = """
    INSERT INTO standards_count AS c (assessment_id, area_id, holds, broken, unknown, exempt)
    SELECT %s, n.* FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[]) AS n
    ON CONFLICT (assessment_id, area_id) DO UPDATE SET holds = c.holds + excluded.holds,
        broken = c.broken + excluded.broken, unknown = c.unknown + excluded.unknown, exempt = c.exempt + excluded.exempt
"""
