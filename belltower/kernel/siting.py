# SPDX-License-Identifier: Apache-2.0
"""That places for a kind of thing are planned: part of what a pack declares (packs.py)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Siting:
    """That places for things of ``kind`` are planned: within ``reach_m`` metres of the people who live in ``people_in``.

    ``people`` is the field of that kind (of any pack) with whole persons; places of ``candidates`` in service may become one.
    ``case`` is the kind of case by which whoever builds one is told.
    """

    kind: str
    reach_m: int
    people_in: str
    people: str
    candidates: tuple[str, ...] = ()
    case: str = ""

    def faults(self, points: Collection[str], cases: Collection[str]) -> Iterator[str]:
        """What does not hold together, where the pack declares these kinds of points and of cases."""
        for name in (self.kind, *self.candidates):
            if name not in points:
                yield f"places are planned for '{name}', which is no kind of points that it declares"
        if self.reach_m <= 0:
            yield f"'{self.kind}' reaches {self.reach_m} m"
        if self.case and self.case not in cases:
            yield f"whoever builds '{self.kind}' is told by '{self.case}', which is no case that it declares"
