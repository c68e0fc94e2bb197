# SPDX-License-Identifier: Apache-2.0
"""Which streams there are: looked up by key, and remembered by those who store."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import psycopg

from belltower.core.observations.models import Datastream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

Raw = psycopg.Connection[Any]


def streams_by_key(keys: Sequence[str]) -> dict[str, int]:
    """The ids of those keys that are there, and that the viewer sees."""
    found = Datastream.objects.filter(key__in=list(keys)).values_list("key", "id")
    return {key: id for key, id in found if key is not None}


class KnownStreams:
    """Ids and keys as they were last looked up; what is not known is looked up again at each question, so that a new
    stream is known at once. One that was deleted is found out by the store (UnknownStream): call ``forget`` then.

    May be shared by threads. ``raw`` must see every stream, as the gateway's and workers' connections do.
    """

    def __init__(self, raw: Raw | None = None) -> None:
        self._by_key: dict[str, int] = {}
        self._ids: Ints = np.empty(0, np.int64)
        self._sources: dict[int, str] = {}
        self._raw, self._lock = raw, threading.Lock()
        if raw is not None:
            self.refresh(raw)

    def refresh(self, raw: Raw) -> KnownStreams:
        """Read all of them anew; from now on ask by ``raw``."""
        self._raw = raw
        with self._lock:
            self._by_key, self._ids, self._sources = {}, np.empty(0, np.int64), {}
            self._take(raw.execute(_ALL).fetchall())
        return self

    def forget(self) -> None:
        """Look everything up again when next asked."""
        with self._lock:
            self._by_key, self._ids, self._sources = {}, np.empty(0, np.int64), {}

    def ids(self, keys: Sequence[str]) -> Ints:
        """The id of each key, -1 where there is none."""
        missing = list({key for key in keys if key not in self._by_key})
        if missing and self._raw is not None:
            with self._lock:
                self._take(self._raw.execute(f"{_ALL} WHERE key = ANY (%s)", [missing]).fetchall())
        return np.fromiter((self._by_key.get(key, -1) for key in keys), np.int64, len(keys))

    def has(self, streams: Ints, source: str = "") -> Flags:
        """Of each stream, whether it is there and may be reported by ``source``."""
        wanted, place = np.unique(streams, return_inverse=True)
        found = self._found(wanted)
        if not found.all() and self._raw is not None:
            with self._lock:
                missing = wanted[~found].tolist()
                self._take(self._raw.execute(f"{_ALL} WHERE id = ANY (%s)", [missing]).fetchall())
            found = self._found(wanted)
        if self._sources:
            found &= np.fromiter(
                (self._sources.get(one, source) == source for one in wanted.tolist()), np.bool_, len(wanted)
            )
        return found[place]

    def _found(self, wanted: Ints) -> Flags:
        ids = self._ids  # another thread may put a longer one in its place meanwhile
        if not len(ids):
            return np.zeros(len(wanted), np.bool_)
        at = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
        found: Flags = ids[at] == wanted
        return found

    def _take(self, rows: Iterable[tuple[int, str | None, str]]) -> None:
        fresh = list(rows)
        # Keys last: who finds a stream's id by its key, in another thread, finds that it is there too.
        self._sources |= {id: source for id, _, source in fresh if source}
        self._ids = np.union1d(self._ids, np.array([id for id, _, _ in fresh], np.int64))
        self._by_key |= {key: id for id, key, _ in fresh if key is not None}


_ALL = "SELECT id, key, source FROM observations_datastream"
