# SPDX-License-Identifier: Apache-2.0
"""The demo city's senses in the database: streams that packs declare, alarms with their reasons, and two days' past."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import Max, QuerySet

from belltower.core.alarms import actions as alarms
from belltower.core.alarms.models import Condition
from belltower.core.alarms.rules import Draft
from belltower.core.ledger.entries import action
from belltower.core.observations.batches import Batch
from belltower.core.observations.declaring import declare_streams, declared_on
from belltower.core.observations.models import Datastream, Latest
from belltower.core.observations.storing import store
from belltower.core.places.models import Asset, Life
from belltower.demo.geography import hengyang
from belltower.demo.sensed import Sense, Sensors, senses
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

BY = Actor.system("demo")
SOURCE = "demo"
PAST = timedelta(days=2)
_COARSE_S, _HOUR_S = 600, 3600


@action("demo.begin_senses")
def begin(*, by: Actor, now: datetime) -> int:
    """Streams and alarms of the demo, where there are none yet; how many streams there are. The past comes by catch_up."""
    known: int = ours().count()
    if known:
        return known
    for sense in senses():
        if sense.stream in {f"{sense.kind}.{one.name}" for one in declared_on(sense.kind)}:
            _put(sense, by=by, now=now)
    made: int = ours().count()
    return made


def ours() -> QuerySet[Datastream]:
    """The datastreams that the demo reports."""
    return Datastream.objects.filter(properties__simulated=True)


def catch_up(now: datetime) -> int:
    """Store what should have been reported until ``now`` and was not, two days at most; how many readings.

    For a city that does not run: its past at the first start, and the hours that it slept at the next. Each hour is told
    as received when it ended. They are fewer batches than the alarms' runner takes in one turn, so that it looks at the
    clock after all of them, and takes no sleep for silence.
    """
    sensors, stored = list(all_sensors()), 0
    if not sensors:
        return 0
    until = int(now.timestamp())
    since = max(reported_until() or 0, until - int(PAST.total_seconds()))
    for begin_at in range(since, until, _HOUR_S):
        end = min(begin_at + _HOUR_S, until)
        every = _COARSE_S if until - end >= _HOUR_S else None
        rows = readings(sensors, begin_at, end, every_s=every)
        with transaction.atomic():
            done = store(connection.connection, rows, source=SOURCE, received_at=datetime.fromtimestamp(end, UTC))
        stored += done.stored
    return stored


def readings(sensors: list[Sensors], since: int, until: int, *, every_s: int | None = None) -> Batch:
    """What all of them report after ``since`` and until ``until`` (seconds since 1970), in the order of instants."""
    parts = [one.between(since, until, every_s=every_s) for one in sensors]
    stream, at, value = (np.concatenate([part[place] for part in parts]) for place in range(3))
    order = np.argsort(at, kind="stable")
    return Batch(stream[order], at[order] * 1_000_000, value[order])


def reported_until() -> int | None:
    """Up to when the demo's streams have readings, in seconds since 1970."""
    newest = Latest.objects.filter(stream__in=ours()).aggregate(newest=Max("at"))["newest"]
    return int(newest.timestamp()) if newest else None


def all_sensors() -> Iterator[Sensors]:
    """Those that were begun, with the ids of their streams."""
    for sense in senses():
        rows = list(
            ours().filter(stream=sense.stream, asset__isnull=False).select_related("asset").order_by("asset__key")
        )
        assets = [one.asset for one in rows if one.asset]
        if rows:
            rated = [float(one.fields.get(sense.rated) or 1.0) for one in assets]
            yield Sensors(
                sense, np.array([one.pk for one in rows], np.int64), [one.key for one in assets], np.array(rated),
                int(rows[0].properties["began"]),
            )  # fmt: skip


def _put(sense: Sense, *, by: Actor, now: datetime) -> None:
    assets = _chosen(sense)
    declare_streams(sense.kind, by=by, among=assets, only=[sense.stream.partition(".")[2]])
    streams = Datastream.objects.filter(stream=sense.stream, asset__in=assets)
    streams.update(properties={"simulated": True, "began": int(now.timestamp())})
    for stream in streams.order_by("asset__key")[: sense.alarmed]:
        made = alarms.define(stream, _draft(sense.alarm), by=by, now=now - PAST)
        alarms.enable(made, by=by, now=now - PAST)


def _chosen(sense: Sense) -> list[int]:
    """Assets in service in the middle of the city, evenly spread over their keys."""
    there = Asset.objects.filter(kind=sense.kind, life=Life.IN_SERVICE, key__startswith=f"{hengyang().code}-")
    found = list(there.order_by("key").values_list("pk", flat=True))
    return [found[place] for place in np.linspace(0, len(found) - 1, min(sense.of, len(found)), dtype=int)]


def _draft(told: dict[str, Any]) -> Draft:
    stale = told.get("stale_after_s")
    return Draft(
        condition=Condition(told["condition"]),
        title=Text(**told["title"]),
        limit=told.get("limit"),
        deadband=told.get("deadband", 0.0),
        on_delay=timedelta(seconds=told.get("on_delay_s", 0)),
        off_delay=timedelta(seconds=told.get("on_delay_s", 0)),
        stale_after=timedelta(seconds=stale) if stale else None,
        is_latching=told.get("is_latching", False),
        priority=told["priority"],
        cause=told["cause"],
        consequence=told["consequence"],
        response=told["response"],
        time_to_respond=timedelta(minutes=told["respond_min"]),
    )
