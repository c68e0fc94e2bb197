# SPDX-License-Identifier: Apache-2.0
"""Figures as data for programs: the JSON of the command and of the API, and the rows of a CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from belltower.core.rates.counting import Figure

HEAD = ("rate", "title_zh", "title_en", "numerator", "denominator", "percent", "low", "high", "numerator_is", "denominator_is",
        "source", "verified")  # fmt: skip


def told(figure: Figure) -> dict[str, Any]:
    """A figure with what it was counted of; ``percent`` is None where that is nothing: not known."""
    row, rate = figure.definition, figure.rate
    interval = rate.interval() if figure.is_small else None
    return {
        "rate": row.name, "title": row.title.as_json(), "numerator": rate.counted, "denominator": rate.among,
        "percent": None if rate.share is None else round(rate.share, 2),
        "interval_95": [round(one, 2) for one in interval] if interval else None,
        "numerator_is": row.numerator.as_json(), "denominator_is": row.denominator.as_json(), "conditions": {"of": list(row.of),
        "counted": list(row.counted)}, "better": "high" if row.is_better_high else "low", "since": row.since.isoformat(),
        "source": {"document": row.source.document, "clause": row.source.clause, "seen": row.source.seen.isoformat(),
                   "verified": row.source.verified.value},
        "note": row.note.as_json() if row.note else None,
    }  # fmt: skip


def sheet(figures: Iterable[Figure], language: str) -> Iterator[tuple[str, ...]]:
    """The rows of a CSV, the head first. What is not known is an empty cell."""
    yield HEAD
    for one in figures:
        row, rate = one.definition, one.rate
        interval = rate.interval() if one.is_small else None
        low, high = (f"{end:.2f}" for end in interval) if interval else ("", "")
        yield (row.name, row.title.zh, row.title.en, str(rate.counted), str(rate.among),
               "" if rate.share is None else f"{rate.share:.2f}", low, high, row.numerator.say(language),
               row.denominator.say(language), row.source.document, row.source.verified.value)  # fmt: skip
