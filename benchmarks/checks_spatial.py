# SPDX-License-Identifier: Apache-2.0
"""The spatial part of benchmarks.checks: 200,000 buildings against 5,000 km of pipe, and against brute force on a sample.

``spatial_s`` is the judge, from rows in the database to evidence; ``spatial_cpu_s`` what it used of processors itself (a
busy machine makes it wait), ``join_s`` its join alone. The sample is compared with every pipe, without an index.
``spatial_pass_s`` is a first pass of the clause, findings and verdicts written; ``spatial_incremental_s`` one after 1,000
edits, of which a half are pipes and a quarter buildings that moved; after the last a whole pass must find nothing to do.
"""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import shapely

from belltower.kernel.actors import Actor
from belltower.kernel.packs import AssetKind, Field, FieldType, Geometry
from belltower.kernel.texts import Text
from benchmarks.ground import owner

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
BUILDINGS, PIPES, SAMPLE = 200_000, 10_000, 300
EDITS, ROUNDS = 1_000, 5
BY = Actor.system("benchmark")
TOWN_M, STEP_M, STEPS = 30_000.0, 20.0, 25
_T = Text(zh="名", en="Name")
KINDS = (
    AssetKind("building", _T, Geometry.POLYGON, (Field("has_permit", FieldType.BOOLEAN, _T),)),
    AssetKind("pipe", _T, Geometry.LINE, (Field("pressure", FieldType.NUMBER, _T),)),
)
WRITTEN = """\
id: bench.pipes
title: {zh: 管, en: Pipes}
issued_by: {zh: 市, en: City}
clauses:
- id: bench.keep_away
  title: {zh: 题, en: Title}
  text: {zh: 文。, en: Text.}
  source: {document: Order, clause: "1", seen: 2026-08-01, verified: unverified}
  applies_to: building
  values: {away: {2020-01-01: 5}, from_mpa: {2020-01-01: 0.1}}
  check: {kind: spatial, must: keep_away_from, of: pipe, distance: away, of_where: pressure >= from_mpa, unless: has_permit}
  grade: major
  rectify_within: {2020-01-01: {working: P5D}}
  responsible: owner
  examples:
  - {name: far, on: 2026-01-01, others: [{fields: {pressure: 1}, distance_m: 5}], outcome: holds}
  - {name: near, on: 2026-01-01, fields: {has_permit: false}, others: [{fields: {pressure: 1}, distance_m: 4}], outcome: broken}
"""


def figures(part: int) -> dict[str, Any]:
    """Build one ``part``-th of it in the city that stands, and measure."""
    kilometres = _build(BUILDINGS // part, PIPES // part, TOWN_M / part**0.5)
    return {"buildings": BUILDINGS // part, "pipe_km": round(kilometres), **_measure(), **_after_edits(part)}


def _after_edits(part: int) -> dict[str, Any]:
    """Passes after edits all over the town, and that they left what a whole one would."""
    from belltower.core.standards import passes
    from belltower.core.standards.installing import install
    from belltower.core.standards.models import Count, LastJudged

    install([("bench/pipes.yaml", WRITTEN)], by=BY, now=NOW)
    at = NOW + timedelta(hours=1)
    first = passes.incremental(now=at)
    took, again = [], 0
    for number in range(ROUNDS):
        at += timedelta(minutes=1)
        _edit(number, part, at)
        done = passes.incremental(now=at)
        took.append(done.seconds)
        again += done.subjects
    counts = Count.objects.filter(assessment__clause__key="bench.keep_away").order_by("pk")
    columns = ("area_id", "holds", "broken", "unknown", "exempt")
    left = list(counts.values_list(*columns))
    LastJudged.objects.all().delete()  # judged whole, and nothing but that
    whole = passes.incremental(now=at)
    assert (whole.opened, whole.closed, list(counts.values_list(*columns))) == (0, 0, left)
    return {
        "spatial_pass_s": round(first.seconds, 2), "spatial_again_s": round(whole.seconds, 2), "spatial_edits": EDITS // part,
        "spatial_incremental_s": round(statistics.median(took), 3), "spatial_incremental_worst_s": round(max(took), 3),
        "spatial_judged_again": again // ROUNDS,
    }  # fmt: skip


def _edit(number: int, part: int, at: datetime) -> None:
    """Half of them pipes that moved by some metres, a quarter buildings that did, a quarter buildings whose permit changed."""
    from belltower.core.places.bulk import AssetBatch, merge_assets

    chance, few = np.random.default_rng(100 + number), EDITS // part // 4
    pipes = chance.choice(PIPES // part, 2 * few, replace=False).tolist()
    buildings = chance.choice(BUILDINGS // part, 2 * few, replace=False).tolist()
    permits = [{"has_permit": bool(one % 2)} for one in range(few)]
    batches = [
        _moved("pipe", pipes, chance, at), _moved("building", buildings[:few], chance, at),
        AssetBatch(kind="building", keys=[f"building-{n}" for n in buildings[few:]], valid_from=at, fields=permits),
    ]  # fmt: skip
    for batch in batches:
        merge_assets([batch], by=BY, now=at, source="benchmark")


def _moved(kind: str, numbers: list[int], chance: np.random.Generator, at: datetime) -> Any:
    from belltower.core.places.bulk import AssetBatch
    from belltower.core.places.models import Asset

    keys = [f"{kind}-{number}" for number in numbers]
    there = dict(Asset.objects.filter(kind=kind, key__in=keys).values_list("key", "geometry"))
    shapes = shapely.from_wkb([bytes(there[key] or b"") for key in keys])
    moves = chance.uniform(-2e-4, 2e-4, (len(keys), 2))
    moved = [shapely.transform(shape, lambda of, by=by: of + by) for shape, by in zip(shapes, moves, strict=True)]
    return AssetBatch(kind=kind, keys=keys, valid_from=at, geoms=np.array(moved, dtype=object))


def _measure() -> dict[str, Any]:
    from belltower.core.places.kinds import register
    from belltower.core.standards import things
    from belltower.core.standards.checks import SpatialCheck
    from belltower.core.standards.judging import judge
    from belltower.core.standards.reading import read_document
    from belltower.core.standards.space import within

    [clause] = read_document(WRITTEN, file="bench.yaml", register=register()).clauses
    assert isinstance(clause.check, SpatialCheck)
    began, used = time.perf_counter(), time.process_time()
    found = judge(clause, now=NOW, register=register())
    took, used = time.perf_counter() - began, time.process_time() - used
    assert found
    buildings, pipes = (things.assets(kind, {}, {}, shapes=True) for kind in ("building", "pipe"))
    began = time.perf_counter()
    pairs = within(buildings.shapes, pipes.shapes, 5.0)
    join = time.perf_counter() - began
    chosen = np.random.default_rng(7).choice(len(buildings), SAMPLE, replace=False)
    near = {pair for at in chosen.tolist() for pair in _by_hand(at, buildings.shapes, pipes.shapes)}
    told = {pair for pair in zip(pairs.left.tolist(), pairs.right.tolist(), pairs.metres.tolist(), strict=True)
            if pair[0] in set(chosen.tolist())}  # fmt: skip
    assert near == told, f"{len(near ^ told)} pairs of the sample differ"
    return {"spatial_s": round(took, 2), "spatial_cpu_s": round(used, 2), "join_s": round(join, 2), "sample_pairs": len(near), "space_equal": 1,
            "space_broken": sum(1 for one in found.not_holding if one.outcome == "broken"),
            "space_unknown": sum(1 for one in found.not_holding if one.outcome == "unknown")}  # fmt: skip


def _by_hand(at: int, buildings: Any, pipes: Any) -> list[tuple[int, int, float]]:
    """The pipes near one building, measured one and all."""
    metres = np.round(shapely.distance(buildings[at], pipes), 3)
    return [(at, int(other), float(metres[other])) for other in np.flatnonzero(metres <= 5.0)]


def _build(buildings: int, pipes: int, width: float) -> float:
    """Houses turned anyhow, and pipes that wind, all over a square; as many kilometres as were laid."""
    from belltower.core.places import city

    chance = np.random.default_rng(11)
    east, north = city.plane().to_plane(112.6, 26.9)
    corner = np.array([float(east), float(north)])
    houses = shapely.polygons(corner + _houses(buildings, width, chance))
    lines = shapely.linestrings(corner + _pipes(pipes, width, chance))
    began = time.perf_counter()
    _load("building", houses, [f'{{"has_permit": {"true" if n % 50 == 0 else "false"}}}' for n in range(buildings)])
    _load("pipe", lines, ["{}" if n % 20 == 0 else f'{{"pressure": {(n % 4) / 5}}}' for n in range(pipes)])
    print(f"set-up: {buildings:,} buildings, {pipes:,} pipes in {time.perf_counter() - began:.0f} s", flush=True)
    return float(shapely.length(lines).sum() / 1000)


def _houses(count: int, width: float, chance: np.random.Generator) -> Any:
    """(count, 5, 2): rectangles of 10 to 40 m."""
    angle, half = chance.uniform(0, np.pi, count), chance.uniform(5, 20, (count, 1, 2))
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]]) * half
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]).transpose(2, 0, 1)
    return np.einsum("nij,nkj->nki", turn, corners) + chance.uniform(0, width, (count, 1, 2))


def _pipes(count: int, width: float, chance: np.random.Generator) -> Any:
    """(count, STEPS + 1, 2): lines of STEPS steps that turn a little at each."""
    heading = chance.uniform(0, 2 * np.pi, (count, 1)) + np.cumsum(chance.normal(0, 0.15, (count, STEPS)), axis=1)
    steps = STEP_M * np.stack([np.cos(heading), np.sin(heading)], axis=-1)
    start = chance.uniform(0, width, (count, 1, 2))
    return np.concatenate([start, start + np.cumsum(steps, axis=1)], axis=1)


def _load(kind: str, shapes: Any, fields: list[str]) -> None:
    """By COPY, without the triggers of everyday."""
    from belltower.core.places import city
    from belltower.core.places.geometry import describe

    told = describe(city.plane().unproject(shapes), city.plane())
    columns = (
        "uid, kind, key, life, geometry, box, lon, lat, cell, fields, source, valid_from, recorded_at, recorded_by"
    )
    with owner() as connection, connection.cursor() as cursor:
        cursor.execute("ALTER TABLE places_asset DISABLE TRIGGER USER")
        cursor.execute(
            "CREATE TABLE bench_row (n int, geometry bytea, box text, lon float8, lat float8, cell bigint, fields jsonb)"
        )
        with cursor.copy("COPY bench_row FROM STDIN") as copy:
            for n, (wkb, box, field) in enumerate(zip(told.wkb, told.boxes.tolist(), fields, strict=True)):
                copy.write_row((n, wkb, f"(({box[2]},{box[3]}),({box[0]},{box[1]}))", told.lon[n], told.lat[n],
                                int(told.cell[n]), field))  # fmt: skip
        cursor.execute(
            f"INSERT INTO places_asset ({columns}) SELECT gen_random_uuid(), '{kind}', '{kind}-' || n, 'in_service', geometry,"
            " box::box, lon, lat, cell, fields, '', timestamptz '2020-01-01', timestamptz '2026-11-01', 'benchmark' FROM bench_row"
        )
        cursor.execute("DROP TABLE bench_row")
        cursor.execute("ALTER TABLE places_asset ENABLE TRIGGER USER")
        cursor.execute("ANALYZE places_asset")
