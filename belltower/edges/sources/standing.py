# SPDX-License-Identifier: Apache-2.0
"""How a source stands, as its bridge tells about once a second: connected or away, how much, since when, what is wrong."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg

TOLD_EVERY_S = 1.0
_RATE_OVER_S = 10.0


@dataclass(slots=True)
class Standing:
    """What is told of a source. ``frames`` and ``readings`` count since its bridge began."""

    source: str
    holder: str
    state: str = "waiting"
    since: datetime | None = None
    last_seen: datetime | None = None
    error: dict[str, str] | None = None
    error_at: datetime | None = None
    frames: int = 0
    readings: int = 0
    per_s: float = 0.0
    _told: float = 0.0
    _window: tuple[float, int] = field(default_factory=lambda: (time.monotonic(), 0))

    def turn(self, state: str, now: datetime, error: dict[str, str] | None = None) -> None:
        """It is in ``state`` now."""
        if state != self.state:
            self.state, self.since = state, now
        if error:
            self.error, self.error_at = error, now

    def count(self, *, frames: int, readings: int, at: datetime) -> None:
        """So much came."""
        self.frames += frames
        self.readings += readings
        self.last_seen = at

    def is_due(self, every_s: float = TOLD_EVERY_S) -> bool:
        """Whether it should be told again; brings the rate up to date."""
        now = time.monotonic()
        began, counted = self._window
        if now - self._told < every_s:
            return False
        self._told = now
        if now - began >= TOLD_EVERY_S:
            self.per_s = (self.readings - counted) / (now - began)
        if now - began >= _RATE_OVER_S:
            self._window = (now, self.readings)
        return True


def write_standing(raw: psycopg.Connection[Any], one: Standing, now: datetime) -> None:
    """Write it in ``raw``'s transaction."""
    error = json.dumps(one.error, ensure_ascii=False) if one.error else None
    raw.execute(
        _WRITE,
        [
            one.source,
            one.state,
            one.since,
            one.last_seen,
            error,
            one.error_at,
            one.holder,
            one.frames,
            one.readings,
            one.per_s,
            now,
        ],
    )


def memory_of(raw: psycopg.Connection[Any], source: str) -> dict[str, Any]:
    """What the feed of a source remembered with the batch that was committed last."""
    row = raw.execute("SELECT memory FROM sources_standing WHERE source = %s", [source]).fetchone()
    return dict(row[0]) if row else {}


def write_memory(raw: psycopg.Connection[Any], source: str, memory: Mapping[str, Any]) -> None:
    """Remember it in ``raw``'s transaction; the source has told its standing before."""
    raw.execute("UPDATE sources_standing SET memory = %s::jsonb WHERE source = %s", [json.dumps(memory), source])


_WRITE = """
    INSERT INTO sources_standing (source, state, since, last_seen, error, error_at, holder, frames, readings, per_s, told_at)
    VALUES (%s, %s, %s, %s, %s::jsonb, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (source) DO UPDATE SET state = excluded.state, since = excluded.since,
        last_seen = coalesce(excluded.last_seen, sources_standing.last_seen),
        error = coalesce(excluded.error, sources_standing.error),
        error_at = coalesce(excluded.error_at, sources_standing.error_at), holder = excluded.holder,
        frames = excluded.frames, readings = excluded.readings, per_s = excluded.per_s, told_at = excluded.told_at
"""
