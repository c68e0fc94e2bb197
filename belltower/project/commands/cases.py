# SPDX-License-Identifier: Apache-2.0
"""`belltower cases`: the rates of a period, as JSON."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import click

from belltower.kernel.instants import now
from belltower.project import database

_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def command() -> None:
    """Cases of this city."""


@command.command()
@click.option("--from", "since", type=_DAY, required=True, help="The first civil day.")
@click.option("--to", "until", type=_DAY, required=True, help="The last civil day, which counts too.")
@click.option("--area", default="", help="The code of an area; all below it counts too.")
@click.option("--sector", default="", help="The name of a pack, such as gas.")
@click.option("--party", default="", help="The key of who must put it right.")
@click.option("--kind", default="", help="A kind of case.")
def rates(since: datetime, until: datetime, **narrowed: Any) -> None:
    """Print every rate of the period as JSON, each with its numerator, its denominator, and what they are."""
    with database.ready():
        from belltower.core.places.scope import EVERYTHING, seen_as
        from belltower.core.rates.asking import Asked, figures
        from belltower.core.rates.telling import told

        asked = Asked(since.date(), until.date(), **narrowed)
        with seen_as(EVERYTHING):
            found = [told(one) for one in figures(asked, now())]
    whole = {"from": asked.since.isoformat(), "to": asked.until.isoformat(), **narrowed, "rates": found}
    click.echo(json.dumps(whole, ensure_ascii=False, indent=2))
