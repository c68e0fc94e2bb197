# SPDX-License-Identifier: Apache-2.0
"""From fixes to episodes: one alarm for each stay of a working machine, however many fixes it sends. Pure; any cut will do."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class Engine(StrEnum):
    """What a machine says of its engine or bucket. Not knowing counts as working."""

    RUNNING = "running"
    OFF = "off"
    UNKNOWN = "unknown"


class What(StrEnum):
    """What happened to an episode."""

    ALARMED = "alarmed"
    LOST = "lost"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Fix:
    """Where a machine was seen: with which probability inside a zone, of which pipe; ``is_excused`` at a depot or with a permit."""

    machine: int
    at_us: int
    probability: float
    pipe: int = -1
    engine: Engine = Engine.UNKNOWN
    is_excused: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """When a stay becomes an alarm, and when it is over. Microseconds; figures are the city's, not ours."""

    enter: float
    leave: float
    dwell_us: int
    clear_us: int
    silent_us: int

    def __post_init__(self) -> None:
        if not 0 <= self.leave <= self.enter <= 1 or min(self.dwell_us, self.clear_us) < 0 or self.silent_us <= 0:
            raise ValueError(f"Rules need 0 <= leave <= enter <= 1 and times that are not negative: {self}.")


@dataclass(frozen=True, slots=True)
class Stay:
    """What is known of one machine: the last fix, since when it is in a zone, works there, or is out of it again."""

    seen_us: int
    inside_us: int | None = None
    working_us: int | None = None
    outside_us: int | None = None
    is_alarmed: bool = False
    is_lost: bool = False
    pipe: int = -1
    probability: float = 0.0
    fixes: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """A step of an episode: ``began_us`` names it together with the machine; the greatest probability and fixes until then."""

    machine: int
    what: What
    at_us: int
    began_us: int
    pipe: int
    probability: float
    fixes: int


Stays = Mapping[int, Stay]


def watch(stays: Stays, fixes: Iterable[Fix], rules: Rules) -> tuple[dict[int, Stay], list[Step]]:
    """What the stays are after the fixes, and the steps they made. A fix older than the machine's last one says nothing.

    A place that is not known (a probability of NaN) is as if nothing had been heard.
    """
    after, steps = dict(stays), []
    for fix in fixes:
        stay = after.get(fix.machine)
        if math.isnan(fix.probability) or (stay is not None and fix.at_us < stay.seen_us):
            continue
        after[fix.machine], made = _seen(stay or Stay(fix.at_us), fix, rules)
        steps += made
    return after, steps


def silent(stays: Stays, now_us: int, rules: Rules) -> tuple[dict[int, Stay], list[Step]]:
    """Machines in a zone that have said nothing for too long: lost, each told once. Silence is not having left."""
    after, steps = dict(stays), []
    for machine, stay in stays.items():
        if stay.inside_us is None or stay.is_lost or now_us - stay.seen_us < rules.silent_us:
            continue
        after[machine] = replace(stay, is_lost=True)
        steps.append(_step(machine, What.LOST, stay.seen_us + rules.silent_us, stay))
    return after, steps


def _seen(stay: Stay, fix: Fix, rules: Rules) -> tuple[Stay, list[Step]]:
    gap_us = fix.at_us - stay.seen_us
    stay = replace(stay, seen_us=fix.at_us, is_lost=False)
    if gap_us >= rules.silent_us:  # two fixes an hour apart are no hour of work
        stay = replace(stay, working_us=None, outside_us=None)
    is_inside = fix.probability >= (rules.leave if stay.inside_us is not None else rules.enter)
    if is_inside and not fix.is_excused:
        return _stayed(stay, fix, rules)
    return _left(stay, fix, rules) if stay.inside_us is not None else (stay, [])


def _stayed(stay: Stay, fix: Fix, rules: Rules) -> tuple[Stay, list[Step]]:
    is_likelier = stay.inside_us is None or fix.probability > stay.probability
    working_us = None if fix.engine is Engine.OFF else fix.at_us if stay.working_us is None else stay.working_us
    stay = replace(
        stay,
        inside_us=fix.at_us if stay.inside_us is None else stay.inside_us,
        working_us=working_us,
        outside_us=None,
        pipe=fix.pipe if is_likelier else stay.pipe,
        probability=fix.probability if is_likelier else stay.probability,
        fixes=stay.fixes + 1,
    )
    if stay.is_alarmed or working_us is None or fix.at_us - working_us < rules.dwell_us:
        return stay, []
    stay = replace(stay, is_alarmed=True)
    return stay, [_step(fix.machine, What.ALARMED, fix.at_us, stay)]


def _left(stay: Stay, fix: Fix, rules: Rules) -> tuple[Stay, list[Step]]:
    outside_us = fix.at_us if stay.outside_us is None else stay.outside_us
    if fix.at_us - outside_us < rules.clear_us:
        return replace(stay, outside_us=outside_us, working_us=None), []
    ended = [_step(fix.machine, What.ENDED, fix.at_us, stay)] if stay.is_alarmed else []
    return Stay(fix.at_us), ended


def _step(machine: int, what: What, at_us: int, stay: Stay) -> Step:
    began_us = stay.seen_us if stay.inside_us is None else stay.inside_us
    return Step(machine, what, at_us, began_us, stay.pipe, stay.probability, stay.fixes)
