# SPDX-License-Identifier: Apache-2.0
"""Click a pipe: the valves around it, the next ones when some are stuck, the cheapest ones, and who is without gas."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from belltower.analytics.isolation import kernels
from belltower.analytics.isolation.compiling import loops
from belltower.analytics.isolation.network import Numbers, Segments

STUCK = 1 << 40
"""The effort of a valve that cannot be shut: more than all others together."""


@dataclass(frozen=True, slots=True, eq=False)
class Isolation:
    """Valves to shut, and what follows. ``is_possible`` is False when a source cannot be parted from the pipe by valves.

    ``without_gas`` are the numbers of customers, hospitals and schools first; ``dead`` marks segments without gas.
    """

    pipe: int
    is_possible: bool
    valves: Numbers
    effort: int
    without_gas: Numbers
    dead: NDArray[np.bool_]


def around(place: Segments, pipe: int, *, stuck: Collection[int] = ()) -> Isolation:
    """The valves that bound the segment of ``pipe``; past each one that is ``stuck`` the next ones. Nothing else is shut in vain."""
    begin, walks = _segment(place, pipe), _walks(place)
    count = kernels.spill(*place.ways, _marked(place, stuck), begin, walks[0], *walks[2:])
    is_possible = not place.is_source[walks[-1][:count]].any()
    return _told(place, pipe, _border(place, walks, 1, count), is_possible=is_possible)


def cheapest(place: Segments, pipe: int, *, stuck: Collection[int] = ()) -> Isolation:
    """The valves with the least effort together that part ``pipe`` from every source; of equals the cut nearest to the pipe.

    It may lie far upstream and leave more customers without gas than around(): both are proposals for a person.
    """
    begin, walks = _segment(place, pipe), _walks(place)
    if place.is_source[begin]:
        return _told(place, pipe, np.zeros(0, dtype=np.int64), is_possible=False)
    used = np.zeros(len(place.to), dtype=np.int64)
    if stuck:
        used.reshape(-1, 2)[_marked(place, stuck)] = -STUCK
    ways = (*place.ways, place.effort, used, begin, place.is_source, place.steps)
    effort, number, count = kernels.cheapest(*ways, STUCK, *walks)
    if effort >= STUCK:
        return _told(place, pipe, np.zeros(0, dtype=np.int64), is_possible=False)
    return _told(place, pipe, _border(place, walks, number, count), is_possible=True)


def _segment(place: Segments, pipe: int) -> int:
    if not 0 <= pipe < len(place.network.pipes):
        raise ValueError(f"There is no pipe {pipe}; there are {len(place.network.pipes)}.")
    warm_up()
    return int(place.of_node[place.network.pipes[pipe, 0]])


def _marked(place: Segments, valves: Collection[int]) -> NDArray[np.bool_]:
    """Which of the open valves between segments are among ``valves``."""
    marked = np.zeros(len(place.valve), dtype=bool)
    wanted = np.fromiter(valves, dtype=np.int64, count=len(valves))
    found = np.searchsorted(place.valve, wanted)
    is_there = found < len(place.valve)
    is_there[is_there] = place.valve[found[is_there]] == wanted[is_there]
    marked[found[is_there]] = True
    return marked


def _walks(place: Segments) -> tuple[Numbers, ...]:
    """Room for walks: seen, came, stack, members."""
    return np.zeros(place.count, dtype=np.int64), *(np.empty(place.count, dtype=np.int64) for _ in range(3))


def _border(place: Segments, walks: tuple[Numbers, ...], number: int, count: int) -> Numbers:
    valves = np.empty(len(place.edge), dtype=np.int64)
    found = kernels.border(*place.ways, walks[0], number, walks[-1], count, valves)
    return np.sort(valves[:found])


def _told(place: Segments, pipe: int, shut: Numbers, *, is_possible: bool) -> Isolation:
    """What follows when the open valves ``shut``, named by their places among such, are shut."""
    network, valves = place.network, place.valve[shut]
    used, dead = np.zeros(len(place.to), dtype=np.int64), place.steps < 0
    used[2 * shut] = used[2 * shut + 1] = STUCK
    sides = np.concatenate([place.to[2 * shut], place.to[2 * shut + 1]])
    kernels.starve(*place.ways, place.effort, used, sides, place.is_source, place.steps, dead, *_walks(place))
    without = np.flatnonzero(dead[place.of_customer])
    without = without[np.argsort(network.priority[without], kind="stable")]
    return Isolation(pipe, is_possible, np.sort(valves), int(network.effort[valves].sum()), without, dead)


@lru_cache(maxsize=1)
def warm_up() -> None:
    """Compile, or load what was compiled before."""
    one, none = np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int64)
    ways, never, room = (
        (np.zeros(2, dtype=np.int64), none, none),
        np.zeros(1, dtype=bool),
        [one.copy() for _ in range(4)],
    )
    with loops.one_at_a_time():
        kernels.spill(*ways, never, 0, room[0], *room[2:])
        kernels.border(*ways, one, 1, one, 0, one)
        kernels.cheapest(*ways, none, none, 0, never, one, STUCK, *room)
        kernels.starve(*ways, none, none, none, never, one, never.copy(), *room)
