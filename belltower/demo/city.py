# SPDX-License-Identifier: Apache-2.0
"""Builds the simulated city in this installation, through the same actions as everyone. Again with the same seed: nothing changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np

from belltower.core.places.actions.areas import AreaDraft, AreaReport, put_areas
from belltower.core.places.actions.city import use_profile
from belltower.core.places.actions.parties import PartyDraft, put_parties
from belltower.core.places.bulk import AssetBatch, MergeReport, merge_assets
from belltower.core.places.city import load_profile
from belltower.demo.geography import hengyang
from belltower.demo.plan import Plan, draw, things
from belltower.demo.size import Size
from belltower.demo.things import Things
from belltower.kernel.actors import Actor
from belltower.kernel.plane import MetricPlane
from belltower.kernel.texts import Text

BEGAN_ON = date(2020, 1, 1)
BEGAN_AT = datetime(2020, 1, 1, tzinfo=UTC)
OUTLINE_SOURCE = "demo: simulated outline (模拟边界)"
ASSET_SOURCE = "demo"
Progress = Callable[[Text, int], None]


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What building the demo city did: made, changed and unchanged areas and assets."""

    size: Size
    seed: int
    areas: AreaReport
    assets: MergeReport


def build(
    size: Size | str = Size.TOWN, *, seed: int = 7, by: Actor | None = None, progress: Progress | None = None
) -> DemoReport:
    """Put the simulated Hengyang into this installation; the same size and seed again change nothing.

    ``progress`` hears what is being done and how many assets are ready so far. Geometry is invented (geography.yaml
    says what is not), and every area's source says so.
    """
    actor, tell = by or Actor.system("demo"), progress or (lambda doing, done: None)
    profile = load_profile("hengyang")
    use_profile(profile, by=actor)
    plane = MetricPlane(profile.plane)
    tell(Text(zh="绘制城市", en="Drawing the city"), 0)
    plan = draw(hengyang(), plane, size=Size(size), seed=seed)
    tell(Text(zh="写入区域", en="Writing areas"), 0)
    areas = put_areas(_area_drafts(plan, plane), by=actor, on=BEGAN_ON, source=OUTLINE_SOURCE)
    parties = put_parties(_parties(), by=actor).pks
    assets = merge_assets(
        (_batch(some, plane, parties) for some in things(plan)),
        by=actor,
        now=datetime.now(UTC),
        source=ASSET_SOURCE,
        progress=lambda done: tell(Text(zh="写入部件", en="Writing assets"), done),
    )
    return DemoReport(Size(size), seed, areas, assets)


def _area_drafts(plan: Plan, plane: MetricPlane) -> Iterator[AreaDraft]:
    shapes = plane.unproject(np.array([area.outline for area in plan.areas], dtype=object))
    for area, shape in zip(plan.areas, shapes, strict=True):
        yield AreaDraft(
            code=area.code,
            level=area.level,
            name=area.name,
            parent_code=area.parent,
            geometry=shape,
            population=area.population,
        )


def _parties() -> list[PartyDraft]:
    name = Text(zh="城市照明管理所（模拟）", en="City Lighting Enterprise (simulated)")
    return [PartyDraft(key="demo-lighting", kind="enterprise", name=name)]


def _batch(some: Things, plane: MetricPlane, parties: dict[str, int]) -> AssetBatch:
    owners = [some.owners] * len(some) if some.owners is None or isinstance(some.owners, str) else some.owners
    return AssetBatch(
        kind=some.kind,
        keys=some.keys,
        valid_from=BEGAN_AT,
        geoms=plane.unproject(some.shapes),
        names=some.names,
        lives=some.lives,
        owner_ids=[None if owner is None else parties[owner] for owner in owners],
        fields=some.fields,
    )
