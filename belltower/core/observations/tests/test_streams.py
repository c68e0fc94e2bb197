# SPDX-License-Identifier: Apache-2.0
"""Streams are made of what a pack declares, known to those who store as soon as they are there, and seen with their asset."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from belltower.core.observations.declaring import declare_stream, declare_streams
from belltower.core.observations.errors import NoSuchDeclaration
from belltower.core.observations.latest import latest
from belltower.core.observations.models import Datastream, Reading, Thing
from belltower.core.observations.streams import KnownStreams, streams_by_key
from belltower.core.observations.tests.senses import batch, put, raw, streams
from belltower.core.places.models import Asset
from belltower.core.places.scope import Scope, seen_as
from belltower.kernel.actors import Actor
from tests.scenes.two_enterprises import TwoEnterprises

pytestmark = pytest.mark.django_db
BY = Actor.system("tests")


def _lamps(town: TwoEnterprises) -> tuple[Asset, Asset]:
    """A street light of ours and one of theirs."""
    return tuple(
        Asset.objects.filter(kind="street_light", owner=one.party).order_by("id")[0] for one in (town.ours, town.theirs)
    )  # type: ignore[return-value]


def test_a_declared_stream_is_made_once_with_its_thing(two_enterprises: TwoEnterprises) -> None:
    lamp, _ = _lamps(two_enterprises)
    made = declare_stream(lamp, "lamp_power", by=BY)
    assert declare_stream(lamp, "lamp_power", by=BY) == made
    assert (made.key, made.stream) == (f"street_light/{lamp.key}/lamp_power", "street_light.lamp_power")
    assert (made.unit_symbol, made.stale_after, made.asset) == ("W", timedelta(hours=2), lamp)
    assert Thing.objects.get(key=f"street_light/{lamp.key}").datastreams.get() == made
    with pytest.raises(NoSuchDeclaration, match="lamp_power"):
        declare_stream(lamp, "fill", by=BY)


def test_streams_and_readings_are_seen_with_their_asset(two_enterprises: TwoEnterprises) -> None:
    ours, theirs = (declare_stream(one, "lamp_power", by=BY) for one in _lamps(two_enterprises))
    [nobodys] = streams(1)
    put(batch((ours.pk, 1, 60.0), (theirs.pk, 1, 61.0), (nobodys, 1, 62.0)))
    with seen_as(Scope(frozenset({two_enterprises.ours.party.pk}))):
        assert list(Datastream.objects.filter(pk__in=[ours.pk, theirs.pk, nobodys])) == [ours]
        assert [one.value for one in Reading.objects.filter(value__gt=59)] == [60.0]
        assert theirs.pk not in latest(None).stream.tolist()
        assert latest([ours.pk, theirs.pk, nobodys]).value.tolist() == [60.0]
        assert streams_by_key([ours.key or "", theirs.key or "", "s/0"]) == {ours.key: ours.pk}
    assert latest([ours.pk, theirs.pk, nobodys]).value.tolist() == [60.0, 61.0, 62.0]


def test_known_streams_know_a_new_one_at_once() -> None:
    known = KnownStreams(raw())
    assert known.ids(["s/0", "nowhere"]).tolist() == [-1, -1]
    one, two = streams(2)
    assert known.ids(["s/1", "nowhere", "s/0"]).tolist() == [two, -1, one]
    assert known.has(np.array([two, 10**9, one, two])).tolist() == [True, False, True, True]


def test_a_stream_may_be_bound_to_one_source() -> None:
    [one] = streams(1, source="plc")
    known = KnownStreams(raw())
    assert known.has(np.array([one]), "plc").tolist() == [True]
    assert known.has(np.array([one]), "web").tolist() == [False]


def test_many_newest_values_are_those_asked_for() -> None:
    known = streams(2_500)
    put(batch(*((one, 1, float(one)) for one in known)))
    asked = known[:-3]
    found = latest(asked)
    assert found.stream.tolist() == asked
    assert found.value.tolist() == [float(one) for one in asked]


def test_all_assets_of_a_kind_get_what_their_pack_declares(two_enterprises: TwoEnterprises) -> None:
    lamp, _ = _lamps(two_enterprises)
    by_hand = declare_stream(lamp, "lamp_power", by=BY)
    lamps = Asset.objects.filter(kind="street_light").count()
    assert declare_streams("street_light", by=BY, only=["lamp_power"]) == lamps - 1
    assert declare_streams("street_light", by=BY, only=["lamp_power"]) == 0
    made = Datastream.objects.filter(stream="street_light.lamp_power")
    assert made.count() == lamps
    assert by_hand in made
    assert {one.key for one in made} == {
        f"street_light/{key}/lamp_power"
        for key in Asset.objects.filter(kind="street_light").values_list("key", flat=True)
    }
    put(batch(*((one.pk, 1, 1.0) for one in made)))
    assert declare_streams("no_such_kind", by=BY) == 0
