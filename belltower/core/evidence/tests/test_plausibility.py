# SPDX-License-Identifier: Apache-2.0
"""What is plausible, what is doubtful and why, and what nobody can know; on both sides of each threshold."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from belltower.core.evidence.plausibility import Expected, Judged, Taken, Verdict, Why, judge
from belltower.core.evidence.thresholds import BadThresholds, read_thresholds, thresholds, thresholds_on

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
LON, LAT = 112.6, 26.9
METRE = 1 / 111_320  # of latitude, in degrees
[LIMITS] = thresholds()
NOWHERE = Taken()


def taken(north_m: float = 0, unsure: float | None = 10, at: datetime | None = AT) -> Taken:
    return Taken(at, LON, LAT + north_m * METRE, unsure)


def of(said: Taken, file: Taken = NOWHERE, *, case: tuple[float | None, float | None] = (LON, LAT)) -> Judged:
    return judge(said, file, Expected(*case, step_at=AT, came_at=AT + timedelta(hours=20)), LIMITS)


def test_near_the_case_at_the_time_of_the_step_is_plausible() -> None:
    found = of(taken(north_m=40))
    assert (found.verdict, found.reasons) == (Verdict.PLAUSIBLE, ())
    assert found.metres == pytest.approx(40, abs=0.1)


@pytest.mark.parametrize(
    ("said", "file", "why"),
    [
        (taken(north_m=111), NOWHERE, Why.FAR),
        (taken(at=AT - timedelta(hours=12, seconds=1)), NOWHERE, Why.OTHER_TIME),
        (taken(at=AT + timedelta(hours=20, minutes=3)), NOWHERE, Why.FROM_THE_FUTURE),
        (taken(), Taken(AT - timedelta(minutes=11)), Why.FILE_OTHER_TIME),
        (taken(), taken(north_m=211, unsure=None), Why.FILE_OTHER_PLACE),
        (NOWHERE, taken(north_m=151, unsure=None), Why.FAR),
    ],
)
def test_what_speaks_against_it_is_named(said: Taken, file: Taken, why: Why) -> None:
    assert of(said, file) == Judged(Verdict.DOUBTFUL, (why,), of(said, file).metres)


@pytest.mark.parametrize(
    ("said", "file"),
    [
        (taken(north_m=109), NOWHERE),
        (taken(at=AT - timedelta(hours=12)), NOWHERE),
        (taken(), Taken(AT - timedelta(minutes=10))),
        (taken(), taken(north_m=209, unsure=None)),
        (NOWHERE, taken(north_m=149, unsure=None)),
        (Taken(None, LON, LAT, 5), Taken(AT)),
    ],
)
def test_up_to_the_threshold_nothing_speaks_against_it(said: Taken, file: Taken) -> None:
    assert of(said, file).verdict is Verdict.PLAUSIBLE


def test_what_nobody_knows_is_unknown_and_doubt_goes_first() -> None:
    assert of(NOWHERE) == Judged(Verdict.UNKNOWN, (Why.NO_PLACE, Why.NO_TIME))
    assert of(taken(), case=(None, None)).reasons == (Why.NO_PLACE_OF_CASE,)
    assert of(taken(north_m=300, unsure=400)).reasons == (Why.TOO_UNCERTAIN,)
    assert of(taken(north_m=900, at=None)).reasons == (Why.FAR,), "that no time is known does not matter any more"


def test_thresholds_are_dated_and_a_fault_is_told_with_its_line() -> None:
    text = "title: {zh: 甲, en: A}\nthresholds:\n" + "".join(
        f"  - since: {day}\n    source: {{document: x, clause: y, seen: 2026-11-24, verified: unverified}}\n"
        f"    near_m: {near}\n    unsaid_m: 1\n    within_s: 1\n    ahead_s: 1\n    apart_s: 1\n    apart_m: 1\n"
        for day, near in (("2026-01-01", 10), ("2026-06-01", 20))
    )
    table = read_thresholds(text, file="own.yaml")
    days = {date(2025, 1, 1): 10, date(2026, 5, 31): 10, date(2026, 6, 1): 20}
    assert {day: thresholds_on(table, day).near_m for day in days} == days
    with pytest.raises(BadThresholds) as refused:
        read_thresholds(text.replace("near_m: 20", "near_m: -1"), file="own.yaml")
    assert refused.value.facts["line"] == 13
