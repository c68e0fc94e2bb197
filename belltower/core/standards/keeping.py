# SPDX-License-Identifier: Apache-2.0
"""Findings and counts as rows: what a pass found is written by a statement each, and told to who listens."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from belltower.core.ledger.outbox import emit_many
from belltower.core.standards.answering import Answer, answers, due
from belltower.core.standards.asking import array_of, ids_of
from belltower.core.standards.findings import Letter, Life, Times, after
from belltower.core.standards.judging import today
from belltower.core.standards.models import Assessment, Count, Finding
from belltower.core.standards.revisions import InForce
from belltower.kernel.identity import uuid7

FOUND = "standards.found"
"""Event: findings of a clause were opened (for the first time or again), or closed; by uid."""
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
        evidence = CASE WHEN n.is_bad THEN n.said ELSE f.evidence END,
        due_at = CASE WHEN n.is_again THEN %(due)s ELSE f.due_at END,
        party_id = CASE WHEN n.is_again THEN n.party ELSE f.party_id END,
        responsibility_id = CASE WHEN n.is_again THEN n.rule ELSE f.responsibility_id END
    FROM (SELECT n.*, CASE WHEN n.is_bad THEN coalesce(n.evidence::jsonb,
                 (SELECT {evidence} FROM places_asset a WHERE a.id = n.asset)) END AS said
          FROM unnest(%(ids)s::bigint[], %(states)s::text[], %(outcomes)s::text[], %(holding)s::timestamptz[],
                %(closed)s::timestamptz[], %(because)s::text[], %(times)s::int[], %(assets)s::bigint[], %(areas)s::bigint[],
                %(bad)s::bool[], %(again)s::bool[], %(moved)s::bool[], %(evidence)s::text[], %(parties)s::bigint[], %(rules)s::bigint[])
          AS n (id, state, outcome, holds_since, closed_at, because, times, asset, area, is_bad, is_again, is_moved, evidence,
              party, rule) OFFSET 0) AS n
    WHERE f.id = n.id AND f.id = ANY (%(ids)s::bigint[]) AND (n.is_moved OR f.area_id IS DISTINCT FROM n.area
        OR n.is_bad AND (f.revision_id <> %(revision)s OR f.evidence IS DISTINCT FROM n.said))
"""
# While a pass writes the first findings of a city, an ANALYZE beside it finds none; the plan for a table of none compares each
# finding with each of the list, for minutes. A hash takes as long whatever the server believes.
_BY_HASH = "SET LOCAL enable_nestloop = {}"
_MANY = 1_000


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


def kept_by_clause(
    closed_since: Mapping[int, datetime | None], *, assets: Sequence[int] | None = None
) -> dict[int, dict[Any, Kept]]:
    """Findings of clauses by subject: the open ones, and where none is open the last that closed since the clause's instant.

    ``assets``: only of these, and those whose declared time of holding runs. One statement for all clauses.
    """
    among = "" if assets is None else _AMONG.format(ids=ids_of(assets))
    found: dict[int, dict[Any, Kept]] = {clause_id: {} for clause_id in closed_since}
    with connection.cursor() as cursor:
        cursor.execute(_KEPT.format(among=among), {"clauses": list(closed_since), "since": list(closed_since.values())})
        for clause_id, pk, asset, area, state, *rest in cursor.fetchall():
            found[clause_id][subject_key((asset, area))] = Kept(pk, (asset, area), Life(state == "open", *rest))
    return found


_KEPT = """
    SELECT f.clause_id, f.id, f.asset_id, f.area_id, f.state, f.outcome, f.holds_since, f.closed_at, f.closed_because,
           f.times_opened
    FROM standards_finding f JOIN unnest(%(clauses)s::bigint[], %(since)s::timestamptz[]) AS c (id, since) ON c.id = f.clause_id
    WHERE (f.state = 'open' OR f.closed_at >= c.since){among}
    ORDER BY f.state = 'open', f.closed_at, f.id
"""
_AMONG = """ AND f.id IN (
    SELECT id FROM standards_finding WHERE asset_id = ANY ({ids}) UNION ALL
    SELECT id FROM standards_finding WHERE clause_id = ANY (%(clauses)s::bigint[]) AND state = 'open' AND holds_since IS NOT NULL)
"""


def _open(one: InForce, fresh: Sequence[Met], now: datetime, evidence: str) -> None:
    clause, uids = one.clause, [uuid7() for _ in fresh]
    facts = {
        **_shared(one, fresh, now, answers(clause, (each.subject for each in fresh), now)),
        "clause": one.clause_id, "kind": "" if clause.is_of_areas else clause.applies_to, "grade": clause.grade.value,
        "role": clause.responsible.value, "uids": array_of(uids),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_INSERT.format(evidence=evidence.replace("%", "%%")), facts)
    _tell(one, "opened", uids)


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
        "ids": array_of(kept.pk for kept, _, _ in moved),
        "states": array_of("open" if life.is_open else "closed" for life in lives),
        "outcomes": array_of(life.outcome for life in lives),
        "holding": array_of(life.holds_since for life in lives),
        "closed": array_of(life.closed_at for life in lives),
        "because": array_of(life.because for life in lives),
        "times": array_of(life.times_opened for life in lives),
        "bad": array_of(each.letter in (Letter.BROKEN, Letter.UNKNOWN) for _, each, _ in moved),
        "moved": array_of(life is not kept.life for kept, _, life in moved),
        "again": array_of(each.subject in by_subject for _, each, _ in moved),
    }  # fmt: skip
    with connection.cursor() as cursor:
        if len(moved) > _MANY:
            cursor.execute(_BY_HASH.format("off"))
        cursor.execute(_UPDATE.format(evidence=evidence.replace("%", "%%")), facts)
        if len(moved) > _MANY:
            cursor.execute(_BY_HASH.format("on"))
    for word, is_open in (("opened", True), ("closed", False)):
        _tell(
            one,
            word,
            _uids([kept.pk for kept, _, life in moved if (kept.life.is_open, life.is_open) == (not is_open, is_open)]),
        )


def _uids(ids: Sequence[int]) -> list[UUID]:
    return list(Finding.objects.filter(pk__in=ids).order_by("pk").values_list("uid", flat=True)) if ids else []


def _shared(one: InForce, met: Sequence[Met], now: datetime, who: Sequence[Answer]) -> dict[str, Any]:
    """What both statements are told of each subject."""
    return {
        "revision": one.revision_id,
        "now": now,
        "due": due(one.clause, now),
        "assets": array_of(each.subject[0] for each in met),
        "areas": array_of(each.subject[1] for each in met),
        "evidence": array_of(None if each.evidence is None else _quoted(each.evidence) for each in met),
        "parties": array_of(each.party_id for each in who),
        "rules": array_of(each.responsibility_id for each in who),
    }


def _quoted(evidence: Mapping[str, Any]) -> str:
    """JSON that may stand in such an array."""
    return json.dumps(evidence, ensure_ascii=False).replace("\\", "\\\\").replace('"', '\\"')


def _tell(one: InForce, word: str, uids: Sequence[UUID]) -> None:
    """Events of the outbox about findings that were opened or closed, so that other rooms may follow; some in each."""
    tell_of(f"standards.clause:{one.clause.id}", word, uids)


def tell_of(subject: str, word: str, uids: Sequence[UUID]) -> None:
    """The same for findings of several clauses."""
    parts = [uids[begin : begin + _AT_ONCE] for begin in range(0, len(uids), _AT_ONCE)]
    emit_many(FOUND, [(subject, {word: [str(uid) for uid in part]}) for part in parts])


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
    columns = [array_of(counts), *(array_of(of[word] for of in counts.values()) for word in words)]
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [row.pk, *columns])


_COUNT = """
    INSERT INTO standards_count AS c (assessment_id, area_id, holds, broken, unknown, exempt)
    SELECT %s, n.* FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[]) AS n
    ON CONFLICT (assessment_id, area_id) DO UPDATE SET holds = c.holds + excluded.holds,
        broken = c.broken + excluded.broken, unknown = c.unknown + excluded.unknown, exempt = c.exempt + excluded.exempt
"""
