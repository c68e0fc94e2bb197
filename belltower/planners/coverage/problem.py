# SPDX-License-Identifier: Apache-2.0
"""The problem: who lives where, where stations may stand, how far is near. Whole numbers: millimetres, persons, fen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from belltower.kernel.texts import Text
from belltower.planners.coverage import errors
from belltower.planners.coverage.errors import BadProblem

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
NOWHERE = -1
MOST_DEMAND = 1_000_000
FARTHEST_KM = 200


class Task(StrEnum):
    """What a plan is to reach."""

    COVER_ALL = "cover_all"
    """Everybody who can be reached, with the least number (or cost) of sites: LSCP."""
    COVER_MOST = "cover_most"
    """As many people as a number of sites or a budget reaches: MCLP."""
    MEAN_WAY = "mean_way"
    """The least sum of ways of all people to their nearest site: the p-median."""


class State(StrEnum):
    """Whether a site may be chosen."""

    FREE = "free"
    FIXED = "fixed"
    FORBIDDEN = "forbidden"


class Over(StrEnum):
    """How a way is measured."""

    STREETS = "streets"
    STRAIGHT = "straight"


@dataclass(frozen=True, slots=True)
class Streets:
    """Segments from crossing ``starts`` to ``ends``, ``mm`` long; ``back``: may be walked against its direction too."""

    crossings: int
    starts: Ints
    ends: Ints
    mm: Ints
    back: Flags


@dataclass(frozen=True, slots=True)
class Places:
    """Points in the plane, in mm, and where each reaches the streets.

    ``segments``: the segment (NOWHERE: none is near, or a barrier lies between), ``along``: how far along it from its start,
    ``legs``: the way to it; in mm. Left empty where ways are straight.
    """

    names: Sequence[str]
    x: Ints
    y: Ints
    segments: Ints
    along: Ints
    legs: Ints

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be opened: so many sites in all (fixed ones among them), so much money for new ones, so many of a class."""

    at_most: int | None = None
    budget: int | None = None
    of_class: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Demand with its population and street committee; sites with reach (mm), cost, class and state; what is wanted.

    ``times``: how many sites each place wants within reach (2: back-up cover). In COVER_MOST a second site counts
    ``second_percent`` per cent of a person. ``by_cost``: COVER_ALL means the least cost of new sites, not the fewest.
    """

    task: Task
    over: Over
    demand: Places
    people: Ints
    areas: Ints
    sites: Places
    radius: Ints
    cost: Ints
    classes: Sequence[str]
    states: Sequence[State]
    streets: Streets | None = None
    area_names: Sequence[str] = ()
    limits: Limits = field(default_factory=Limits)
    times: int = 1
    second_percent: int = 0
    by_cost: bool = False

    def __post_init__(self) -> None:
        _check(self)

    @property
    def allowed(self) -> Flags:
        """By site: may be open."""
        return np.array([one is not State.FORBIDDEN for one in self.states], dtype=bool)

    @property
    def fixed(self) -> Flags:
        """By site: is open whatever is planned."""
        return np.array([one is State.FIXED for one in self.states], dtype=bool)

    @property
    def prices(self) -> Ints:
        """By site: what it adds to the value of COVER_ALL, and to what is spent."""
        return np.where(self.fixed, 0, self.cost)

    def but(self, **changed: Any) -> Problem:
        """The same problem with something changed."""
        return replace(self, **changed)

    def as_json(self) -> dict[str, Any]:
        """As a plan's file holds it, and as its digest is made of."""
        streets = self.streets if self.over is Over.STREETS else None
        return {
            "task": str(self.task),
            "over": str(self.over),
            "times": self.times,
            "second_percent": self.second_percent,
            "by_cost": self.by_cost,
            "limits": {
                "at_most": self.limits.at_most,
                "budget": self.limits.budget,
                "of_class": dict(self.limits.of_class),
            },
            "streets": streets
            and {
                "crossings": streets.crossings,
                "starts": streets.starts.tolist(),
                "ends": streets.ends.tolist(),
                "mm": streets.mm.tolist(),
                "back": streets.back.astype(int).tolist(),
            },
            "demand": {**_places(self.demand), "people": self.people.tolist(), "areas": self.areas.tolist()},
            "sites": {
                **_places(self.sites),
                "radius": self.radius.tolist(),
                "cost": self.cost.tolist(),
                "classes": list(self.classes),
                "states": [str(one) for one in self.states],
            },
            "area_names": list(self.area_names),
        }


def read_problem(said: dict[str, Any]) -> Problem:
    """The problem that ``as_json`` wrote. Raises KeyError, TypeError or ValueError for anything else."""
    demand, sites, limits, streets = said["demand"], said["sites"], said["limits"], said["streets"]
    return Problem(
        task=Task(said["task"]),
        over=Over(said["over"]),
        demand=_read_places(demand),
        people=_ints(demand["people"]),
        areas=_ints(demand["areas"]),
        sites=_read_places(sites),
        radius=_ints(sites["radius"]),
        cost=_ints(sites["cost"]),
        classes=tuple(sites["classes"]),
        states=tuple(State(one) for one in sites["states"]),
        streets=streets
        and Streets(
            streets["crossings"],
            _ints(streets["starts"]),
            _ints(streets["ends"]),
            _ints(streets["mm"]),
            _ints(streets["back"]).astype(bool),
        ),
        area_names=tuple(said["area_names"]),
        limits=Limits(limits["at_most"], limits["budget"], tuple(limits["of_class"].items())),
        times=said["times"],
        second_percent=said["second_percent"],
        by_cost=said["by_cost"],
    )


def _places(some: Places) -> dict[str, Any]:
    columns = {name: getattr(some, name).tolist() for name in ("x", "y", "segments", "along", "legs")}
    return {"names": list(some.names), **columns}


def _read_places(said: dict[str, Any]) -> Places:
    return Places(tuple(said["names"]), *(_ints(said[name]) for name in ("x", "y", "segments", "along", "legs")))


def _ints(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64).reshape(-1)


def _check(problem: Problem) -> None:
    """Refuses (BadProblem) what has no meaning; misuse (columns of different lengths) is a ValueError."""
    demand, sites = len(problem.demand), len(problem.sites)
    if {len(problem.people), len(problem.areas)} != {demand} or {
        len(problem.radius), len(problem.cost), len(problem.classes), len(problem.states)
    } != {sites}:  # fmt: skip
        raise ValueError("Columns of demand or of sites have different lengths.")
    for reason in _reasons(problem):
        raise BadProblem(reason=reason)


def _reasons(problem: Problem) -> Iterator[Text]:
    if len(problem.demand) > MOST_DEMAND:
        yield errors.TOO_MANY.format(count=len(problem.demand), most=MOST_DEMAND)
    for row in np.flatnonzero(problem.people < 0)[:1].tolist():
        yield errors.NEGATIVE.format(row=row + 1, name=problem.demand.names[row], weight=int(problem.people[row]))
    for site in np.flatnonzero(problem.cost < 0)[:1].tolist():
        yield errors.NEGATIVE_COST.format(name=problem.sites.names[site], cost=int(problem.cost[site]))
    if not problem.people.sum():
        yield errors.NOTHING_TO_COVER
    if not problem.allowed.any():
        yield errors.NO_SITES
    for site in np.flatnonzero(problem.radius <= 0)[:1].tolist():
        yield errors.NO_RADIUS.format(radius_mm=int(problem.radius[site]))
    if problem.times not in (1, 2):
        yield errors.TWICE.format(times=problem.times)
    yield from _reasons_of_limits(problem)
    yield from _reasons_of_places(problem)


def _reasons_of_limits(problem: Problem) -> Iterator[Text]:
    limits, fixed = problem.limits, int(problem.fixed.sum())
    if limits.at_most is not None and fixed > limits.at_most:
        yield errors.FIXED_TOO_MANY.format(fixed=fixed, at_most=limits.at_most)
    if problem.task is not Task.COVER_ALL and limits.at_most is None and limits.budget is None:
        yield errors.NO_LIMIT


def _reasons_of_places(problem: Problem) -> Iterator[Text]:
    if problem.over is Over.STREETS and not (problem.sites.segments[problem.allowed] != NOWHERE).any():
        yield errors.OFF_NETWORK.format(count=int(problem.allowed.sum()))
    km = max(_apart(problem.demand.x, problem.sites.x), _apart(problem.demand.y, problem.sites.y)) // 1_000_000
    if km > FARTHEST_KM:
        yield errors.FAR_APART.format(km=km)


def _apart(one: Ints, other: Ints) -> int:
    """The gap between two ranges; 0 where they overlap."""
    return max(0, int(one.min() - other.max()), int(other.min() - one.max()))
