# SPDX-License-Identifier: Apache-2.0
"""What the demo's sensors report between two instants: the course of each, and what is out of the ordinary. Pure."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from belltower.demo.courses import COURSES, Floats, Ints, Who, random

_BLOCK_S = 4 * 3600
_RISE_S, _LASTS_S, _FALL_S = 480, 1500, 480


@dataclass(frozen=True, slots=True)
class Event:
    """Sensor ``nth`` of its sense is drawn ``to`` a value, in seconds since 1970: up from ``begin``, back before ``end``."""

    nth: int
    begin: float
    rise: float
    end: float
    fall: float
    to: float

    def share(self, at: Ints) -> Floats:
        """How far the value is drawn, 0 to 1."""
        up, down = (at - self.begin) / max(self.rise, 1), (self.end - at) / max(self.fall, 1)
        return np.asarray(np.clip(np.minimum(up, down), 0, 1))


@dataclass(frozen=True, slots=True)
class Sense:
    """One kind of sensor: what packs declare it as, how many there are, how often they report, and its alarm's words."""

    stream: str
    of: int
    every_s: int
    rated: str
    alarm: dict[str, Any]

    @property
    def kind(self) -> str:
        return self.stream.partition(".")[0]

    @property
    def alarmed(self) -> int:
        return int(self.alarm.get("alarmed", 0))

    @property
    def events(self) -> list[dict[str, Any]]:
        """What is told of events, as it is written."""
        return list(self.alarm.get("events", ()))


@dataclass(frozen=True, slots=True)
class Sensors:
    """All sensors of one sense, in the order of their assets' keys: ids of streams, keys, and what each is rated for."""

    sense: Sense
    stream: Ints
    keys: Sequence[str]
    rated: Floats
    began: int  # when the senses began, in seconds since 1970

    @property
    def numbers(self) -> NDArray[np.uint64]:
        """A number of its own for each, by its key."""
        return np.array([zlib.crc32(key.encode()) for key in self.keys], np.uint64)

    def between(self, since: int, until: int, *, every_s: int | None = None) -> tuple[Ints, Ints, Floats]:
        """(stream, instant in seconds, value) of what is reported after ``since`` and not after ``until``."""
        every = every_s or self.sense.every_s
        phase = (self.numbers % np.uint64(every)).astype(np.int64)
        first = since + 1 + (phase - since - 1) % every
        counts = np.maximum(0, (until - first) // every + 1)
        which = np.repeat(np.arange(len(self.keys)), counts)
        nth = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
        at = first[which] + nth * every
        value = self._value(which, at, since, until)
        heard = np.isfinite(value)
        return self.stream[which[heard]], at[heard], value[heard]

    def _value(self, which: Ints, at: Ints, since: int, until: int) -> Floats:
        """The course, drawn to where an event draws it; not a number where a sensor is silent."""
        value = COURSES[self.sense.stream](Who(self.numbers[which], self.rated[which], at))
        for event in (*self._told(), *self._now_and_then(since, until)):
            its = which == event.nth
            drawn = value[its] + (event.to - value[its]) * event.share(at[its])
            value[its] = np.where(event.share(at[its]) > 0, np.round(drawn, 1), value[its])
        for silent in (one for one in self.sense.events if one.get("silent")):
            value[(which == silent["nth"]) & (at > self.began + 60 * silent["from"])] = np.nan
        return value

    def _told(self) -> Iterator[Event]:
        for one in self.sense.events:
            if not one.get("silent"):
                begin, rise = self.began + 60 * one["from"], 60 * one["rise"]
                yield Event(one["nth"], begin, rise, self.began + 60 * one["until"], 60 * one["fall"], one["to"])

    def _now_and_then(self, since: int, until: int) -> Iterator[Event]:
        """What happens by itself to those that have an alarm: a while beyond the limit, at some instant of four hours."""
        likely = self.sense.alarm.get("now_and_then", 0.0)
        if not likely:
            return
        numbers, to = self.numbers[: self.sense.alarmed], 1.03 * self.sense.alarm["limit"]
        for block in range(since // _BLOCK_S, until // _BLOCK_S + 1):
            ticks = np.full(len(numbers), block)
            begins = block * _BLOCK_S + random(numbers + np.uint64(1), ticks) * (_BLOCK_S - _LASTS_S)
            for nth in np.flatnonzero(random(numbers, ticks) < likely).tolist():
                yield Event(nth, begins[nth], _RISE_S, begins[nth] + _LASTS_S, _FALL_S, to)


@cache
def senses() -> tuple[Sense, ...]:
    """What the YAML beside this tells."""
    read = yaml.safe_load((Path(__file__).parent / "senses.yaml").read_text(encoding="utf-8"))
    return tuple(
        Sense(one["stream"], one["of"], one["every_s"], one.get("rated", ""), one.get("alarm", {})) for one in read
    )
