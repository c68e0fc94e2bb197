# SPDX-License-Identifier: Apache-2.0
"""Judging a city by its standards: a full pass, an incremental one after 1,000 edits, one object at a time in Python, and space.

``python -m benchmarks.checks [--quick] [--space]`` (``--space``: space in full even so): a million assets of three kinds with five million activities, twelve attribute
and cadence clauses; then a spatial clause (checks_spatial.py). ``full_s`` is the first pass, which also opens every
finding, ``again_s`` one that finds all as it was; ``full_cpu_s`` are processor seconds of the first, database included.
"""

from __future__ import annotations

import contextlib
import os
import statistics
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from belltower.kernel.actors import Actor
from belltower.kernel.packs import Activity, AssetKind, Field, FieldType, Geometry, Pack, Register
from belltower.kernel.texts import Text
from benchmarks import checks_spatial
from benchmarks.ground import fresh_database, owner, report

BY = Actor.system("benchmark")
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
AREAS, OWNERS, EDITS, ROUNDS = 900, 8, 1_000, 5
FULL, QUICK, SAMPLE = 1_000_000, 50_000, 4_000
SPATIAL_PART = 10  # of the quick one
_T = Text(zh="名", en="Name")


def _kind(name: str, **fields: FieldType) -> AssetKind:
    return AssetKind(name, _T, Geometry.POINT, tuple(Field(one, holds, _T) for one, holds in fields.items()))


KINDS = {  # share of the assets, and activities of each
    "home": (0.5, 6), "light": (0.3, 4), "bin": (0.2, 4),
}  # fmt: skip
REGISTER = Register((
    Pack("bench", _T, _T, assets=(
        _kind("home", uses_gas=FieldType.BOOLEAN, alarm_installed=FieldType.BOOLEAN, hose_laid=FieldType.DATE, floors=FieldType.INTEGER),
        _kind("light", height=FieldType.NUMBER, wattage=FieldType.NUMBER, installed=FieldType.DATE, lamp=FieldType.TEXT),
        _kind("bin", litres=FieldType.NUMBER, has_lid=FieldType.BOOLEAN, stream=FieldType.TEXT),
    ), activities=tuple(
        Activity(f"{kind}_visit", kind, _T, (Field("done", FieldType.BOOLEAN, _T), Field("score", FieldType.NUMBER, _T)))
        for kind in KINDS
    )),
    Pack("space", _T, _T, assets=checks_spatial.KINDS),
))  # fmt: skip
ATTRIBUTES = {  # values, which are meant, what must hold, and fields of an example on each side
    "home": [
        ("{most: {2020-01-01: P18M}}", "uses_gas", "hose_laid >= today - most", "uses_gas: true, hose_laid: 2026-01-01", "uses_gas: true, hose_laid: 2020-01-01"),
        ("{}", "uses_gas", "alarm_installed", "uses_gas: true, alarm_installed: true", "uses_gas: true, alarm_installed: false"),
        ("{most: {2020-01-01: 32}}", "", "floors <= most", "floors: 32", "floors: 33"),
    ],
    "light": [
        ("{least: {2020-01-01: 30}}", "height > 4", "wattage >= least", "height: 5, wattage: 30", "height: 5, wattage: 29"),
        ("{old: {2020-01-01: P12Y}}", "", "installed >= today - old OR lamp = 'LED'", "lamp: LED", "lamp: HPS, installed: 2000-01-01"),
        ("{least: {2020-01-01: 4.2}}", "", "height BETWEEN least AND 20", "height: 5", "height: 2"),
    ],
    "bin": [
        ("{least: {2020-01-01: 120}}", "", "litres >= least", "litres: 120", "litres: 119"),
        ("{}", "stream IN ('food', 'other')", "has_lid", "stream: food, has_lid: true", "stream: food, has_lid: false"),
    ],
}  # fmt: skip
CADENCES = {"home": [("P24M", "done"), ("P30M", "score >= 10")], "light": [("P24M", "done")], "bin": [("P24M", "done")]}
_COMMON = """\
  title: {zh: 题, en: Title}
  text: {zh: 文。, en: Text.}
  source: {document: Order, clause: "1", seen: 2026-08-01, verified: unverified}
  grade: general
  rectify_within: {2020-01-01: {working: P5D}}
  responsible: owner
"""


def main(arguments: list[str]) -> None:
    size = QUICK if "--quick" in arguments else FULL
    with fresh_database():
        from django.conf import settings

        settings.BELLTOWER_REGISTER = REGISTER
        activities = _build(size)
        measured = _measure(size)
        space = checks_spatial.figures(SPATIAL_PART if "--quick" in arguments and "--space" not in arguments else 1)
        report(assets=size, activities=activities, load=round(os.getloadavg()[0], 1), **measured, **space)


def _measure(size: int) -> dict[str, float]:
    from belltower.core.standards import passes
    from belltower.core.standards.models import Finding

    used = _cpu_s()
    first = passes.full(now=NOW)
    used = _cpu_s() - used
    again = passes.full(now=NOW + timedelta(minutes=1))
    assert (again.opened, again.closed) == (0, 0)
    took = []
    for number in range(ROUNDS):
        at = NOW + timedelta(minutes=2 + number)
        _edit(number, at)
        took.append(passes.incremental(now=at).seconds)
    by_hand = _by_hand() * size
    return {
        "clauses": first.clauses, "findings": Finding.objects.count(), "full_s": round(first.seconds, 2),
        "full_cpu_s": round(used, 2), "again_s": round(again.seconds, 2), "python_s": round(by_hand, 1), "vs_python": round(by_hand / first.seconds, 1),
        "vs_python_again": round(by_hand / again.seconds, 1), "edits": EDITS,
        "incremental_s": round(statistics.median(took), 3), "incremental_worst_s": round(max(took), 3),
    }  # fmt: skip


def _cpu_s() -> float:
    """Processor seconds so far of this process, the database server and all that it started: other work leaves them alone."""
    from belltower.project.installation import read

    server = int((read().postgres_folder / "data" / "postmaster.pid").read_text().split()[0])
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            words = stat.read_text().rpartition(")")[2].split()
            if int(words[1]) == server or int(stat.parent.name) == server:
                ticks += int(words[11]) + int(words[12])
            if int(stat.parent.name) == server:  # of children that have ended
                ticks += int(words[13]) + int(words[14])
    return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def _by_hand() -> float:
    """Seconds an asset, one object at a time: each with its activities read, judged by every clause in plain Python."""
    from belltower.core.places.models import Asset
    from belltower.core.standards.checks import AttributeCheck
    from belltower.core.standards.clauses import Done, Example, Facts, Outcome
    from belltower.core.standards.examples import outcome_of_example
    from belltower.core.standards.judging import today
    from belltower.core.standards.revisions import revisions_on

    day, local, clauses = today(NOW), (NOW + timedelta(hours=8)).replace(tzinfo=None), revisions_on(today(NOW))
    assets = list(Asset.objects.filter(pk__lte=100_000).order_by("uid")[:SAMPLE])
    began = time.perf_counter()
    for asset in assets:
        done = [Done(one.at.replace(tzinfo=None), one.fields) for one in asset.activities.all()]
        for one in (each.clause for each in clauses if each.clause.applies_to == asset.kind):
            facts = Facts() if isinstance(one.check, AttributeCheck) else Facts(activities=tuple(done))
            outcome_of_example(one, Example("", asset.fields, day, Outcome.HOLDS, 0, local, facts), REGISTER)
    return (time.perf_counter() - began) / len(assets)


def _edit(number: int, at: datetime) -> None:
    """As many edits of assets as recorded activities, all over the city."""
    from django.db import connection

    from belltower.core.activities.actions import Done, record
    from belltower.core.ledger.entries import entry
    from belltower.core.places.models import Asset

    chosen = list(
        Asset.objects.order_by("key").values_list("pk", "kind", "key")[number :: max(1, Asset.objects.count() // EDITS)]
    )[:EDITS]
    edited, visited = chosen[::2], chosen[1::2]
    with entry("benchmark.edit", by=BY), connection.cursor() as cursor:
        for pk, _, _ in edited:
            cursor.execute(
                "UPDATE places_asset SET fields = fields || %s::jsonb, recorded_at = %s WHERE id = %s",
                [
                    f'{{"floors": {20 + number * 7}, "wattage": {20 + number * 6}, "litres": {100 + number * 20}}}',
                    at,
                    pk,
                ],
            )
    record((Done(f"{kind}_visit", key, at, {"done": True, "score": 50}) for _, kind, key in visited), by=BY, now=at)


def _build(size: int) -> int:
    """Areas, owners, assets and activities by SQL, without the triggers of everyday; then the clauses, by their action."""
    from belltower.core.ledger.entries import entry
    from belltower.core.places.actions.city import use_profile
    from belltower.core.places.city import load_profile
    from belltower.core.standards.installing import install

    use_profile(load_profile("hengyang"), by=BY)
    began, activities = time.perf_counter(), 0
    with entry("benchmark.areas", by=BY):
        _places()
    with owner() as connection:
        for table in ("places_asset", "activities_activity"):
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for kind, (share, each) in KINDS.items():
            count = round(size * share)
            connection.execute(_ASSETS.format(kind=kind, count=count, fields=_FIELDS[kind], areas=AREAS, owners=OWNERS))
            connection.execute(_VISITS.format(kind=kind, each=each, most=_MOST_DAYS))
            activities += count * each
        for table in ("places_asset", "activities_activity"):
            connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            connection.execute(f"VACUUM (ANALYZE) {table}")
    install([("bench/clauses.yaml", _written())], by=BY, now=NOW)
    print(f"set-up: {size:,} assets, {activities:,} activities in {time.perf_counter() - began:.0f} s", flush=True)
    return activities


def _places() -> None:
    from belltower.core.places.models import Area, AreaLevel, Party, PartyKind

    since = NOW.date() - timedelta(days=4_000)
    Area.objects.bulk_create(
        Area(code=f"{430405000000000 + n}", level=AreaLevel.GRID, name={"zh": "格", "en": "Grid"}, path=f"430400/{430405000000000 + n}/", valid_from=since)
        for n in range(AREAS)
    )  # fmt: skip
    Party.objects.bulk_create(
        Party(key=f"owner-{n}", kind=PartyKind.ENTERPRISE, name={"zh": "主", "en": f"Owner {n}"}) for n in range(OWNERS)
    )


_MOST_DAYS = 1_100
_FIELDS = {
    "home": "jsonb_build_object('uses_gas', random() < 0.9, 'alarm_installed', random() < 0.98, 'floors', (random() * 33)::int,"
            " 'hose_laid', to_char(date '2026-11-23' - (random() * 560)::int, 'YYYY-MM-DD'))",
    "light": "jsonb_build_object('height', 4 + random() * 12, 'wattage', 28 + random() * 100, 'lamp', CASE WHEN random() < 0.9 THEN 'LED' ELSE 'HPS' END,"
             " 'installed', to_char(date '2026-11-23' - (random() * 5000)::int, 'YYYY-MM-DD'))",
    "bin": "jsonb_build_object('litres', 118 + random() * 120, 'has_lid', random() < 0.98, 'stream', (ARRAY['food', 'other', 'paper'])[1 + (random() * 2)::int])"
           " - CASE WHEN random() < 0.02 THEN 'has_lid' ELSE '' END",
}  # fmt: skip
_ASSETS = """
    INSERT INTO places_asset (uid, kind, key, life, area_id, owner_id, fields, source, valid_from, recorded_at, recorded_by)
    SELECT gen_random_uuid(), '{kind}', '{kind}-' || n, 'in_service',
           (SELECT min(id) FROM places_area) + n % {areas}, (SELECT min(id) FROM places_party) + n % {owners}, {fields}, '',
           timestamptz '2020-01-01', timestamptz '2026-11-01', 'benchmark'
    FROM generate_series(1, {count}) AS n
"""
_VISITS = """
    INSERT INTO activities_activity (uid, activity, asset_id, at, fields, source, recorded_at)
    SELECT gen_random_uuid(), '{kind}_visit', a.id, timestamptz '2026-11-23' - random() * interval '{most} days',
           jsonb_build_object('done', random() < 0.75, 'score', random() * 100), '', timestamptz '2026-11-23'
    FROM places_asset a, generate_series(1, {each}) AS n WHERE a.kind = '{kind}'
"""


def _written() -> str:
    clauses = []
    for kind, listed in ATTRIBUTES.items():
        for number, (values, where, holds, good, bad) in enumerate(listed):
            check = f'{{kind: attribute, holds: "{holds}"' + (f', where: "{where}"}}' if where else "}")
            clauses.append(
                _clause(f"{kind}_attribute_{number}", kind, values, check, f"fields: {{{good}}}", f"fields: {{{bad}}}")
            )
    for kind, cadences in CADENCES.items():
        for number, (within, counts) in enumerate(cadences):
            check = f'{{kind: cadence, activity: {kind}_visit, within: every, counts: "{counts}"}}'
            good = "activities: [{at: 2026-11-20T08:00, fields: {done: true, score: 50}}]"
            clauses.append(
                _clause(
                    f"{kind}_cadence_{number}",
                    kind,
                    f"{{every: {{2020-01-01: {within}}}}}",
                    check,
                    good,
                    "activities: []",
                )
            )
    return "id: bench.city\ntitle: {zh: 市, en: City}\nissued_by: {zh: 市, en: City}\nclauses:\n" + "".join(clauses)


def _clause(name: str, kind: str, values: str, check: str, good: str, bad: str) -> str:
    said = "" if values == "{}" else f"  values: {values}\n"
    examples = f"  - {{name: good, on: 2026-11-23, {good}, outcome: holds}}\n  - {{name: bad, on: 2026-11-23, {bad}, outcome: broken}}\n"
    return f"- id: bench.{name}\n  applies_to: {kind}\n{_COMMON}{said}  check: {check}\n  examples:\n{examples}"


if __name__ == "__main__":
    main(sys.argv[1:])
