# SPDX-License-Identifier: Apache-2.0
"""Compiled: which cells a segment comes near, whether a point is within reach of any, and which one it is nearest to."""

from __future__ import annotations

import numpy as np

from belltower.analytics.corridor.compiling import loops
from belltower.analytics.fetching import fetch_ahead

# A line is x1, y1, x2 - x1, y2 - y1, one over the squared length (0 for a point), and padding to a line of the cache.
LINE = 8
UNKNOWN, FAR = -2, -1
BLOCK = 128
"""Points that are looked up side by side, so that their waits for memory overlap."""
fast = loops.outer(_nrt=False, error_model="numpy")


@fast
def spread(lines, west, south, cell, columns, rows, reach, skipped, first, listed, fills):  # type: ignore[no-untyped-def]
    """Count (or, with ``fills``, list) for each cell the segments whose distance to its centre is at most ``reach``.

    ``first`` holds counts one place on; when listing it holds where each cell's list goes on, and is moved along. Cells
    with a ``skipped`` of at least 0 get no list.
    """
    for s in range(len(lines)):
        x, y, dx, dy, inverse = lines[s, 0], lines[s, 1], lines[s, 2], lines[s, 3], lines[s, 4]
        low = max(np.int64((min(x, x + dx) - reach - west) / cell), 0)
        high = min(np.int64((max(x, x + dx) + reach - west) / cell), columns - 1)
        bottom = max(np.int64((min(y, y + dy) - reach - south) / cell), 0)
        top = min(np.int64((max(y, y + dy) + reach - south) / cell), rows - 1)
        for row in range(bottom, top + 1):  # type: ignore[call-overload]
            py = south + (row + 0.5) * cell - y
            for column in range(low, high + 1):  # type: ignore[call-overload]
                at = row * columns + column
                if skipped[at] >= 0:
                    continue
                px = west + (column + 0.5) * cell - x
                along = min(max((px * dx + py * dy) * inverse, 0.0), 1.0)
                ex, ey = px - along * dx, py - along * dy
                if ex * ex + ey * ey <= reach * reach:
                    if fills:
                        listed[first[at]] = s
                        first[at] += 1
                    else:
                        first[at + 1] += 1


@fast
def cover(lines, west, south, cell, columns, rows, reach, witness):  # type: ignore[no-untyped-def]
    """Give each cell whose centre is within ``reach`` of a segment the first such segment as its ``witness``."""
    if reach <= 0:
        return
    for s in range(len(lines)):
        x, y, dx, dy, inverse = lines[s, 0], lines[s, 1], lines[s, 2], lines[s, 3], lines[s, 4]
        low = max(np.int64((min(x, x + dx) - reach - west) / cell), 0)
        high = min(np.int64((max(x, x + dx) + reach - west) / cell), columns - 1)
        bottom = max(np.int64((min(y, y + dy) - reach - south) / cell), 0)
        top = min(np.int64((max(y, y + dy) + reach - south) / cell), rows - 1)
        for row in range(bottom, top + 1):  # type: ignore[call-overload]
            py = south + (row + 0.5) * cell - y
            for column in range(low, high + 1):  # type: ignore[call-overload]
                px = west + (column + 0.5) * cell - x
                along = min(max((px * dx + py * dy) * inverse, 0.0), 1.0)
                ex, ey = px - along * dx, py - along * dy
                at = row * columns + column
                if ex * ex + ey * ey <= reach * reach and witness[at] < 0:
                    witness[at] = s


@fast
def within(east, north, code, first, listed, lines, west, south, per_cell, columns, rows, limit, cells, doubt, who):  # type: ignore[no-untyped-def]
    """Of each point a segment within reach (``limit`` = its square), or FAR, or UNKNOWN for a place that is none.

    ``code`` of a cell: FAR, the segment within reach of all of it, or -3 - k where list k must be looked through.
    """
    size = np.uint64(len(east))
    for begin in range(np.uint64(0), size, np.uint64(BLOCK)):
        end = min(begin + np.uint64(BLOCK), size)
        for i in range(begin, end):
            across, up = (east[i] - west) * per_cell, (north[i] - south) * per_cell
            at = np.uint32(0)  # an empty cell: the grid has a margin of one
            if across >= 0.0 and up >= 0.0 and across < columns and up < rows:
                at = np.uint32(up) * np.uint32(columns) + np.uint32(across)
            cells[i - begin] = at
            fetch_ahead(code, at)  # type: ignore[call-arg]
        doubtful = np.uint64(0)
        for i in range(begin, end):
            found = code[cells[i - begin]]
            who[i] = found
            if found <= -3:
                fetch_ahead(first, np.uint32(-3 - found))  # type: ignore[call-arg]
            doubt[doubtful] = i
            doubtful += np.uint64(found <= -3)
        for j in range(doubtful):
            fetch_ahead(listed, first[np.uint32(-3 - who[doubt[j]])])  # type: ignore[call-arg]
        for j in range(doubtful):
            i = doubt[j]
            x, y, k = east[i], north[i], np.uint32(-3 - who[i])
            found = np.int32(FAR)
            for place in range(np.uint64(first[k]), np.uint64(first[k + np.uint32(1)])):
                s = np.uint32(listed[place])
                px, py, dx, dy = x - lines[s, 0], y - lines[s, 1], lines[s, 2], lines[s, 3]
                along = min(max((px * dx + py * dy) * lines[s, 4], 0.0), 1.0)
                ex, ey = px - along * dx, py - along * dy
                if ex * ex + ey * ey <= limit:
                    found = np.int32(s)
                    break
            who[i] = found
    for i in range(size):
        if not np.isfinite(east[i] + north[i]):
            who[i] = UNKNOWN


@fast
def nearest(east, north, code, first, listed, lines, west, south, per_cell, columns, rows, limit, who, squared):  # type: ignore[no-untyped-def]
    """Of each point the nearest segment within reach, of equals the first. Only where every cell has its list."""
    for i in range(len(east)):
        x, y = east[i], north[i]
        across, up = (x - west) * per_cell, (y - south) * per_cell
        best, found = limit, np.int32(FAR)
        if across >= 0.0 and up >= 0.0 and across < columns and up < rows:
            at = code[np.int64(up) * columns + np.int64(across)]
            if at <= -3:
                for place in range(np.int64(first[-3 - at]), np.int64(first[-2 - at])):
                    s = listed[place]
                    px, py, dx, dy = x - lines[s, 0], y - lines[s, 1], lines[s, 2], lines[s, 3]
                    along = min(max((px * dx + py * dy) * lines[s, 4], 0.0), 1.0)
                    ex, ey = px - along * dx, py - along * dy
                    distance = ex * ex + ey * ey
                    if distance < best or (distance == best and found == FAR):
                        best, found = distance, np.int32(s)
        elif not np.isfinite(x + y):
            found = np.int32(UNKNOWN)
        who[i], squared[i] = found, best
