# SPDX-License-Identifier: Apache-2.0
"""The engine's compiled loops. reference.py says the same in words; a change here is a change there.

All live in this file: numba's cache notices no change in another one. After a change in work.py or states.py touch it."""

from __future__ import annotations

import numpy as np
from numba import njit

from belltower.analytics.alarms import work as c
from belltower.analytics.alarms.fetching import fetch_ahead

# Called by compiled code only, so without a door for Python; and without counting references to the arrays of Work,
# which step holds anyway: that counting cost a hundred times what a reading costs. What every reading goes through is
# inlined, because a call hands over all of Work, some 130 words.
_INNER = {"cache": True, "_nrt": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
inner = njit(**_INNER)  # type: ignore[call-overload]
inlined = njit(forceinline=True, **_INNER)  # type: ignore[call-overload]


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
def _show(w, a, at, cause, position):  # type: ignore[no-untyped-def]
    one, by = w.alarms[a], w.points[a].suppressed_by
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
        _enter(w, a, w.wakes[one.active, 1 if latched else 0], at, cause, position)


@inner
def _tell(w, a, at, position):  # type: ignore[no-untyped-def]
    cause = c.BY_SUPPRESSOR if _hides(w, a) else c.BY_SUPPRESSOR_CLEAR
    for j in range(w.hides_first[a], w.hides_first[a + 1]):
        _show(w, w.hides[j], at, cause, position)


@inner
def _move(w, a, at, cause, position):  # type: ignore[no-untyped-def]
    after = w.life[w.alarms[a].state, cause, 1 if w.points[a].latching else 0]
    if after == c.NO_MOVE:
        return False
    _enter(w, a, after, at, cause, position)
    return True


@inner
def _settle(w, a, at, position):  # type: ignore[no-untyped-def]
    one = w.alarms[a]
    one.active = one.raw
    _move(w, a, at, c.BY_ALARM if one.active else c.BY_RETURN, position)
    if not one.out_of_service:
        _tell(w, a, at, position)


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
def _is_known_at(w, a, at):  # type: ignore[no-untyped-def]
    stale, heard = w.points[a].stale_after_us, _heard(w, a)
    return stale == 0 or heard == c.NEVER or at <= heard + stale


@inlined
def _due(w, a, which):  # type: ignore[no-untyped-def]
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
        if _is_known_at(w, a, at):
            _settle(w, a, at, position)
    elif which == c.SILENCE:
        one.raw, one.timer = 1, c.NEVER
        own = w.hot[w.points[a].stream]
        if own.last_at != c.NEVER:
            one.value = own.value
        if not one.active:
            _settle(w, a, at, position)
    else:
        one.shelved_until = c.NEVER
        _show(w, a, at, c.BY_EXPIRY, position)


@inlined
def _fire_until(w, begin, end, alarm, at, is_heard, position):  # type: ignore[no-untyped-def]
    """The timers of the alarms in numbers[begin:end], or of one ``alarm`` (not -1), earliest first."""
    while True:
        best, who, what = c.FAR, -1, 0
        for j in range(begin, end):
            a = w.numbers[j] if alarm < 0 else alarm
            for which in range(3):
                due = _due(w, a, which)
                in_time = due < at or (due == at and not (is_heard and which == c.SILENCE))
                if in_time and due < best:
                    best, who, what = due, a, which
        if who < 0:
            return
        _fire(w, who, best, what, position)


@inlined
def _keep_due(w, a):  # type: ignore[no-untyped-def]
    due = min(_due(w, a, c.DELAY), _due(w, a, c.SILENCE), _due(w, a, c.SHELF))
    w.due[a] = due
    w.block_due[a // c.BLOCK] = min(w.block_due[a // c.BLOCK], due)


@inlined
def _keep_quiet(w, s):  # type: ignore[no-untyped-def]
    """Say anew which readings of stream ``s`` change nothing."""
    hot = w.hot[s]
    quiet, due = hot.last_at != c.NEVER, c.FAR
    for j in range(w.first[s], w.first[s + 1]):
        one = w.alarms[w.numbers[j]]
        quiet = quiet and one.raw == 0 and one.active == 0 and one.timer == c.NEVER
        due = min(due, _due(w, w.numbers[j], c.SHELF))
    hot.due = due
    hot.low, hot.high = (w.low[s], w.high[s]) if quiet else (c.INF, -c.INF)


@inner
def _keep(w, a):  # type: ignore[no-untyped-def]
    _keep_due(w, a)
    _keep_quiet(w, w.points[a].stream)
    if w.points[a].reference >= 0:
        _keep_quiet(w, w.points[a].reference)


@inlined
def _holds(kind, raw, limit, leave, measure):  # type: ignore[no-untyped-def]
    edge = leave if raw else limit
    if kind == c.STALE:
        return False
    if kind in (c.LO, c.LOLO):
        return measure <= edge
    if kind in (c.HI, c.HIHI):
        return measure >= edge
    return abs(measure) >= edge


@inlined
def _judge(w, a, judged_at, previous_at, previous, position):  # type: ignore[no-untyped-def]
    point, one = w.points[a], w.alarms[a]
    kind, own = point.kind, w.hot[point.stream]
    other = point.reference
    if own.last_at == c.NEVER or (other >= 0 and w.hot[other].last_at == c.NEVER):
        return
    if not _is_known_at(w, a, judged_at):
        return
    measure = own.value
    if kind == c.RATE:
        gap = own.last_at - previous_at
        if previous_at == c.NEVER or gap == 0 or (point.stale_after_us != 0 and gap > point.stale_after_us):
            return
        measure = (own.value - previous) * 1e6 / gap
    elif kind in (c.DEVIATION, c.DISCREPANCY):
        measure = own.value - (w.hot[other].value if other >= 0 else point.set_point)
    holds = _holds(kind, one.raw, point.limit, w.leave[a], measure)
    if holds or one.raw or one.active:
        one.value = measure
    if holds != (one.raw != 0):
        one.raw, one.timer = 1 if holds else 0, c.NEVER
    if one.raw == one.active:
        one.timer = c.NEVER
    elif one.timer == c.NEVER:
        delay = point.on_delay_us if one.raw else point.off_delay_us
        if delay == 0:
            _settle(w, a, judged_at, position)
        else:
            one.timer = judged_at + delay


@inlined
def _known_until(w, a, s, previous_at):  # type: ignore[no-untyped-def]
    """Until when alarm ``a`` knew its streams before this reading of ``s``; c.FAR when silence says nothing to it."""
    point = w.points[a]
    if point.stale_after_us == 0:
        return c.FAR
    heard = previous_at if point.stream == s else w.hot[point.stream].last_at
    if point.kind == c.STALE and heard == c.NEVER:
        heard = point.armed_us
    elif point.kind == c.DISCREPANCY:
        heard = min(heard, previous_at if point.reference == s else w.hot[point.reference].last_at)
    return c.FAR if heard == c.NEVER else heard + point.stale_after_us


@inlined
def _hear(w, s, at, value, code, position):  # type: ignore[no-untyped-def]
    """A reading that may change something."""
    hot = w.hot[s]
    if at < hot.last_at:
        w.streams[s].late += 1
        w.tally[c.LATE] += 1
        return
    if code == c.BAD or not np.isfinite(value):
        w.streams[s].bad += 1
        w.tally[c.N_BAD] += 1
        return
    begin, end = w.first[s], w.first[s + 1]
    _fire_until(w, begin, end, -1, at, True, position)
    previous_at, previous = hot.last_at, hot.value
    hot.last_at, hot.value = at, value
    for j in range(begin, end):
        a = w.numbers[j]
        point = w.points[a]
        judged_at = at
        if point.reference >= 0:
            judged_at = max(w.hot[point.stream].last_at, w.hot[point.reference].last_at)
        if judged_at > _known_until(w, a, s, previous_at):
            w.alarms[a].timer = c.NEVER
        _judge(w, a, judged_at, previous_at, previous, position)
        _keep(w, a)
    if end == begin:
        _keep_quiet(w, s)


@inner
def _obey(w, a, what, at, until, position):  # type: ignore[no-untyped-def]
    one = w.alarms[a]
    if what in (c.DO_ACK, c.DO_RESET):
        return _move(w, a, at, c.BY_ACK if what == c.DO_ACK else c.BY_RESET, position)
    if what == c.DO_SHELVE:
        if until > at:
            one.shelved_until = until
            _show(w, a, at, c.BY_SHELVE, position)
        return until > at
    if what == c.DO_UNSHELVE:
        was = one.shelved_until != c.NEVER
        one.shelved_until = c.NEVER
        _show(w, a, at, c.BY_UNSHELVE, position)
        return was
    wanted = 1 if what in (c.DO_SUPPRESS, c.DO_OUT) else 0
    if what in (c.DO_SUPPRESS, c.DO_UNSUPPRESS):
        changes = one.suppressed != wanted
        one.suppressed = wanted
        _show(w, a, at, c.BY_SUPPRESS if wanted else c.BY_UNSUPPRESS, position)
        return changes
    changes = one.out_of_service != wanted
    one.out_of_service = wanted
    _show(w, a, at, c.BY_OUT if wanted else c.BY_BACK, position)
    if changes and one.active:
        _tell(w, a, at, position)
    return changes


@inner
def _command(w, a, what, at, until, position):  # type: ignore[no-untyped-def]
    _fire_until(w, 0, 1, a, at, False, position)
    w.tally[c.COMMANDS] += 1
    w.tally[c.IDLE] += 0 if _obey(w, a, what, at, until, position) else 1
    _keep(w, a)


@inner
def _sweep(w, at):  # type: ignore[no-untyped-def]
    """Find the timers that end by ``at``, in the order of alarms; how many. Opens only blocks in which one may."""
    count = 0
    for block in range(len(w.block_due)):
        if w.block_due[block] > at:
            continue
        w.block_due[block] = c.FAR
        for a in range(block * c.BLOCK, min((block + 1) * c.BLOCK, len(w.due))):
            if w.due[a] <= at:
                for which in range(3):
                    due = _due(w, a, which)
                    if due <= at:
                        w.found_at[count], w.found[count] = due, a * 3 + which
                        count += 1
                _keep_due(w, a)
            w.block_due[block] = min(w.block_due[block], w.due[a])
    return count


@njit(cache=True, _nrt=True)  # type: ignore[call-overload]
def _tick(w, count, position):  # type: ignore[no-untyped-def]
    """Fire what was found. No timer starts another one, so that what was found is all there is."""
    order = np.argsort(w.found_at[:count], kind="mergesort")
    for i in order:
        a, which = w.found[i] // 3, w.found[i] % 3
        if _due(w, a, which) == w.found_at[i]:
            _fire(w, a, w.found_at[i], which, position)
    for i in range(count):
        a = w.found[i] // 3
        _keep(w, a)


@njit(cache=True, nogil=True, _nrt=False)  # type: ignore[call-overload]
def run(w, room, fan, kind, index, at, value, code, arg, first, positions, begin):  # type: ignore[no-untyped-def]
    """Judge the log from row ``begin`` on; (the row where it stopped, room for transitions that it needs there).

    ``room``: of w.out; ``fan``: the most that one reading or command can make, and that one timer can. Stops before an
    event for which the room may not do, having changed nothing of what it would say.
    """
    hot = w.hot
    for i in range(begin, len(kind)):
        t = at[i]
        ahead = i + c.AHEAD
        if ahead < len(kind) and kind[ahead] == c.READING:
            fetch_ahead(hot, index[ahead])  # type: ignore[call-arg]
        if kind[i] == c.READING:
            v = value[i]
            one = hot[index[i]]
            gap = t - one.last_at
            rests = v > one.low and v < one.high and gap >= 0 and gap <= one.gap and t < one.due and code[i] != c.BAD
            if rests and abs(v - hot[one.beside].value) < one.edge + one.slope * gap:
                one.last_at, one.value = t, v
                continue
        made = w.tally[c.MADE]
        position = positions[i] if len(positions) else first + i
        if room - made < fan[0]:
            return i, fan[0]
        if kind[i] == c.READING:
            _hear(w, index[i], t, value[i], code[i], position)
        elif kind[i] == c.COMMAND:
            _command(w, index[i], code[i], t, arg[i], position)
        else:
            count = _sweep(w, t)
            if room - made < count * fan[1]:
                return i, count * fan[1]
            if count:
                _tick(w, count, position)
            w.tally[c.TICKS] += 1
    return len(kind), 0


@njit(cache=True)
def begin_quiet(w):  # type: ignore[no-untyped-def]
    """Prepare every stream and alarm for the loop."""
    for a in range(len(w.due)):
        _keep_due(w, a)
    for s in range(len(w.hot)):
        _keep_quiet(w, s)
