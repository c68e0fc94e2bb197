# SPDX-License-Identifier: Apache-2.0
"""The gas library is wide enough to work with, and every alarm of it says why it rings and what is done."""

from __future__ import annotations

from collections import Counter

from belltower.core.standards.checks import CheckKind, SignalCheck
from belltower.core.standards.clauses import Clause
from belltower.core.standards.reading import read_document
from belltower.packs.register import discover, standards

LEAST_CLAUSES, LEAST_ALARMS = 120, 55


def _clauses() -> list[Clause]:
    register = discover()
    texts = [(text, file) for file, text in standards(register) if file.startswith("gas/")]
    return [one for text, file in texts for one in read_document(text, file=file, register=register).clauses]


def test_gas_has_clauses_of_every_kind_and_they_grow_no_fewer() -> None:
    clauses = _clauses()
    assert len(clauses) >= LEAST_CLAUSES
    assert set(Counter(one.check.kind for one in clauses)) == set(CheckKind)


def test_every_gas_alarm_is_rationalised_and_owned_by_one_clause_alone() -> None:
    """Two clauses of one stream and condition would both want its alarm: the first there would have it, and the other none."""
    clauses = [one for one in _clauses() if isinstance(one.check, SignalCheck)]
    assert len(clauses) >= LEAST_ALARMS
    for one in clauses:
        why = one.check.rationalisation
        assert all(text.zh and text.en for text in (why.cause, why.consequence, why.response)), one.id
        assert why.time_to_respond.total_seconds() > 0, one.id
    on = Counter((one.applies_to, one.check.stream, one.check.condition.kind) for one in clauses)
    assert [key for key, times in on.items() if times > 1 and key[1] != "methane"] == []


def test_what_may_kill_at_once_is_answered_within_minutes() -> None:
    for one in _clauses():
        if isinstance(one.check, SignalCheck) and one.check.priority == 1:
            assert one.check.rationalisation.time_to_respond.total_seconds() <= 30 * 60, one.id
