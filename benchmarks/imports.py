# SPDX-License-Identifier: Apache-2.0
"""How fast a register of street lights comes from CSV into committed rows, with every index and trigger in place.

    python -m benchmarks.imports [--quick]

Beside it, in the same run: the same rows copied into a bare table, which is what PostgreSQL alone takes for them.
"""

from __future__ import annotations

import csv
import sys
import threading
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import psutil
import shapely

from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text
from benchmarks.ground import fresh_database, owner, report

if TYPE_CHECKING:
    from belltower.core.places.actions.areas import AreaDraft

ROWS, QUICK_ROWS = 1_000_000, 100_000
OWNERS = (
    "衡阳市照明管理处",
    "石鼓区城管局",
    "雁峰区城管局",
    "珠晖区城管局",
    "蒸湘区城管局",
    "国网衡阳供电公司",
    "开发区管委会",
)
LAMPS = ("LED", "HPS-High Pressure Sodium", "MH-Metal Halide", "N/A")
HEIGHTS = ("8 m", "9 m", "10 m", "12 m", "30 ft", "N/A")
COLUMNS = (
    "路灯编号",
    "经度",
    "纬度",
    "权属单位",
    "所在道路",
    "杆高",
    "光源类型",
    "瓦数",
    "灯头数量",
    "状态",
    "备注",
)


def write_register(path: Path, rows: int, seed: int = 7) -> None:
    """A register as a lighting office keeps it: own numbers, coordinates, owner, street, height with unit, status."""
    random = np.random.default_rng(seed)
    lon, lat = random.normal(112.60, 0.05, rows), random.normal(26.90, 0.04, rows)
    street, owner = random.integers(0, 3000, rows), random.integers(0, len(OWNERS), rows)
    lamp, height = random.integers(0, len(LAMPS), rows), random.integers(0, len(HEIGHTS), rows)
    watts, lights = random.choice([60, 100, 150, 250, 400], rows), random.integers(1, 4, rows)
    status = random.choice(["在用", "在用", "在用", "停用"], rows)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for at in range(rows):
            road = f"蒸湘路{street[at]}号段"
            writer.writerow((
                f"HY-{at:07d}", f"{lon[at]:.7f}", f"{lat[at]:.7f}", OWNERS[owner[at]], road,
                HEIGHTS[height[at]], LAMPS[lamp[at]], watts[at], lights[at], status[at], "",
            ))  # fmt: skip


class Peak:
    """The most memory this process and its children (but not the database server) held, looked at 20 times a second."""

    def __init__(self) -> None:
        self._me = psutil.Process()
        self._servers = self._postgres()
        self._is_over, self.mib = threading.Event(), 0.0
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def _postgres(self) -> set[int]:
        return {child.pid for child in self._me.children(recursive=True)}

    def _watch(self) -> None:
        while not self._is_over.wait(0.05):
            held = self._me.memory_info().rss
            for child in self._me.children(recursive=True):
                if child.pid not in self._servers and child.ppid() not in self._servers:
                    held += child.memory_info().rss
            self.mib = max(self.mib, held / 2**20)


def put_area_grid(by: Actor) -> int:
    """The city, and 20 districts and 400 streets as squares over it, so that locating has something to do."""
    from belltower.core.places.actions.areas import put_areas

    west, south, width, height = 112.30, 26.60, 0.60, 0.60
    areas = [_square("430400", "city", west, south, width, height)]
    for d in range(20):
        x, y = west + d % 5 * width / 5, south + d // 5 * height / 4
        areas.append(_square(f"4304{d + 1:02d}", "district", x, y, width / 5, height / 4))
        for s in range(20):
            inner = x + s % 5 * width / 25, y + s // 5 * height / 16
            areas.append(_square(f"4304{d + 1:02d}{s + 1:03d}", "street", *inner, width / 25, height / 16))
    put_areas(areas, by=by, on=date(2026, 1, 1), source="benchmark")
    return len(areas)


def _square(code: str, level: str, x: float, y: float, width: float, height: float) -> AreaDraft:
    from belltower.core.places.actions.areas import AreaDraft

    outline = shapely.box(x, y, x + width, y + height)
    return AreaDraft(code=code, level=level, name=Text(zh=f"区域{code}"), geometry=outline)


def bare_copy(path: Path) -> float:
    """Seconds to COPY the CSV into a table without index, trigger or conversion."""
    with owner() as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bare ({', '.join(f'c{at} text' for at in range(len(COLUMNS)))})")
        began = time.perf_counter()
        with cursor.copy("COPY bare FROM STDIN (FORMAT csv, HEADER true)") as copy, path.open("rb") as file:
            while part := file.read(1 << 20):
                copy.write(part)
        took = time.perf_counter() - began
        cursor.execute("DROP TABLE bare")
    return took


def main() -> None:
    rows = QUICK_ROWS if "--quick" in sys.argv else ROWS
    with fresh_database() as home:
        from belltower.core.places.actions import loads
        from belltower.core.places.actions.city import use_profile
        from belltower.core.places.city import load_profile
        from belltower.core.places.models import Asset

        by = Actor.system("benchmark")
        use_profile(load_profile("hengyang"), by=by)
        print(f"{put_area_grid(by)} areas; writing a register of {rows:,} street lights (not timed)", flush=True)
        path = home / "street_lights.csv"
        write_register(path, rows)
        copied = bare_copy(path)
        print(f"plain COPY of the same CSV into a bare table: {copied:.1f} s, {rows / copied:,.0f} rows/s", flush=True)
        figures = {}
        for name in ("first", "again"):
            with Peak() as peak:
                began = time.perf_counter()
                with path.open("rb") as file:
                    load = loads.receive_file(file, path.name, by=by)
                loads.choose(load, loads.propose(load, crs="wgs84").mapping, by=by)
                came = loads.run(load, by=by, progress=_telling())
                took = time.perf_counter() - began
            print(
                f"{name}: {came.summary.en}  {took:.1f} s, {rows / took:,.0f} rows/s, peak {peak.mib:,.0f} MiB",
                flush=True,
            )
            figures[name] = (took, peak.mib, came)
        took, _, came = figures["first"]
        assert came.created == rows == Asset.objects.count(), came
        assert figures["again"][2].unchanged == rows
    report(
        assets_per_s=round(rows / took),
        peak_mib=round(max(each[1] for each in figures.values())),
        rows=rows,
        seconds=round(took, 1),
        again_per_s=round(rows / figures["again"][0]),
        bare_copy_per_s=round(rows / copied),
    )


def _telling():  # type: ignore[no-untyped-def]
    began, told = time.perf_counter(), 0.0

    def tell(done: int, total: int | None, doing) -> None:  # type: ignore[no-untyped-def]
        nonlocal told
        now = time.perf_counter() - began
        if now - told >= 5 or done == total:
            told = now
            print(f"  {now:5.1f} s  {doing.en} {done:,}", flush=True)

    return tell


if __name__ == "__main__":
    main()
