# SPDX-License-Identifier: Apache-2.0
"""Clauses of all six kinds are read into one shape, and what their examples promise comes out in plain Python."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from belltower.analytics.alarms.states import Kind as SignalKind
from belltower.core.standards.checks import CheckKind, SignalCheck, SpatialCheck, predicates_of, used_by
from belltower.core.standards.errors import BadStandard
from belltower.core.standards.examples import windows_before, wrong_examples
from belltower.core.standards.rates import Rate
from belltower.core.standards.reading import read_document
from belltower.core.standards.tests.six_kinds import CLAUSES, REGISTER, read, written
from belltower.kernel.packs import Register


def test_a_document_of_all_six_kinds_is_read_and_every_example_comes_out() -> None:
    document = read(written())
    assert {clause.check.kind for clause in document.clauses} == set(CheckKind)
    assert [(clause.id, *told) for clause, *told in wrong_examples(document, REGISTER)] == []
    by_id = {clause.id: clause for clause in document.clauses}
    low = by_id["gas.low_enough"]
    assert low.closes_after
    assert low.reopens_within
    assert low.closes_after.on(date(2026, 1, 1)) == timedelta(hours=1)
    assert low.reopens_within.on(date(2026, 1, 1)) == timedelta(days=7)
    assert [wrong.en for wrong in low.quiz[0].wrong] == ["Five", "Seven", "Eight"]
    methane, pipe, grid = by_id["gas.methane"].check, by_id["gas.not_over_a_pipe"].check, by_id["gas.station_near"]
    assert isinstance(methane, SignalCheck)
    assert (methane.condition.kind, methane.condition.limit) == (SignalKind.HI, "at_most")
    assert isinstance(pipe, SpatialCheck)
    assert [str(one) for one in predicates_of(pipe)] == ["pressure >= from_mpa", "has_permit"]
    assert used_by(pipe) >= {"away", "from_mpa"}
    assert (grid.applies_to, grid.is_of_areas) == ("grid", True)


def test_an_example_that_comes_out_otherwise_is_told_for_every_kind() -> None:
    """Each first example turned round is found to be wrong: no kind's examples pass unlooked at."""
    for name in CLAUSES:
        text = written(name)
        turned = text.replace("outcome: holds", "outcome: unknown", 1) if text.count("outcome: holds") > 1 else None
        turned = turned or text.replace("outcome: holds", "outcome: x", 1).replace(
            "outcome: broken", "outcome: holds", 1
        ).replace("outcome: x", "outcome: broken")
        assert [*wrong_examples(read(turned), REGISTER)], name


@pytest.mark.parametrize(
    ("clause", "was", "becomes", "line", "said"),
    [
        ("attribute", "kind: attribute", "kind: atribute", 14, "did you mean 'attribute'?"),
        ("attribute", "applies_to: building", "applies_to: bilding", 12, "did you mean 'building'?"),
        ("attribute", "en: Eight", "en: Six", 20, "four different answers"),
        ("attribute", ", {zh: 八, en: Eight}", "", 20, "three wrong answers"),
        ("attribute", "PT1H", "an hour", 15, "an ISO 8601 duration"),
        ("cadence", "activity: home_visit", "activity: home_vist", 14, "did you mean 'home_visit'?"),
        ("cadence", "activity: home_visit", "activity: patrol", 14, "is done to grid, not to home"),
        ("cadence", "within: every", "within: P12M", 14, "must be the name of one of the clause's values"),
        ("cadence", "within: every", "within: evry", 14, "did you mean 'every'?"),
        ("cadence", "counts: was_let_in", "counts: was_letin", 14, "did you mean 'was_let_in'?"),
        ("cadence", "counts: was_let_in", "counts: uses_gas", 14, "there is no 'uses_gas'"),
        ("cadence", "{2020-01-01: P24M, 2025-01-01: P12M}", "{2020-01-01: 24}", 14, "names 'every', a number; it must be"),
        ("cadence", "at: 2025-03-01T09:00+08:00", "at: yesterday", 17, "a day and time such as"),
        ("cadence", "at: 2022-12-31T08:00, fields: {was_let_in", "at: 2022-12-31T08:00, fields: {let_in", 21, "did you mean 'was_let_in'?"),
        ("cadence", "since: 2025-03-01", "readings: []", 26, "is not known here"),
        ("signal", "stream: methane", "stream: metane", 16, "did you mean 'methane'?"),
        ("signal", "kind: hi,", "kind: high,", 17, "must be one of hihi, hi, lo, lolo, deviation, rate, stale"),
        ("signal", "priority: 1", "priority: 5", 18, "a whole number from 1 to 4"),
        ("signal", "cause: {zh: 漏, en: A leak}", "reason: {zh: 漏, en: A leak}", 20, "is not known here"),
        ("signal", "time_to_respond: PT5M", "time_to_respond: P", 23, "an ISO 8601 duration"),
        ("signal", "on_delay: delay", "on_delay: band", 17, "names 'band', a number; it must be a length of hours"),
        ("signal", "band: {2020-01-01: 2}", "band: {2020-01-01: -2}", 17, "must not be negative"),
        ("signal", "[PT0S, 20], [PT30S, 20]", "[PT30S, 20], [PT0S, 20]", 27, "in the order of their times"),
        ("signal", "[PT1M, ~]", "[PT1M]", 30, "must each be [PT10M, a value]"),
        ("silence", "limit: silent_for", "limit: silent_for, deadband: silent_for", 17, "'deadband' is not known here"),
        ("spatial", "must: keep_away_from", "must: keep_away", 14, "did you mean 'keep_away_from'?"),
        ("spatial", "of: pipe", "of: pip", 14, "did you mean 'pipe'?"),
        ("spatial", "distance: away", "distance: 0.7", 14, "must be the name of one of the clause's values"),
        ("spatial", "of_where: pressure", "of_where: presure", 14, "did you mean 'pressure'?"),
        ("spatial", "distance_m: 0.7}", "distance_m: -1}", 16, "at least 0"),
        ("spatial", "distance_m: 0.7}", "inside: true}", 16, "'inside' is not known here"),
        ("inside", "of: building", "of: building, distance: x", 13, "'distance' is not known here"),
        ("inside", "of: building", "of: pipe", 13, "must be a kind of polygons"),
        ("inside", "inside: true", "inside: 1", 15, "must be true or false"),
        ("reach", "{area: grid}", "{area: gird}", 12, "did you mean 'grid'?"),
        ("reach", "by: station", "by: stations", 14, "did you mean 'station'?"),
        ("reach", "over: straight", "over: streets", 14, "only be straight where the clause is of areas"),
        ("reach", "nearest_m: 1000,", "nearest_m: 1000, others: [{distance_m: 1}],", 16, "cannot both be given"),
        ("reach", "where: population", "where: poeple", 14, "there is no 'poeple'"),
        ("watch", "PT12H", "PT5H", 14, "must divide 24 hours"),
        ("watch", "applies_to: {area: grid}", "applies_to: home", 14, "is done to grid, not to home"),
        ("watch", "kind: coverage", "kind: cadence", 14, "'kind' can be of areas only for"),
        ("indicator", "at_least: share", "at_least: share, at_most: share", 14, "either at_least or at_most"),
        ("indicator", "{2020-01-01: 95}", "{2020-01-01: 195}", 14, "from 0 to 100 per cent"),
        ("indicator", "of: activities, activity: home_visit", "of: assets", 14, "is not known here"),
        ("indicator", "by: street", "by: stret", 14, "did you mean 'street'?"),
        ("indicator", "counted: 190", "counted: 201", 17, "a whole number from 0 to 200"),
        ("indicator", "few: {2020-01-01: 100}", "few: {2020-01-01: 100}, more: {2020-01-01: 1}", 14, "does not use the value 'more'"),
    ],
)  # fmt: skip
def test_a_fault_of_any_kind_is_told_with_its_line(clause: str, was: str, becomes: str, line: int, said: str) -> None:
    text = written(clause)
    assert was in text
    with pytest.raises(BadStandard) as refused:
        read(text.replace(was, becomes, 1))
    assert f"gas/order.yaml, line {line}:" in str(refused.value)
    assert said in str(refused.value)


def test_reach_along_streets_needs_a_pack_that_says_what_streets_are() -> None:
    none = Register(tuple(replace(one, streets=None) for one in REGISTER.packs))
    with pytest.raises(BadStandard, match=r"line 14: 'over' cannot be used: no pack declares which lines are streets"):
        read_document(written("along"), file="gas/order.yaml", register=none)


def test_windows_are_those_of_the_civil_day_that_ended_in_the_last_24_hours() -> None:
    found = windows_before(datetime.fromisoformat("2026-01-02T10:00"), timedelta(hours=4))
    told = [(f"{begin:%d %H}", f"{end:%d %H}") for begin, end in found]
    assert told[0] == ("01 08", "01 12")
    assert told[-1] == ("02 04", "02 08")
    assert len(told) == 6


def test_a_rate_has_wilsons_interval() -> None:
    """Against R's prop.test(81, 263, correct = FALSE), as printed in Newcombe 1998, table I (0.2553 to 0.3662)."""
    low, high = Rate(81, 263).interval() or (0, 0)
    assert (round(low, 2), round(high, 2)) == (25.53, 36.62)
    assert Rate(0, 0).interval() is None
    assert (Rate(0, 20).interval() or (1,))[0] == 0.0
    assert (Rate(20, 20).interval() or (0, 0))[1] == 100.0
