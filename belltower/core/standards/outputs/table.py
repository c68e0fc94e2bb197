# SPDX-License-Identifier: Apache-2.0
"""The standards of a day as one table for spreadsheets: a row for each clause and value in force."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from belltower.core.places.loading.guard import guarded
from belltower.core.standards.outputs.edition import ClauseOnDay, Edition

COLUMNS = (
    "document", "clause", "title_zh", "title_en", "text_zh", "text_en", "applies_to", "kind", "rule_zh", "rule_en",
    "value", "is_zh", "is_en", "unit", "since", "until", "source", "source_clause", "seen", "verified", "grade",
    "rectify_within", "rectify_counts", "responsible", "day", "digest",
)  # fmt: skip


def table(edition: Edition) -> bytes:
    """CSV in UTF-8 with a byte order mark, as Excel wants it; what could be run as a formula is guarded.

    A clause without values has one row, with those columns empty.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for chapter in edition.chapters:
        for one in chapter.clauses:
            writer.writerows([guarded(cell) for cell in row] for row in _rows(chapter.document.id, one))
    return out.getvalue().encode("utf-8-sig")


def _rows(document: str, one: ClauseOnDay) -> Iterator[list[str]]:
    clause, source = one.clause, one.clause.source
    before = [document, clause.id, clause.title.zh, clause.title.en, clause.text.zh, clause.text.en, clause.applies_to,
              str(clause.check.kind), one.rule.zh, one.rule.en]  # fmt: skip
    counts = ("working" if one.rectify.is_working else "natural") if one.rectify else ""
    after = [source.document, source.clause, str(source.seen), str(source.verified), str(clause.grade),
             one.rectify.length if one.rectify else "", counts, str(clause.responsible), str(one.day), one.digest]  # fmt: skip
    for limit in one.limits:
        said = [
            limit.name,
            limit.said.say("zh"),
            limit.said.say("en"),
            limit.unit or "",
            str(limit.since),
            str(limit.until or ""),
        ]
        yield [*before, *said, *after]
    if not one.limits:
        yield [*before, *[""] * 6, *after]
