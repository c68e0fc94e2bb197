# SPDX-License-Identifier: Apache-2.0
"""Datastreams made of what packs declare: of one asset, or of all assets of a kind."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import timedelta
from typing import Any

from belltower.core.ledger.entries import action
from belltower.core.observations.errors import NoSuchDeclaration
from belltower.core.observations.models import Datastream, ObservedProperty, Sensor, Thing
from belltower.core.places.kinds import register
from belltower.core.places.models import Asset
from belltower.kernel.actors import Actor
from belltower.kernel.packs import Stream
from belltower.kernel.texts import Text

SENSOR_KEY = "belltower/unnamed"
_AT_ONCE = 5_000
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")


def declared_on(kind: str) -> list[Stream]:
    """The streams that the kind's pack declares for it."""
    pack = register().pack_of.get(kind)
    return [one for one in (pack.streams if pack else ()) if one.on == kind]


def declared(kind: str, stream_name: str) -> Stream:
    """The stream that a pack declares for a kind of asset. Raises NoSuchDeclaration."""
    listed = declared_on(kind)
    for one in listed:
        if one.name == stream_name:
            return one
    raise NoSuchDeclaration(kind=kind, stream=stream_name, known=", ".join(one.name for one in listed))


@action("observations.declare_stream")
def declare_stream(asset: Asset, stream_name: str, *, by: Actor) -> Datastream:
    """The datastream of what a pack declares for this asset, made with its thing where it is not there yet.

    Its key is "<asset kind>/<asset key>/<stream>". Raises NoSuchDeclaration.
    """
    stream = declared(asset.kind, stream_name)
    thing, _ = Thing.objects.get_or_create(key=thing_key(asset), defaults={"name": asset_name(asset), "asset": asset})
    made, _ = Datastream.objects.get_or_create(
        key=f"{thing.key}/{stream.name}", defaults={**_shared(stream), **_own(asset, thing, stream)}
    )
    return made


@action("observations.declare_streams")
def declare_streams(
    kind: str, *, by: Actor, among: Collection[int] | None = None, only: Collection[str] | None = None
) -> int:
    """What a pack declares for a kind, for all its assets that have it not yet; how many datastreams were made.

    ``among`` are ids of assets: only those of them. ``only`` are names of streams, where not all are reported.
    """
    made = 0
    for stream in (one for one in declared_on(kind) if only is None or one.name in only):
        shared = _shared(stream)
        chosen = Asset.objects.filter(kind=kind) if among is None else Asset.objects.filter(kind=kind, pk__in=among)
        wanting = chosen.exclude(datastreams__stream=f"{kind}.{stream.name}").order_by("id")
        while some := list(wanting[:_AT_ONCE]):
            things = _things(some)
            fresh = [
                Datastream(key=f"{thing_key(one)}/{stream.name}", **shared, **_own(one, things[thing_key(one)], stream))
                for one in some
            ]
            made += len(Datastream.objects.bulk_create(fresh))
    return made


def _things(assets: list[Asset]) -> dict[str, Thing]:
    """The things of these assets by key, made where they are missing."""
    keys = [thing_key(one) for one in assets]
    known = {thing.key: thing for thing in Thing.objects.filter(key__in=keys)}
    missing = [one for one in assets if thing_key(one) not in known]
    made = Thing.objects.bulk_create([Thing(key=thing_key(one), name=asset_name(one), asset=one) for one in missing])
    return {thing.key or "": thing for thing in (*known.values(), *made)}


def thing_key(asset: Asset) -> str:
    """The natural key of the thing that stands for an asset."""
    return f"{asset.kind}/{asset.key}"


def asset_name(asset: Asset) -> str:
    """What the asset is called, in Chinese where it can be."""
    return asset.title.say("zh") if asset.title else asset.key


def _shared(stream: Stream) -> dict[str, Any]:
    """What all datastreams of one declaration have in common."""
    quantity = str(stream.quantity)
    sensor, _ = Sensor.objects.get_or_create(key=SENSOR_KEY, defaults={"name": "未登记的传感器 Unnamed sensor"})
    observed, _ = ObservedProperty.objects.get_or_create(key=f"belltower/{quantity}", defaults={"name": quantity})
    return {
        "sensor": sensor, "observed_property": observed, "unit_name": stream.unit, "unit_symbol": stream.unit,
        "unit_definition": f"http://unitsofmeasure.org/{stream.unit}", "stale_after": duration(stream.stale_after),
    }  # fmt: skip


def _own(asset: Asset, thing: Thing, stream: Stream) -> dict[str, Any]:
    """What is a datastream's own."""
    return {
        "name": _named(asset_name(asset), stream.title), "thing": thing, "asset": asset,
        "stream": f"{asset.kind}.{stream.name}",
    }  # fmt: skip


def duration(written: str) -> timedelta:
    """An ISO 8601 duration of days, hours, minutes and seconds."""
    found = _DURATION.fullmatch(written)
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (0, 0, 0, 0)
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def _named(title: str, stream: Text) -> str:
    return f"{title} {stream.say('zh')}"
