# SPDX-License-Identifier: Apache-2.0
"""Pipes as straight segments in the city's metric plane."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """Straight pieces of pipe, metres of the metric plane: ``ends`` (n, 4) as x1, y1, x2, y2; ``pipe`` (n,) whose piece each is."""

    ends: NDArray[np.float64]
    pipe: NDArray[np.int64]

    def __post_init__(self) -> None:
        if self.ends.ndim != 2 or self.ends.shape[1:] != (4,) or len(self.ends) != len(self.pipe):
            raise ValueError(
                f"Segments need ends of shape (n, 4) and n pipes, not {self.ends.shape} and {self.pipe.shape}."
            )
        if not np.isfinite(self.ends).all():
            raise ValueError("A segment without a place cannot be kept clear of: every end needs finite metres.")

    def __len__(self) -> int:
        return len(self.pipe)


def segments(lines: Iterable[tuple[int, Sequence[Sequence[float]] | NDArray[np.float64]]]) -> Segments:
    """The segments of polylines, each given as (pipe, its points in metres). A point without a length stays a segment."""
    ends, pipes = [], []
    for pipe, points in lines:
        line = np.asarray(points, dtype=np.float64)[:, :2]
        pieces = np.hstack([line[:-1], line[1:]]) if len(line) > 1 else np.hstack([line, line])
        ends.append(pieces)
        pipes.append(np.full(len(pieces), pipe, dtype=np.int64))
    if not ends:
        return Segments(np.zeros((0, 4)), np.zeros(0, dtype=np.int64))
    return Segments(np.concatenate(ends), np.concatenate(pipes))
