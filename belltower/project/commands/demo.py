# SPDX-License-Identifier: Apache-2.0
"""`belltower demo build`: put the simulated city into this installation."""

from __future__ import annotations

import click

from belltower.project import database
from belltower.project.first_start import (
    bring_messages,
    hold_exams,
    install_standards,
    set_up_desks,
    telling,
    wake_campaigns,
    wake_senses,
)


@click.group()
def command() -> None:
    """The simulated city."""


@command.command()
@click.option("--size", type=click.Choice(["town", "city", "mega"]), default="town", show_default=True)
@click.option("--seed", type=int, default=7, show_default=True, help="The same seed gives the same city.")
@click.option("--profile", type=click.Choice(["hengyang", "washington"]), default="hengyang", show_default=True)
def build(size: str, seed: int, profile: str) -> None:
    """Build it: about 20 thousand, 200 thousand or 2 million assets. Once more with the same seed changes nothing."""
    with database.ready():
        from belltower.demo import city, people

        report = city.build(size, seed=seed, profile=profile, progress=telling(click.echo))
        logins = people.add_demo_people()
        wake_senses(say=click.echo)
        install_standards(say=click.echo)
        wake_campaigns(say=click.echo)
        set_up_desks(say=click.echo)
        hold_exams(say=click.echo)
        bring_messages(say=click.echo)
    for noun, counts in (("areas", report.areas), ("assets", report.assets)):
        click.echo(f"{noun:7}{counts.created:,} new, {counts.changed:,} changed, {counts.unchanged:,} unchanged")
    for login in logins:
        click.echo(f"login  {login.username:15} {login.password}  {login.title.zh} {login.title.en}")
