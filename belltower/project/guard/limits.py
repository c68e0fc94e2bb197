# SPDX-License-Identifier: Apache-2.0
"""How often somebody may ask: a limit's judgement, and the small table that all processes of a machine share.

The judgement is the generic cell rate algorithm (ITU-T I.371, annex A, virtual scheduling): one instant a key, the
"theoretical arrival time". The table is a file in memory with a fixed number of such instants; a key has four places
in it, and its instant is the least of the four, so that two keys disturb each other only where all four are shared.
It needs no database: it stands before the database, and works while that is down.
"""

from __future__ import annotations

import fcntl
import hashlib
import math
import mmap
import os
import re
import struct
import threading
from dataclasses import dataclass
from pathlib import Path

from belltower.kernel.texts import Text
from belltower.project.installation import UnreadableSetting

PLACES = 1 << 18
_KEY_PLACES = 4
_CELL = struct.Struct("<d")
_PERIODS = {"s": 1.0, "min": 60.0, "hour": 3600.0}
_RULE = re.compile(r"(\w+)\s*=\s*(?:(off)|(\d+)/(s|min|hour))")


@dataclass(frozen=True, slots=True)
class Limit:
    """``count`` requests in ``period_s``, all of them at once if need be, and then evenly."""

    name: str
    count: int
    period_s: float


# Whom each is counted for: docs/guides/harden.md.
DEFAULTS = (
    Limit("sign_in", 10, 60),
    Limit("sign_in_address", 60, 60),
    Limit("api", 1200, 60),
    Limit("api_address", 6000, 60),
    Limit("upload", 120, 3600),
    Limit("search", 120, 60),
    Limit("export", 60, 3600),
    Limit("heads", 240, 60),
    Limit("report", 60, 3600),
    Limit("track", 60, 60),
    Limit("open_data", 120, 60),
    Limit("gateway", 6000, 60),
)


def read(setting: str) -> dict[str, Limit]:
    """The limits by name: the defaults, changed by ``setting`` (BELLTOWER_LIMITS). Raises UnreadableSetting."""
    if setting.strip() == "off":
        return {}
    limits = {one.name: one for one in DEFAULTS}
    for rule in filter(None, map(str.strip, setting.split(","))):
        found = _RULE.fullmatch(rule)
        if not found or found[1] not in limits or found[3] == "0":
            reason = Text(zh=f"看不懂“{rule}”", en=f"'{rule}' is not understood")
            raise UnreadableSetting(setting="BELLTOWER_LIMITS", reason=reason)
        if found[2]:
            limits.pop(found[1])
        else:
            limits[found[1]] = Limit(found[1], int(found[3]), _PERIODS[found[4]])
    return limits


def judge(due: float, limit: Limit, now: float) -> tuple[float, float]:
    """The new theoretical arrival time, and how long to wait (seconds; 0 when the request may pass).

    ``due`` is the time kept so far; one further ahead than the limit can lead (the clock was set back) counts as that.
    """
    due = min(max(due, now), now + limit.period_s)
    ahead = due + limit.period_s / limit.count
    # A millionth of the period forgives the rounding of sums, so that the last of ``count`` passes.
    wait = ahead - now - limit.period_s * (1 + 1e-6)
    return (due, wait) if wait > 0 else (ahead, 0.0)


class Counts:
    """The shared table, a file of 2 MiB; safe over threads and processes."""

    def __init__(self, path: Path, *, key: bytes) -> None:
        self._path, self._key = path, hashlib.sha256(key).digest()
        self._thread = threading.Lock()
        self._open: tuple[int, mmap.mmap] | None = None

    def wait_for(self, limit: Limit, who: str, now: float) -> float:
        """Count one request of ``who``; 0.0 when it may pass, else the seconds until the next one may."""
        places = self._places(f"{limit.name}\0{who}")
        with self._thread:
            file, table = self._table()
            fcntl.lockf(file, fcntl.LOCK_EX)
            try:
                held = [_CELL.unpack_from(table, at)[0] for at in places]
                due, wait = judge(min(held), limit, now)
                for at, cell in zip(places, held, strict=True):
                    # A place that another key holds further ahead stays; one too far ahead is a clock set back.
                    if not due <= cell <= now + max(_PERIODS.values()):
                        _CELL.pack_into(table, at, due)
            finally:
                fcntl.lockf(file, fcntl.LOCK_UN)
        return wait

    def _places(self, key: str) -> tuple[int, ...]:
        digest = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), key=self._key, digest_size=16).digest()
        return tuple(place % PLACES * _CELL.size for place in struct.unpack(f"<{_KEY_PLACES}I", digest))

    def _table(self) -> tuple[int, mmap.mmap]:
        if self._open is None:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            os.truncate(file, PLACES * _CELL.size)
            self._open = (file, mmap.mmap(file, PLACES * _CELL.size))
        return self._open


def seconds_to_say(wait: float) -> int:
    """For Retry-After: whole seconds, at least one."""
    return max(1, math.ceil(wait))
