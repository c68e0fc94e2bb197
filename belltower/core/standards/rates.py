# SPDX-License-Identifier: Apache-2.0
"""A rate with its interval, and what an indicator clause says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt

from belltower.core.standards.checks import Bound, IndicatorCheck
from belltower.core.standards.clauses import Outcome
from belltower.core.standards.predicates.binding import Given

Z_95 = 1.959963984540054
"""The two-sided 95 % point of the normal distribution."""


@dataclass(frozen=True, slots=True)
class Rate:
    """``counted`` of ``among`` for which it is known; beside them ``unknown`` of which nobody can say."""

    counted: int
    among: int
    unknown: int = 0

    @property
    def share(self) -> float | None:
        """In per cent; None of none."""
        return 100 * self.counted / self.among if self.among else None

    def interval(self) -> tuple[float, float] | None:
        """Wilson's 95 % score interval in per cent (Wilson 1927, JASA 22, 209-212); None of none."""
        n, z2 = self.among, Z_95 * Z_95
        if not n:
            return None
        p = self.counted / n
        middle, spread = p + z2 / (2 * n), Z_95 * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
        # At none and at all the formula ends exactly at 0 and 1; rounding must not move it.
        low = 0.0 if self.counted == 0 else (middle - spread) / (1 + z2 / n)
        high = 1.0 if self.counted == n else (middle + spread) / (1 + z2 / n)
        return 100 * low, 100 * high

    def extremes(self) -> tuple[Rate, Rate]:
        """The rate if none of the unknown counted, and if all did."""
        among = self.among + self.unknown
        return Rate(self.counted, among), Rate(self.counted + self.unknown, among)


def outcome_of_rate(rate: Rate, check: IndicatorCheck, values: Mapping[str, Given]) -> Outcome:
    """Whether the rate keeps to its limit, exactly on it included.

    Unknown where nothing is there to count, where what is unknown would decide, and, with fewer than
    ``sample_at_least``, where the interval leaves it open.
    """
    limit, least = values[check.limit], values[check.sample_at_least] if check.sample_at_least else 0.0
    assert isinstance(limit, float)
    assert isinstance(least, float)
    found = {_outcome(one, check.bound, limit, least) for one in rate.extremes()}
    return found.pop() if len(found) == 1 else Outcome.UNKNOWN


def _outcome(rate: Rate, bound: Bound, limit: float, least: float) -> Outcome:
    interval, share = rate.interval(), rate.share
    if interval is None or share is None:
        return Outcome.UNKNOWN
    if rate.among < least and interval[0] < limit <= interval[1]:
        return Outcome.UNKNOWN
    # Counts are compared, not their quotient: 19 of 20 is exactly 95 per cent.
    left, right = 100 * rate.counted, limit * rate.among
    return Outcome.HOLDS if (left >= right if bound is Bound.AT_LEAST else left <= right) else Outcome.BROKEN
