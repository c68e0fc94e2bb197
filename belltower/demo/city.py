# SPDX-License-Identifier: Apache-2.0
"""Builds the simulated city in this installation, through the same actions as everyone; once more, nothing changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import shapely
from django.db import transaction
from django.db.models import QuerySet

from belltower.core.places.actions.areas import AreaDraft, AreaReport, generate_grids, put_areas
from belltower.core.places.actions.city import use_profile
from belltower.core.places.actions.parties import put_parties
from belltower.core.places.actions.responsibilities import assign_responsibility
from belltower.core.places.bulk import AssetBatch, MergeReport, merge_assets
from belltower.core.places.city import load_profile
from belltower.core.places.kinds import register
from belltower.core.places.models import Area, AreaLevel, Asset, Party
from belltower.demo import washington
from belltower.demo.geography import District, hengyang
from belltower.demo.numbering import Numbering
from belltower.demo.outlines import SimulatedArea
from belltower.demo.parties import basis, parties, responsibilities
from belltower.demo.plan import Plan, draw, things
from belltower.demo.size import EXTENTS, Size
from belltower.demo.things import Things
from belltower.kernel.actors import Actor
from belltower.kernel.city import CityProfile
from belltower.kernel.errors import Refusal
from belltower.kernel.plane import MetricPlane
from belltower.kernel.texts import Text

BEGAN_ON = date(2020, 1, 1)
BEGAN_AT = datetime(2020, 1, 1, tzinfo=UTC)
OUTLINE_SOURCE = "demo: simulated outline 模拟边界"
Progress = Callable[[Text, int], None]


class NotADemo(Refusal):
    """A demo city would be mixed into what is here already."""

    code = "not_a_demo"
    sentence = Text(
        zh="这里已有{found}，不能再放入演示城市。请另选空的数据目录（BELLTOWER_HOME）再建。",
        en="This installation holds {found} already. Choose an empty one (BELLTOWER_HOME) for the demo city.",
    )


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What building the demo city did: areas and assets made, changed and found as they were."""

    profile: str
    areas: AreaReport
    assets: MergeReport


def build(
    size: Size | str = Size.TOWN,
    *,
    seed: int = 7,
    profile: str = "hengyang",
    by: Actor | None = None,
    progress: Progress | None = None,
) -> DemoReport:
    """Put the simulated city into this installation; the same size and seed again change nothing.

    ``progress`` hears what is being done and how many assets are ready so far. Outlines are invented, and every
    area's source says so; areas that were loaded from elsewhere meanwhile stay. The profile ``washington`` has areas
    only. Raises NotADemo where another city, or a demo of another size or seed, is here.
    """
    actor, tell = by or Actor.system("demo"), progress or (lambda doing, done: None)
    if profile == "washington":
        return _build_washington(by=actor)
    source = f"demo {Size(size)} {seed}"
    _refuse_mixing(source)
    chosen = load_profile(profile)
    plane = MetricPlane(chosen.plane)
    tell(Text(zh="绘制城市", en="Drawing the city"), 0)
    plan = draw(hengyang(), plane, size=Size(size), seed=seed)
    tell(Text(zh="写入区域", en="Writing areas"), 0)
    areas = _put(chosen, plan.areas, plane, by=actor)
    if reach_m := EXTENTS[Size(size)].grids_within_m:
        tell(Text(zh="划分单元网格", en="Cutting unit grids"), 0)
        areas += _cut_grids(plan, reach_m, by=actor)
    assets = _merge(plan, plane, by=actor, source=source, tell=tell)
    _assign(hengyang().districts, by=actor)
    return DemoReport(profile, areas, assets)


def is_demo() -> bool:
    """Whether this installation's city is, or began as, the demo."""
    return Area.objects.filter(source=OUTLINE_SOURCE, level=AreaLevel.CITY).exists()


def is_unfinished() -> bool:
    """Whether the building of a demo with assets was cut off: its areas are there, but not its rivers."""
    is_simulated = Area.objects.filter(source=OUTLINE_SOURCE, code=hengyang().code).exists()
    return is_simulated and not _rivers().exists()


def _rivers() -> QuerySet[Asset]:
    """The demo's rivers, which come and stay with all its other assets."""
    return Asset.objects.filter(kind="water", key__in=[f"{hengyang().code}-{one.key}" for one in hengyang().rivers])


def _refuse_mixing(source: str) -> None:
    """Refuse to build among areas or assets that are not of this very demo."""
    if Area.objects.exists() and not is_demo():
        raise NotADemo(found=Text(zh="另一座城市", en="another city"))
    river = _rivers().first()
    if river and river.source != source:
        raise NotADemo(found=Text(zh=f"演示城市（{river.source}）", en=f"the demo city '{river.source}'"))


def _build_washington(*, by: Actor) -> DemoReport:
    if Area.objects.exists() and not is_demo():
        raise NotADemo(found=Text(zh="另一座城市", en="another city"))
    chosen = load_profile("washington")
    plane = MetricPlane(chosen.plane)
    areas = _put(chosen, washington.areas(chosen, plane), plane, by=by)
    put_parties(parties(()), by=by)
    _assign((), by=by)
    return DemoReport("washington", areas, MergeReport())


@transaction.atomic
def _put(chosen: CityProfile, areas: Iterable[SimulatedArea], plane: MetricPlane, *, by: Actor) -> AreaReport:
    """Put profile and areas into force, but for areas that came from elsewhere meanwhile."""
    use_profile(chosen, by=by)
    loaded = set(Area.objects.current().exclude(source=OUTLINE_SOURCE).values_list("code", flat=True))
    wanted = [area for area in areas if area.code not in loaded]
    return put_areas(_drafts(wanted, plane), by=by, on=BEGAN_ON, source=OUTLINE_SOURCE)


def _drafts(areas: list[SimulatedArea], plane: MetricPlane) -> Iterator[AreaDraft]:
    shapes = plane.unproject(np.array([area.outline for area in areas], dtype=object))
    for area, shape in zip(areas, shapes, strict=True):
        yield AreaDraft(
            code=area.code,
            level=area.level,
            name=area.name,
            parent_code=area.parent,
            geometry=shape,
            population=area.population,
        )


@transaction.atomic
def _cut_grids(plan: Plan, reach_m: float, *, by: Actor) -> AreaReport:
    """Unit grids for the communities in the middle of the city, so that what stands there lies in one."""
    middle = shapely.buffer(shapely.Point(plan.built_up[0].town.centre), reach_m)
    within = [area.code for area in plan.areas if area.level == "community" and middle.intersects(area.outline)]
    communities = Area.objects.current().filter(code__in=within, source=OUTLINE_SOURCE).order_by("code")
    return sum((generate_grids(community, by=by) for community in communities), AreaReport())


def _merge(plan: Plan, plane: MetricPlane, *, by: Actor, source: str, tell: Progress) -> MergeReport:
    owners = put_parties(parties(hengyang().districts), by=by).pks
    installed = register().kinds
    numbering = Numbering(plan.areas)
    return merge_assets(
        (_batch(some, plane, owners, numbering) for some in things(plan) if some.kind in installed),
        by=by,
        now=datetime.now(UTC),
        source=source,
        progress=lambda done: tell(Text(zh="写入部件", en="Writing assets"), done),
    )


def _assign(districts: Sequence[District], *, by: Actor) -> None:
    """Say who answers for what, as far as the installed packs declare it."""
    bodies = {party.key: party for party in Party.objects.filter(key__startswith="demo-")}
    areas = {area.code: area for area in Area.objects.current().filter(level=AreaLevel.DISTRICT)}
    installed = register().kinds
    for each in responsibilities(districts):
        if not each.kind or each.kind in installed:
            assign_responsibility(
                bodies[each.party],
                each.role,
                kind=each.kind,
                area=areas[each.area] if each.area else None,
                valid_from=BEGAN_ON,
                basis=basis(),
                by=by,
            )


def _batch(some: Things, plane: MetricPlane, owner_ids: Mapping[str, int], numbering: Numbering) -> AssetBatch:
    owners = [some.owners] * len(some) if some.owners is None or isinstance(some.owners, str) else some.owners
    return AssetBatch(
        kind=some.kind,
        keys=some.keys,
        valid_from=BEGAN_AT,
        geoms=plane.unproject(some.shapes),
        names=some.names,
        lives=some.lives,
        owner_ids=[None if owner is None else owner_ids[owner] for owner in owners],
        fields=some.fields,
        codes=numbering.codes(some),
    )
