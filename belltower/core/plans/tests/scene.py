# SPDX-License-Identifier: Apache-2.0
"""A street of three kilometres with six houses, one station in service, three planned places and a toilet that could become one."""

from __future__ import annotations

from datetime import UTC, date, datetime

import shapely

from belltower.core.cases.tests.scene import bureau
from belltower.core.places.bulk import AssetBatch, merge_assets
from belltower.core.places.models import Party
from belltower.core.plans import actions
from belltower.core.plans.asking import Asked
from belltower.core.plans.computing import compute, keep
from belltower.core.plans.models import Plan
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

BY = Actor.system("planner")
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
LON, LAT, STEP = 112.60, 26.90, 0.006
"""About 600 m to the next house."""


def town() -> Party:
    """Make it; whoever builds stations."""
    people = bureau()
    things()
    return people.lights


def things() -> None:
    """What stands there, in a city that is there already."""
    _put("street", ["A-1"], [shapely.LineString([(LON - 0.01, LAT), (LON + 0.05, LAT)])], [{"one_way": False}])
    houses = [shapely.Point(LON + n * STEP, LAT + 0.0004).buffer(0.0001) for n in range(6)]
    _put("building", [f"H{n}" for n in range(6)], houses, [{"residents": 100 * (n + 1)} for n in range(6)])
    places = [shapely.Point(LON + n * STEP, LAT - 0.0002) for n in (0, 1, 3, 5)]
    lives = ["in_service", "planned", "planned", "planned"]
    _put("city_station", [f"S{n}" for n in (0, 1, 3, 5)], places, [{"class": "with_toilet"}] * 4, lives)
    _put(
        "public_toilet",
        ["T4"],
        [shapely.Point(LON + 4 * STEP, LAT - 0.0002)],
        [{"accessible": True, "opening_hours": "全天"}],
    )


def planned(new: tuple[int, ...] = (1,), *, reach_m: int = 700) -> list[Plan]:
    """The plans of a question asked here."""
    asked = Asked(reach_m, new)
    question = actions.ask(Text(zh="下一批驿站", en="The next stations"), "city_station", None, asked, by=BY, now=NOW)
    run = actions.run(question, seconds=10, seed=7, by=BY, now=NOW)
    files, curved, told = compute(run, lambda seconds, value, bound: None)
    return keep(run, files, curved, told, by=BY, now=NOW)


def _put(
    kind: str, keys: list[str], geoms: list[object], fields: list[dict[str, object]], lives: list[str] | None = None
) -> None:
    import numpy as np

    merge_assets(
        [AssetBatch(kind=kind, keys=keys, valid_from=NOW.replace(year=2026, month=1), geoms=np.array(geoms, dtype=object),
                    fields=fields, names=[Text(zh=f"{kind} {key}", en=f"{kind} {key}") for key in keys], lives=lives or ["in_service"] * len(keys))],
        by=BY, now=NOW, source="scene",
    )  # fmt: skip
