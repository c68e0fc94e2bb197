# SPDX-License-Identifier: Apache-2.0
"""`belltower city use|show`: which city this installation is."""

from __future__ import annotations

import click

from belltower.kernel.actors import Actor
from belltower.kernel.city import CityProfile
from belltower.project import database


@click.group()
def command() -> None:
    """The city of this installation."""


@command.command()
@click.argument("name_or_file")
def use(name_or_file: str) -> None:
    """Put a profile in force: a ready one by name (hengyang, washington) or a YAML file of your own."""
    with database.ready():
        from belltower.core.places import city
        from belltower.core.places.actions.city import use_profile

        profile = city.load_profile(name_or_file)
        use_profile(profile, by=Actor.system("belltower city use"))
        _tell(profile)


@command.command()
def show() -> None:
    """Show the profile in force."""
    with database.ready():
        from belltower.core.places import city

        _tell(city.current())


def _tell(profile: CityProfile) -> None:
    lines = {
        "name": f"{profile.name.zh} {profile.name.en}",
        "code": profile.code,
        "country": "-".join(filter(None, (profile.country, profile.subdivision))),
        "zone": profile.zone,
        "plane": profile.plane,
        "centre": f"{profile.centre[0]} {profile.centre[1]}",
        "hours": " ".join(map(str, profile.working_hours)),
        "districts": "\n".join(f"{one.code} {one.name.zh} {one.name.en}" for one in profile.districts),
    }
    for key, value in lines.items():
        click.echo(f"{key:<10} " + value.replace("\n", "\n" + " " * 11))
