# SPDX-License-Identifier: Apache-2.0
"""Features of interest that nobody names: made from where the Thing is, kept once a stream, new when it moves."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import shapely
from django.db import connection

from belltower.core.observations.storing import Detail
from belltower.edges.sensorthings import archived
from belltower.edges.sensorthings.checking import wrong
from belltower.edges.sensorthings.errors import text
from belltower.edges.sensorthings.fetching import fetched
from belltower.edges.sensorthings.geometry import from_geojson
from belltower.edges.sensorthings.model import OBSERVATIONS
from belltower.kernel.identity import uuid7

KEY = "location/{id}"
"""Of the Location a feature was made of: Things at the same place have the same feature."""

_LOCATION = """
    SELECT l.id, l.name, l.description, l.encoding_type, l.location::text
    FROM observations_datastream d
    JOIN observations_thing_location tl ON tl.thing_id = d.thing_id
    JOIN observations_location l ON l.id = tl.location_id
    WHERE d.id = %(stream)s
    ORDER BY jsonb_typeof(l.location) <> 'object', l.encoding_type NOT ILIKE '%%geo%%json%%', l.id LIMIT 1
"""


def ensure(stream: int, source: str) -> None:
    """A stream whose observations name no feature has one from now on, and may be reported by ``source``.

    Raises BadEntity when it may not be, or when its Thing is nowhere. Streams of Belltower's own, which have a key or
    an asset, are reported by doors that know no features: they may be without one.
    """
    known = fetched(_STREAM, {"stream": stream})
    if not known:
        raise wrong(OBSERVATIONS, text("没有 Datastreams({id})", "there is no Datastreams({id})", id=stream))
    only, is_own, is_placed = known[0]
    if only not in ("", source):
        raise wrong(OBSERVATIONS, text("该数据流由其他来源上报", "that Datastream is another source's to report"))
    if not is_placed and not renew(stream) and not is_own:
        reason = text(
            "没有 FeatureOfInterest，其 Thing 也没有 Location",
            "it names no FeatureOfInterest, and its Thing has no Location to make one of",
        )
        raise wrong(OBSERVATIONS, reason)


_STREAM = """
    SELECT d.source, d.key IS NOT NULL OR d.asset_id IS NOT NULL,
           EXISTS (SELECT FROM observations_default_feature f WHERE f.stream = d.id)
    FROM observations_datastream d WHERE d.id = %(stream)s
"""


def renew(stream: int) -> bool:
    """From the next reading on, the stream is of the feature where its Thing is now; whether that is anywhere."""
    found = fetched(_LOCATION, {"stream": stream})
    if not found:
        return False
    feature = _feature_of(*found[0])
    _from_now_on(stream, feature)
    spread(stream, feature)
    return True


def _feature_of(location: int, name: str, description: str, encoding: str, geojson: str) -> int:
    key = KEY.format(id=location)
    fetched("SELECT pg_advisory_xact_lock(hashtextextended(%(key)s, 64))", {"key": key})
    found = fetched("SELECT id FROM observations_feature WHERE key = %(key)s", {"key": key})
    if found:
        return int(found[0][0])
    made = fetched(
        "INSERT INTO observations_feature (uid, key, name, description, encoding_type, feature, properties) VALUES"
        " (%(uid)s, %(key)s, %(name)s, %(description)s, %(encoding)s, %(feature)s::jsonb, '{}') RETURNING id",
        {
            "uid": uuid7(),
            "key": key,
            "name": name,
            "description": description,
            "encoding": encoding,
            "feature": geojson,
        },
    )
    return int(made[0][0])


def _from_now_on(stream: int, feature: int) -> None:
    """Readings that are stored after this transaction began have larger ids than the sequence gave out so far."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO observations_default_feature (stream, from_id, feature_id)"
            " SELECT %(stream)s, last_value + is_called::int, %(feature)s FROM observations_reading_id"
            " ON CONFLICT (stream, from_id) DO UPDATE SET feature_id = excluded.feature_id",
            {"stream": stream, "feature": feature},
        )


def moved(thing: int) -> None:
    """The Thing's streams that report by where it is are of its new place from now on."""
    streams = fetched(
        "SELECT DISTINCT f.stream FROM observations_default_feature f JOIN observations_datastream d ON d.id = f.stream"
        " WHERE d.thing_id = %(thing)s",
        {"thing": thing},
    )
    for (stream,) in streams:
        renew(stream)


def redrawn(location: int) -> None:
    """A Location was drawn anew: what was observed stays where it was, what will be is of the new shape."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE observations_feature SET key = NULL WHERE key = %(key)s", {"key": KEY.format(id=location)}
        )
        if not cursor.rowcount:
            return
    things = fetched("SELECT thing_id FROM observations_thing_location WHERE location_id = %(id)s", {"id": location})
    for (thing,) in things:
        moved(thing)


def spread(stream: int, feature: int) -> None:
    """Let the stream's observedArea take in the feature: their convex hull, where both are shapes."""
    found = fetched(
        "SELECT d.observed_area::text, f.feature::text FROM observations_datastream d, observations_feature f"
        " WHERE d.id = %(stream)s AND f.id = %(feature)s",
        {"stream": stream, "feature": feature},
    )
    if not found:
        return
    known, added = (None if each is None else from_geojson(json.loads(each)) for each in found[0])
    if added is None or (known is not None and shapely.covers(known, added)):
        return
    area = added if known is None else shapely.convex_hull(shapely.union(known, added))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE observations_datastream SET observed_area = %(area)s::jsonb WHERE id = %(stream)s",
            {"area": shapely.to_geojson(area), "stream": stream},
        )


def detail_columns(detail: Detail) -> list[Any]:
    """A detail in the order of its table's columns after (id, stream, at)."""
    return [
        detail.until, _json(detail.result), detail.valid_from, detail.valid_until, _json(detail.result_quality),
        _json(detail.parameters), detail.feature,
    ]  # fmt: skip


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)


_NEWEST = """
    UPDATE observations_latest l SET
        at = n.at, result_at = n.result_at, value = n.value, quality = n.quality, reading = n.id,
        first_at = (SELECT min(f.at) FROM observations_reading f WHERE f.stream = l.stream)
    FROM unnest(%(streams)s::bigint[]) AS s(id)
    LEFT JOIN LATERAL (
        SELECT r.* FROM observations_reading r WHERE r.stream = s.id ORDER BY r.at DESC, r.result_at DESC LIMIT 1
    ) n ON true
    WHERE l.stream = s.id
"""


_FROM_LAKE = """
    UPDATE observations_latest SET first_at = LEAST(first_at, %(first)s::timestamptz),
        result_at = CASE WHEN at IS NULL OR at < %(at)s THEN %(result_at)s ELSE result_at END,
        value = CASE WHEN at IS NULL OR at < %(at)s THEN %(value)s ELSE value END,
        quality = CASE WHEN at IS NULL OR at < %(at)s THEN %(quality)s ELSE quality END,
        reading = CASE WHEN at IS NULL OR at < %(at)s THEN %(id)s ELSE reading END,
        at = GREATEST(at, %(at)s)
    WHERE stream = %(stream)s
"""


def refresh_latest(streams: Sequence[int]) -> None:
    """The newest of each stream, found anew after a change or a deletion; of closed days where no other is left."""
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, {"streams": list(streams)})
        for stream in streams:
            if (ends := archived.ends_of(stream)) is not None:
                first, (at, result_at, value, quality, id) = ends
                of_it = {"at": at, "result_at": result_at, "value": value, "quality": quality, "id": id}
                cursor.execute(_FROM_LAKE, {**of_it, "stream": stream, "first": first})
