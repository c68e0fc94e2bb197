# SPDX-License-Identifier: Apache-2.0
"""`belltower plan poles`: plans from files, without a city or a database."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from belltower.planners.consolidation.inventory import Aside
    from belltower.planners.consolidation.rulebook import Rulebook
    from belltower.planners.plan import PlanFile

_SHOWN = 5
_NEW = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("rules", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out", type=_NEW, default=Path("poles-plan.json"), show_default=True, help="The plan with its certificate."
)
@click.option("--map", "map_", type=_NEW, help="The plan as GeoJSON: poles kept and removed, and moves.")
@click.option(
    "--seconds", type=click.FloatRange(min=0.1), default=60.0, show_default=True, help="Time limit of the search."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
def poles(rules: Path, out: Path, map_: Path | None, seconds: float, seed: int) -> None:
    """The poles of several owners onto the fewest, by the RULES (YAML) and the inventories that they name."""
    from belltower.kernel.plane import MetricPlane
    from belltower.planners.consolidation.planner import plan_poles
    from belltower.project.planning.poles import as_geojson, read_poles

    for file in (out, map_):
        if file is not None and not file.parent.is_dir():
            raise click.BadParameter(f"没有文件夹 {file.parent} / there is no folder {file.parent}")
    rulebook, problem, aside = read_poles(rules)
    _tell_aside(aside)
    plan = plan_poles(problem, seconds=seconds, seed=seed)
    out.write_text(plan.text(), encoding="utf-8")
    if map_:
        map_.write_text(as_geojson(problem, plan.plan, MetricPlane(rulebook.plane)), encoding="utf-8")
    _tell(rulebook, plan, out)


def _tell_aside(aside: list[Aside]) -> None:
    if not aside:
        return
    click.echo(f"{len(aside)} 行未纳入 / {len(aside)} rows are kept aside:", err=True)
    for one in aside[:_SHOWN]:
        click.echo(f"  {one.file}, {one.row}: {one.reason.say('zh')} / {one.reason.say('en')}", err=True)


def _tell(rulebook: Rulebook, file: PlanFile, out: Path) -> None:
    plan = file.plan
    today, value, bound = plan["poles_today"], plan["value"], plan["bound"]
    fewer = f"{100 * (today - value) / max(1, today):.1f} %"
    is_best = value == bound
    zh_best = "已证明不能更少" if is_best else f"至少需 {bound} 根，差距 {100 * plan['gap']:.2f} %"
    en_best = "proven fewest" if is_best else f"at least {bound} are needed, a gap of {100 * plan['gap']:.2f} %"
    click.echo(f"{rulebook.title.say('zh')}：现有 {today} 根杆，保留 {value} 根（少 {fewer}），{zh_best}。")
    click.echo(f"{rulebook.title.say('en')}: {today} poles today, {value} kept ({fewer} fewer), {en_best}.")
    moved = sum(plan["hangs"].get(one["id"], one["pole"]) != one["pole"] for one in file.problem["devices"])
    lamps = len(plan["given_up"])
    click.echo(f"移动设备 {moved} 件，取消路灯 {lamps} 盏。 / {moved} devices move, {lamps} lamps are given up.")
    states = Counter(source.verified for source in rulebook.sources)
    stated = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    click.echo(f"依据的核实情况 / how far the rules were verified: {stated}")
    click.echo(f"方案 / plan: {out}")
