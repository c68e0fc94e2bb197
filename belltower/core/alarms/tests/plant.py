# SPDX-License-Identifier: Apache-2.0
"""A small plant for the tests of alarms: a gas detector on an asset of somebody's, its stream, alarms, and readings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from belltower.core.alarms import actions
from belltower.core.alarms.models import Alarm, Condition, Definition
from belltower.core.alarms.rules import Draft
from belltower.core.alarms.runner import Runner, Turn
from belltower.core.observations.batches import batch_of
from belltower.core.observations.models import Datastream, ObservedProperty, Sensor, Thing
from belltower.core.observations.storing import store
from belltower.core.places.models import Asset
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

BY = Actor.system("plant")
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
REASONS: dict[str, Any] = {
    "cause": "燃气泄漏 A leak of gas",
    "consequence": "可能爆炸 It may explode",
    "response": "关闭阀门并通知巡检 Close the valve, send an inspector",
    "time_to_respond": timedelta(minutes=10),
}


def detector(asset: Asset | None = None, *, name: str = "甲烷 methane") -> Datastream:
    """The stream of a methane detector, in %LEL."""
    thing = Thing.objects.create(name=f"detector {name}", asset=asset)
    return Datastream.objects.create(
        name=name, thing=thing, asset=asset, unit_name="% LEL", unit_symbol="%LEL",
        sensor=Sensor.objects.create(name=f"sensor {name}"),
        observed_property=ObservedProperty.objects.create(name=f"methane {name}"), properties={"simulated": True},
    )  # fmt: skip


def draft(condition: Condition = Condition.HI, **changes: Any) -> Draft:
    """A high alarm at 20 with a dead band of 2, with its reasons."""
    said: dict[str, Any] = {"title": Text("甲烷浓度高", "Methane high"), "limit": 20.0, "deadband": 2.0, "priority": 1}
    return Draft(condition=condition, **{**said, **REASONS, **changes})


def enabled(stream: Datastream, condition: Condition = Condition.HI, **changes: Any) -> Alarm:
    """An alarm of that stream, defined and enabled an hour before noon."""
    before = NOON - timedelta(hours=1)
    definition = actions.define(stream, draft(condition, **changes), by=BY, now=before)
    return actions.enable(Definition.objects.get(pk=definition.pk), by=BY, now=before).alarm


def report(stream: Datastream, *values: float, at: datetime = NOON, every: timedelta = timedelta(seconds=1)) -> None:
    """Readings of the stream, one every second from ``at`` on, through the same door as everybody's."""
    first, step = int(at.timestamp() * 1_000_000), every // timedelta(microseconds=1)
    rows = [(stream.pk, first + number * step, value) for number, value in enumerate(values)]
    with transaction.atomic():
        connection.ensure_connection()
        store(connection.connection, batch_of(rows), source="plant", received_at=at)


def turn(at: datetime) -> Turn:
    """One turn of a runner that remembers nothing, as after a restart."""
    return Runner().turn(at)
