# SPDX-License-Identifier: Apache-2.0
"""What was true then, by what was known then and by what is known now."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from belltower.core.places.actions.assets import edit_asset
from belltower.core.places.history import as_of, states, timeline
from belltower.core.places.models import Asset, Life
from belltower.core.places.tests.scene import BY, choose_hengyang
from belltower.kernel.texts import Text


def day(month: int, day: int = 1) -> datetime:
    return datetime(2025, month, day, tzinfo=UTC)


BUILT, TICK = day(1), timedelta(microseconds=1)


def new_pole() -> Asset:
    return Asset.objects.create(kind="street_light", key="L-1", fields={"lamp": "sodium"}, valid_from=BUILT,
                                recorded_at=BUILT, recorded_by="load", source="file.csv")  # fmt: skip


def lamp(pole: Asset, valid_at: datetime, known_at: datetime) -> str | None:
    state = as_of(pole, valid_at=valid_at, known_at=known_at)
    return state.fields["lamp"] if state else None


@pytest.fixture
def pole(hengyang: None) -> Asset:
    """A sodium lamp since January; since June an LED, so recorded in June; in September it was found that the LED had
    been there since March already, and it was of another make."""
    asset = new_pole()
    edit_asset(asset.uid, {"fields": {"lamp": "LED"}}, by=BY, valid_from=day(6), now=day(6, 2))
    edit_asset(asset.uid, {"fields": {"lamp": "LED B"}, "reason": "site visit"}, by=BY, valid_from=day(3), now=day(9))
    return asset


def test_a_back_dated_correction_is_what_we_know_now(pole: Asset) -> None:
    assert [lamp(pole, day(month), day(12)) for month in (1, 2, 3, 5, 6, 12)] == ["sodium"] * 2 + ["LED B"] * 4


def test_what_we_knew_then_stays_what_it_was(pole: Asset) -> None:
    assert [lamp(pole, day(month), day(8)) for month in (2, 4, 5, 6, 8)] == ["sodium"] * 3 + ["LED"] * 2
    assert lamp(pole, day(6, 1), day(6, 1)) == "sodium", "in force, but not yet recorded"
    assert lamp(pole, day(6, 1), day(6, 2)) == "LED"


def test_a_state_counts_from_its_very_instant(pole: Asset) -> None:
    assert [lamp(pole, day(3) - TICK, day(12)), lamp(pole, day(3), day(12))] == ["sodium", "LED B"]
    assert [lamp(pole, day(4), day(9) - TICK), lamp(pole, day(4), day(9))] == ["sodium", "LED B"]


def test_before_it_was_there_or_known_nothing_is_known(pole: Asset) -> None:
    assert lamp(pole, BUILT - TICK, day(12)) is None
    assert lamp(pole, day(12), BUILT - TICK) is None
    assert lamp(pole, BUILT, BUILT) == "sodium"


def test_the_past_state_says_who_recorded_it_and_until_when_it_was_believed(pole: Asset) -> None:
    state = as_of(pole, valid_at=day(7), known_at=day(7))
    assert state is not None
    assert (state.recorded_by, state.recorded_at, state.superseded_at, state.source) == ("test", day(6, 2), day(9), "file.csv")  # fmt: skip
    now = as_of(pole, valid_at=day(12), known_at=day(12))
    assert now is not None
    assert (now.source, now.superseded_at) == ("site visit", None)


def test_the_timeline_tells_each_change_in_the_order_of_recording(pole: Asset) -> None:
    first, second, third = timeline(pole)
    assert (first.before, first.differences, first.is_back_dated) == (None, (), False)
    assert [(d.what, d.before, d.after) for d in second.differences] == [
        ("valid_from", BUILT, day(6)), ("fields.lamp", "sodium", "LED"),
    ]  # fmt: skip
    assert (second.is_back_dated, third.is_back_dated) == (False, True)
    assert third.before == second.after


def test_a_field_that_becomes_known_or_forgotten_is_told_as_not_known(hengyang: None) -> None:
    asset = new_pole()
    edit_asset(asset.uid, {"fields": {"lamp": None, "lights": 2}, "life": "retired", "name": Text(zh="灯")},
               by=BY, valid_from=BUILT, now=day(2))  # fmt: skip
    told = {(d.what, d.before, d.after) for d in timeline(asset)[-1].differences}
    assert told == {("life", "in_service", "retired"), ("name", None, Text(zh="灯")),
                    ("fields.lamp", "sodium", None), ("fields.lights", None, 2)}  # fmt: skip


def test_looking_back_takes_two_queries_at_most(pole: Asset, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_max_num_queries(2):
        as_of(pole, valid_at=day(2), known_at=day(12))
    with django_assert_max_num_queries(2):
        timeline(pole)


@dataclass(frozen=True)
class Remembered:
    """The slow model: a list of all that was ever recorded, searched from the last."""

    valid_from: datetime
    recorded_at: datetime
    life: str


hours = st.integers(0, 60).map(lambda hour: BUILT + timedelta(hours=hour))


class AnyHistory(TestCase):
    """The database's history against the model, over any edits and any pair of instants."""

    def setUp(self) -> None:
        choose_hengyang()

    @settings(max_examples=40, deadline=None)
    @given(
        st.lists(st.tuples(hours, st.integers(1, 5), st.sampled_from(Life.values)), max_size=7),
        st.lists(st.tuples(hours, hours), min_size=1, max_size=12),
    )
    def test_as_of_agrees_with_a_list_of_all_that_was_recorded(
        self, edits: list[tuple[datetime, int, str]], looks: list[tuple[datetime, datetime]]
    ) -> None:
        asset = new_pole()
        model = [Remembered(BUILT, BUILT, Life.IN_SERVICE)]
        now = BUILT
        for valid_from, wait, life in edits:
            now += timedelta(hours=wait)
            since = min(valid_from, now)
            changed = edit_asset(asset.uid, {"life": life, "reason": "test"}, by=BY, valid_from=since, now=now)
            if changed.recorded_at == now:
                model.append(Remembered(since, now, life))
        assert [(s.valid_from, s.recorded_at, s.life) for s in states(asset)] == [
            (one.valid_from, one.recorded_at, one.life) for one in model
        ]
        for valid_at, known_at in looks:
            known = [one for one in reversed(model) if one.recorded_at <= known_at and one.valid_from <= valid_at]
            state = as_of(asset, valid_at=valid_at, known_at=known_at)
            assert (state.life if state else None) == (known[0].life if known else None)
