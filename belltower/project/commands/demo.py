# SPDX-License-Identifier: Apache-2.0
"""`belltower demo build`: put the simulated city into this installation."""

from __future__ import annotations

import click

from belltower.kernel.texts import Text
from belltower.project import database


@click.group()
def command() -> None:
    """The simulated city."""


@command.command()
@click.option("--size", type=click.Choice(["town", "city", "mega"]), default="town", show_default=True)
@click.option("--seed", type=int, default=7, show_default=True, help="The same seed gives the same city.")
@click.option("--profile", type=click.Choice(["hengyang", "washington"]), default="hengyang", show_default=True)
def build(size: str, seed: int, profile: str) -> None:
    """Build it: about 20 thousand, 200 thousand or 2 million assets. Again with the same seed changes nothing."""
    with database.ready():
        from belltower.demo import city

        report = city.build(size, seed=seed, profile=profile, progress=_tell)
    click.echo(f"areas  {report.areas.created} new, {report.areas.changed} changed, {report.areas.unchanged} unchanged")
    click.echo(
        f"assets {report.assets.created} new, {report.assets.changed} changed, {report.assets.unchanged} unchanged"
    )


def _tell(doing: Text, done: int) -> None:
    click.echo(f"{doing.zh} {doing.en}" + (f" {done:,}" if done else ""))
