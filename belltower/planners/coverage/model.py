# SPDX-License-Identifier: Apache-2.0
"""The problem as solvers want it: rows of demand that the same sites reach, columns of sites worth having. Sparse throughout."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csc_array, csr_array

from belltower.planners.coverage.problem import Flags, Ints, Problem, Task
from belltower.planners.coverage.reach import Reach

_DENSE_ENOUGH = 60_000_000


@dataclass(frozen=True, slots=True)
class Model:
    """Rows want ``wants`` of the columns that reach them (COVER_ALL), or are worth ``first`` and ``second`` (COVER_MOST).

    ``sites``: the problem's number of each column; ``members``: the row of each demand (-1: none); ``weights``: what each
    demand is worth. ``prices`` are what a column costs of the value (COVER_ALL) or of the budget (COVER_MOST).
    """

    is_most: bool
    reach: csr_array
    wants: Ints
    first: Ints
    second: Ints
    sites: Ints
    prices: Ints
    costs: Ints
    classes: Ints
    fixed: Flags
    members: Ints
    room: int | None
    budget: int | None
    caps: tuple[int, ...]

    @property
    def rows(self) -> int:
        """How many kinds of demand there are."""
        return int(self.reach.shape[0])

    @property
    def columns(self) -> int:
        """How many sites there are to choose from."""
        return int(self.reach.shape[1])

    def value(self, opened: Flags) -> int:
        """What opening these columns is worth; COVER_ALL: what it costs, whatever it covers."""
        if not self.is_most:
            return int(self.prices[opened].sum())
        count = self.reach @ opened.astype(np.int64)
        return int(self.first[count >= 1].sum() + self.second[count >= 2].sum())

    def is_allowed(self, opened: Flags) -> bool:
        """Whether these columns keep the limits, and (COVER_ALL) cover all."""
        if not self.is_most:
            return bool((self.reach @ opened.astype(np.int64) >= self.wants).all())
        return (
            (self.room is None or int(opened.sum()) <= self.room)
            and (self.budget is None or int(self.costs[opened].sum()) <= self.budget)
            and all(int((opened & (self.classes == k) & ~self.fixed).sum()) <= cap for k, cap in enumerate(self.caps))
        )


def model_of(problem: Problem, reach: Reach, *, is_by_area: bool = False) -> Model:
    """Demand with the same sites (``is_by_area``: of one area) merged into a row; a column for each site that stands or reaches anybody."""
    matrix = reach.matrix()
    unit = 100 if problem.times == 2 else 1
    # What a second site is worth cannot be split over merged demand in whole numbers.
    rows, members = merged(matrix, is_apart=problem.second_percent > 0, areas=problem.areas if is_by_area else None)
    covered = members >= 0
    people = np.bincount(members[covered], problem.people[covered], minlength=rows.shape[0]).astype(np.int64)
    kinds = sorted(dict(problem.limits.of_class))
    class_of = {name: number for number, name in enumerate(kinds)}
    sites = np.arange(len(problem.sites))
    fixed, is_most = problem.fixed, problem.task is Task.COVER_MOST
    caps = tuple(
        max(0, dict(problem.limits.of_class)[kind] - int((fixed & (np.array(problem.classes) == kind)).sum()))
        for kind in kinds
    )
    model = Model(
        is_most=is_most,
        reach=rows,
        wants=np.minimum(problem.times, np.diff(rows.indptr)).astype(np.int64),
        first=people * unit,
        second=people * (problem.second_percent if problem.times == 2 else 0),
        sites=sites,
        prices=problem.prices if problem.by_cost else np.ones(len(sites), dtype=np.int64),
        costs=problem.prices,
        classes=np.array([class_of.get(one, -1) for one in problem.classes], dtype=np.int64),
        fixed=fixed,
        members=members,
        room=problem.limits.at_most,
        budget=problem.limits.budget,
        caps=caps,
    )
    useful = problem.allowed & ((np.diff(csc_array(rows).indptr) > 0) | fixed)
    return _of_columns(model, np.flatnonzero(useful))


def merged(matrix: csr_array, *, is_apart: bool = False, areas: Ints | None = None) -> tuple[csr_array, Ints]:
    """One row for each set of sites, and the row of each demand; -1 where no site reaches."""
    matrix.sort_indices()
    members = np.full(matrix.shape[0], -1, dtype=np.int64)
    known: dict[bytes, int] = {}
    starts, columns = matrix.indptr.tolist(), matrix.indices.astype(np.int32)
    held, width = columns.tobytes(), columns.itemsize
    representatives: list[int] = []
    for row in range(matrix.shape[0]):
        if starts[row] == starts[row + 1]:
            continue
        key = held[starts[row] * width : starts[row + 1] * width]
        number = known.setdefault(
            key + (row if is_apart else 0 if areas is None else int(areas[row])).to_bytes(8), len(known)
        )
        if number == len(representatives):
            representatives.append(row)
        members[row] = number
    return matrix[np.array(representatives, dtype=np.int64)], members


def reduced(model: Model, *, times: int) -> Model:
    """Without what cannot matter, again and again until nothing goes: the best plan stays a best plan."""
    while True:
        before = model.rows + model.columns
        model, _ = without_replaced(model, times=times)
        model = without_implied(model)
        if model.rows + model.columns == before:
            return model


def without_replaced(model: Model, *, times: int) -> tuple[Model, Ints]:
    """A site all of whose demand another reaches too, for no more money and in the same class, need not be opened.

    And which replaces which: pairs of the problem's numbers. Where two sites are to reach everybody, both may be needed.
    """
    if times > 1 or _squares(np.diff(model.reach.indptr)) > _DENSE_ENOUGH:
        return model, np.zeros((0, 2), dtype=np.int64)
    sizes = np.diff(csc_array(model.reach).indptr).astype(np.int64)
    shared = (model.reach.T @ model.reach).tocoo()
    one, other = shared.coords
    goes = (shared.data == sizes[one]) & (one != other) & ~model.fixed[one] & _fits(model, one, other)
    # Of two that replace each other the first stays.
    goes &= ~((shared.data == sizes[other]) & _fits(model, other, one) & ~model.fixed[other]) | (other < one)
    keep = np.ones(model.columns, dtype=bool)
    keep[one[goes]] = False
    pairs = np.column_stack([one, other])[goes & keep[other]]
    pairs = pairs[np.unique(pairs[:, 0], return_index=True)[1]]
    keep = np.ones(model.columns, dtype=bool)
    keep[pairs[:, 0]] = False
    return _of_columns(model, np.flatnonzero(keep)), model.sites[pairs]


def _squares(sizes: Ints) -> float:
    """How many products a matrix times its own transpose takes."""
    return float((sizes.astype(np.float64) ** 2).sum())


def _fits(model: Model, one: Ints, other: Ints) -> Flags:
    """Whether the other may stand in for the one: it stands already, or is no dearer and takes no place of another class."""
    prices = model.costs if model.is_most else model.prices
    same_class = (model.classes[other] < 0) | (model.classes[one] == model.classes[other])
    return np.asarray(model.fixed[other] | ((prices[other] <= prices[one]) & same_class))


def without_implied(model: Model) -> Model:
    """COVER_ALL: a row that wants no more than another all of whose sites it has is covered when that one is."""
    if model.is_most or not model.rows or _squares(np.diff(csc_array(model.reach).indptr)) > _DENSE_ENOUGH:
        return model
    sizes = np.diff(model.reach.indptr).astype(np.int64)
    shared = (model.reach @ model.reach.T).tocoo()
    one, other = shared.coords
    whole = (shared.data == sizes[other]) & (one != other) & (model.wants[one] <= model.wants[other])
    same = (sizes[one] == sizes[other]) & (model.wants[one] == model.wants[other])
    keep = np.ones(model.rows, dtype=bool)
    keep[one[whole & (~same | (other < one))]] = False
    number = np.cumsum(keep) - 1
    # A demand whose row went stands nowhere: its multiplier is nothing, since the row that stays implies it.
    members = np.where((model.members >= 0) & keep[model.members], number[model.members], -1)
    rows = np.flatnonzero(keep)
    return replace(
        model,
        reach=model.reach[rows],
        wants=model.wants[rows],
        first=model.first[rows],
        second=model.second[rows],
        members=members,
    )


def _of_columns(model: Model, columns: Ints) -> Model:
    if len(columns) == model.columns:
        return model
    return replace(
        model,
        reach=csr_array(csc_array(model.reach)[:, columns]),
        sites=model.sites[columns],
        prices=model.prices[columns],
        costs=model.costs[columns],
        classes=model.classes[columns],
        fixed=model.fixed[columns],
    )
