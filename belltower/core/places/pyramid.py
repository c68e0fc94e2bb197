# SPDX-License-Identifier: Apache-2.0
"""How many assets stand where, read from the pyramid that the database keeps (migration 0004, docs/why/tiles.md).

Retired assets and assets without a position are not in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from belltower.core.places.geometry import CELL_LEVEL, first_cell
from belltower.core.places.scope import EVERYTHING, Scope

FINEST, COARSEST = 16, 9
"""The levels kept; coarser ones are added up while reading, of which a city has few cells."""
NO_OWNER = 0
_MILLIONTH = 1e-6


@dataclass(frozen=True, slots=True)
class Count:
    """``n`` assets of a kind in a cell, and the middle of their positions in WGS 84 degrees."""

    cell: int
    kind: str
    n: int
    lon: float
    lat: float


def counts(zoom: int, x: int, y: int, *, level: int, kinds: Collection[str], scope: Scope = EVERYTHING) -> list[Count]:
    """What stands in each cell of ``level`` inside the tile (zoom, x, y), by kind, in the order of cells.

    ``level`` is at least ``zoom`` and at most FINEST.
    """
    kept = max(level, COARSEST)
    first, until = first_cell(zoom, x, y, kept), first_cell(zoom, x, y, kept) + 4 ** (kept - zoom)
    down = 2 * (FINEST - kept)
    facts = {
        "level": kept, "up": 2 * (kept - level), "down": down, "kinds": list(kinds), "first": first, "until": until,
        "first_delta": first << down, "until_delta": until << down, "first_asset": first << down + 4,
        "until_asset": until << down + 4, "up_asset": 2 * (CELL_LEVEL - level), **scope.facts,
    }  # fmt: skip
    counted = _COUNTS if scope.area_ids is None else _COUNTS_ANEW
    with connection.cursor() as cursor:
        cursor.execute(counted.format(seen=scope.sql), facts)
        return [
            Count(cell, kind, n, lon / n * _MILLIONTH, lat / n * _MILLIONTH)
            for cell, kind, n, lon, lat in cursor.fetchall()
        ]


def total(zoom: int, x: int, y: int, *, kinds: Collection[str], scope: Scope = EVERYTHING) -> int:
    """How many assets stand in the tile (zoom, x, y), for a zoom up to FINEST."""
    return sum(count.n for count in counts(zoom, x, y, level=zoom, kinds=kinds, scope=scope))


def totals(scope: Scope = EVERYTHING) -> dict[str, int]:
    """How many assets of each kind stand in the whole city."""
    counted = _TOTALS if scope.area_ids is None else _TOTALS_ANEW
    with connection.cursor() as cursor:
        cursor.execute(counted.format(seen=scope.sql), {"level": COARSEST, **scope.facts})
        return dict(cursor.fetchall())


def fold() -> None:
    """Add what writers have gathered to the pyramid and the stamps now, instead of when it is due."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(4767806), pg_advisory_xact_lock(4767807)")
        cursor.execute("SELECT places_fold_pyramid(), places_fold_stamps()")


def rebuild() -> None:
    """Count everything anew from the assets. Never needed as long as the triggers hold; writers may go on meanwhile."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT places_rebuild_pyramid()")


def drift() -> Iterator[tuple[int, int, str, int]]:
    """The (level, cell, kind, owner) whose kept sums differ from the assets; none, unless something is broken."""
    with connection.cursor() as cursor:
        cursor.execute(_DRIFT)
        yield from cursor.fetchall()


_COUNTS = """
    SELECT cell >> %(up)s, kind, sum(n)::bigint, sum(lon)::bigint, sum(lat)::bigint
    FROM (SELECT cell, kind, n, lon, lat FROM places_pyramid
          WHERE level = %(level)s AND cell >= %(first)s AND cell < %(until)s AND kind = ANY(%(kinds)s) {seen}
          UNION ALL
          SELECT cell >> %(down)s, kind, n, lon, lat FROM places_pyramid_delta
          WHERE cell >= %(first_delta)s AND cell < %(until_delta)s AND kind = ANY(%(kinds)s) {seen}) AS kept
    GROUP BY 1, 2 HAVING sum(n) > 0 ORDER BY 1, 2
"""
_TOTALS = """
    SELECT kind, sum(n)::bigint
    FROM (SELECT kind, n FROM places_pyramid WHERE level = %(level)s {seen}
          UNION ALL SELECT kind, n FROM places_pyramid_delta WHERE true {seen}) AS kept
    GROUP BY kind HAVING sum(n) > 0 ORDER BY kind
"""
# Cells are not cut along areas, so for a viewer of some areas the assets themselves are counted, one by one.
_COUNTS_ANEW = """
    SELECT cell >> %(up_asset)s, kind, count(*), sum(round(lon * 1e6)::int)::bigint, sum(round(lat * 1e6)::int)::bigint
    FROM places_asset
    WHERE cell >= %(first_asset)s AND cell < %(until_asset)s AND kind = ANY(%(kinds)s) AND life <> 'retired' {seen}
    GROUP BY 1, 2 ORDER BY 1, 2
"""
_TOTALS_ANEW = """
    SELECT kind, count(*) FROM places_asset WHERE cell >= 0 AND life <> 'retired' {seen} GROUP BY kind ORDER BY kind
"""
_DRIFT = """
    SELECT level, cell, kind, owner_id
    FROM (SELECT level, cell, kind, owner_id, n, lon, lat FROM places_pyramid
          UNION ALL
          SELECT level, cell >> (2 * (16 - level)), kind, owner_id, n, lon, lat
          FROM places_pyramid_delta, generate_series(9, 16) AS level
          UNION ALL
          SELECT level, cell >> (2 * (18 - level)), kind, coalesce(owner_id, 0),
                 -1, -round(lon * 1e6)::int, -round(lat * 1e6)::int
          FROM places_asset, generate_series(9, 16) AS level WHERE cell >= 0 AND life <> 'retired') AS both_sides
    GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0 OR sum(lon) <> 0 OR sum(lat) <> 0 ORDER BY 1, 2, 3, 4
"""
