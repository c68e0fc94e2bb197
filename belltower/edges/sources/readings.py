# SPDX-License-Identifier: Apache-2.0
"""What every protocol brings in: readings, the frames they came in, what could not be read; and what a feed must do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from belltower.edges.sources.errors import BadFrame
from belltower.kernel.texts import Text

GOOD, UNCERTAIN, BAD = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Point:
    """One stream as a mapping declares it: its key (with names in braces), the unit it comes in, and its dead band.

    A value that moved by less than ``dead_band`` (in that unit) is not stored, but at least one every
    ``at_least_every_us`` is, so that silence stays visible. A dead band of nought stores all.
    """

    stream: str
    unit: str
    dead_band: float = 0.0
    at_least_every_us: int = 0


class Reading(NamedTuple):
    """A value as it came: of which point and stream, when (µs since 1970 UTC), in the point's unit, how good, from which frame."""

    point: Point
    stream: str
    at: int
    value: float
    quality: int
    frame: int


class Trouble(NamedTuple):
    """Why (part of) a frame became no reading."""

    frame: int
    code: str
    sentence: Text


class Frame(NamedTuple):
    """What came in one piece: where (a topic, a register, a node), the bytes, and when (µs)."""

    where: str
    content: bytes
    received_at: int


@dataclass(slots=True)
class Taken:
    """What a feed brought in one go. Polled feeds say how many polls were due and answered.

    ``memory`` is what the feed of this source must know after a crash, committed with the batch; None: as before.
    """

    frames: list[Frame] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    due: int = 0
    answered: int = 0
    receipts: list[Any] = field(default_factory=list)
    memory: Mapping[str, Any] | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.frames or self.due or self.receipts)


class Feed(Protocol):
    """A connection to the far end of one source."""

    def recall(self, memory: Mapping[str, Any]) -> None:
        """Know again what was remembered with the batch that was committed last; called before it is opened first."""

    def open(self) -> None:
        """Connect. Raises SourceAway."""

    def take(self, within_s: float) -> Taken:
        """What has come, waiting at most so long for the first. Raises SourceAway."""

    def acknowledge(self, taken: Taken) -> None:
        """Say to the far end that this is kept; called after the commit. Raises SourceAway."""

    def close(self) -> None:
        """Let go; never raises."""


class Reader(Protocol):
    """How frames of one source become readings; it knows no connection, so that a dry run and a replay use it too."""

    def read(self, frame: Frame, number: int) -> tuple[list[Reading], list[Trouble]]:
        """The readings of a frame that is the ``number``-th of its batch, and what could not be read of it."""


def trouble(frame: int, zh: str, en: str) -> Trouble:
    """A frame that the mapping cannot read, for this reason."""
    refusal = BadFrame(reason=Text(zh=zh, en=en))
    return Trouble(frame, refusal.code, Text(zh=refusal.say("zh"), en=refusal.say("en")))


def read_all(reader: Reader, frames: Iterable[Frame]) -> Taken:
    """Every frame, read."""
    taken = Taken(frames=list(frames))
    for number, frame in enumerate(taken.frames):
        readings, troubles = reader.read(frame, number)
        taken.readings += readings
        taken.troubles += troubles
    return taken
