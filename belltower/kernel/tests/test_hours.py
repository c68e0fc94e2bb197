# SPDX-License-Identifier: Apache-2.0
"""Opening hours: over midnight, by weekday, on holidays; and what is no hours."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from belltower.kernel.amenities import Amenity, amenities, has_all
from belltower.kernel.hours import BadHours, read_hours

MONDAY, TUESDAY, SATURDAY = (2026, 11, 23), (2026, 11, 24), (2026, 11, 28)


@pytest.mark.parametrize(
    ("said", "day", "clock", "is_open"),
    [
        ("06:00-22:00", MONDAY, (6, 0), True),
        ("06:00-22:00", MONDAY, (22, 0), False),
        ("24h", MONDAY, (3, 0), True),
        ("全天", SATURDAY, (23, 59), True),
        ("20:00-02:00", TUESDAY, (1, 59), True),
        ("20:00-02:00", TUESDAY, (2, 0), False),
        ("Mo 20:00-02:00", TUESDAY, (1, 0), True),
        ("Tu 20:00-02:00", TUESDAY, (1, 0), False),
        ("Mo-Fr 08:00-12:00,14:00-18:00; Sa-Su 09:00-17:00", MONDAY, (13, 0), False),
        ("Mo-Fr 08:00-12:00,14:00-18:00; Sa-Su 09:00-17:00", SATURDAY, (16, 59), True),
        ("周一至周五 8:00-18:00；周末 休息", SATURDAY, (10, 0), False),
        ("06:00—22:00", MONDAY, (7, 0), True),
    ],
)
def test_open_or_not(said: str, day: tuple[int, int, int], clock: tuple[int, int], is_open: bool) -> None:
    assert read_hours(said).is_open(datetime.combine(date(*day), time(*clock))) is is_open


def test_a_holiday_has_its_own_hours_and_may_last_into_the_next_day() -> None:
    hours = read_hours("08:00-18:00; PH 20:00-01:00")

    def first(day: date) -> bool:
        return day == date(2026, 10, 1)

    assert not hours.is_open(datetime.combine(date(2026, 10, 1), time(9, 0)), first)
    assert hours.is_open(datetime.combine(date(2026, 10, 1), time(21, 0)), first)
    assert hours.is_open(datetime.combine(date(2026, 10, 2), time(0, 30)), first)
    assert not read_hours("08:00-18:00; PH closed").is_open(datetime.combine(date(2026, 10, 1), time(9, 0)), first)


@pytest.mark.parametrize(
    "said", ["", "  ", "always", "8-18", "25:00-26:00", "08:61-09:00", "Xx 08:00-09:00", "08:00-18:00; nonsense"]
)
def test_what_says_no_hours_is_refused(said: str) -> None:
    with pytest.raises(BadHours):
        read_hours(said)


def test_amenities_are_what_is_known() -> None:
    found = amenities({"class": "with_toilet", "drinking_water": True, "air_conditioning": None}, gb_code=None)
    assert found == {Amenity.TOILET, Amenity.WATER}
    assert amenities({}, gb_code="03001") == {Amenity.TOILET}
    assert has_all(found, [Amenity.WATER])
    assert not has_all(found, [Amenity.ACCESSIBLE])
