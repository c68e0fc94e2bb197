# SPDX-License-Identifier: Apache-2.0
"""The city's streets, as packs declare them, and how far things are from others along them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from belltower.core.standards import network, things
from belltower.core.standards.checks import Over
from belltower.core.standards.predicates.parsing import Vocabulary, parse
from belltower.core.standards.reading_parts import fields_of
from belltower.core.standards.space import Shapes
from belltower.core.standards.things import FALSE, TRUE, Letters, Things
from belltower.kernel.packs import Network, Register


@dataclass(frozen=True, slots=True)
class Streets:
    """Lines in the metric plane, what is known of whether each is one-way, and what nobody goes straight across."""

    lines: Shapes
    one_way: Letters
    barriers: Shapes

    def __len__(self) -> int:
        return len(self.lines)

    def metres(self, shapes: Shapes, others: Things, over: Over, *, most: float) -> tuple[NDArray[np.float64], ...]:
        """From each shape to the nearest of the others that is sure to count, and to the nearest that may.

        Infinite beyond ``most``. A street of which it is unknown whether it is one-way may be passed against its
        direction in the second only.
        """
        on_foot = np.full(len(self), over is Over.ON_FOOT)
        sure = network.network(self.lines, on_foot | (self.one_way == FALSE))
        perhaps = network.network(self.lines, on_foot | (self.one_way != TRUE))
        places, there = (network.doors(each, sure, self.barriers, most=most) for each in (shapes, others.shapes))
        certain = there.kept(others.says["counts"] == TRUE)
        return network.nearest(sure, places, certain, most=most), network.nearest(perhaps, places, there, most=most)


def streets(register: Register) -> Streets:
    """The streets that are in service or out of it and have a place."""
    found = [_of(each, register) for each in register.streets]
    barriers = [_shapes(name, register) for each in register.streets for name in each.barriers]
    empty = np.empty(0, dtype=object)
    return Streets(
        np.concatenate([empty, *(lines for lines, _ in found)]),
        np.concatenate([np.empty(0, np.int8), *(one_way for _, one_way in found)]),
        np.concatenate([empty, *barriers]),
    )


def _of(declared: Network, register: Register) -> tuple[Shapes, Letters]:
    """Each line by itself: a street may have been drawn as several."""
    fields = fields_of(register.kind(declared.kind))
    asked = {"one_way": parse(declared.one_way, Vocabulary(fields, {}))}
    found = things.assets(declared.kind, fields, asked, shapes=True)
    lines, whose = shapely.get_parts(found.shapes, return_index=True)
    return np.asarray(lines, dtype=object), found.says["one_way"][whose]


def _shapes(kind: str, register: Register) -> Shapes:
    found = things.assets(kind, fields_of(register.kind(kind)), {}, shapes=True)
    return found.kept(~shapely.is_missing(found.shapes)).shapes
