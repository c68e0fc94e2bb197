# SPDX-License-Identifier: Apache-2.0
"""The library of written standards that comes with the packs: read whole, sourced, and true to its own examples."""

from __future__ import annotations

from collections import Counter

from belltower.core.standards.checks import CheckKind
from belltower.core.standards.clauses import Outcome, Verified
from belltower.core.standards.examples import wrong_examples
from belltower.core.standards.reading import read_document
from belltower.kernel.texts import has_chinese
from belltower.packs.register import discover, standards

DOMAINS = {"gas", "stations", "poles", "bikes", "waste", "sanitation", "advertising", "excavation"}
LEAST_CLAUSES, LEAST_OF_A_KIND, LEAST_QUIZ = 60, 3, 20


def test_the_library_is_read_whole_sourced_and_every_example_comes_out_as_written() -> None:
    """At least sixty clauses over eight domains, several of each kind, each with a source and how far it was verified."""
    register = discover()
    documents = [read_document(text, file=file, register=register) for file, text in standards(register)]
    clauses = [clause for document in documents for clause in document.clauses]
    assert len(clauses) >= LEAST_CLAUSES
    assert {clause.id.partition(".")[0] for clause in clauses} >= DOMAINS
    assert [name for name, times in Counter(clause.id for clause in clauses).items() if times > 1] == []
    assert [one.id for one in documents if one.id.partition(".")[0] != one.file.partition("/")[0]] == []
    kinds = Counter(clause.check.kind for clause in clauses)
    assert set(kinds) == set(CheckKind)
    assert min(kinds.values()) >= LEAST_OF_A_KIND
    for document in documents:
        assert [(clause.id, name, found) for clause, name, found in wrong_examples(document, register)] == []
    for clause in clauses:
        assert clause.source.document, clause.id
        assert clause.source.seen.year >= 2026, clause.id
        assert {Outcome.HOLDS, Outcome.BROKEN} <= {example.outcome for example in clause.examples}, clause.id
        assert clause.text.zh != clause.title.zh, clause.id
        for example in clause.examples:
            assert has_chinese(example.name.zh), (clause.id, example.name)
            assert example.name.en, (clause.id, example.name)
        is_ours = clause.source.clause == "house default"
        assert not is_ours or clause.source.verified is Verified.UNVERIFIED, clause.id
    assert sum(bool(clause.quiz) for clause in clauses) >= LEAST_QUIZ
