# SPDX-License-Identifier: Apache-2.0
"""Definitions of rates: those that come ready, a bureau's own over them, and what is said of a file that cannot be used."""

from __future__ import annotations

from datetime import date

import pytest

from belltower.core.rates.conditions import CONDITIONS
from belltower.core.rates.defining import definitions, read_definitions
from belltower.core.rates.errors import BadRates

OWN = """
title: {zh: 本局口径, en: Of this bureau}
rates:
  - rate: filing
    title: {zh: 立案率, en: Filed}
    since: 2026-07-01
    of: [reported, valid]
    counted: [filed]
    better: high
    source: {document: 局文件, clause: "3", seen: 2026-11-24, verified: primary}
"""


def test_a_bureaus_row_holds_from_its_day_on_and_the_others_stay() -> None:
    ready = definitions()
    own = read_definitions(OWN, file="own.yaml").over(ready)
    before, after = ({one.name: one for one in own.on(day)} for day in (date(2026, 6, 30), date(2026, 7, 1)))
    assert before == {one.name: one for one in ready.on(date(2026, 6, 30))}
    assert after["filing"].of == ("reported", "valid")
    assert after["filing"].denominator.zh == "本期上报、期末未被不予立案"
    assert after["filing"].denominator.en == "reported in the period and not declined at its end"
    assert {name: one for name, one in after.items() if name != "filing"} == {
        name: one for name, one in before.items() if name != "filing"
    }


def test_every_condition_is_used_and_every_rate_says_where_it_comes_from() -> None:
    rows = definitions().rows
    assert {name for row in rows for name in row.of + row.counted} == set(CONDITIONS)
    assert len({row.name for row in rows}) == len(rows)
    assert all(row.source.document for row in rows)
    assert not [row.name for row in rows if row.source.verified == "primary"], "none was read in the standard"


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("[filed]", "[fileed]", "filed"),
        ("better: high", "better: up", "better"),
        ("of: [reported, valid]", "of: []", "list of at least one"),
        ("since: 2026-07-01", "since: soon", "since"),
    ],
)
def test_what_is_wrong_in_a_file_is_told_with_its_line(before: str, after: str, said: str) -> None:
    with pytest.raises(BadRates) as refused:
        read_definitions(OWN.replace(before, after), file="own.yaml")
    assert "own.yaml, line" in refused.value.say("en")
    assert said in refused.value.say("en")
