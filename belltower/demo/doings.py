# SPDX-License-Identifier: Apache-2.0
"""What is done in the demo city again and again: visits, sweeps, washes, patrols, some of them missed, told as they happen."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from belltower.demo.courses import random


@dataclass(frozen=True, slots=True)
class Doing:
    """One activity of the demo, as doings.yaml tells it; ``miss`` is None where nothing is recorded of what was missed."""

    activity: str
    of: int | None  # None: all
    every_s: int
    past: timedelta
    missed: float
    by: str
    note: Mapping[str, Any]
    miss: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Did:
    """That it was done to the ``nth`` subject, when, and what was noted."""

    nth: int
    at: datetime
    fields: dict[str, Any]


def did(doing: Doing, keys: Sequence[str], known: Sequence[Mapping[str, Any]], since: int, until: int) -> Iterator[Did]:
    """What was done after ``since`` and not after ``until`` (seconds since 1970); ``known`` are the subjects' own fields.

    The same keys give the same doings, however the time is cut.
    """
    numbers = np.array([zlib.crc32(f"{doing.activity} {key}".encode()) for key in keys], np.uint64)
    phase = (numbers % np.uint64(doing.every_s)).astype(np.int64)
    first = (since - phase) // doing.every_s + 1
    counts = np.maximum(0, (until - phase) // doing.every_s - first + 1)
    which = np.repeat(np.arange(len(keys)), counts)
    tick = first[which] + np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    is_missed = random(numbers[which], tick) < doing.missed
    at = tick * doing.every_s + phase[which]
    for nth, number, one, missed, when in zip(
        which.tolist(), numbers[which].tolist(), tick.tolist(), is_missed.tolist(), at.tolist(), strict=True
    ):
        noted = doing.miss if missed else doing.note
        if noted is not None:
            yield Did(nth, datetime.fromtimestamp(when, UTC), _noted(noted, number, one, known[nth]))


def _noted(noted: Mapping[str, Any], number: int, tick: int, own: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of one doing. A field that the subject does not have is left out."""
    chances = random(np.arange(1, len(noted) + 1, dtype=np.uint64) + np.uint64(number), np.full(len(noted), tick))
    found = {}
    for (name, how), chance in zip(noted.items(), chances.tolist(), strict=True):
        if isinstance(how, str) and how.startswith("="):
            found[name] = own.get(how[1:])
        elif isinstance(how, list):
            found[name] = int(how[0] + chance * (how[1] + 1 - how[0]))
        else:
            found[name] = chance < how if isinstance(how, float) else how
    return {name: value for name, value in found.items() if value is not None}


@cache
def doings() -> tuple[Doing, ...]:
    """What the YAML beside this tells."""
    read = yaml.safe_load((Path(__file__).parent / "doings.yaml").read_text(encoding="utf-8"))
    return tuple(
        Doing(one["activity"], one.get("of"), one["every_h"] * 3600, timedelta(days=one["past_d"]), one["missed"], one["by"],
              one["note"], one.get("miss"))
        for one in read
    )  # fmt: skip
