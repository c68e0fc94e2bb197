# SPDX-License-Identifier: Apache-2.0
"""Compiled: delays, silences and shelves, when they end, and what a stream at rest is. reference.py says the same in words."""

from __future__ import annotations

import numpy as np

from belltower.analytics.alarms import work as c
from belltower.analytics.alarms.compiling import inlined, inner
from belltower.analytics.alarms.moves import settle, show


@inlined
def _heard(w, a):  # type: ignore[no-untyped-def]
    point = w.points[a]
    last = w.hot[point.stream].last_at
    if point.kind == c.STALE and last == c.NEVER:
        return point.armed_us
    if point.kind == c.DISCREPANCY:
        return min(last, w.hot[point.reference].last_at)
    return last


@inlined
def is_known_at(w, a, at):  # type: ignore[no-untyped-def]
    stale, heard = w.points[a].stale_after_us, _heard(w, a)
    return stale == 0 or heard == c.NEVER or at <= heard + stale


@inlined
def due_of(w, a, which):  # type: ignore[no-untyped-def]
    one = w.alarms[a]
    due = one.shelved_until if which == c.SHELF else one.timer
    if which == c.SILENCE:
        if w.points[a].kind != c.STALE or one.raw:
            return c.FAR
        due = _heard(w, a)
        if due != c.NEVER:
            due += w.points[a].stale_after_us
    return c.FAR if due == c.NEVER else due


@inner
def _fire(w, a, at, which, position):  # type: ignore[no-untyped-def]
    one = w.alarms[a]
    if which == c.DELAY:
        one.timer = c.NEVER
        if is_known_at(w, a, at):
            settle(w, a, at, position)
    elif which == c.SILENCE:
        one.raw, one.timer = 1, c.NEVER
        own = w.hot[w.points[a].stream]
        if own.last_at != c.NEVER:
            one.value = own.value
        if not one.active:
            settle(w, a, at, position)
    else:
        one.shelved_until = c.NEVER
        show(w, a, at, c.BY_EXPIRY, position)


@inlined
def fire_until(w, begin, end, alarm, at, is_heard, position):  # type: ignore[no-untyped-def]
    """The timers of the alarms in numbers[begin:end], or of one ``alarm`` (not -1), earliest first."""
    while True:
        best, who, what = c.FAR, np.int64(-1), np.int64(0)
        for j in range(begin, end):
            a = np.int64(w.numbers[j]) if alarm < 0 else alarm
            for which in range(3):
                due = due_of(w, a, which)
                in_time = due < at or (due == at and not (is_heard and which == c.SILENCE))
                if in_time and due < best:
                    best, who, what = due, a, which  # type: ignore[assignment]
        if who < 0:
            return
        _fire(w, who, best, what, position)


@inlined
def keep_due(w, a):  # type: ignore[no-untyped-def]
    due = min(due_of(w, a, c.DELAY), due_of(w, a, c.SILENCE), due_of(w, a, c.SHELF))
    w.due[a] = due
    block = a // c.BLOCK
    top = block // c.BLOCK
    w.block_due[block], w.top_due[top] = min(w.block_due[block], due), min(w.top_due[top], due)


@inlined
def keep_quiet(w, s):  # type: ignore[no-untyped-def]
    """Say anew which readings of stream ``s`` change nothing."""
    hot = w.hot[s]
    quiet = hot.last_at != c.NEVER
    for j in range(w.first[s], w.first[s + 1]):
        one = w.alarms[w.numbers[j]]
        quiet = quiet and one.raw == 0 and one.active == 0 and one.timer == c.NEVER and one.shelved_until == c.NEVER
    hot.low, hot.high = (w.low[s], w.high[s]) if quiet else (c.RESTLESS, -c.RESTLESS)


@inner
def keep(w, a):  # type: ignore[no-untyped-def]
    keep_due(w, a)
    keep_quiet(w, np.int64(w.points[a].stream))
    if w.points[a].reference >= 0:
        keep_quiet(w, np.int64(w.points[a].reference))


@inner
def keep_both(w, s):  # type: ignore[no-untyped-def]
    """Of stream ``s``, and of the one beside it."""
    keep_quiet(w, s)
    beside = s + w.rules[w.hot[s].rule].beside
    if beside != s:
        keep_quiet(w, beside)


@inner
def _first_due(due, at, begin):  # type: ignore[no-untyped-def]
    for i in range(np.uint64(begin), np.uint64(len(due))):
        if due[i] <= at:
            return np.int64(i)
    return np.int64(len(due))


@inner
def _open(w, block, at, count):  # type: ignore[no-untyped-def]
    """Add to the ``count`` timers that were found those of a block; how many there are now."""
    w.block_due[block] = c.FAR
    begin = block * c.BLOCK
    end = min(begin + c.BLOCK, len(w.due))
    a = begin + _first_due(w.due[begin:end], at, np.int64(0))
    while a < end:
        for which in range(3):
            due = due_of(w, a, which)
            if due <= at:
                w.found_at[count], w.found[count] = due, a * 3 + which
                count += 1
        w.due[a] = min(due_of(w, a, c.DELAY), due_of(w, a, c.SILENCE), due_of(w, a, c.SHELF))
        a = begin + _first_due(w.due[begin:end], at, a + 1 - begin)
    for a in range(begin, end):
        w.block_due[block] = min(w.block_due[block], w.due[a])
    return count


@inner
def sweep(w, at):  # type: ignore[no-untyped-def]
    """Find the timers that end by ``at``, in the order of alarms; how many. Opens only blocks in which one may."""
    count = np.int64(0)
    top = _first_due(w.top_due, at, count)
    while top < len(w.top_due):
        w.top_due[top] = c.FAR
        for block in range(top * c.BLOCK, min((top + 1) * c.BLOCK, len(w.block_due))):
            if w.block_due[block] <= at:
                count = _open(w, block, at, count)
            w.top_due[top] = min(w.top_due[top], w.block_due[block])
        top = _first_due(w.top_due, at, top + 1)
    return count


@inner
def _sort_found(w, count):  # type: ignore[no-untyped-def]
    """By instant, then alarm, then timer: Shell's sort, since numba's own takes longer to compile than all of this file."""
    gap = count
    while gap > 1:
        gap = max(np.int64(1), gap * 5 // 11)
        for i in range(gap, count):
            at, what, j = w.found_at[i], w.found[i], i
            while j >= gap and (w.found_at[j - gap] > at or (w.found_at[j - gap] == at and w.found[j - gap] > what)):
                w.found_at[j], w.found[j] = w.found_at[j - gap], w.found[j - gap]
                j -= gap
            w.found_at[j], w.found[j] = at, what


@inner
def fire_found(w, count, position):  # type: ignore[no-untyped-def]
    """Fire what was found. No timer starts another one, so that what was found is all there is."""
    _sort_found(w, count)
    for i in range(count):
        a, which = w.found[i] // 3, w.found[i] % 3
        if due_of(w, a, which) == w.found_at[i]:
            _fire(w, a, w.found_at[i], which, position)
    for i in range(count):
        keep(w, w.found[i] // 3)
