# SPDX-License-Identifier: Apache-2.0
"""The streams that senders may report, as this process remembers them: what is not known is looked up, never guessed."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from belltower.core.observations.streams import KnownStreams
from belltower.core.places.scope import Scope
from belltower.project.gateway.ingest.arrow import Coded
from belltower.project.gateway.ingest.judging import UNKNOWN, Sight, ids_of
from belltower.project.gateway.senders import Senders

OWN_FOR_S = 5.0
_ASKED_AGAIN_AFTER_S = 1.0
_MOST_MISSING = 1000
_UNITS = "SELECT id, unit_definition, unit_symbol FROM observations_datastream WHERE id = ANY (%s)"
_LEARN = "SELECT id, key, source FROM observations_datastream WHERE key = ANY (%s) OR id = ANY (%s)"


class Remembered(KnownStreams):
    """Known streams that are never looked up by themselves: ``learn`` does, in a thread that may wait."""

    def __init__(self) -> None:
        super().__init__()
        self._set: set[int] = set()

    def learn(self, raw: psycopg.Connection[Any], keys: Sequence[str], ids: Sequence[int]) -> None:
        """Look these up."""
        rows = raw.execute(_LEARN, [list(keys), list(ids)]).fetchall()
        with self._lock:
            self._take(rows)

    def id_of(self, stream: str | int, source: str) -> int | None:
        """Its id, if it is known and may be reported by ``source``."""
        found = self._by_key.get(stream) if isinstance(stream, str) else stream if stream in self._set else None
        return None if found is None or self._sources.get(found, source) != source else found

    def _take(self, rows: Iterable[tuple[int, str | None, str]]) -> None:
        fresh = list(rows)
        self._set |= {id for id, _, _ in fresh}
        super()._take(fresh)

    def forget(self) -> None:
        """Look everything up again when next asked."""
        super().forget()
        self._set = set()

    @property
    def by_key(self) -> Mapping[str, int]:
        return self._by_key


class Streams:
    """One for a process; the clerk's thread (Senders) asks the database."""

    def __init__(self, senders: Senders) -> None:
        self._senders = senders
        self.known = Remembered()
        self._own: dict[str, tuple[float, frozenset[int]]] = {}
        # What was looked up and not found a moment ago, so that a sender's mistake is not looked up at each request.
        self._missed: dict[object, float] = {}

    async def sight(self, scope: Scope, streams: Sequence[Any] | NDArray[np.int64] | Coded) -> Sight:
        """What of ``streams`` is known and may be reported by who has ``scope``. Raises the database's errors."""
        if missing := self._missing(streams):
            await self._senders.asked(lambda: self._look_up(missing))
        return Sight(self.known, self.known.by_key, await self.visible(scope))

    async def units(self, streams: Sequence[Any] | NDArray[np.int64] | Coded) -> dict[int, frozenset[str]]:
        """How the unit of each of these may be called: by its symbol or its UCUM code. Streams without one are left out."""
        wanted = np.unique(ids_of(streams, self.known.by_key)).tolist()
        return await self._senders.asked(lambda: _units(wanted))

    async def visible(self, scope: Scope) -> frozenset[int] | None:
        """The streams that ``scope`` sees; None for all. Remembered for OWN_FOR_S."""
        if scope.sees_all:
            return None
        held = self._own.get(scope.key)
        if held is None or held[0] < time.monotonic():
            held = (time.monotonic() + OWN_FOR_S, await self._senders.asked(lambda: _seen_by(scope)))
            self._own[scope.key] = held
        return held[1]

    def forget(self) -> None:
        """Some stream is not there any more: look all of them up again."""
        self.known.forget()
        self._own.clear()

    def _missing(self, streams: Sequence[Any] | NDArray[np.int64] | Coded) -> list[object]:
        if isinstance(streams, Coded):
            return self._missing(streams.names)
        ids = ids_of(streams, self.known.by_key)
        unknown = ids[~self.known.has(ids)]
        if not len(unknown):
            return []
        named: Iterable[object] = np.unique(unknown[unknown > UNKNOWN]).tolist()
        if not isinstance(streams, np.ndarray):
            named = {one for one in streams if isinstance(one, int) or one not in self.known.by_key}
        now = time.monotonic()
        return [one for one in named if self._missed.get(one, 0.0) < now]

    def _look_up(self, missing: Sequence[object]) -> None:
        from django.db import connection

        connection.ensure_connection()
        keys = [one for one in missing if isinstance(one, str) and "\0" not in one]  # no database holds NUL
        ids = [one for one in missing if isinstance(one, int)]
        with _everything_seen():
            self.known.learn(connection.connection, keys, ids)
        if len(self._missed) > _MOST_MISSING:
            self._missed.clear()
        until = time.monotonic() + _ASKED_AGAIN_AFTER_S
        found = self.known.by_key
        self._missed |= {one: until for one in missing if one not in found}


def _everything_seen() -> Any:
    from belltower.core.places.scope import EVERYTHING, seen_as

    return seen_as(EVERYTHING)


def _units(streams: Sequence[int]) -> dict[int, frozenset[str]]:
    from django.db import connection

    from belltower.edges.sources.intake import ucum_of

    with _everything_seen(), connection.cursor() as cursor:
        cursor.execute(_UNITS, [list(streams)])
        found = {id: frozenset({symbol, ucum_of(definition, symbol)} - {""}) for id, definition, symbol in cursor}
    return {id: names for id, names in found.items() if names}


def _seen_by(scope: Scope) -> frozenset[int]:
    from belltower.core.observations.models import Datastream
    from belltower.core.places.scope import seen_as

    with seen_as(scope):
        return frozenset(Datastream.objects.values_list("pk", flat=True))
