# SPDX-License-Identifier: Apache-2.0
"""Observations: a body to a reading with its detail, its feature of interest found or made, and what goes when they go."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import psycopg
from django.db import connection

from belltower.core.observations.batches import AHEAD, EARLIEST, NOT_GIVEN, Batch, instant_of, micros
from belltower.core.observations.errors import NotStorable, TooManyDays, UnknownStream
from belltower.core.observations.lake.actions import revise
from belltower.core.observations.lake.rows import EMPTY
from belltower.core.observations.storing import HAS_DETAIL, NO_RESULT_TIME, Aside, Detail, keep_aside, store
from belltower.edges.sensorthings import archived, features
from belltower.edges.sensorthings.checking import period, wrong
from belltower.edges.sensorthings.errors import text
from belltower.edges.sensorthings.fetching import fetched
from belltower.edges.sensorthings.model import (
    DATASTREAMS,
    FEATURES_OF_INTEREST,
    OBSERVATIONS,
    EntitySet,
)  # fmt: skip
from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text

LARGEST_FRAME = 65_536  # bytes of a refused body that are kept
_OWN = frozenset({"phenomenonTime", "result", "resultTime", "resultQuality", "validTime", "parameters"})


@dataclass(frozen=True, slots=True)
class Observed:
    """An observation as it is stored: its instants in UTC, its number or NaN, and what else is known of it."""

    stream: int
    at: datetime
    result_at: datetime | None
    value: float
    detail: Detail | None


def observed(body: Mapping[str, Any], *, stream: int, feature: int | None, now: datetime) -> Observed:
    """A body as an observation of ``stream``; without a phenomenonTime it is of ``now``. Raises BadEntity."""
    if "result" not in body:
        raise wrong(OBSERVATIONS, text("缺少 result", "result is missing"))
    if "unitOfMeasurement" in body:
        raise wrong(
            OBSERVATIONS,
            text("单位由其 Datastream 决定，不能另给", "its unit is its Datastream's, and it has none of its own"),
        )
    given = body.get("phenomenonTime")
    time = period(OBSERVATIONS, "phenomenonTime", given) if given is not None else None
    at = now if time is None else time.start
    told = body.get("resultTime")
    result_at = None if told is None else period(OBSERVATIONS, "resultTime", told).start
    for instant in (at, result_at or at):
        if not instant_of(EARLIEST) <= instant <= now + AHEAD:
            raise wrong(
                OBSERVATIONS, text("{at} 早于 2000 年或晚于明天", "{at} is before 2000 or after tomorrow", at=instant)
            )
    value = as_number(body["result"])
    detail = _detail(body, end=None if time is None else time.end, is_number=not math.isnan(value), feature=feature)
    return Observed(stream, at, result_at, value, detail)


def as_number(result: Any) -> float:
    """A number, or NaN for a result that is none, or that a float would round."""
    if isinstance(result, bool) or not isinstance(result, int | float):
        return math.nan
    is_exact = isinstance(result, float) or abs(result) <= 2**53
    return float(result) if is_exact else math.nan


def _detail(body: Mapping[str, Any], *, end: datetime | None, is_number: bool, feature: int | None) -> Detail | None:
    valid = body.get("validTime")
    validity = period(OBSERVATIONS, "validTime", valid) if valid is not None else None
    detail = Detail(
        until=end,
        result=None if is_number else body["result"],
        valid_from=validity.start if validity else None,
        valid_until=validity.end if validity else None,
        result_quality=body.get("resultQuality"),
        parameters=_parameters(body.get("parameters")),
        feature=feature,
    )
    return None if is_number and detail == Detail() else detail


def _parameters(given: Any) -> Any:
    if given is not None and not isinstance(given, dict):
        raise wrong(OBSERVATIONS, text("parameters 应为对象", "parameters is no object"))
    return given or None


def stored(raw: psycopg.Connection[Any], rows: Sequence[Observed], *, source: str, now: datetime) -> list[int]:
    """The ids of the rows, in order; every one is kept, equal instants too. Raises BadEntity."""
    batch = Batch(
        stream=np.array([row.stream for row in rows], np.int64),
        at=np.array([micros(row.at) for row in rows], np.int64),
        value=np.array([row.value for row in rows], np.float64),
        result_at=np.array([NOT_GIVEN if row.result_at is None else micros(row.result_at) for row in rows], np.int64),
    )
    details = {at: row.detail for at, row in enumerate(rows) if row.detail is not None}
    with storing():
        kept = store(raw, batch, source=source, received_at=now, details=details, keep_equal=True)
    return [int(each) for each in kept.ids]


def keep_refused(refusals: Sequence[tuple[Refusal, bytes]], *, source: str, now: datetime) -> None:
    """Keep what was refused, as it came and with the reason, so that a source's count closes."""
    asides = [
        Aside(refusal.code, Text(zh=refusal.say("zh"), en=refusal.say("en")), frame[:LARGEST_FRAME])
        for refusal, frame in refusals
    ]
    keep_aside(raw(), source, asides, received_at=now)


@contextmanager
def storing() -> Iterator[None]:
    """What the store cannot take is a body that cannot be stored."""
    try:
        yield
    except (NotStorable, TooManyDays, UnknownStream) as error:
        said = Text(zh=error.say("zh"), en=error.say("en"))
        raise wrong(OBSERVATIONS, said) from error


def raw() -> psycopg.Connection[Any]:
    """The connection under Django's, in whose transaction we are."""
    connection.ensure_connection()
    under: psycopg.Connection[Any] = connection.connection
    return under


def the_same(row: Observed) -> int | None:
    """The observation with the same stream and instants, for those who ask for no duplicates."""
    result_at = row.result_at or row.at
    found = fetched(
        "SELECT r.id FROM observations_reading r WHERE r.stream = %(stream)s AND r.at = %(at)s"
        " AND r.result_at = %(result_at)s ORDER BY r.id LIMIT 1",
        {"stream": row.stream, "at": row.at, "result_at": result_at},
    )
    return int(found[0][0]) if found else archived.the_same(row.stream, row.at, result_at)


def change(key: int, body: Mapping[str, Any], *, stream: int | None, feature: int | None, is_whole: bool) -> None:
    """Write what the body says into the observation that is there; a whole one takes out what it does not say.

    Raises BadEntity.
    """
    before = current(key)
    whole = {name: body[name] for name in _OWN & body.keys()}
    merged = whole if is_whole else {**before.body, **whole}
    if is_whole and "phenomenonTime" not in body:
        merged["phenomenonTime"] = before.body["phenomenonTime"]
    kept = before.feature if feature is None else feature
    row = observed(merged, stream=stream or before.stream, feature=kept, now=datetime.now(UTC))
    _rewrite(key, row)
    for each in {before.stream, row.stream}:
        features.refresh_latest([each])


@dataclass(frozen=True, slots=True)
class Current:
    """An observation as it is now, in the words of a body."""

    body: Mapping[str, Any]
    stream: int
    feature: int | None


def current(key: int) -> Current:
    """The observation ``key`` as a body would say it, with the feature of its own."""
    from belltower.edges.sensorthings.selecting import Selection
    from belltower.edges.sensorthings.syntax import Options

    (row,) = Selection(OBSERVATIONS, Options(), ["t.id = %(id)s"], {"id": key}).rows()
    own = fetched("SELECT feature_id FROM observations_detail WHERE id = %(id)s", {"id": key})
    return Current(row.properties, row.here["stream"], own[0][0] if own else None)


def _rewrite(key: int, row: Observed) -> None:
    detail = row.detail
    fetched("SELECT observations_make_day((%(at)s::timestamptz AT TIME ZONE 'UTC')::date)", {"at": row.at})
    flags = (HAS_DETAIL if detail else 0) | (NO_RESULT_TIME if row.result_at is None else 0)
    result_at, value = row.result_at or row.at, None if math.isnan(row.value) else row.value
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE observations_reading SET stream = %(stream)s, at = %(at)s, result_at = %(result_at)s,"
            " value = %(value)s, flags = (flags & 1) | %(flags)s WHERE id = %(id)s",
            {"id": key, "stream": row.stream, "at": row.at, "result_at": result_at, "value": value, "flags": flags},
        )
        if not cursor.rowcount:  # it lies in the lake
            at, told = row.at.isoformat(), result_at.isoformat()
            changes = {"stream": row.stream, "at": at, "result_at": told, "value": value, "flags": flags}
            revise(key, changes, datetime.now(UTC))
        cursor.execute("DELETE FROM observations_detail WHERE id = %(id)s", {"id": key})
        if detail:
            cursor.execute(_DETAIL, [key, row.stream, row.at, *features.detail_columns(detail)])


_DETAIL = (
    "INSERT INTO observations_detail (id, stream, at, until, result, valid_from, valid_until, result_quality,"
    " parameters, feature_id) VALUES (%s, %s, %s, %s, %s::jsonb, %s, %s, %s::jsonb, %s::jsonb, %s)"
)


def delete(keys: Sequence[int]) -> None:
    """Delete observations by id; those of closed days are hidden from now on."""
    hot = [
        row[0] for row in fetched("SELECT id FROM observations_reading WHERE id = ANY(%(keys)s)", {"keys": list(keys)})
    ]
    elsewhere = archived.lying(sorted(set(keys) - set(hot))) if len(hot) < len(keys) else EMPTY
    for key in elsewhere["id"].tolist():
        revise(key, None, datetime.now(UTC))
    _delete("id = ANY(%(keys)s)", "id = ANY(%(keys)s)", keys)
    if len(elsewhere):
        features.refresh_latest(sorted(set(elsewhere["stream"].tolist())))


def delete_with(entity: EntitySet, keys: Sequence[int]) -> None:
    """Delete the observations of Datastreams or of features that go, and what is kept about them."""
    if entity is DATASTREAMS:
        _delete("stream = ANY(%(keys)s)", "stream = ANY(%(keys)s)", keys, refresh=False)
        with connection.cursor() as cursor:
            for table in ("observations_default_feature", "observations_latest"):
                cursor.execute(f"DELETE FROM {table} WHERE stream = ANY(%(keys)s)", {"keys": list(keys)})  # nosec B608  # names of our own map
    elif entity is FEATURES_OF_INTEREST:
        sql = f"SELECT t.id FROM {OBSERVATIONS.relation} t WHERE t.feature_id = ANY(%(keys)s)"
        delete([row[0] for row in fetched(sql, {"keys": list(keys)})] + archived.of_features(keys))
        with connection.cursor() as cursor:
            cursor.execute(
                "DELETE FROM observations_default_feature WHERE feature_id = ANY(%(keys)s)", {"keys": list(keys)}
            )
            cursor.execute(
                "UPDATE observations_detail SET feature_id = NULL WHERE feature_id = ANY(%(keys)s)",
                {"keys": list(keys)},
            )


def _delete(readings: str, details: str, keys: Sequence[int], *, refresh: bool = True) -> None:
    streams = fetched(f"SELECT DISTINCT stream FROM observations_reading WHERE {readings}", {"keys": list(keys)})  # nosec B608  # names of our own map
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM observations_detail WHERE {details}", {"keys": list(keys)})  # nosec B608  # names of our own map
        cursor.execute(f"DELETE FROM observations_reading WHERE {readings}", {"keys": list(keys)})  # nosec B608  # names of our own map
    if refresh:
        features.refresh_latest([row[0] for row in streams])
