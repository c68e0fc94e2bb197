# SPDX-License-Identifier: Apache-2.0
"""`belltower plan stations`: where stations go, from files, with a certificate that `belltower certify` checks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from belltower.planners.plan import PlanFile

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
TASKS = click.Choice(["cover_most", "cover_all", "mean_way"])


def _pairs(context: click.Context, parameter: click.Parameter, said: tuple[str, ...]) -> dict[str, float]:
    """``class=number`` as often as it is said."""
    found = {}
    for one in said:
        name, _, number = one.partition("=")
        try:
            found[name] = float(number)
        except ValueError:
            raise click.BadParameter(f"'{one}' is not class=number", context, parameter) from None
    return found


def _stages(context: click.Context, parameter: click.Parameter, said: str | None) -> list[int]:
    try:
        return [int(one) for one in said.split(",")] if said else []
    except ValueError:
        raise click.BadParameter(f"'{said}' is not like 30,50,72", context, parameter) from None


@click.command()
@click.option("--people", required=True, type=FILE, help="Where people live: a GeoTIFF, or census areas or buildings.")
@click.option("--people-field", default="people", show_default=True, help="The field with the number of people.")
@click.option(
    "--sites", required=True, type=FILE, help="Candidates: name, state (free, fixed, forbidden), class, cost."
)
@click.option("--streets", type=FILE, help="Lines that meet at their ends (oneway); left out: ways are straight.")
@click.option("--barriers", type=FILE, help="Outlines that no way onto a street may cross: water, railways.")
@click.option("--areas", type=FILE, help="Street committees (name), to tell the worst served.")
@click.option("--task", type=TASKS, default="cover_most", show_default=True)
@click.option("--reach", type=float, default=1000.0, show_default=True, help="In metres.")
@click.option("--reach-of", multiple=True, callback=_pairs, help="class=metres: a class with a reach of its own.")
@click.option("--at-most", type=int, help="Sites in all, those that stand among them.")
@click.option("--budget", type=int, help="For new sites, in the unit of their cost.")
@click.option("--at-most-of", multiple=True, callback=_pairs, help="class=number: no more of a class.")
@click.option("--by-cost", is_flag=True, help="cover_all: the least cost, not the fewest.")
@click.option("--times", type=click.IntRange(1, 2), default=1, help="2: back-up cover.")
@click.option("--second-percent", type=click.IntRange(0, 100), default=0, help="What a second site in reach counts.")
@click.option("--stages", callback=_stages, help="Sites in all after each stage, as 30,50,72.")
@click.option("--budgets", callback=_stages, help="Money in all after each stage; with or without --stages.")
@click.option("--fair", type=click.IntRange(0, 100), help="Give up so many per cent for the worst street committee.")
@click.option("--on-foot", is_flag=True, help="Walk one-way streets both ways.")
@click.option(
    "--most-leg", type=float, default=300.0, show_default=True, help="The longest way onto a street, in metres."
)
@click.option("--plane", help="The plane in metres (EPSG or PROJ); left out: one around the people.")
@click.option("--seconds", type=float, default=60.0, show_default=True)
@click.option("--seed", type=int, default=7, show_default=True)
@click.option(
    "--output", "-o", required=True, type=click.Path(path_type=Path), help="PLAN.json; stages: PLAN-1.json, ..."
)
def stations(**said: object) -> None:
    """Plan stations. What cannot be reached is named with its reason; "proven" is said only where the bound closes."""
    from belltower.project.planning.asking import planned

    for path, plan in planned(said):
        path.write_text(plan.text(), encoding="utf-8")
        _tell(path, plan)


def _tell(path: Path, plan: PlanFile) -> None:
    said = plan.plan
    share = said["reached"] / max(1, said["people"])
    click.echo(
        f"{path}: {said['status']}, value {said['value']:,}, bound {said['bound']:,} (gap {said['gap']:.3%}, by {said['bound_by']})"
    )
    click.echo(
        f"  {len(said['open']):,} sites open, {len(said['new']):,} of them new; {said['reached']:,} of {said['people']:,} people ({share:.1%})"
    )
    for over, people in said["side_by_side"].items():
        click.echo(f"  over {over}: {people / max(1, said['people']):.1%} are within reach")
    worst = said["worst_area"]
    click.echo(f"  worst: {worst['name']}, {worst['reached']:,} of {worst['people']:,}")
    if stage := said.get("stage"):
        click.echo(
            f"  stage {stage['number']} of {stage['of']}: on its own {stage['own_value']:,}; nesting costs {stage['price_of_nesting']:,}"
        )
    if fair := said.get("equity"):
        click.echo(
            f"  fair: worst share {fair['worst_share']:.1%}, before {fair['worst_share_before']:.1%}; given up {fair['given_up']:,}"
        )
    lost = said["uncoverable_why"]
    if lost:
        click.echo(f"  out of any reach: {len(lost):,} places with {sum(one['people'] for one in lost):,} people")
    for one in lost[:5]:
        click.echo(
            f"    {one['name']}: {one['why']}"
            + (f", {one['nearest_mm'] / 1000:,.0f} m" if one["nearest_mm"] is not None else "")
        )
