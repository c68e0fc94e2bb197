# SPDX-License-Identifier: Apache-2.0
"""Compiled: how an alarm moves between its states, and what hides it. reference.py says the same in words."""

from __future__ import annotations

import numpy as np

from belltower.analytics.alarms import work as c
from belltower.analytics.alarms.compiling import inner


@inner
def _enter(w, a, after, at, cause, position):  # type: ignore[no-untyped-def]
    one = w.alarms[a]
    at = max(at, one.since)
    if after == c.UNACK:
        one.occurrences += 1
        if one.raised_before != c.NEVER and at - one.raised_before <= w.chatter_within:
            one.chatters += 1
        one.raised_before, one.last_raised = one.last_raised, at
    made = w.out[w.tally[c.MADE]]
    made.position, made.at, made.value, made.alarm = position, at, one.value, a
    made.before, made.after, made.cause, made.priority = one.state, after, cause, w.points[a].priority
    made.occurrences, made.chatters = one.occurrences, one.chatters
    one.state, one.since = after, at
    w.tally[c.MADE] += 1


@inner
def _hides(w, a):  # type: ignore[no-untyped-def]
    return w.alarms[a].active != 0 and w.alarms[a].out_of_service == 0


@inner
def show(w, a, at, cause, position):  # type: ignore[no-untyped-def]
    one, by = w.alarms[a], np.int64(w.points[a].suppressed_by)
    hidden = c.NORMAL
    if one.out_of_service:
        hidden = c.OUT
    elif one.suppressed or (by >= 0 and _hides(w, by)):
        hidden = c.SUPPRESSED
    elif one.shelved_until != c.NEVER:
        hidden = c.SHELVED
    if hidden != c.NORMAL:
        if one.state < c.SHELVED:
            one.beneath = one.state
        if hidden != one.state:
            _enter(w, a, hidden, at, cause, position)
    elif one.state >= c.SHELVED:
        latched = one.beneath == c.LATCHED_UNACK or one.beneath == c.LATCHED_ACK
        called = one.beneath == c.UNACK or one.beneath == c.ACK
        latched = latched or (called and w.points[a].latching != 0)
        one.beneath = c.NORMAL
        _enter(w, a, np.int64(w.wakes[one.active, 1 if latched else 0]), at, cause, position)


@inner
def tell(w, a, at, position):  # type: ignore[no-untyped-def]
    cause = c.BY_SUPPRESSOR if _hides(w, a) else c.BY_SUPPRESSOR_CLEAR
    for j in range(w.hides_first[a], w.hides_first[a + 1]):
        show(w, np.int64(w.hides[j]), at, cause, position)


@inner
def move(w, a, at, cause, position):  # type: ignore[no-untyped-def]
    after = np.int64(w.life[w.alarms[a].state, cause, 1 if w.points[a].latching else 0])
    if after == c.NO_MOVE:
        return False
    _enter(w, a, after, at, cause, position)
    return True


@inner
def settle(w, a, at, position):  # type: ignore[no-untyped-def]
    one = w.alarms[a]
    one.active = one.raw
    move(w, a, at, c.BY_ALARM if one.active else c.BY_RETURN, position)
    if not one.out_of_service:
        tell(w, a, at, position)
