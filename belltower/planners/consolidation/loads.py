# SPDX-License-Identifier: Apache-2.0
"""The loads that a pole can carry, as few as prove enough: for each set of lamps the greatest sets of other devices.

A part of what fits, fits too; so a plan never needs a load that is a part of another with the same lamps.
"""

from __future__ import annotations

from collections.abc import Sequence

from belltower.planners.consolidation.rules import Rules

Load = tuple[int, ...]
MOST = 4_000
"""Loads that are looked at for one pole. A pole with more is planned with those; its bound stays honest, since it is checked."""


def greatest_loads(rules: Rules, pole: int, *, lamps: Sequence[int], others: Sequence[int]) -> tuple[list[Load], bool]:
    """Every load of ``pole`` that no other with the same lamps holds, and whether these are all.

    Lamps are told apart since each lights one place only.
    """
    found: list[Load] = []
    lit = _fitting(rules, pole, (), lamps)
    is_whole = len(lit) < MOST
    for lamp in lit:
        loads, are_all = _greatest(rules, pole, lamp, others)
        found += [load for load in loads if load]
        is_whole &= are_all
    return found, is_whole


def _greatest(rules: Rules, pole: int, lit: Load, others: Sequence[int]) -> tuple[list[Load], bool]:
    if rules.fits(pole, whole := (*lit, *others)):
        return [whole], True
    fitting = _fitting(rules, pole, lit, others)
    kept: list[frozenset[int]] = []
    for load in sorted((frozenset(load) for load in fitting), key=len, reverse=True):
        if not any(load < greater for greater in kept):
            kept.append(load)
    return [tuple(sorted(load)) for load in kept], len(fitting) < MOST


def _fitting(rules: Rules, pole: int, begun: Load, devices: Sequence[int]) -> list[Load]:
    """Every load that holds ``begun`` and some of ``devices``, and fits; at most MOST."""
    loads = [begun]
    for one in devices:
        loads += [more for load in loads if rules.fits(pole, more := (*load, one))]
        if len(loads) > MOST:
            return loads[:MOST]
    return loads
