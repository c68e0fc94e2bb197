# SPDX-License-Identifier: Apache-2.0
"""`belltower plan`: plans from files, each with a certificate that `belltower certify` checks. Needs no city and no database."""

from __future__ import annotations

import click

from belltower.project.planning.command_poles import poles
from belltower.project.planning.command_stations import stations


@click.group()
def command() -> None:
    """Plans with certificates: what next, and how far from the best. Needs no database."""


command.add_command(stations)
command.add_command(poles)
