# SPDX-License-Identifier: Apache-2.0
"""Compiled: the loop over the log. reference.py says the same in words; a change here is a change there.

What is handed over is a 64-bit integer wherever it is one: for each other type numba compiles the function once more."""

from __future__ import annotations

import numpy as np

from belltower.analytics.alarms import work as c
from belltower.analytics.alarms.compiling import inlined, inner, outer
from belltower.analytics.alarms.moves import move, settle, show, tell
from belltower.analytics.alarms.timers import (
    fire_found,
    fire_until,
    is_known_at,
    keep,
    keep_both,
    keep_due,
    keep_quiet,
    sweep,
)
from belltower.analytics.fetching import fetch_ahead


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
    if not is_known_at(w, a, judged_at):
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
            settle(w, a, judged_at, position)
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
        keep_both(w, s)
        return
    if code == c.BAD or not np.isfinite(value):
        w.streams[s].bad += 1
        w.tally[c.N_BAD] += 1
        keep_both(w, s)
        return
    begin, end = w.first[s], w.first[s + 1]
    fire_until(w, begin, end, -1, at, True, position)
    previous_at, previous = hot.last_at, hot.value
    hot.last_at, hot.value = at, value
    for j in range(begin, end):
        a = np.int64(w.numbers[j])
        point = w.points[a]
        judged_at = at
        if point.reference >= 0:
            judged_at = max(w.hot[point.stream].last_at, w.hot[point.reference].last_at)
        if judged_at > _known_until(w, a, s, previous_at):
            w.alarms[a].timer = c.NEVER
        _judge(w, a, judged_at, previous_at, previous, position)
        keep(w, a)
    if end == begin:
        keep_quiet(w, s)


@inner
def _obey(w, a, what, at, until, position):  # type: ignore[no-untyped-def]
    one = w.alarms[a]
    if what in (c.DO_ACK, c.DO_RESET):
        return move(w, a, at, c.BY_ACK if what == c.DO_ACK else c.BY_RESET, position)
    if what == c.DO_SHELVE:
        if until > at:
            one.shelved_until = until
            show(w, a, at, c.BY_SHELVE, position)
        return until > at
    if what == c.DO_UNSHELVE:
        was = one.shelved_until != c.NEVER
        one.shelved_until = c.NEVER
        show(w, a, at, c.BY_UNSHELVE, position)
        return was
    wanted = 1 if what in (c.DO_SUPPRESS, c.DO_OUT) else 0
    if what in (c.DO_SUPPRESS, c.DO_UNSUPPRESS):
        changes = one.suppressed != wanted
        one.suppressed = wanted
        show(w, a, at, c.BY_SUPPRESS if wanted else c.BY_UNSUPPRESS, position)
        return changes
    changes = one.out_of_service != wanted
    one.out_of_service = wanted
    show(w, a, at, c.BY_OUT if wanted else c.BY_BACK, position)
    if changes and one.active:
        tell(w, a, at, position)
    return changes


@inner
def _command(w, a, what, at, until, position):  # type: ignore[no-untyped-def]
    fire_until(w, 0, 1, a, at, False, position)
    w.tally[c.COMMANDS] += 1
    w.tally[c.IDLE] += 0 if _obey(w, a, what, at, until, position) else 1
    keep(w, a)


@inlined
def _is_wrong(w, kind, index, at, code, arg, now):  # type: ignore[no-untyped-def]
    """Whether checking.check refuses an entry."""
    if at <= 0 or at > c.LATEST:
        return True
    if kind == c.READING:
        return index < 0 or index >= len(w.hot)
    if kind == c.COMMAND:
        if index < 0 or index >= len(w.due) or code < 1 or code > c.LAST_COMMAND:
            return True
        return code == c.DO_SHELVE and (arg <= 0 or arg > c.LATEST)
    return kind != c.TICK or at > now


@inner
def _rest(hot, rules, kind, index, at, value, code, begin):  # type: ignore[no-untyped-def]
    """Take readings that change nothing, from row ``begin`` on; the first row that is no such.

    Most rows end here, so all is unsigned, which spares asking for negative indexes, and nothing else is in this loop.
    """
    streams, last, size = np.uint32(len(hot)), np.uint64(len(kind) - 1), np.uint64(len(kind))
    for i in range(np.uint64(begin), size):
        fetch_ahead(hot, np.uint32(index[min(i + c.AHEAD, last)]))  # type: ignore[call-arg]
        s, t, v = np.uint32(index[i]), at[i], value[i]
        if kind[i] != c.READING or code[i] == c.BAD or s >= streams or t > c.LATEST:
            return i
        one = hot[s]
        rule = rules[one.rule]
        gap = t - one.last_at
        if not (v > one.low and v < one.high and np.uint64(gap) <= np.uint64(rule.gap)):
            return i
        if not abs(v - hot[np.uint64(np.int64(s) + rule.beside)].value) < rule.edge + rule.slope * gap:
            return i
        one.last_at, one.value = t, v
    return size


@inlined
def _wait(w, i, s):  # type: ignore[no-untyped-def]
    """Put row ``i`` off: until it is judged, no reading of its stream, or of the one beside it, is taken as one at rest."""
    fetch_ahead(w.first, s)  # type: ignore[call-arg]
    w.waiting[w.tally[c.WAITING]] = i
    w.tally[c.WAITING] += 1
    one, other = w.hot[s], w.hot[s + w.rules[w.hot[s].rule].beside]
    one.low, one.high, other.low, other.high = c.RESTLESS, -c.RESTLESS, c.RESTLESS, -c.RESTLESS


@inner
def _judge_waiting(w, index, at, value, code, first, positions):  # type: ignore[no-untyped-def]
    """Judge the rows that were put off, in their order; what they need is asked of memory for all at once."""
    for k in range(w.tally[c.WAITING]):
        s = index[w.waiting[k]]
        fetch_ahead(w.low, s)  # type: ignore[call-arg]
        fetch_ahead(w.high, s)
        if w.first[s] < w.first[s + 1]:
            a = w.numbers[w.first[s]]
            fetch_ahead(w.points, a)
            fetch_ahead(w.points, a + 1)
            fetch_ahead(w.alarms, a)
            fetch_ahead(w.alarms, a + 1)
            fetch_ahead(w.leave, a)
            fetch_ahead(w.due, a)
            fetch_ahead(w.hides_first, a)
    for k in range(w.tally[c.WAITING]):
        i = w.waiting[k]
        _hear(w, np.int64(index[i]), at[i], value[i], code[i], positions[i] if len(positions) else first + i)
    w.tally[c.WAITING] = 0


@outer
def run(w, fan, kind, index, at, value, code, arg, first, positions, now, begin):  # type: ignore[no-untyped-def]
    """Judge the log from row ``begin`` on; (the row where it stopped, room for transitions that it needs there).

    ``fan``: the most that one reading or command can make, and that one timer can. Stops before an event for which the
    room may not do, having changed nothing of what it would say; or at one that is refused, with WRONG for the room.

    Readings that may change something wait for one another: each touches eight places of memory, and the waits for them
    then overlap. Only what the waiting ones touch must wait with them (_wait), all else is judged as if in its turn.
    """
    i = begin
    while True:
        i = np.int64(_rest(w.hot, w.rules, kind, index, at, value, code, i))
        waiting, room = w.tally[c.WAITING], len(w.out) - w.tally[c.MADE]
        is_fine = i < len(kind) and not _is_wrong(w, kind[i], index[i], at[i], code[i], arg[i], now)
        is_reading = is_fine and kind[i] == c.READING
        if is_reading and waiting < len(w.waiting) and room >= fan[0] * (waiting + 1) and w.hot[index[i]].may_wait:
            _wait(w, i, index[i])
            i += 1
            continue
        if waiting:
            _judge_waiting(w, index, at, value, code, first, positions)
            continue
        if not is_fine:
            return i, c.WRONG
        if room < fan[0]:
            return i, fan[0]
        position = positions[i] if len(positions) else first + i
        if is_reading:
            w.waiting[0], w.tally[c.WAITING] = i, 1
            _judge_waiting(w, index, at, value, code, first, positions)
        elif kind[i] == c.COMMAND:
            _command(w, np.int64(index[i]), code[i], at[i], arg[i], position)
        else:
            count = sweep(w, at[i])
            if room < count * fan[1]:
                return i, count * fan[1]
            if count:
                fire_found(w, count, position)
            w.tally[c.TICKS] += 1
        i += 1


@outer
def begin_quiet(w):  # type: ignore[no-untyped-def]
    """Prepare every stream and alarm for the loop."""
    for a in range(len(w.due)):
        keep_due(w, a)
    for s in range(len(w.hot)):
        keep_quiet(w, s)
