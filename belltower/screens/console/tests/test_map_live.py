# SPDX-License-Identifier: Apache-2.0
"""What the map is told of the senses: each asset once by what matters most, counts with lists behind them, nobody else's."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from belltower.core.access import actions as access
from belltower.core.access.models import RoleName
from belltower.core.alarms import actions
from belltower.core.alarms.models import Alarm, Condition
from belltower.core.alarms.tests import plant
from belltower.core.observations.models import Datastream
from belltower.core.places.models import Asset, Party
from belltower.kernel.texts import Text
from belltower.screens.console.map_live import legend
from belltower.screens.console.tests import scene

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SOUTH, NORTH = "430405001", "430405002"  # the scene's streets


def of(username: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(scene.user(username))
    return client


def told(client: Client, **query: str) -> dict[str, Any]:
    answer = client.get("/map/live/", query)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    return answer.json()


def stands(client: Client, **query: str) -> dict[str, tuple[str, int]]:
    """State and silence by the asset's key."""
    by_uid = {
        str(one.uid).replace("-", ""): one.key for one in Asset.objects.filter(kind__in=("street_light", "waste_bin"))
    }
    return {by_uid[row[0]]: (row[4], row[5]) for row in told(client, **query)["rows"]}


def sensed(key: str, *values: float, ago: timedelta = MINUTE, **alarm: Any) -> Alarm | None:
    """A detector on that asset, silent after ten minutes, with an alarm if one is described, and its readings."""
    stream = plant.detector(Asset.objects.get(key=key), name=key)
    Datastream.objects.filter(pk=stream.pk).update(stale_after=10 * MINUTE)
    enabled = plant.enabled(stream, **alarm) if alarm else None
    if values:
        plant.report(stream, *values, at=timezone.now() - ago)
    return enabled


@pytest.fixture
def senses(city: None) -> dict[str, Alarm]:
    """Six lamps and a bin that sense: two call (one of them is silent by now), one is acknowledged, one shelved, one silent,
    one never heard of, one at rest, the bin as well."""
    alarms = {
        "LD-0000": sensed("LD-0000", 5.0, 25.0, priority=2),
        "LD-0001": sensed("LD-0001", 5.0, 25.0, ago=HOUR, priority=3),
        "LD-0002": sensed("LD-0002", 5.0, 25.0, priority=1),
        "LD-0007": sensed("LD-0007", 5.0, 6.0, priority=1),
    }
    sensed("LD-0008", 5.0, ago=HOUR)
    sensed("LD-0009")
    sensed("LD-0010", 5.0)
    sensed("B0", 5.0)
    now = timezone.now()
    plant.turn(now)
    actions.acknowledge([alarms["LD-0002"].uid], by=plant.BY, now=now)
    actions.shelve(alarms["LD-0007"].uid, until=now + HOUR, reason="tested", by=plant.BY, now=now)
    plant.turn(now + timedelta(seconds=1))
    return alarms


NOT_AT_REST = {
    "LD-0000": ("c2", 0), "LD-0001": ("c3", 1), "LD-0002": ("a1", 0), "LD-0007": ("q", 0), "LD-0008": ("s", 1),
    "LD-0009": ("s", 1),
}  # fmt: skip


def test_each_asset_stands_as_what_matters_most_and_silence_is_never_good(senses: dict[str, Alarm]) -> None:
    viewer = of("viewer")
    assert stands(viewer) == NOT_AT_REST
    assert told(viewer)["counts"] == {"c2": 1, "c3": 1, "a1": 1, "q": 1, "s": 2, "n": 2, "silent": 3}
    close = stands(viewer, box="112.5,26.8,112.7,27.0")
    assert close == {**NOT_AT_REST, "LD-0010": ("n", 0), "B0": ("n", 0)}
    assert stands(viewer, box="0,0,1,1") == stands(viewer, box="nan,0,1,1") == stands(viewer, box="x") == NOT_AT_REST


def test_an_alarm_that_rises_and_is_acknowledged_is_told_at_the_next_look(senses: dict[str, Alarm]) -> None:
    viewer, now = of("viewer"), timezone.now()
    actions.acknowledge([senses["LD-0000"].uid], by=plant.BY, now=now)
    plant.report(Datastream.objects.get(asset__key="LD-0008"), 5.0, at=now)
    plant.turn(now + timedelta(seconds=1))
    after = stands(viewer)
    assert after["LD-0000"] == ("a2", 0)
    assert "LD-0008" not in after, "what speaks again is at rest"


def test_the_lists_behind_the_counts_are_as_long_as_they_say(senses: dict[str, Alarm]) -> None:
    """Each of these assets has one stream, so that assets, alarms and streams are as many."""
    viewer = of("viewer")
    counts = told(viewer, area=SOUTH)["counts"]
    counts = {**counts, "s": counts["silent"], "a": counts["a1"]}
    for line in legend(SOUTH):
        rows = viewer.get(line.link).content.decode().count("<tr data-row")
        # A stream may be good while its alarm calls: the list of good ones is of streams, the count of assets at rest.
        assert rows == counts.get(line.state, 0) + (3 if line.state == "n" else 0), line


def test_an_area_narrows_rows_and_counts(senses: dict[str, Alarm]) -> None:
    viewer = of("viewer")
    everything = told(viewer)["counts"]
    assert stands(viewer, area=NORTH) == {}
    south, north = told(viewer, area=SOUTH)["counts"], told(viewer, area=NORTH)["counts"]
    assert {one: south.get(one, 0) + north.get(one, 0) for one in everything} == everything
    assert north == {"silent": 0, "n": 1}


def test_who_owns_none_of_it_is_told_of_none_of_it(senses: dict[str, Alarm]) -> None:
    """The sanitation centre owns the bins: it sees that its one is at rest, and nothing of the lamps."""
    party = Party.objects.get(key="sanitation")
    user = access.add_user("sweepers", Text("环卫", "Sweepers"), password=scene.PASSWORD, party=party, by=scene.BY)
    access.grant(user, RoleName.ENTERPRISE, valid_from=date(2024, 1, 1), by=scene.BY)
    assert stands(of("sweepers"), box="112.5,26.8,112.7,27.0") == {"B0": ("n", 0)}
    assert told(of("sweepers"))["counts"] == {"silent": 0, "n": 1}
    assert Client().get("/map/live/").status_code == 302, "who has not signed in is told nothing"


def test_a_silence_alarm_that_calls_is_a_call_from_a_silent_asset(city: None) -> None:
    stale = sensed("LD-0011", 5.0, ago=HOUR, condition=Condition.STALE, stale_after=10 * MINUTE)
    assert stale
    plant.turn(timezone.now())
    assert stands(of("viewer")) == {"LD-0011": ("c1", 1)}
