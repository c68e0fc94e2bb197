# SPDX-License-Identifier: Apache-2.0
"""What a kind of stream declares is kept: roll-ups first, then readings go, told in the ledger; history spans both."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from belltower.core.ledger.models import Entry
from belltower.core.observations.lake import files, keeping, removing, retaining, retention, rolling
from belltower.core.observations.lake.errors import RollUpsWanting
from belltower.core.observations.lake.retention import Removing, Rolling
from belltower.core.observations.lake.tests.ponds import BEGIN, BY, DAY, FIRST, NOW, all_of, close, put_rows
from belltower.core.observations.lake.tests.test_closing import _lake as _lake
from belltower.core.observations.lake.tests.test_closing import asked_ids, revise
from belltower.core.observations.models import Datastream, LakeDay, LakeRemoval, LakeRollUp
from belltower.core.observations.reading import history
from belltower.core.observations.rollups import RollUps
from belltower.core.observations.tests.senses import streams
from belltower.kernel.packs import Keeping

SHANGHAI = ZoneInfo("Asia/Shanghai")
KIND = "bin.fill"
STEPS = ("write", "verify", "name", "enter", "commit", "tidy")
SPAN = (BEGIN - DAY, BEGIN + 5 * DAY)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> dict[str, Keeping]:
    """What packs declare here, to be changed by the test; the city is in Shanghai's zone."""
    from belltower.core.observations import reading

    told = {"": Keeping(day=0), KIND: Keeping(readings=10, minute=0, hour=None, day=None)}
    monkeypatch.setattr(retention, "keepings", lambda: told)
    for module in (reading, retaining):
        monkeypatch.setattr(module, "city_zone", lambda: SHANGHAI)
    return told


def a_pond() -> tuple[int, int]:
    """Three closed days of a stream of KIND, and of one that is kept for ever; every hour a few readings."""
    one, other = streams(2)
    Datastream.objects.filter(pk=one).update(stream=KIND)
    chance = np.random.default_rng(5)
    seconds = list(enumerate(range(0, 3 * 86_400, 1_700)))
    put_rows(*((one, second + 0.25, float(chance.normal(20, 5))) for _, second in seconds))
    put_rows(*((other, second, float(number)) for number, second in seconds))
    for number in range(3):
        close(FIRST + timedelta(days=number))
    return one, other


def same(one: RollUps, other: RollUps) -> None:
    """Equal in everything, the mean to 1e-12."""
    for name in ("stream", "at", "count", "min", "max", "first", "last"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    np.testing.assert_allclose(one.mean, other.mean, rtol=1e-12)


def night(days: float) -> retaining.Done:
    return retaining.keep(by=BY, now=NOW + timedelta(days=days))


def test_readings_past_their_time_go_when_their_roll_ups_stand_and_history_does_not_notice(
    declared: dict[str, Keeping],
) -> None:
    one, other = a_pond()
    was = {every: history([one, other], *SPAN, every=every, zone=SHANGHAI) for every in ("hour", "day")}
    utc_days = history([one, other], *SPAN, every="day", zone=UTC)
    cut = history([one, other], BEGIN + 1.5 * DAY, BEGIN + 2.25 * DAY, every="hour", zone=SHANGHAI)
    before = LakeDay.objects.get(day=FIRST)
    first_rows = [row for row in all_of([one]) if row[1] < 86_400]
    assert night(-30).removed == 0, "nothing is past its time yet"
    done = night(-1.9)  # the tenth day after the first one has just ended
    assert (done.removed, done.thinned, done.waiting) == (len(first_rows), 1, 0)
    assert not [row for row in all_of([one]) if row[1] < 86_400]
    assert len(all_of([other])) > len(all_of([one])), "another kind's stay"
    for every, whole in was.items():
        same(history([one, other], *SPAN, every=every, zone=SHANGHAI), whole)
    same(history([one, other], *SPAN, every="day", zone=UTC), utc_days)
    night(30)
    assert all_of([one]) == []
    for every, whole in was.items():
        same(history([one, other], *SPAN, every=every, zone=SHANGHAI), whole)
    same(history([one, other], *SPAN, every="day", zone=UTC), utc_days)
    same(history([one, other], BEGIN + 1.5 * DAY, BEGIN + 2.25 * DAY, every="hour", zone=SHANGHAI), cut)
    assert len(history([one], *SPAN, every="minute", zone=SHANGHAI)) == 0, "hours say nothing of their minutes"
    assert not retention.plan(NOW + timedelta(days=30), SHANGHAI), "a second night finds nothing to do"
    assert list(keeping.verify()) == []
    told = LakeRemoval.objects.filter(what="readings", day=FIRST).earliest("id")
    assert (told.kind, told.rows, bytes(told.before)) == (KIND, len(first_rows), bytes(before.digest))
    whats = Entry.objects.filter(what__in=["observations.remove_kept", "observations.roll_up_day"])
    assert {"observations_lake_removal", "observations_lake_day", "observations_lake_rollup"} <= set(
        whats.values_list("form__table", flat=True)
    )


def test_roll_ups_go_in_their_time_and_coarser_ones_stay(declared: dict[str, Keeping]) -> None:
    one, _ = a_pond()
    days = history([one], *SPAN, every="day", zone=SHANGHAI)
    declared[KIND] = Keeping(readings=10, minute=20, hour=40, day=None)
    night(20)
    assert set(LakeRollUp.objects.filter(rows__gt=0).values_list("every", flat=True)) == {"hour", "day"}
    night(60)
    assert len(history([one], *SPAN, every="hour", zone=SHANGHAI)) == 0
    same(history([one], *SPAN, every="day", zone=SHANGHAI), days)
    assert not retention.plan(NOW + timedelta(days=60), SHANGHAI)


def test_without_their_roll_ups_readings_stay(declared: dict[str, Keeping]) -> None:
    one, _ = a_pond()
    before = all_of()
    with pytest.raises(RollUpsWanting):
        removing.remove(Removing("readings", FIRST, (KIND,)), SHANGHAI, by=BY, now=NOW + 30 * DAY)
    assert all_of() == before
    night(-30)
    revise(asked_ids()[0], one, 0.25, 77.0)
    assert retention.plan(NOW + 30 * DAY, SHANGHAI).removing[0].day > FIRST, "a revised day waits for its merging"
    close()
    with pytest.raises(RollUpsWanting):  # they are of the file as it was
        removing.remove(Removing("readings", FIRST, (KIND,)), SHANGHAI, by=BY, now=NOW + 30 * DAY)
    was = history([one], *SPAN, every="day", zone=SHANGHAI)
    night(30)
    same(history([one], *SPAN, every="day", zone=SHANGHAI), was)


def test_what_comes_for_a_day_that_is_gone_is_kept_for_a_night_and_in_no_roll_up(declared: dict[str, Keeping]) -> None:
    """Whether it was there before nobody can tell any more; counted twice would be worse than not at all."""
    one, other = a_pond()
    night(30)
    was = history([one], *SPAN, every="hour", zone=SHANGHAI)
    put_rows((one, 99.5, 9.0), (other, 99.5, 9.0))
    assert all_of([one]) == [(one, 99.5, 9.0)]
    same(history([one], *SPAN, every="hour", zone=SHANGHAI), was)
    close(now=NOW + 30 * DAY + timedelta(hours=1))
    assert night(31).removed == 1
    assert all_of([one]) == []
    same(history([one], *SPAN, every="hour", zone=SHANGHAI), was)


class Killed(BaseException):
    """As if the process had ended here."""


def test_ended_at_any_step_it_is_done_again_and_nothing_is_lost(declared: dict[str, Keeping]) -> None:
    one, other = a_pond()
    was = history([one, other], *SPAN, every="day", zone=SHANGHAI)
    later = NOW + 30 * DAY
    gone = Removing("readings", FIRST, (KIND,))

    def dies_at(fatal: str) -> Callable[[str], None]:
        def at_step(step: str) -> None:
            if step == fatal:
                raise Killed

        return at_step

    for step in STEPS:
        with pytest.raises(Killed):
            rolling.roll(Rolling("day", FIRST), SHANGHAI, by=BY, now=later, at_step=dies_at(step))
        same(history([one, other], *SPAN, every="day", zone=SHANGHAI), was)
    for each in retention.plan(later, SHANGHAI).rolling:
        rolling.roll(each, SHANGHAI, by=BY, now=later)
    for step in STEPS:
        with pytest.raises(Killed):
            removing.remove(gone, SHANGHAI, by=BY, now=later, at_step=dies_at(step))
        same(history([one, other], *SPAN, every="day", zone=SHANGHAI), was)
    night(30)
    same(history([one, other], *SPAN, every="day", zone=SHANGHAI), was)
    assert list(keeping.verify()) == []
    named = {files.path_of(row.file) for rows in (LakeDay, LakeRollUp) for row in rows.objects.all()}
    assert set(files.lake().rglob("part-*")) == named, "no file is left over"
