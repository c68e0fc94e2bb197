# SPDX-License-Identifier: Apache-2.0
"""Which alarms must stay together, and a log judged in parts: merged, the parts say what one engine says, bit for bit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from belltower.analytics.alarms.definitions import Definitions
from belltower.analytics.alarms.log import Log
from belltower.analytics.alarms.state import State
from belltower.analytics.alarms.states import EventKind
from belltower.analytics.alarms.transitions import Transitions, merged

Step = Callable[[State, Log, int, Definitions], tuple[State, Transitions]]
_ADDED = ("readings", "late", "bad", "commands", "idle")


@dataclass(frozen=True, slots=True)
class Shard:
    """Some alarms and the streams that only they listen to, as indexes into the whole, and definitions of their own."""

    alarms: NDArray[np.int64]
    streams: NDArray[np.int64]
    definitions: Definitions


def groups(definitions: Definitions) -> NDArray[np.int64]:
    """Of each alarm a group number: alarms that share a stream, or suppress one another, are in one group.

    The least stream index of a group is handed on until nothing changes.
    """
    points = definitions.points
    group = np.arange(len(definitions.stream_ids), dtype=np.int64)
    other = np.where(points["reference"] >= 0, points["reference"], points["stream"])
    by = np.where(points["suppressed_by"] >= 0, points["suppressed_by"], np.arange(len(points)))
    while True:
        least = np.minimum(group[points["stream"]], group[other])
        least = np.minimum(least, least[by])
        new = group.copy()
        for streams in (points["stream"], other, points["stream"][by]):
            np.minimum.at(new, streams, least)
        if (new == group).all():
            return np.asarray(group[points["stream"]], dtype=np.int64)
        group = new


def shards_of(definitions: Definitions, count: int) -> list[Shard]:
    """At most ``count`` shards by suppression group; streams without alarms belong to none."""
    lot = groups(definitions) % count
    return [_shard(definitions, np.flatnonzero(lot == number)) for number in range(count) if (lot == number).any()]


def _shard(whole: Definitions, alarms: NDArray[np.int64]) -> Shard:
    points = whole.points[alarms].copy()
    paired = points["reference"] >= 0
    streams = np.unique(np.concatenate([points["stream"], points["reference"][paired]])).astype(np.int64)
    points["stream"] = np.searchsorted(streams, points["stream"])
    points["reference"][paired] = np.searchsorted(streams, points["reference"][paired])
    hidden = points["suppressed_by"] >= 0
    points["suppressed_by"][hidden] = np.searchsorted(alarms, points["suppressed_by"][hidden])
    own = Definitions(points, whole.alarm_ids[alarms], whole.stream_ids[streams], whole.chatter_within_us)
    return Shard(alarms, streams, own)


def log_for(log: Log, shard: Shard, whole: Definitions) -> Log:
    """The entries about the shard's streams and alarms, and every tick, at their places in the whole log."""
    stream_at = np.full(len(whole.stream_ids), -1, dtype=np.int32)
    alarm_at = np.full(len(whole.points), -1, dtype=np.int32)
    stream_at[shard.streams], alarm_at[shard.alarms] = np.arange(len(shard.streams)), np.arange(len(shard.alarms))
    index = np.zeros(len(log), dtype=np.int32)
    heard, told = log.kind == EventKind.READING, log.kind == EventKind.COMMAND
    index[heard], index[told] = stream_at[log.index[heard]], alarm_at[log.index[told]]
    part = Log(log.first, log.kind, index, log.at, log.value, log.code, log.arg, log.positions)
    return part.kept(index >= 0)


def judge_in_shards(
    step: Step, state: State, log: Log, now: int, definitions: Definitions, *, shards: int
) -> tuple[State, Transitions]:
    """As ``step``, shard by shard: what several machines would each do, put together again."""
    after, made = state.copy(), []
    for shard in shards_of(definitions, shards):
        counts = state.counts.copy()
        own = State(state.streams[shard.streams], state.alarms[shard.alarms], counts)
        part_state, part_made = step(own, log_for(log, shard, definitions), now, shard.definitions)
        after.streams[shard.streams], after.alarms[shard.alarms] = part_state.streams, part_state.alarms
        for name in _ADDED:
            after.counts[name] += part_state.counts[name] - counts[name]
        part_made.rows["alarm"] = shard.alarms[part_made.rows["alarm"]]
        made.append(part_made)
    after.counts["ticks"] += int((log.kind == EventKind.TICK).sum())
    after.counts["position"] = log.end if len(log) else state.position
    return after, merged(made)
