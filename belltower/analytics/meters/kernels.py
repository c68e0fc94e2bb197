# SPDX-License-Identifier: Apache-2.0
"""Compiled: the steady small flow of each day that lasted longest."""

from __future__ import annotations

from belltower.analytics.meters.compiling import loops


@loops.outer(_nrt=False, error_model="numpy")
def longest_steady(first, minute, count, shortest, longest, share, slack, begins, lasts, links):  # type: ignore[no-untyped-def]
    """Of each day the chain of pulses that a flow which never pauses would give: its first minute, steady minutes, intervals.

    An interval is steady when it lies between ``shortest`` and ``longest`` minutes, between single pulses, and within
    ``share`` of the chain's running mean or ``slack`` minutes (pulses are told by the minute). A shorter one is gas used
    beside it, and counts for nothing. A longer one breaks the chain: no leak pauses. So do intervals that are too slow for a
    use and too short for the chain, when they are more than half as many as its own: that is no steady flow.
    """
    for day in range(len(first) - 1):
        begins[day] = lasts[day] = links[day] = 0
        start, mean, alike, unlike, steady = 0, 0.0, 0, 0, 0
        for i in range(first[day] + 1, first[day + 1]):
            gap = minute[i] - minute[i - 1]
            differs = max(slack, share * mean)
            if gap > longest or (alike > 0 and gap > mean + differs):
                alike, unlike, steady = 0, 0, 0
            if gap < shortest or gap > longest or count[i] != 1 or count[i - 1] != 1:
                continue
            if alike == 0:
                start, mean = minute[i - 1], float(gap)
            elif gap < mean - differs:
                unlike += 1
                if 2 * unlike > alike + 4:
                    alike, unlike, steady = 0, 0, 0
                continue
            alike += 1
            steady += gap
            mean += (gap - mean) * 0.2
            if steady > lasts[day]:
                begins[day], lasts[day], links[day] = start, steady, alike
