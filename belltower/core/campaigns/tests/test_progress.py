# SPDX-License-Identifier: Apache-2.0
"""Progress, targets, rankings and milestones from small lots that one can count by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belltower.core.campaigns.errors import BadCampaign
from belltower.core.campaigns.milestones import Stand, Tally, first_due, stand, tally
from belltower.core.campaigns.progress import Judged, Lot, Score, by_day, score
from belltower.core.campaigns.ranking import grouped, ranked
from belltower.core.campaigns.targets import Measure, State, Target, reached
from belltower.core.campaigns.wording import counted, share_said
from belltower.core.standards.clauses import Grade

FIRST = date(2026, 9, 1)


def on(day: int) -> date:
    return date(2026, 9, day)


BEFORE = Lot(on(1) - timedelta(days=30), due_on=on(4), n=2)  # stood when it began, and still does: overdue on the 4th
RIGHT = Lot(on(2), settled_on=on(5), because="holds", due_on=on(9), n=3)
LATE = Lot(on(2), settled_on=on(5), because="holds", due_on=on(3))
SPARED = Lot(on(2), settled_on=on(3), because="exempt")
LOTS = (Lot(**{**{name: getattr(BEFORE, name) for name in Lot.__slots__}, "is_overdue": True}), RIGHT, LATE, SPARED)


def test_what_stood_at_the_beginning_is_found_and_what_is_spared_is_in_no_share() -> None:
    total = score(LOTS)
    assert (total.found, total.put_right, total.spared, total.open, total.overdue) == (7, 4, 1, 2, 2)
    assert total.among == 6
    assert total.share == pytest.approx(400 / 6)
    assert score([]).share is None


def test_each_day_tells_how_it_ended() -> None:
    days = dict(by_day(LOTS, FIRST, on(6)))
    assert [days[on(n)].found for n in range(1, 7)] == [2, 7, 7, 7, 7, 7]
    assert [days[on(n)].put_right for n in range(1, 7)] == [0, 0, 0, 0, 4, 4]
    assert [days[on(n)].overdue for n in range(1, 7)] == [0, 0, 1, 3, 2, 2]
    assert [days[on(n)].spared for n in range(1, 7)] == [0, 0, 1, 1, 1, 1]
    assert by_day(LOTS, FIRST, FIRST - timedelta(days=1)) == []


@st.composite
def lots(draw: st.DrawFn) -> list[Lot]:
    some = []
    for _ in range(draw(st.integers(0, 12))):
        opened = FIRST + timedelta(days=draw(st.integers(-5, 9)))
        settled = draw(st.none() | st.integers(0, 12).map(lambda n, day=opened: max(day, FIRST) + timedelta(days=n)))
        settled = settled if settled and settled <= on(10) else None
        why = draw(st.sampled_from(["holds", "exempt"])) if settled else ""
        due = opened + timedelta(days=draw(st.integers(0, 9)))
        some.append(Lot(opened, settled, why, due, is_overdue=due <= on(10), n=draw(st.integers(1, 4))))
    return some


@given(lots())
def test_days_tell_what_counting_each_of_them_anew_would(some: list[Lot]) -> None:
    """The sums run on from day to day; asking each day by itself gives the same."""
    for day, told in by_day(some, FIRST, on(10)):
        there = [one for one in some if one.opened_on <= day]
        settled = [one for one in there if one.settled_on and one.settled_on <= day]
        assert told.found == sum(one.n for one in there)
        assert told.put_right == sum(one.n for one in settled if one.because == "holds")
        assert told.spared == sum(one.n for one in settled if one.because == "exempt")
        late = [one for one in there if one not in settled and one.due_on and one.due_on <= day]
        assert told.overdue == sum(one.n for one in late)


@pytest.mark.parametrize(
    ("target", "is_over", "state"),
    [
        (Target(Measure.PUT_RIGHT, 60), False, State.MET),
        (Target(Measure.PUT_RIGHT, 95), False, State.NOT_YET),
        (Target(Measure.PUT_RIGHT, 95), True, State.MISSED),
        (Target(Measure.PUT_RIGHT, 95, Grade.MAJOR), True, State.UNKNOWN),  # none was found: that is not met
        (Target(Measure.OVERDUE, 0), True, State.MISSED),
        (Target(Measure.OVERDUE, 0, Grade.MAJOR), False, State.MET),
        (Target(Measure.OPEN, 2), True, State.MET),
        (Target(Measure.HOLDS, 90), True, State.MET),
        (Target(Measure.HOLDS, 91), True, State.MISSED),
        (Target(Measure.UNKNOWN, 4), False, State.NOT_YET),
    ],
)
def test_a_target_is_met_by_its_counts(target: Target, is_over: bool, state: State) -> None:
    judged = Judged(holds=18, broken=1, unknown=1, clauses=2)
    assert reached(target, LOTS, judged, clauses=2, is_over=is_over).state is state


def test_nineteen_of_twenty_is_exactly_95_per_cent() -> None:
    some = [Lot(FIRST, on(2), "holds", n=19), Lot(FIRST)]
    assert reached(Target(Measure.PUT_RIGHT, 95), some, None, clauses=1, is_over=True).state is State.MET


def test_what_is_not_known_is_never_as_good() -> None:
    unknown = Judged(holds=9, unknown=91, clauses=1)
    assert reached(Target(Measure.HOLDS, 90), [], unknown, clauses=1, is_over=True).state is State.MISSED
    for judged in (None, Judged(holds=100, clauses=1), Judged(clauses=2)):
        assert reached(Target(Measure.HOLDS, 90), [], judged, clauses=2, is_over=True).state is State.UNKNOWN
    lost = [Lot(FIRST, is_unknown=True)]
    assert reached(Target(Measure.PUT_RIGHT, 1), lost, None, clauses=1, is_over=True).state is State.MISSED
    assert score(lost).unknown == 1


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"measure": "luck", "limit": 1},
        {"measure": "put_right", "limit": 101},
        {"measure": "overdue", "limit": -1},
        {"measure": "put_right", "limit": "nan"},
        {"measure": "holds", "limit": 90, "grade": "major"},
        {"measure": "open", "limit": 1, "grade": "huge"},
    ],
)
def test_a_target_that_cannot_be_is_refused(said: dict[str, object]) -> None:
    with pytest.raises(BadCampaign):
        Target.read(said)


def test_a_target_is_kept_as_data_and_said_in_both_languages() -> None:
    target = Target.read({"measure": "overdue", "limit": 0, "grade": "major"})
    assert Target.read(target.as_json()) == target
    assert target.said.en == "Findings overdue (major): at most 0"
    assert target.said.zh == "逾期未整改的问题数（重大隐患） ≤ 0"
    assert Target(Measure.PUT_RIGHT, 95).said.en == "Share of found breaches put right: at least 95 %"


def test_places_go_by_the_share_and_equals_share_one() -> None:
    half, all_, none = Score(4, 2), Score(1, 1), Score(5, 0)
    placed = ranked({"a": half, "b": Score(), "c": all_, "d": Score(8, 4, overdue=1), "e": half, "f": none})
    assert [(one.who, one.place) for one in placed] == [
        ("c", 1), ("a", 2), ("e", 2), ("d", 4), ("f", 5), ("b", None),
    ]  # fmt: skip
    assert ranked({"a": Score(2, 0, 2)})[0].place is None, "what was spared had not to be put right"


def test_lots_in_no_group_are_left_out() -> None:
    assert grouped(LOTS, {RIGHT: "x", LATE: "x"}) == {"x": Score(4, 4)}


def test_a_milestone_is_overdue_the_day_after() -> None:
    due = on(10)
    assert stand(due, None, due) is Stand.TO_COME
    assert stand(due, None, on(11)) is Stand.OVERDUE
    assert stand(due, due, on(11)) is Stand.REACHED
    assert stand(due, on(11), on(12)) is Stand.REACHED_LATE
    assert first_due(due, []) == due
    assert first_due(due, [(on(1), on(5)), (on(5), due)]) == on(1)
    assert tally([(Stand.REACHED, 0), (Stand.OVERDUE, 9), (Stand.TO_COME, -3)]) == Tally(1, 0, 1, 1, 1)


def test_a_share_is_never_rounded_up_to_all() -> None:
    assert share_said(9999, 10000) == "99.9 %"
    assert share_said(0, 0) == "—"
    assert counted(19, 20).en == "95.0 % (19 of 20)"
    assert counted(0, 0).zh == "没有可计数的"
