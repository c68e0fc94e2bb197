# SPDX-License-Identifier: Apache-2.0
"""Compiled: walks over segments that find a source soon where there is one, and the cheapest cut by them (Ford-Fulkerson).

An edge passes while its valve's ``effort`` is more than what is ``used`` of it; that begins as zeros, of which memory gives only
the pages that are touched, so that a question costs what it walks over and not what the network holds. ``seen`` holds the number of the walk that saw a segment, so that it need not
be wiped between walks; ``members`` are the segments of the last one, in the order in which they were left.
"""

from __future__ import annotations

from belltower.analytics.isolation.compiling import loops

fast = loops.outer(_nrt=False, error_model="numpy")


@fast
def step_out(first, edge, to, is_source, steps, queue):  # type: ignore[no-untyped-def]
    """Of each segment how many valves lie between it and the nearest source; -1 where no way leads."""
    head, tail = 0, 0
    for at in range(len(is_source)):
        steps[at] = 0 if is_source[at] else -1
        if is_source[at]:
            queue[tail] = at
            tail += 1
    while head < tail:
        at = queue[head]
        head += 1
        for place in range(first[at], first[at + 1]):
            other = to[edge[place]]
            if steps[other] < 0:
                steps[other] = steps[at] + 1
                queue[tail] = other
                tail += 1


@fast
def walk(first, edge, to, effort, used, begin, is_goal, steps, seen, number, came, stack, members):  # type: ignore[no-untyped-def]
    """Walk from ``begin`` towards the sources; (the goal that was met or -1, how many members were seen until then).

    Edges that lead nearer to a source are tried first, so that a way is found at once nearly always; where there is none, all
    that can be reached has been seen, and no more.
    """
    seen[begin], came[begin], stack[0] = number, -1, begin
    size, count = 1, 0
    while size > 0:
        size -= 1
        at = stack[size]
        members[count] = at
        count += 1
        if is_goal[at]:
            return at, count
        for is_nearer in (False, True):
            for place in range(first[at], first[at + 1]):
                e = edge[place]
                other = to[e]
                if effort[e >> 1] > used[e] and seen[other] != number and (steps[other] < steps[at]) == is_nearer:
                    seen[other], came[other], stack[size] = number, e, other
                    size += 1
    return -1, count


@fast
def spill(first, edge, to, is_stuck, begin, seen, stack, members):  # type: ignore[no-untyped-def]
    """See all that hangs together with ``begin`` past stuck valves, in walk number 1; how many members."""
    seen[begin], stack[0] = 1, begin
    size, count = 1, 0
    while size > 0:
        size -= 1
        members[count] = stack[size]
        count += 1
        for place in range(first[members[count - 1]], first[members[count - 1] + 1]):
            e = edge[place]
            if is_stuck[e >> 1] and seen[to[e]] != 1:
                seen[to[e]], stack[size] = 1, to[e]
                size += 1
    return count


@fast
def border(first, edge, to, seen, number, members, count, valves):  # type: ignore[no-untyped-def]
    """The open valves (their places) between the members of a walk and all others; how many."""
    found = 0
    for k in range(count):
        at = members[k]
        for place in range(first[at], first[at + 1]):
            e = edge[place]
            if seen[to[e]] != number:
                valves[found] = e >> 1
                found += 1
    return found


@fast
def cheapest(first, edge, to, effort, used, begin, is_source, steps, enough, seen, came, stack, members):  # type: ignore[no-untyped-def]
    """(The least effort that parts ``begin`` from every source, the number of the last walk, its members).

    The last walk has seen what stays with ``begin``: its border is the cut that is nearest to it. Stops at ``enough``.
    """
    whole, number = 0, 0
    while True:
        number += 1
        met, count = walk(first, edge, to, effort, used, begin, is_source, steps, seen, number, came, stack, members)
        if met < 0 or whole >= enough:
            return whole, number, count
        least, at = enough, met
        while at != begin:
            least = min(least, effort[came[at] >> 1] - used[came[at]])
            at = to[came[at] ^ 1]
        at = met
        while at != begin:
            used[came[at]] += least
            used[came[at] ^ 1] -= least
            at = to[came[at] ^ 1]
        whole += least


@fast
def starve(first, edge, to, effort, used, sides, is_source, steps, dead, seen, came, stack, members):  # type: ignore[no-untyped-def]
    """Mark as ``dead`` what no source reaches any more; ``sides`` are the segments beside the valves that were shut."""
    number = 0
    for k in range(len(sides)):
        if dead[sides[k]]:
            continue
        number += 1
        met, count = walk(first, edge, to, effort, used, sides[k], is_source, steps, seen, number, came, stack, members)
        for j in range(count if met < 0 else 0):
            dead[members[j]] = True
