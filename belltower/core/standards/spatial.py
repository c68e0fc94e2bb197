# SPDX-License-Identifier: Apache-2.0
"""Judges spatial clauses: an indexed join in the city's metric plane, told to the millimetre."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import shapely

from belltower.core.standards import space, things
from belltower.core.standards.checks import Must, SpatialCheck, bound
from belltower.core.standards.clauses import Clause
from belltower.core.standards.judging import Judged, judges, today
from belltower.core.standards.predicates.binding import Given
from belltower.core.standards.predicates.nodes import names_in
from belltower.core.standards.reading_parts import fields_of
from belltower.core.standards.space import Pairs, Shapes
from belltower.core.standards.things import FALSE, TRUE, UNKNOWN, Ints, Things
from belltower.core.standards.verdicts import any_among, either, judged, noted, opposite, values_as_json
from belltower.kernel.packs import Register


@judges(SpatialCheck)
def judge(clause: Clause, *, now: datetime, register: Register, subjects: Sequence[int] | None) -> Judged:
    """A thing without a place is unknown, unless ``unless`` makes it hold; one of the others without a place is not met."""
    check, day = clause.check, today(now)
    values = clause.values_on(day)
    assert isinstance(check, SpatialCheck)
    assert values is not None
    unless = {"unless": check.unless.on(values, day)} if check.unless else {}
    left = things.assets(
        clause.applies_to, fields_of(register.kind(clause.applies_to)),
        {"meant": bound(check.where, values, day), **unless}, shapes=True, subjects=subjects,
    )  # fmt: skip
    left = left.kept(left.says["meant"] != FALSE)
    right = things.assets(
        check.of, fields_of(register.kind(check.of)), {"counts": bound(check.of_where, values, day)}, shapes=True,
        subjects=None if subjects is None else things.near(check.of, left.shapes, _metres(check, values)),
    )  # fmt: skip
    right = right.kept((right.says["counts"] != FALSE) & ~shapely.is_missing(right.shapes))
    pairs = pairs_of(check, left.shapes, right.shapes, values)
    pairs = pairs.kept(left.ids[pairs.left] != right.ids[pairs.right])
    met = any_among(len(left), pairs.left, right.says["counts"][pairs.right])
    met = np.where(shapely.is_missing(left.shapes), UNKNOWN, met).astype(np.int8)
    holds = met if check.must in (Must.BE_NEAR, Must.BE_INSIDE) else opposite(met)
    if unless:
        holds = either(holds, left.says["unless"])
    return judged(left, holds, lambda bad: _evidence(check, values, left, right, pairs, bad))


def pairs_of(check: SpatialCheck, left: Shapes, right: Shapes, values: Mapping[str, Given]) -> Pairs:
    """The pairs that decide: too near, near enough, inside or overlapping."""
    if check.must is Must.BE_INSIDE:
        return space.covered(left, right)
    if check.must is Must.BE_OUTSIDE:
        return space.overlapping(left, right)
    metres = _metres(check, values)
    pairs = space.within(left, right, metres)
    return pairs if check.must is Must.BE_NEAR else pairs.kept(pairs.metres < metres)


def _metres(check: SpatialCheck, values: Mapping[str, Given]) -> float:
    """How far apart two may be that decide."""
    metres = values[check.distance] if check.distance else 0.0
    assert isinstance(metres, float)
    return metres


def _evidence(
    check: SpatialCheck, values: Mapping[str, Given], left: Things, right: Things, pairs: Pairs, bad: Ints
) -> Iterator[dict[str, Any]]:
    """Of each subject its own fields, the values, and the nearest of the others that decided, certain ones first."""
    own = names_in(check.where.tree) if check.where else frozenset()
    own |= names_in(check.unless.tree) if check.unless else frozenset()
    concerned = pairs.kept(np.isin(pairs.left, bad))
    is_sure = right.says["counts"][concerned.right] == TRUE
    nearest = concerned.kept(is_sure).nearest(), concerned.kept(~is_sure).nearest()
    met = {place: (other, metres) for of in reversed(nearest)
           for place, other, metres in zip(of.left.tolist(), of.right.tolist(), of.metres.tolist(), strict=True)}  # fmt: skip
    subjects = noted(left.ids[bad].tolist(), own - values.keys())
    asked_of = names_in(check.of_where.tree) - values.keys() if check.of_where else frozenset()
    others = noted({int(right.ids[other]) for other, _ in met.values()}, asked_of)
    said = values_as_json(values)
    for place in bad.tolist():
        found = {"values": said, **subjects[int(left.ids[place])]}
        if place in met:
            other, metres = met[place]
            found["other"] = others[int(right.ids[other])] | ({"metres": metres} if check.distance else {})
        if left.shapes[place] is None:
            found["why"] = "no_place"
        yield found
